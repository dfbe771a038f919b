"""Removing: planted composites against Telea and plain PatchMatch, and the seams and colour of what is filled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from patchmatch import patch_match
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.registration import phase_cross_correlation

from training.bars import Bar, Ground
from training.data import items
from training.evaluate.perceptual import PerceptualDistance

Edit = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From a picture ``(H, W, 3)`` float32, display-encoded, and a mask ``(H, W)`` bool to the picture without what it
covers."""

SCENES = 50
SIDE = 512  # pixels on the long side of a scene
LEAST_SHORT_SIDE = 300
CONTEXT = 64  # pixels around the hole that the network sees when the distance is measured
RING = 3  # pixels on either side of the border that are compared


@dataclass(frozen=True, eq=False)
class Scene:
    """A photograph with an object planted on it, the photograph itself, and the hole."""

    name: str
    planted: np.ndarray
    truth: np.ndarray
    hole: np.ndarray


def scenes(data: Path, count: int = SCENES, *, held_out: bool = True) -> Iterator[Scene]:
    """Planted composites, one for each photograph, always the same ones.

    Photographs with a short side of at least 300 px, scaled to a long side of 512; photographic cut-outs of at least
    128 px, 20 to 42 % of the short side; the hole is the cut-out's region grown by 4 px. With ``held_out`` photographs
    and cut-outs both come from the held-out side, otherwise both from the other.
    """
    photos = [
        each
        for each in items.photos(data)
        if each.held_out == held_out and min(each.width, each.height) >= LEAST_SHORT_SIDE
    ]
    cutouts = [
        each
        for each in items.objects(data)
        if each.held_out == held_out and each.is_photo and max(each.width, each.height) >= 128
    ]
    random = np.random.default_rng(7)
    for index in random.permutation(len(photos))[:count]:
        photo = photos[int(index)]
        cutout = cutouts[int(random.integers(len(cutouts)))]
        truth = _read(photo.path)[..., :3]
        scale = min(1.0, SIDE / max(truth.shape[:2]))
        truth = np.clip(cv2.resize(truth, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), 0, 1)
        planted, hole = _planted(truth, _read(cutout.path), random)
        yield Scene(f"{photo.path.stem}+{cutout.path.stem}", planted, truth, hole)


def _read(path: Path) -> np.ndarray:
    """``(H, W, 3 or 4)`` float32, 0 to 1."""
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise FileNotFoundError(path)
    if pixels.ndim == 2:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
    order = [2, 1, 0, 3][: pixels.shape[2]]
    return np.ascontiguousarray(pixels[..., order]).astype(np.float32) / (65535 if pixels.dtype == np.uint16 else 255)


def _planted(truth: np.ndarray, cutout: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The composite and its hole."""
    height, width = truth.shape[:2]
    if cutout.shape[2] == 3:
        cutout = np.dstack([cutout, np.ones(cutout.shape[:2], np.float32)])
    long = random.uniform(0.2, 0.42) * min(height, width)
    scale = min(long / max(cutout.shape[:2]), 1.5)
    size = (max(8, round(cutout.shape[1] * scale)), max(8, round(cutout.shape[0] * scale)))
    small = cv2.resize(cutout, size, interpolation=cv2.INTER_AREA)
    margin = max(8, int(0.06 * min(height, width)))
    left = int(random.integers(margin, max(width - size[0] - margin, margin + 1)))
    top = int(random.integers(margin, max(height - size[1] - margin, margin + 1)))
    at = (slice(top, top + size[1]), slice(left, left + size[0]))
    cover = np.zeros((height, width, 1), np.float32)
    colours = np.zeros_like(truth)
    cover[at], colours[at] = small[..., 3:], small[..., :3]
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    hole = cv2.dilate((cover[..., 0] > 0.02).astype(np.uint8), disc) > 0
    return truth * (1 - cover) + colours * cover, hole


def telea(rgb: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """OpenCV's fast marching inpainting, radius 5."""
    return cv2.inpaint(_eight(rgb), hole.astype(np.uint8), 5, cv2.INPAINT_TELEA).astype(np.float32) / 255


def plain_patchmatch(rgb: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """PatchMatch as its package has it, over the whole picture, patch size 7."""
    patch_match.set_random_seed(0)
    return patch_match.inpaint(_eight(rgb), hole, patch_size=7).astype(np.float32) / 255


def _eight(rgb: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(rgb * 255), 0, 255).astype(np.uint8)


def removed(rgb: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """The project's own fill."""
    from engine.draft import operations

    return operations.remove(rgb, hole, 0).rgb


def distance_inside(measure: PerceptualDistance, result: np.ndarray, scene: Scene) -> float:
    """Perceptual distance in the hole; outside, the result is taken to be the truth."""
    rows, columns = np.nonzero(scene.hole)
    top, left = max(int(rows.min()) - CONTEXT, 0), max(int(columns.min()) - CONTEXT, 0)
    window = (slice(top, int(rows.max()) + CONTEXT), slice(left, int(columns.max()) + CONTEXT))
    shown = np.where(scene.hole[..., None], result, scene.truth)
    return measure(
        np.ascontiguousarray(shown[window]),
        np.ascontiguousarray(scene.truth[window]),
        scene.hole[window].astype(np.float32),
    )


def perceptual_source() -> PerceptualDistance:
    """The network from the assembled starter."""
    from engine.bundle import Bundle

    return PerceptualDistance.load(Bundle.open("starter"))


def measure_planted(ground: Ground, edit: Edit, *, held_out: bool = True, count: int = SCENES) -> list[Bar]:
    """The planted composites; details and a contact sheet go to ``ground.out``."""
    measure = perceptual_source()
    rows: list[dict[str, float]] = []
    names: list[str] = []
    tiles: list[np.ndarray] = []
    for scene in scenes(ground.data, count, held_out=held_out):
        # The hole is painted grey, so that nothing of what is to be removed, nor of the truth, can be looked at.
        seen = np.where(scene.hole[..., None], np.float32(0.5), scene.planted)
        results = {
            "own": edit(seen, scene.hole),
            "telea": telea(seen, scene.hole),
            "plain": plain_patchmatch(seen, scene.hole),
        }
        names.append(scene.name)
        rows.append({key: distance_inside(measure, each, scene) for key, each in results.items()})
        if len(tiles) < 16:
            tiles.append(_tile([scene.planted, scene.truth, *results.values()]))
    ground.out.mkdir(parents=True, exist_ok=True)
    (ground.out / "remove.json").write_text(json.dumps(dict(zip(names, rows, strict=True)), indent=1), "utf-8")
    cv2.imwrite(str(ground.out / "remove.jpg"), _eight(np.concatenate(tiles))[..., ::-1])
    own, fast, plain = (float(np.mean([row[key] for row in rows])) for key in ("own", "telea", "plain"))
    return [
        Bar(
            "must",
            f"remove: perceptual distance inside, {len(rows)} planted composites, against OpenCV Telea",
            "≤ 0.7 × Telea's",
            f"{own:.3f} = {own / fast:.3f} × {fast:.3f}",
            own <= 0.7 * fast,
        ),
        Bar(
            "must",
            f"remove: perceptual distance inside, {len(rows)} planted composites, against plain PatchMatch",
            "≤ 1.0 × plain PatchMatch's",
            f"{own:.3f} = {own / plain:.3f} × {plain:.3f}",
            own <= plain,
        ),
    ]


def _tile(pictures: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(
        [cv2.resize(each.astype(np.float32), (320, 240), interpolation=cv2.INTER_AREA) for each in pictures], axis=1
    )


@dataclass(frozen=True, eq=False)
class Smooth:
    """A smooth ground to remove something from: its picture and the mask."""

    name: str
    rgb: np.ndarray
    hole: np.ndarray


def smooth_grounds(data: Path) -> Iterator[Smooth]:
    """Flat gradients of several colours and ways, clean and with grain, and skin tones from light to dark."""
    height, width = 320, 400
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    across, down = x / width, y / height
    hole = np.hypot((x - 190) / 70, (y - 150) / 55) < 1
    random = np.random.default_rng(3)
    ends = {
        "sky": ((0.25, 0.5, 0.85), (0.75, 0.85, 0.95)),
        "grey": ((0.2, 0.2, 0.2), (0.8, 0.8, 0.8)),
        "sunset": ((0.95, 0.6, 0.3), (0.35, 0.25, 0.5)),
        "wall": ((0.85, 0.8, 0.7), (0.65, 0.6, 0.52)),
    }
    for name, (first, last) in ends.items():
        for way, along in (("down", down), ("across", across), ("round", np.hypot(across - 0.5, down - 0.4))):
            plain = (1 - along[..., None]) * np.array(first) + along[..., None] * np.array(last)
            grain = random.normal(0, 0.012, plain.shape[:2])[..., None] if way == "across" else 0.0
            yield Smooth(f"{name} {way}", np.clip(plain + grain, 0, 1).astype(np.float32), hole)
    # Skin tones (light to dark) under soft light from the side, with pores: blurred noise, as skin is close up.
    for index, tone in enumerate(
        ((0.96, 0.82, 0.74), (0.88, 0.68, 0.56), (0.72, 0.5, 0.38), (0.5, 0.33, 0.24), (0.3, 0.2, 0.15))
    ):
        light = 0.82 + 0.18 * np.cos(2.2 * (across - 0.3)) * np.cos(1.6 * (down - 0.4))
        pores = cv2.GaussianBlur(random.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 1.3) * 0.03
        yield Smooth(
            f"skin {index + 1}",
            np.clip(light[..., None] * np.array(tone) + pores[..., None], 0, 1).astype(np.float32),
            hole,
        )


def ring_colour(result: np.ndarray, hole: np.ndarray) -> float:
    """Mean ΔE2000 between the means just outside and just inside the border, along the border."""
    lab = rgb2lab(result)
    inside = hole & ~(cv2.erode(hole.astype(np.uint8), np.ones((2 * RING + 1,) * 2, np.uint8)) > 0)
    outside = (cv2.dilate(hole.astype(np.uint8), np.ones((2 * RING + 1,) * 2, np.uint8)) > 0) & ~hole

    def mean(where: np.ndarray) -> np.ndarray:
        weight = cv2.GaussianBlur(where.astype(np.float64), (0, 0), 6)
        total = cv2.GaussianBlur(lab * where[..., None], (0, 0), 6)
        return total / np.maximum(weight, 1e-9)[..., None]

    border = inside & (cv2.dilate((~hole).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    return float(deltaE_ciede2000(mean(inside)[border], mean(outside)[border]).mean())


def border_gradient(rgb: np.ndarray, hole: np.ndarray) -> float:
    """Mean step between neighbours of which one is in the hole and one is not."""
    steps: list[np.ndarray] = []
    for axis in (0, 1):
        step = np.abs(np.diff(rgb, axis=axis)).mean(axis=2)
        crossing = np.diff(hole.astype(np.int8), axis=axis) != 0
        steps.append(step[crossing])
    return float(np.concatenate(steps).mean())


def measure_seams(ground: Ground, edit: Edit) -> list[Bar]:
    """Ring colour on smooth grounds, border gradient on them and on real photographs, registration of the kept part."""
    colours: dict[str, float] = {}
    own: list[float] = []
    photo: list[float] = []
    shifts: list[float] = []
    for each in smooth_grounds(ground.data):
        seen = np.where(each.hole[..., None], np.array([0.9, 0.1, 0.6], np.float32), each.rgb)
        result = edit(seen, each.hole)
        colours[each.name] = ring_colour(result, each.hole)
        own.append(border_gradient(result, each.hole))
        photo.append(border_gradient(each.rgb, each.hole))
    for scene in scenes(ground.data, 12):
        seen = np.where(scene.hole[..., None], np.float32(0.5), scene.planted)
        result = edit(seen, scene.hole)
        own.append(border_gradient(result, scene.hole))
        photo.append(border_gradient(scene.truth, scene.hole))
        kept = [np.where(scene.hole, 0, each.mean(axis=2)) for each in (scene.planted, result)]
        shift = np.asarray(phase_cross_correlation(kept[0], kept[1], upsample_factor=20)[0], np.float64)
        shifts.append(float(np.linalg.norm(shift)))
    worst = max(colours, key=lambda name: colours[name])
    ratio = float(np.mean(own) / np.mean(photo))
    ground.out.mkdir(parents=True, exist_ok=True)
    (ground.out / "seams.json").write_text(json.dumps(colours, indent=1), "utf-8")
    return [
        Bar(
            "must",
            f"seams and colour: ring ΔE2000 on {len(colours)} flat gradients and skin tones after remove",
            "≤ 1 on each",
            f"worst {colours[worst]:.2f} ({worst}), mean {np.mean(list(colours.values())):.2f}",
            colours[worst] <= 1,
        ),
        Bar(
            "must",
            f"seams and colour: gradient across the border, {len(own)} pictures",
            "≤ 1.1 × the photo's own",
            f"{ratio:.2f} ×",
            ratio <= 1.1,
        ),
        Bar(
            "must",
            "seams and colour: registration shift of the kept part",
            "≤ 0.5 px",
            f"{max(shifts):.2f} px",
            max(shifts) <= 0.5,
        ),
    ]


def measure(ground: Ground, edit: Edit = removed) -> list[Bar]:
    """Both measurements with one editing callable."""
    planted = measure_planted(ground, edit)
    return planted + measure_seams(ground, edit)
