"""Bar: a colour that an edit makes is the same colour in the photo's own profile, as LittleCMS' own program sees it."""

from __future__ import annotations

import io
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
from skimage.color import deltaE_ciede2000

from engine.bundle import Bundle
from engine.decode import DecodeRequest
from engine.files import Original, read_photo, write_photo
from engine.instruction import make
from engine.parts import Parts
from engine.picture import Photo
from engine.pipeline import Engine
from engine.values import EditRequest, EditResult, Op, Operation, Plan
from training.bars import Bar, Ground
from training.bars.tools import PROFILES, missing, samples

MOST = 0.5  # ΔE2000
ROUNDING = 0.05  # ΔE2000 between two answers that lie on either side of half a code
WIDTH, HEIGHT = 480, 360  # small enough for the working crop to be the whole photo
LEFT, TOP, PATCH = 48, 40, 16
ACROSS, DOWN = 24, 16
EIGHT_BIT = frozenset({"adobe-rgb", "display-p3", "untagged"})  # a linear or ProPhoto file of 8 bits has coarser steps


@dataclass(frozen=True)
class Painter:
    """Stands in for the decoder: paints a chart of known colours wherever it is asked to."""

    chart: np.ndarray
    side: int = 512
    embedding_width: int = 0
    reads_words: bool = True
    has_context: bool = False
    device: str = "cpu"

    def decode(self, request: DecodeRequest, *_: Any) -> np.ndarray:
        """The draft, with the chart in the mask."""
        assert request.draft is not None
        assert request.mask is not None
        return np.where(request.mask[..., None] > 0.5, self.chart, request.draft).astype(np.float32)


def measure(_ground: Ground) -> list[Bar]:
    """Paint 384 sRGB colours into photos of each profile under a mask, save them, and compare with LittleCMS."""
    lacking = missing("transicc", "convert")
    if lacking or not PROFILES.is_dir():
        reason = lacking or "apt-get install libgs-common"
        return [Bar("must", "colour", f"ΔE2000 ≤ {MOST}", f"not measured: {reason}", ok=False)]
    colours = np.random.default_rng(5).integers(0, 256, (DOWN, ACROSS, 3)).astype(np.uint8)
    colours[0, :16] = np.linspace(0, 255, 16)[:, None]
    chart = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    spread = colours.repeat(PATCH, axis=0).repeat(PATCH, axis=1)
    chart[TOP : TOP + DOWN * PATCH, LEFT : LEFT + ACROSS * PATCH] = spread.astype(np.float32) / 255
    engine = painting(chart)
    said, worst, fine, kept = [], 0.0, True, True
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        srgb = "*sRGB"  # LittleCMS' own
        wanted = _transformed(colours.reshape(-1, 3), srgb)
        for name, icc in _profiles(folder).items():
            for bits in (16, 8) if name in EIGHT_BIT else (16,):
                path = _photo(folder, name, icc, bits)
                out, untouched = _edited(engine, path, folder)
                kept = kept and untouched
                found = samples(out, folder)
                middle = slice(PATCH // 2, None, PATCH)
                area = found[TOP : TOP + DOWN * PATCH, LEFT : LEFT + ACROSS * PATCH, :3][middle, middle]
                values = area.reshape(-1, 3) / 257.0
                error = deltaE_ciede2000(wanted, _transformed(values, icc or srgb))
                said.append(f"{name} {bits} bit {error.max():.2f}")
                if bits == 16:
                    worst = max(worst, float(error.max()))
                    continue
                # Eight bits hold most colours only nearly: LittleCMS' own rounding shows what they can hold at best.
                exact = _transformed(colours.reshape(-1, 3), srgb, icc) if icc else colours.reshape(-1, 3)
                rounded = np.clip(np.rint(exact), 0, 255)
                best = deltaE_ciede2000(wanted, _transformed(rounded, icc or srgb))
                fine = fine and bool((error <= np.maximum(MOST, best + ROUNDING)).all())
                said[-1] += f" (LittleCMS itself {best.max():.2f})"
    goal = f"ΔE2000 ≤ {MOST} against LittleCMS' transicc, {ACROSS * DOWN} colours under a mask, rest bit-equal"
    return [Bar("must", "colour", goal, "; ".join(said), kept and worst <= MOST and fine)]


def painting(chart: np.ndarray) -> Engine:
    """The starter engine with a decoder that paints a chart, ``(H, W, 3)`` float32, 0 to 1."""
    parts = Parts(Bundle.open("starter"))
    parts.__dict__["decoder"] = Painter(chart)
    return Engine(parts)


def edited(engine: Engine, photo: Photo) -> EditResult:
    """A photo of ``HEIGHT`` by ``WIDTH`` pixels with the chart painted in under a mask."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[TOP : TOP + DOWN * PATCH, LEFT : LEFT + ACROSS * PATCH] = 255
    plan = Plan("", "a chart", operations=(Operation(Op.vary),))
    return engine.edit(EditRequest(make("paint the chart", []), photo, mask, plan))


def _profiles(folder: Path) -> dict[str, Path | None]:
    display = folder / "p3.icc"
    display.write_bytes(pyvips.Operation.call("profile_load", "p3"))
    return {
        "adobe-rgb": PROFILES / "a98.icc",
        "display-p3": display,
        "prophoto": PROFILES / "rommrgb.icc",
        "linear": PROFILES / "scrgb.icc",
        "untagged": None,
    }


def _photo(folder: Path, name: str, icc: Path | None, bits: int) -> Path:
    """A noisy gradient of the whole gamut, tagged with the profile."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    generator = np.random.default_rng(3)
    values = np.stack([rows / HEIGHT, columns / WIDTH, 1 - rows / HEIGHT], axis=-1)
    values = np.clip(values + generator.normal(0, 0.01, values.shape), 0, 1)
    pixels = np.rint(values * (2**bits - 1)).astype(np.uint8 if bits == 8 else np.uint16)
    image: Any = pyvips.Image.new_from_array(pixels).copy(interpretation="srgb" if bits == 8 else "rgb16")
    if icc is not None:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", icc.read_bytes())
    path = folder / f"{name}-{bits}.tif"
    image.tiffsave(str(path), compression="deflate")
    return path


def _edited(engine: Engine, path: Path, folder: Path) -> tuple[Path, bool]:
    """The photo with the chart painted in, saved as the command line does, and whether the rest is bit-equal."""
    result = edited(engine, read_photo(path))
    out = folder / f"{path.stem}-edit.tif"
    write_photo(result.images[0], out, Original.at(path))
    box = result.changed_box
    assert box is not None
    outside = np.ones((HEIGHT, WIDTH), bool)
    outside[box.slices] = False
    return out, bool(outside.any()) and np.array_equal(samples(out, folder)[outside], samples(path, folder)[outside])


def _transformed(values: np.ndarray, profile: Path | str, into: Path | str = "*Lab") -> np.ndarray:
    """Values 0 to 255 of one profile, ``(n, 3)``, in another or in CIELAB, by LittleCMS' own program."""
    text = io.StringIO()
    np.savetxt(text, values, "%.6f")
    command = ["transicc", "-v0", "-n", "-t1", f"-i{profile}", f"-o{into}"]
    done = subprocess.run(command, input=text.getvalue(), capture_output=True, text=True, check=True)
    numbers = [line.split() for line in done.stdout.splitlines()]
    return np.array([list(map(float, each)) for each in numbers if len(each) == 3 and _is_number(each[0])])


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
