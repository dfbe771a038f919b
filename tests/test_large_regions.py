"""Edits of regions that are larger than the working crop: nothing comes back softer than the photo."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine import edits
from engine.draft import detail, matting
from engine.instruction import make
from engine.picture import Photo
from engine.pipeline import Engine
from engine.values import EditRequest, Instruction, Margins, Op, Operation, Plan

HEIGHT, WIDTH = 480, 640


@pytest.fixture(autouse=True)
def small_crops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edits, "WORK_SIDE", 96)


def grainy() -> Photo:
    """A soft ground under grain that no small copy of it has."""
    random = np.random.default_rng(0)
    ground = cv2.GaussianBlur(random.random((HEIGHT, WIDTH, 3), np.float32), (0, 0), 40)
    ground = 0.5 + 4 * (ground - ground.mean())
    return Photo(np.clip((ground + random.normal(0, 0.05, ground.shape)) * 255, 0, 255).astype(np.uint8))


def steps(pixels: np.ndarray, where: np.ndarray) -> float:
    """Mean step between neighbours in ``where``."""
    return float(np.abs(np.diff(pixels.astype(np.float32).mean(axis=2), axis=1))[where[:, 1:]].mean())


def run(engine: Engine, photo: Photo, operation: Operation, **more) -> np.ndarray:
    request = EditRequest(Instruction("x"), photo, plan=Plan("", "", operations=(operation,)), **more)
    return engine.edit(request).images[0].pixels


def painted() -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(mask, (WIDTH // 2, HEIGHT // 2), (150, 120), 0, 0, 360, 255, -1)
    return mask


def test_what_is_filled_has_the_photos_own_grain(engine: Engine) -> None:
    photo, mask = grainy(), painted()
    made = run(engine, photo, Operation(Op.remove, "thing"), mask=mask)
    inside = cv2.erode(mask, np.ones((25, 25))) > 0
    assert steps(made, inside) > 0.75 * steps(photo.pixels, inside)
    rim = (cv2.dilate(mask, np.ones((25, 25))) > 0) & (mask == 0)
    assert steps(made, rim) > 0.9 * steps(photo.pixels, rim)  # the soft edge of the paste reaches there
    far = cv2.dilate(mask, np.ones((101, 101))) == 0
    assert np.array_equal(made[far], photo.pixels[far])


def test_margins_have_the_photos_own_grain(engine: Engine) -> None:
    photo = grainy()
    made = run(engine, photo, Operation(Op.expand), margins=Margins(left=120))
    new = np.zeros(made.shape[:2], bool)
    new[:, 10:110] = True
    assert steps(made, new) > 0.75 * steps(photo.pixels, np.ones((HEIGHT, WIDTH), bool))
    assert np.array_equal(made[:, 120:], photo.pixels)


def test_what_moves_is_not_lost_where_it_stood_in_the_photo_before(engine: Engine) -> None:
    photo = grainy()
    pixels = photo.pixels.copy()
    grain = np.random.default_rng(1).integers(-25, 26, (80, 100, 1))
    pixels[200:280, 380:480] = np.add(grain, (220, 30, 30))
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[200:280, 380:480] = 255
    made = run(engine, Photo(pixels), Operation(Op.move, "thing", where="to the left"), mask=mask)
    red = (made[..., 0] > 170) & (made[..., 1] < 90)
    assert red.sum() > 0.7 * 80 * 100
    rows, columns = (each.mean() for each in np.nonzero(red))
    assert columns < 380
    heart = (slice(round(rows) - 20, round(rows) + 20), slice(round(columns) - 25, round(columns) + 25))
    own = np.abs(np.diff(pixels[220:260, 405:455, 0].astype(int), axis=1)).mean()
    assert np.abs(np.diff(made[heart][..., 0].astype(int), axis=1)).mean() > 0.9 * own  # its own pixels, moved
    assert steps(made, mask > 0) > 0.6 * steps(pixels, np.ones((HEIGHT, WIDTH), bool) & (mask == 0))


def test_a_subject_before_a_new_background_stays_as_sharp_as_it_was(engine: Engine, tmp_path: Path) -> None:
    photo, mask = grainy(), 255 - painted()
    behind = np.ascontiguousarray(photo.pixels[::-1, ::-1, ::-1])
    cv2.imwrite(str(tmp_path / "behind.png"), behind[..., ::-1])
    operation = Operation(Op.replace_background, "background", ref=1)
    instruction = make("replace the background with [ref#1]", [tmp_path / "behind.png"])
    request = EditRequest(instruction, photo, plan=Plan("", "", operations=(operation,)), mask=mask)
    made = engine.edit(request).images[0].pixels
    inside = cv2.erode(255 - mask, np.ones((41, 41))) > 0
    own, after = (
        (each - cv2.GaussianBlur(each, (0, 0), 2))[inside].ravel()
        for each in (photo.pixels.astype(np.float32), made.astype(np.float32))
    )
    alike = np.corrcoef(own, after)[0, 1]
    assert alike > 0.95  # its own detail, in another tone
    outside = cv2.dilate(255 - mask, np.ones((41, 41))) == 0
    soft = (cv2.GaussianBlur(each.astype(np.float32), (0, 0), 6) for each in (made, behind))
    assert np.abs(next(soft) - next(soft))[outside].mean() < 4


def test_detail_of_many_small_pixels_is_copied_in_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = grainy().floats()
    hole = painted() > 0
    size = (WIDTH // 4, HEIGHT // 4)
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(hole.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    for most in (100_000, 300):
        monkeypatch.setattr(detail, "_MOST_WANTED", most)
        made = detail.carry(photo, hole, small, inside, ~inside, small)
        assert np.array_equal(made[~hole], photo[~hole])
        assert steps(255 * made, hole) > 0.8 * steps(255 * photo, hole)
    nothing = np.zeros_like(inside)
    plain = detail.carry(photo, hole, small, inside, nothing, small)
    assert steps(255 * plain, hole) < 0.4 * steps(255 * photo, hole)


def test_a_wide_blur_made_small_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, where = grainy().floats(), painted() > 0
    quick = matting.local_mean(photo, where, 10.0)
    monkeypatch.setattr(matting, "_FINE", 1e9)
    assert np.abs(quick - matting.local_mean(photo, where, 10.0)).max() < 0.01
