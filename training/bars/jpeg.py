"""Bar: a region edit of a JPEG costs the rest of the picture nothing, as libjpeg's own program decodes it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2
import numpy as np

from engine.bundle.resources import resource
from engine.files import Original, read_photo, write_photo
from engine.files import jpeg as segments
from engine.files.jpeg_blocks import reach
from engine.instruction import make
from engine.pipeline import Engine
from engine.values import EditRequest, Op, Operation, Plan
from training.bars import Bar, Ground
from training.bars.tools import missing, run

MOST_GROWTH = 0.05
WIDTH, HEIGHT = 1200, 800
KINDS = {  # options of ImageMagick
    "4:4:4": ("-sampling-factor", "1x1"),
    "4:2:0": ("-sampling-factor", "2x2"),
    "4:2:2": ("-sampling-factor", "2x1"),
    "4:2:0 progressive": ("-sampling-factor", "2x2", "-interlace", "JPEG"),
}
QUALITIES = (75, 90, 97)  # one for each photo
MUST = ("4:4:4", "4:2:0")


def measure(_ground: Ground) -> list[Bar]:
    """Remove a region from sample photos in JPEGs of several kinds, save, and compare what djpeg decodes."""
    lacking = missing("djpeg", "convert")
    if lacking:
        return [Bar("must", "JPEG region edit", "untouched blocks bit-equal", f"not measured: {lacking}", ok=False)]
    engine = Engine.load()
    bars = []
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        photos = _photos(folder)
        for kind, options in KINDS.items():
            pairs = zip(photos, QUALITIES, strict=True)
            cases = [_case(engine, photo, options, quality, folder) for photo, quality in pairs]
            plain, smooth, rim, growth, missed = (np.array(values) for values in zip(*cases, strict=True))
            worst = float(growth[np.abs(growth).argmax()])
            figure = (
                f"{len(cases)} edits; differing pixels of untouched blocks: {plain.sum()} by djpeg -nosmooth, by djpeg"
                f" {smooth.sum()} and {rim.sum()} directly beside a changed block, by at most {missed.max()};"
                f" size {100 * growth.min():+.1f} to {100 * growth.max():+.1f} %"
            )
            ok = not plain.any() and not smooth.any() and abs(worst) <= MOST_GROWTH
            goal = "decoded pixels of untouched blocks bit-equal; size within 5 %"
            bars.append(Bar("must" if kind in MUST else "aim", f"JPEG region edit {kind}", goal, figure, ok))
    return bars


def _photos(folder: Path) -> list[Path]:
    """Three sample photos at a common size, without loss."""
    scenes = sorted(resource("samples").glob("*.jpg"))[:3]
    paths = []
    for scene in scenes:
        pixels = cv2.resize(read_photo(scene).pixels, (WIDTH - 5, HEIGHT - 3), interpolation=cv2.INTER_AREA)
        paths.append(folder / f"{scene.stem}.png")
        cv2.imwrite(str(paths[-1]), pixels[..., ::-1])
    return paths


def _case(
    engine: Engine, photo: Path, options: tuple[str, ...], quality: int, folder: Path
) -> tuple[int, int, int, float, int]:
    """Differing pixels of untouched blocks: without and with smoothing, in the rim; growth; largest rim difference."""
    path, out = folder / "photo.jpg", folder / "edit.jpg"
    run("convert", photo, *options, "-quality", quality, path)
    original = read_photo(path)
    mask = np.zeros((original.height, original.width), np.uint8)
    mask[310:470, 420:640] = 255
    plan = Plan("", "", operations=(Operation(Op.remove),))
    result = engine.edit(EditRequest(make("remove this", []), original, mask, plan)).images[0]
    notes = write_photo(result, out, Original.at(path))
    assert not notes, notes
    changed = (result.pixels != original.pixels).any(axis=2)
    factors = segments.header(path.read_bytes()).frame.factors
    touched = _blocks(changed, factors)
    plain = (_decoded(path, folder, "-nosmooth") != _decoded(out, folder, "-nosmooth")).any(axis=2) & ~touched
    before, after = _decoded(path, folder), _decoded(out, folder)
    differs = (before != after).any(axis=2)
    rim = reach(changed, factors) & ~touched & differs
    step = np.abs(before.astype(int) - after).max(axis=2)
    growth = out.stat().st_size / path.stat().st_size - 1
    return (
        int(plain.sum()),
        int((differs & ~touched & ~rim).sum()),
        int(rim.sum()),
        growth,
        int(step[rim].max(initial=0)),
    )


def _blocks(changed: np.ndarray, factors: tuple[tuple[int, int], ...]) -> np.ndarray:
    """Pixels of the coded units, 8 or 16 pixels a side, that hold a changed pixel; counted here on its own."""
    across, down = 8 * max(each[0] for each in factors), 8 * max(each[1] for each in factors)
    touched = np.zeros_like(changed)
    for top in range(0, changed.shape[0], down):
        for left in range(0, changed.shape[1], across):
            touched[top : top + down, left : left + across] = changed[top : top + down, left : left + across].any()
    return touched


def _decoded(path: Path, folder: Path, *options: str) -> np.ndarray:
    flat = folder / "decoded.ppm"
    run("djpeg", *options, "-outfile", flat, path)
    pixels = cv2.imread(str(flat), cv2.IMREAD_COLOR)
    assert pixels is not None
    return pixels
