"""Placing: never stretched, exact elsewhere, shaded at the feet, matched in light; refusals; words for places."""

from __future__ import annotations

import numpy as np
import pytest

from engine.draft import operations, spot
from engine.draft.cutout import CutOut
from engine.draft.harmonise import grain_level, match_grain, match_light, match_sharpness, sharpness
from engine.draft.place import place, resized
from engine.draft.sizes import height_of
from engine.draft.whereabouts import Relation, read
from engine.errors import BadInput
from engine.values import Box, Region


def ground(height: int = 240, width: int = 320) -> np.ndarray:
    """Sky over a textured lawn."""
    random = np.random.default_rng(0)
    rows = np.arange(height, dtype=np.float32)[:, None, None] / height
    sky = np.float32([0.45, 0.65, 0.95]) + 0.1 * rows
    lawn = np.float32([0.3, 0.5, 0.2]) + random.normal(0, 0.02, (height, width, 1))
    return np.clip(np.where(rows < 0.4, sky, lawn) * np.ones((height, width, 1)), 0, 1).astype(np.float32)


def brick(height: int = 120, width: int = 80, tone: float = 0.5) -> CutOut:
    rgba = np.zeros((height, width, 4), np.float32)
    rgba[4:-4, 4:-4, 3] = 1
    random = np.random.default_rng(1)
    rgba[..., :3] = np.clip(
        np.float32([tone, 0.7 * tone, 0.5 * tone]) + random.normal(0, 0.04, (height, width, 1)), 0, 1
    )
    return CutOut(rgba)


def test_nothing_changes_outside_the_mask_and_the_shape_is_kept():
    picture = ground()
    placed = place(picture, brick(), Box(100, 100, 200, 200))
    assert np.array_equal(placed.rgb[placed.mask == 0], picture[placed.mask == 0])
    assert (placed.mask == 0).mean() > 0.6
    assert placed.box.bottom == 200
    assert abs(placed.box.width / placed.box.height - 80 / 120) < 0.02


def test_the_shadow_darkens_the_ground_at_the_feet_and_only_there():
    picture = ground()
    placed = place(picture, brick(), Box(120, 100, 187, 200))
    feet = placed.rgb[198:203, 130:178].mean() / picture[198:203, 130:178].mean()
    assert feet < 0.85
    assert np.array_equal(placed.rgb[:90], picture[:90])
    airborne = place(picture, brick(), Box(120, 100, 187, 200), grounded=False)
    assert np.array_equal(airborne.rgb[201:], picture[201:])


def test_a_dark_scene_darkens_and_a_bright_one_does_not():
    dim = ground() * 0.3
    subject = brick(tone=0.8)
    near = np.ones(dim.shape[:2], np.float32)
    in_dim = match_light(subject.rgb, subject.cover, dim, near)
    in_light = match_light(subject.rgb, subject.cover, ground(), near)
    solid = subject.cover > 0.9
    assert in_dim[solid].mean() < 0.85 * subject.rgb[solid].mean()
    assert in_light[solid].mean() > in_dim[solid].mean() + 0.05


def test_sharpness_and_grain_follow_the_scene():
    random = np.random.default_rng(3)
    soft = np.repeat(np.repeat(random.random((24, 32, 1), np.float32), 10, 0), 10, 1)
    soft = np.repeat(soft, 3, axis=2)
    import cv2

    soft = cv2.GaussianBlur(soft, (0, 0), 3)
    everywhere = np.ones(soft.shape[:2], bool)
    crisp = np.repeat((random.random((120, 80, 1)) > 0.5).astype(np.float32), 3, axis=2)
    cover = np.ones((120, 80), np.float32)
    calmed = match_sharpness(crisp, cover, soft, everywhere)
    assert sharpness(calmed, cover > 0.5) < 0.8 * sharpness(crisp, cover > 0.5)
    noisy = np.clip(soft + random.normal(0, 0.02, soft.shape), 0, 1).astype(np.float32)
    plain = np.full((120, 80, 3), 0.5, np.float32)
    grained = match_grain(plain, cover, noisy, everywhere, 0)
    assert 0.5 < grain_level(grained, cover > 0.5) / grain_level(noisy, everywhere) < 1.6


def test_small_cutouts_drawings_and_places_outside_are_refused():
    picture = ground()
    with pytest.raises(BadInput, match="under half"):
        place(picture, brick(40, 30), Box(50, 50, 250, 230))
    drawn = CutOut(brick().rgba, drawn=True)
    with pytest.raises(BadInput, match="drawing"):
        place(picture, drawn, Box(100, 100, 200, 200))
    assert place(picture, drawn, Box(100, 100, 200, 200), allow_drawing=True).mask.max() == 1
    with pytest.raises(BadInput, match="outside"):
        place(picture, brick(), Box(400, 100, 480, 200))


def test_resampling_never_mixes_in_hidden_colours():
    rgba = np.zeros((40, 40, 4), np.float32)
    rgba[..., 1] = 1  # hidden green
    rgba[10:30, 10:30] = [1, 0, 0, 1]
    small = resized(rgba, 17, 17)
    seen = small[..., 3] > 0.05
    assert small[seen][:, 1].max() < 0.05


@pytest.mark.parametrize(
    ("words", "relation", "anchor"),
    [
        ("left of the door", Relation.left, "door"),
        ("to the right of my old car", Relation.right, "old car"),
        ("on the table", Relation.on, "table"),
        ("on top of the shelf", Relation.on, "shelf"),
        ("on the grass", Relation.within, "grass"),
        ("in the water", Relation.within, "water"),
        ("behind the tree", Relation.behind, "tree"),
        ("in front of the house", Relation.front, "house"),
        ("next to the dog in the photo", Relation.near, "dog"),
        ("in the sky", Relation.within_sky, "sky"),
        ("under the bridge", Relation.below, "bridge"),
    ],
)
def test_places_by_a_thing_are_read(words, relation, anchor):
    found = read(words)
    assert (found.relation, found.anchor) == (relation, anchor)


@pytest.mark.parametrize(
    ("words", "across", "down"),
    [
        ("bottom right", "right", "low"),
        ("in the top left corner of the picture", "left", "high"),
        ("in the middle", "middle", None),
        ("in the foreground", None, "low"),
        ("on the left", "left", None),
        ("on the right side", "right", None),
        ("", None, None),
    ],
)
def test_parts_of_the_picture_are_read(words, across, down):
    found = read(words)
    assert found.relation is Relation.none
    sides = {None: None, "left": 0.22, "middle": 0.5, "right": 0.78}
    assert found.across == sides[across]
    if down == "low":
        assert found.down is not None
        assert found.down > 0.9
    if down == "high":
        assert found.down is not None
        assert found.down < 0.5


def test_free_ground_is_below_the_sky_and_words_decide_the_side():
    picture = ground()
    anywhere = spot.find(picture, "", 0.7, "dog")
    assert anywhere.grounded
    assert anywhere.box.bottom > 0.55 * 240
    left, right = (spot.find(picture, words, 0.7, "dog").box for words in ("on the left", "bottom right"))
    assert left.right < right.left
    for box in (anywhere.box, left, right):
        assert box == box.clip(320, 240)
    flying = spot.find(picture, "in the sky", 2.0, "plane")
    assert not flying.grounded
    assert flying.box.bottom < 0.45 * 240


def test_a_thing_beside_another_stands_on_its_line_at_its_scale():
    picture = ground()
    door = np.zeros((240, 320), np.float32)
    door[80:200, 200:250] = 1  # 2 m tall

    def locate(name: str) -> Region:
        assert name == "door"
        return Region(door, "words")

    beside = spot.find(picture, "left of the door", 0.9, "dog", locate).box
    assert beside.right <= 200
    assert beside.bottom == 200
    assert 0.15 * 120 < beside.height < 0.6 * 120
    behind = spot.find(picture, "behind the door", 0.9, "dog", locate)
    assert behind.in_front is not None
    placed = place(picture, brick(), behind.box, in_front=behind.in_front)
    hidden = door.astype(bool)
    hidden[:, 196:204] = hidden[:, 246:254] = False
    assert np.array_equal(placed.rgb[hidden], picture[hidden])


def test_the_mask_outweighs_words_and_an_empty_one_is_refused():
    picture = ground()
    mask = np.zeros((240, 320), np.uint8)
    mask[120:200, 40:90] = 255
    assert spot.find(picture, "on the right", 1.0, mask=mask).box == Box(40, 120, 90, 200)
    with pytest.raises(BadInput, match="empty"):
        spot.find(picture, "", 1.0, mask=np.zeros((240, 320), np.uint8))


def test_usual_sizes_are_in_order():
    assert height_of("two red apples") == height_of("apple")
    sizes = [height_of(name) for name in ("coin", "cup", "cat", "dog", "horse", "elephant", "house")]
    assert sizes == sorted(sizes, key=lambda metres: metres or 0)
    assert height_of("flibbertigibbet") is None


def with_block() -> tuple[np.ndarray, np.ndarray]:
    picture = ground()
    region = np.zeros((240, 320), np.float32)
    region[150:200, 60:90] = 1
    return np.where(region[..., None] > 0, np.float32([0.8, 0.1, 0.1]), picture).astype(np.float32), region


def red(picture: np.ndarray) -> np.ndarray:
    return picture[..., 0] - picture[..., 1] > 0.4


def test_remove_replace_move_and_scale_do_what_they_say():
    picture, region = with_block()
    grown = np.zeros((240, 320), bool)
    grown[147:203, 57:93] = True
    gone = operations.remove(picture, grown)
    assert not red(gone.rgb).any()
    other = operations.replace(picture, grown, brick(tone=0.9))
    assert not red(other.rgb).any()
    assert other.mask[grown].min() == 1
    moved = operations.shift(picture, region, 150, 10)
    assert not red(moved.rgb)[:, :120].any()
    assert abs(int(red(moved.rgb).sum()) - 1500) < 200
    rows, columns = np.nonzero(red(moved.rgb))
    assert abs(rows.max() - 209) <= 2
    assert abs(columns.min() - 210) <= 3
    scaled = operations.scale(picture, region, 1.6)
    assert abs(red(scaled.rgb).sum() / (1500 * 1.6**2) - 1) < 0.2
    assert np.array_equal(scaled.rgb[scaled.mask == 0], picture[scaled.mask == 0])
    with pytest.raises(BadInput):
        operations.scale(picture, region, 20)


def test_a_new_background_covers_and_never_stretches():
    picture, region = with_block()
    behind = np.zeros((300, 900, 3), np.float32)
    behind[..., 2] = np.linspace(0, 1, 900)[None, :]
    draft = operations.replace_background(picture, region, behind)
    assert red(draft.rgb)[155:195, 65:85].mean() > 0.9
    row = draft.rgb[5, :, 2]
    assert np.isclose(row[-1] - row[0], 320 / 720, atol=0.02)
    with pytest.raises(BadInput, match="half"):
        operations.replace_background(picture, region, behind[:60, :60])
