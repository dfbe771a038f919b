"""Crop, straighten and quarter turns: exact where pixels only move, resampled once and in place where they cannot."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.errors import BadInput
from engine.framing import Framing, framed, framed_pixels, holds, largest_box, largest_size
from engine.picture import HistoryStep, Photo
from engine.values import Box

KINDS = [(8, 3), (16, 3), (8, 4), (16, 4)]


def grid(width: int, height: int, white: int, degrees: float = 0.0) -> np.ndarray:
    """A soft grid as one sees it after it has been turned clockwise about the middle, ``(H, W)`` float, 0 to white."""
    down, across = np.mgrid[0:height, 0:width].astype(float)
    x, y = across - (width - 1) / 2, down - (height - 1) / 2
    turn = math.radians(degrees)
    x, y = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    return white * (0.5 + 0.2 * np.cos(x / 3) + 0.2 * np.cos(y / 4))


def shift(seen: np.ndarray, wanted: np.ndarray) -> tuple[float, float]:
    """By how many pixels one picture lies right of and below another, to the first order."""
    down, across = np.gradient(wanted)
    table = np.stack([across.ravel(), down.ravel()], axis=1)
    found, *_ = np.linalg.lstsq(table, (wanted - seen).ravel(), rcond=None)
    return float(found[0]), float(found[1])


@pytest.mark.parametrize(("bits", "bands"), KINDS)
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turns_and_boxes_keep_every_bit(make_photo, bits, bands, turn):
    photo = make_photo(61, 90, bits, bands)
    width, height = (61, 90) if turn % 180 else (90, 61)
    box = Box(5, 7, width - 3, height - 11)
    result = framed(photo, Framing(90, 61, turn, 0.0, box)).pixels
    clockwise = {0: photo.pixels, 90: photo.pixels[::-1].swapaxes(0, 1), 180: photo.pixels[::-1, ::-1]}
    clockwise[270] = photo.pixels[:, ::-1].swapaxes(0, 1)
    assert np.array_equal(result, clockwise[turn][7 : height - 11, 5 : width - 3])
    assert result.dtype == photo.pixels.dtype


@pytest.mark.parametrize("degrees", [-45.0, -7.3, 0.4, 3.0, 31.0])
@pytest.mark.parametrize("bits", [8, 16])
def test_a_grid_is_straightened_to_a_fraction_of_a_pixel(degrees, bits):
    white = 2**bits - 1
    drawn = np.rint(grid(240, 181, white)).astype(np.uint8 if bits == 8 else np.uint16)
    box = largest_box(240, 181, degrees)
    seen = framed_pixels(np.repeat(drawn[..., None], 3, axis=2), Framing(240, 181, 0, degrees, box)).astype(float)
    assert np.array_equal(seen[..., 0], seen[..., 2])
    inner = box.grow(-4).moved(-box.left, -box.top).slices
    wide = Box(box.left, box.top, box.right, box.bottom)
    whole = grid(240 + 200, 181 + 200, white, degrees)  # a box may reach beyond the turned photo's own size
    wanted = whole[wide.moved(100, 100).slices]
    assert max(map(abs, shift(seen[..., 0][inner], wanted[inner]))) < 0.01
    error = np.abs(seen[..., 0] - wanted)[inner] / white
    assert error.max() < 0.01
    if bits == 16:
        assert len(np.unique(seen)) > 2 * 256  # more tones than 8 bits have


def test_straightening_comes_after_the_turn(make_photo):
    photo = make_photo(120, 160, 16)
    turned = framed(photo, Framing(160, 120, 90, 0.0, Box(0, 0, 120, 160)))
    box = largest_box(120, 160, 6.0)
    both = framed(photo, Framing(160, 120, 90, 6.0, box))
    assert np.array_equal(both.pixels, framed(turned, Framing(120, 160, 0, 6.0, box)).pixels)


def test_overshoot_at_an_edge_stays_within_the_depth():
    pixels = np.zeros((80, 80, 3), np.uint16)
    pixels[:, 40:] = 65535
    seen = framed_pixels(pixels, Framing(80, 80, 0, 5.0, largest_box(80, 80, 5.0)))
    assert (seen[:, :20] < 2000).all()  # a wrapped value would be near white
    assert (seen[:, -20:] > 63000).all()


@pytest.mark.parametrize("bits", [8, 16])
def test_colours_of_what_is_transparent_do_not_bleed(bits):
    white = 2**bits - 1
    pixels = np.zeros((90, 90, 4), np.uint8 if bits == 8 else np.uint16)
    pixels[..., 0] = white  # red, unseen
    pixels[30:60, 30:60] = [0, white, 0, white]  # green, seen
    seen = framed_pixels(pixels, Framing(90, 90, 0, 10.0, largest_box(90, 90, 10.0))).astype(float)
    half = seen[..., 3] > 0.2 * white
    assert half.sum() > 700
    assert seen[half][:, 0].max() <= 0.01 * white
    assert seen[half][:, 1].min() >= 0.98 * white


@pytest.mark.parametrize("degrees", [0.0, 0.7, -12.0, 30.0, 45.0])
@pytest.mark.parametrize(("width", "height"), [(600, 400), (401, 600), (1000, 90)])
@pytest.mark.parametrize("ratio", [None, 1.0, 1.5, 9 / 16])
def test_the_largest_box_has_no_empty_corner_and_no_room_to_grow(width, height, degrees, ratio):
    box = largest_box(width, height, degrees, ratio)
    shape = ratio or width / height
    assert holds(box, width, height, degrees)
    assert not holds(Box(box.left - 2, box.top - 2, box.right + 2, box.bottom + 2), width, height, degrees)
    wide, tall = largest_size(width, height, degrees, shape)
    assert abs(box.width - wide) <= 2 and abs(box.height - tall) <= 2  # noqa: PT018
    middle = (box.left + box.right - width, box.top + box.bottom - height)
    assert max(map(abs, middle)) <= 1


def test_the_largest_rectangle_agrees_with_a_search():
    width, height, degrees, ratio = 300, 200, 17.0, 1.25
    best = max(
        (tall for tall in np.arange(20, 260, 0.25) if _fits(tall * ratio, tall, width, height, degrees)), default=0
    )
    assert largest_size(width, height, degrees, ratio)[1] == pytest.approx(best, abs=0.3)


def _fits(wide: float, tall: float, width: int, height: int, degrees: float) -> bool:
    """Whether points along the edge of a rectangle in the middle lie on the turned photo."""
    turn = math.radians(degrees)
    for share in np.linspace(-0.5, 0.5, 21):
        for x, y in ((share * wide, tall / 2), (wide / 2, share * tall)):
            along = abs(x * math.cos(turn) + y * math.sin(turn)), abs(y * math.cos(turn) - x * math.sin(turn))
            if along[0] > width / 2 or along[1] > height / 2:
                return False
    return True


def test_what_travels_with_a_photo_stays(make_photo):
    photo = make_photo(60, 90)
    step = HistoryStep("x", "starter", 1)
    photo = Photo(photo.pixels, b"profile", {"exif": b"tags"}, ("a note",), (step,))
    result = framed(photo, Framing(90, 60, 0, 2.0, largest_box(90, 60, 2.0)))
    assert (result.icc, result.metadata, result.notes, result.history) == (
        photo.icc, photo.metadata, photo.notes, photo.history,
    )  # fmt: skip


def test_a_box_is_found_again_where_it_went():
    framing = Framing(200, 100, 90, 0.0, Box(10, 20, 90, 190))
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[30:40, 50:70] = 255
    rows, columns = np.nonzero(framed_pixels(pixels, framing)[..., 0])
    found = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    assert framing.mapped(Box(50, 30, 70, 40)) == found


@pytest.mark.parametrize(
    ("turn", "degrees", "box", "words"),
    [
        (45, 0.0, Box(0, 0, 90, 60), "turned by 45"),
        (0, 45.1, Box(20, 20, 40, 40), "straightened by 45.1"),
        (0, math.nan, Box(20, 20, 40, 40), "straightened by nan"),
        (0, 0.0, Box(0, 0, 91, 60), "beyond the photo, which is 90 × 60"),
        (90, 0.0, Box(0, 0, 90, 60), "beyond the photo, which is 60 × 90"),
        (0, 0.0, Box(-1, 0, 90, 60), "beyond the photo"),
        (0, 5.0, Box(0, 0, 90, 60), "empty corners"),
        (0, 0.0, Box(30, 10, 30, 40), "empty"),
        (0, 0.0, Box(50, 10, 30, 40), "empty"),
        (0, 0.0, Box(0, 0, 7, 40), "only 7 × 40"),
    ],
)
def test_what_cannot_be_framed_is_refused(turn, degrees, box, words):
    with pytest.raises(BadInput, match=words):
        Framing(90, 60, turn, degrees, box)
