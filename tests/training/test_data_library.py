from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile
from PIL import Image

from engine.errors import BadInput
from training.library import build as library
from training.library.cutting import Outline, clean_edges, cut_out, ellipse, segment, transparency
from training.library.samples import SAMPLES
from training.library.slow_piece import RATE, slow_piece

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "resources" / "library"


def scene() -> tuple[np.ndarray, np.ndarray]:
    """A red disc with a soft edge on speckled green ground, and where the disc is."""
    rows, columns = np.mgrid[:240, :320].astype(np.float32)
    disc = np.clip(80 - np.hypot(columns - 160, rows - 120) + 0.5, 0, 1)[..., None]
    dice = np.random.default_rng(0).normal(0, 6, (240, 320, 3))
    picture = disc * [200, 40, 30] + (1 - disc) * [60, 150, 70] + dice
    return np.clip(picture, 0, 255).astype(np.uint8), disc[..., 0] > 0.5


def overlap(mask: np.ndarray, truth: np.ndarray) -> float:
    inside = mask.astype(bool)
    return float((inside & truth).sum() / (inside | truth).sum())


@pytest.mark.parametrize(("mode", "grow"), [("edge", 1.04), ("edge", 0.96), ("ground", 1.15), ("plain", 1.25)])
def test_a_rough_outline_finds_the_true_edge(mode: str, grow: float) -> None:
    picture, truth = scene()
    outline = Outline((ellipse(50, 50, 25 * grow, 100 / 3 * grow),), mode, band=1.6)  # type: ignore[arg-type]
    drawn = overlap(segment(picture, Outline(outline.polygons, "exact")), truth)
    found = overlap(segment(picture, outline), truth)
    assert found > 0.985
    assert found > drawn


def test_forced_parts_and_inset_are_kept() -> None:
    picture, truth = scene()
    disc = (ellipse(50, 50, 25, 100 / 3),)
    corner, middle = [[0, 0], [10, 0], [10, 10], [0, 10]], [[45, 45], [55, 45], [55, 55], [45, 55]]
    mask = segment(picture, Outline(disc, add=(corner,), cut=(middle,)))
    assert mask[5, 5] == 1
    assert mask[120, 160] == 0
    inset = segment(picture, Outline(disc, inset=3))
    assert inset.sum() < segment(picture, Outline(disc)).sum() - 3 * 2 * np.pi * 70
    assert not (inset.astype(bool) & ~truth).any()


def test_an_outline_without_surroundings_is_refused() -> None:
    picture, _ = scene()
    with pytest.raises(BadInput, match="Draw it closer"):
        segment(picture, Outline(([[0, 0], [100, 0], [100, 100], [0, 100]],)))


def test_edges_lose_the_tint_of_the_ground() -> None:
    picture, truth = scene()
    opacity = transparency(picture, truth.astype(np.uint8), 1.5)
    assert opacity.min() == 0
    assert opacity.max() == 1
    edge = (opacity > 0.1) & (opacity < 0.9)
    assert edge.sum() > 200
    before = picture[edge].astype(float)
    after = clean_edges(picture, opacity, 2.0)[edge].astype(float)
    green = np.array([60, 150, 70])
    assert np.abs(after - [200, 40, 30]).mean() < 0.6 * np.abs(before - [200, 40, 30]).mean()
    assert np.abs(after - green).mean() > np.abs(before - green).mean()


def test_cut_outs_are_cropped_repeatable_and_never_enlarged() -> None:
    picture, _ = scene()
    outline = Outline((ellipse(50, 50, 25, 100 / 3),))
    rgba = cut_out(picture, outline, 640)
    assert 160 <= max(rgba.shape[:2]) <= 168
    assert np.array_equal(rgba, cut_out(picture, outline, 640))
    small = cut_out(picture, outline, 100)
    assert 90 <= max(small.shape[:2]) <= 100


def test_the_shipped_library_is_large_varied_and_as_the_table_says() -> None:
    rows = json.loads((SHIPPED / "library.json").read_text(encoding="utf-8"))
    entries = list(library.entries())
    assert [row["name"] for row in rows] == [entry.name for entry in entries]
    assert {row["file"] for row in rows} == {path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.webp")}
    own = [row for row in rows if "/" not in row["file"]]
    assert len(own) >= 80
    assert len({row["name"] for row in own}) >= 30
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*.webp")) < 8 * 2**20
    for row in rows:
        assert row["licence"]
        assert row["source"]
        if row["licence"].startswith("GPL"):
            assert row["file"].startswith("stamps/")
        if row["licence"].startswith("CC-BY"):
            assert row["author"]
    assert (SHIPPED / "stamps/LICENSE.txt").read_text().count("GNU GENERAL PUBLIC LICENSE") >= 1


def test_every_shipped_cut_out_is_big_enough_and_partly_transparent() -> None:
    for path in SHIPPED.rglob("*.webp"):
        picture = Image.open(path).convert("RGBA")
        assert max(picture.size) >= library.SHORTEST_LONG_SIDE, path.name
        opacity = np.asarray(picture)[..., 3]
        assert (opacity > 250).mean() > 0.05, path.name
        assert (opacity < 5).mean() > 0.005, path.name


def test_samples_are_there_credited_and_readable() -> None:
    folder = ROOT / "resources" / "samples"
    rows = {row["file"]: row for row in json.loads((folder / "samples.json").read_text(encoding="utf-8"))}
    assert set(rows) == {sample.file for sample in SAMPLES}
    credits = (folder / "CREDITS.md").read_text(encoding="utf-8")
    kinds = [row["kind"] for row in rows.values()]
    assert kinds.count("photo") >= 6
    assert kinds.count("music") == 2
    assert sum((folder / file).stat().st_size for file in rows if rows[file]["kind"] == "photo") < 5 * 2**20
    for file, row in rows.items():
        assert f"| {file} |" in credits
        assert row["licence"].startswith(("public-domain", "CC0", "CC-BY-")), row
        assert not row["licence"].startswith("CC-BY-SA"), row
        if row["kind"] in ("photo", "reference"):
            assert min(Image.open(folder / file).size) > 350
        else:
            samples, rate = soundfile.read(folder / file)
            assert len(samples) > 0.5 * rate
            assert np.abs(samples).max() > 0.1
    for edit in json.loads((folder / "demo.json").read_text(encoding="utf-8")):
        assert rows[edit["photo"]]["kind"] == "photo"
        assert all(name in rows for name in edit["refs"])
        assert edit["instruction"].count("[ref#") == len(edit["refs"])


def test_the_slow_piece_is_slow_quiet_at_its_end_and_in_a_minor() -> None:
    piece = slow_piece()
    assert piece.dtype == np.float32
    assert np.array_equal(piece, slow_piece())
    assert np.abs(piece).max() == pytest.approx(0.8, abs=1e-5)
    assert np.abs(piece[-RATE // 50 :]).max() < 0.02
    spectrum = np.abs(np.fft.rfft(piece))
    pitch = np.fft.rfftfreq(len(piece), 1 / RATE)

    def energy(note: float) -> float:
        near = np.abs(pitch - 440 * 2 ** ((note - 69) / 12)) < 2
        return float(spectrum[near].sum())

    assert energy(60) > 3 * energy(61)  # C, not C sharp: minor, not major


def test_masks_fit_their_photos() -> None:
    folder = ROOT / "tests" / "ground"
    rows = [json.loads(line) for line in (folder / "masks.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 40
    assert sum(row["kind"] == "stuff" for row in rows) >= 5
    for row in rows:
        mask = cv2.imread(str(folder / row["mask"]), cv2.IMREAD_GRAYSCALE)
        assert mask is not None
        assert mask.shape == (row["height"], row["width"])
        assert min(mask.shape) >= 400
        assert set(np.unique(mask)) == {0, 255}
        assert (mask > 0).mean() == pytest.approx(row["share"], abs=1e-3)
        assert len(row["absent"]) == 3
