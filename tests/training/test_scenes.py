from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer import Typer
from typer.testing import CliRunner

from engine.errors import BadInput
from training.commands import register
from training.data import items
from training.data.shards import Sample, Shards, write_shards
from training.decode import composed
from training.evaluate.trials import aside
from training.scenes import KINDS, Composer, Scene, Stock, pack, unpack
from training.scenes.stock import SHIPPED
from training.scenes.words import Setting, belongs, caption, setting_of

SIDE = 96
STEMS = [f"{first}{second}" for first in "abcdefgh" for second in "klmnopqr"]


def row(kind: str, stem: str, **more: Any) -> dict[str, Any]:
    suffix = "jpg" if kind == "photos" else "png"
    return {
        "file": f"{kind}/own_{stem}.{suffix}",
        "source_package": "own",
        "licence": "CC0-1.0",
        "licence_class": "public-domain",
        "author": "",
        "source_path": "",
        "source_url": "",
        "width": 200,
        "height": 160,
        **more,
    }


def landscape(random: np.random.Generator) -> np.ndarray:
    """Sky over grainy ground, ``(160, 200, 3)`` uint8."""
    picture = np.empty((160, 200, 3), np.float32)
    picture[:70] = (150, 180, 225)
    picture[70:] = random.uniform(70, 130, 3)
    return np.clip(picture + random.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)


def cutout(random: np.random.Generator) -> np.ndarray:
    """A grainy ellipse with a soft rim, ``(120, 90, 4)`` uint8."""
    y, x = np.mgrid[-1:1:120j, -1:1:90j]
    cover = np.clip((1 - np.hypot(x, y)) * 20, 0, 1)
    colour = random.uniform(20, 235, 3) + random.normal(0, 12, (120, 90, 3)) + 30 * x[..., None]
    return np.dstack([np.clip(colour, 0, 255), 255 * cover]).astype(np.uint8)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(3)
    photos, objects = [], []
    for number, stem in enumerate(STEMS[:24]):
        photos.append(row("photos", stem, caption="a green meadow"))
        if number % 4 == 3:
            photos[-1] |= {"licence": "GPL-2", "licence_class": "copyleft"}
    names = ("dog", "sheep", "horse", "cow")
    for number, stem in enumerate(STEMS[24:56]):
        name = names[number % 4]
        about = {"name": name, "caption": f"a {name}", "category": "animal", "is_photo": True, "sound": None}
        objects.append(row("objects", stem, **about))
    for kind, rows, draw in (("photos", photos, landscape), ("objects", objects, cutout)):
        (folder / kind).mkdir()
        for each in rows:
            picture = draw(random)
            codes = picture[..., ::-1] if kind == "photos" else picture[..., [2, 1, 0, 3]]
            cv2.imwrite(str(folder / each["file"]), codes)
        text = "".join(json.dumps(each) + "\n" for each in rows)
        (folder / kind / f"{kind}.jsonl").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def stock(data: Path) -> Stock:
    return Stock.load(data, SIDE, library=None)


@pytest.fixture(scope="session")
def scenes(stock: Stock) -> list[Scene]:
    return [Composer(stock, 5).scene(index) for index in range(40)]


def test_every_kind_is_made(scenes: list[Scene]) -> None:
    assert {scene.kind for scene in scenes} == set(KINDS)
    for scene in scenes:
        assert scene.source.shape == scene.target.shape == scene.draft.shape == (SIDE, SIDE, 3)
        assert scene.source.dtype == np.uint8
        assert len(scene.references) == (scene.kind in ("add", "replace"))


def test_pictures_differ_only_where_it_says(scenes: list[Scene]) -> None:
    for scene in scenes:
        differs = (scene.source != scene.target).any(axis=2)
        assert differs.any()
        assert not differs[scene.changed == 0].any()


def test_masks_are_the_objects_and_the_rest_is_shadow(scenes: list[Scene]) -> None:
    for scene in (each for each in scenes if each.kind in ("add", "remove")):
        with_it, without = (scene.target, scene.source) if scene.kind == "add" else (scene.source, scene.target)
        mask = scene.objects[0].mask
        assert not (mask[scene.changed == 0] > 1).any()
        outside = (mask == 0) & (scene.changed > 0)
        assert (with_it[outside].astype(int) <= without[outside].astype(int) + 1).all()
        inside = np.abs(with_it.astype(int) - without).max(axis=2)[mask > 200]
        assert (inside > 6).mean() > 0.7


def test_cover_is_the_share_of_the_object(stock: Stock) -> None:
    """A flat object's colour fades by its mask: seen = mask of the object and the rest of what was there."""
    composer = Composer(stock, 5, ("add",))
    for scene in (composer.scene(index) for index in range(8)):
        mask = scene.objects[0].mask[..., None] / 255
        plain = scene.draft.astype(float)
        bare = scene.source.astype(float)
        edge = (mask[..., 0] > 0.1) & (mask[..., 0] < 0.9)
        solid = plain[mask[..., 0] > 0.99].mean(axis=0)
        expected = bare * (1 - mask) + solid * mask
        assert np.abs(expected - plain)[edge].mean() < 25
        assert np.abs(expected - plain)[edge].mean() < 0.6 * np.abs(bare - plain)[mask[..., 0] > 0.99].mean() + 6


def test_harmonising_moves_the_object_alone(scenes: list[Scene]) -> None:
    for scene in (each for each in scenes if each.kind == "harmonise"):
        differs = (scene.source != scene.target).any(axis=2)
        assert not differs[scene.objects[0].mask == 0].any()
        assert np.array_equal(scene.draft, scene.source)


def test_the_draft_of_an_addition_has_no_shadow_and_no_matching(scenes: list[Scene]) -> None:
    found = [each for each in scenes if each.kind == "add"]
    for scene in found:
        outside = scene.objects[0].mask == 0
        assert np.array_equal(scene.draft[outside], scene.source[outside])
    assert any((scene.draft != scene.target).any() for scene in found)


def test_covers_that_are_seen_together_never_overlap(scenes: list[Scene]) -> None:
    together = [each for each in scenes if len(each.objects) > 1]
    assert together
    for scene in together:
        for shown in ("in_source", "in_target"):
            covers = [each.mask.astype(int) for each in scene.objects if getattr(each, shown)]
            assert not covers or np.sum(covers, axis=0).max() <= 256


def inner(mask: np.ndarray) -> np.ndarray:
    return cv2.erode((mask > 250).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0


def test_what_is_behind_another_thing_leaves_it_as_it_was(stock: Stock) -> None:
    composer = Composer(stock, 8, ("add",))
    made = [scene for scene in map(composer.scene, range(60)) if len(scene.objects) > 1]
    behind = [scene for scene in made if f"behind the {scene.objects[1].name}" in scene.target_caption]
    before = [scene for scene in made if f"in front of the {scene.objects[1].name}" in scene.target_caption]
    assert len(behind) > 2
    assert len(before) > 2
    for scene in behind:
        kept = inner(scene.objects[1].mask)
        assert np.array_equal(scene.source[kept], scene.target[kept])
    rows = [np.nonzero(scene.objects[0].mask > 128)[0].max() for scene in behind]
    feet = [np.nonzero(scene.objects[1].mask > 128)[0].max() for scene in behind]
    assert all(row < foot for row, foot in zip(rows, feet, strict=True))
    for scene in before:
        assert not (scene.objects[1].mask[inner(scene.objects[0].mask)] > 5).any()


def test_what_stands_nearer_in_the_photograph_stays_in_front(stock: Stock) -> None:
    ground = next(each for each in stock.grounds if each.setting is Setting.landscape)
    height, width = ground.rgb.shape[:2]
    standing, fence = np.zeros((height, width), bool), np.zeros((height, width), np.uint8)
    standing[height * 6 // 10 : height * 7 // 10] = True
    fence[height * 6 // 10 : height * 9 // 10] = 255
    composers = [
        Composer(Stock(SIDE, (replace(ground, standing=standing, own=own),), stock.things), 1, ("add",))
        for own in ((fence,), ())
    ]
    compared = 0
    for index in range(24):
        fenced, free = (composer.scene(index) for composer in composers)
        if len(fenced.objects) != 1 or fenced.files != free.files or not np.array_equal(fenced.source, free.source):
            continue
        compared += 1
        lowest = [np.flatnonzero((scene.objects[0].mask > 128).any(axis=1)).max() for scene in (fenced, free)]
        assert lowest[0] < lowest[1]
        hidden = (free.objects[0].mask > 128) & (fenced.objects[0].mask == 0)
        assert hidden.any()
        assert np.array_equal(fenced.source[hidden], fenced.target[hidden])
    assert compared > 4


def test_the_same_seed_and_index_give_the_same_scene(stock: Stock, scenes: list[Scene]) -> None:
    again = Composer(stock, 5)
    for index in (17, 3, 30):
        one, two = scenes[index], again.scene(index)
        assert (one.instruction, one.files, one.target_caption) == (two.instruction, two.files, two.target_caption)
        for name in ("source", "target", "draft", "changed"):
            assert np.array_equal(getattr(one, name), getattr(two, name))
    other = Composer(stock, 6)
    assert any(not np.array_equal(scenes[index].target, other.scene(index).target) for index in range(3))


def test_no_scene_crosses_the_held_out_line(data: Path, scenes: list[Scene]) -> None:
    aside = Composer(Stock.load(data, SIDE, held_out=True, library=None), 5)
    used = {file for scene in scenes for file in scene.files}
    kept = {file for index in range(12) for file in aside.scene(index).files}
    assert used
    assert kept
    assert not any(items.is_held_out(file, "own") for file in used)
    assert all(items.is_held_out(file, "own") for file in kept)


def test_licences_are_filtered(data: Path, stock: Stock) -> None:
    everything = Stock.load(data, SIDE, licences=set(items.LicenceClass), library=None)
    permissive = {ground.file for ground in stock.grounds}
    copyleft = {ground.file for ground in everything.grounds} - permissive
    rows = {each.file: each for each in items.photos(data)}
    assert copyleft
    assert all(rows[file].licence_class is items.LicenceClass.copyleft for file in copyleft)
    assert all(rows[file].licence_class in SHIPPED for file in permissive)
    assert items.LicenceClass.own not in SHIPPED


def test_the_shipped_library_falls_on_its_photographs_side(data: Path) -> None:
    sides = [{thing.file for thing in Stock.load(data, 32, held_out=side).things} for side in (False, True)]
    assert all(len(each) > 20 for each in sides)
    assert not sides[0] & sides[1]


def test_unreadable_items_are_counted_and_empty_data_is_told(data: Path, tmp_path: Path) -> None:
    for kind, rows in (("photos", ["meadow", "hill"]), ("objects", [])):
        (tmp_path / kind).mkdir()
        lines = [json.dumps(row(kind, each, caption="a hill")) + "\n" for each in rows]
        (tmp_path / kind / f"{kind}.jsonl").write_text("".join(lines), encoding="utf-8")
    for stem in ("meadow", "hill"):
        (tmp_path / f"photos/own_{stem}.jpg").write_bytes(b"no picture")
    with pytest.raises(BadInput, match="holds no photograph"):
        Stock.load(tmp_path, SIDE, held_out=items.is_held_out("own_hill.jpg", "own"), library=None)
    names = sorted((data / "objects").glob("*.png"))
    broken = tmp_path / "broken"
    for kind in ("photos", "objects"):
        (broken / kind).mkdir(parents=True)
        for path in [*(data / kind).iterdir()]:
            (broken / kind / path.name).write_bytes(path.read_bytes())
    trained = next(path for path in names if not items.is_held_out(path.name, "own"))
    (broken / "objects" / trained.name).write_bytes(trained.read_bytes()[:60])
    assert Stock.load(broken, SIDE, library=None).skipped == (f"objects/{trained.name}",)


def test_scenes_go_through_shards(scenes: list[Scene], tmp_path: Path) -> None:
    write_shards(tmp_path, (Sample(*pack(scene)) for scene in scenes[:6]), limit=400_000)
    held = Shards(tmp_path)
    for index in (5, 0, 3):
        scene, back = scenes[index], unpack(held[index].arrays, held[index].rest)
        assert (back.kind, back.files, back.instruction) == (scene.kind, scene.files, scene.instruction)
        assert np.array_equal(back.target, scene.target)
        for one, two in zip(back.objects, scene.objects, strict=True):
            assert (one.name, one.in_source, one.in_target) == (two.name, two.in_source, two.in_target)
            assert np.array_equal(one.mask, two.mask)
        assert len(back.references) == len(scene.references)


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("a red fish near corals", Setting.water),
        ("a claw hammer on a carpet", Setting.table),
        ("the face of a red panda", Setting.nowhere),
        ("a green meadow and autumn trees in front of grey mountains", Setting.landscape),
    ],
)
def test_captions_tell_the_setting(text: str, setting: Setting) -> None:
    assert setting_of(text) is setting


def test_things_belong_where_they_are_seen() -> None:
    assert belongs("dog") is Setting.landscape
    assert belongs("cup") is Setting.table
    assert belongs("small shark") is Setting.water
    assert belongs("a ball of light", "space") is Setting.nowhere
    assert caption("a hill", [("a dog", "on the left"), ("a cow", "")]) == "a hill, with a dog on the left and a cow"
    assert caption("a hill", []) == "a hill"


def test_a_command_packs_scenes_that_leave_the_photographs_aside_out(data: Path, tmp_path: Path):
    folder = tmp_path / "data"
    shutil.copytree(data, folder)
    app = Typer()
    register(app)
    done = CliRunner().invoke(app, ["train", "scenes", str(folder), "--count", "3", "--side", str(SIDE)])
    assert done.exit_code == 0, done.output
    assert "3 scenes" in done.output
    held = composed.scenes(folder, SIDE, 1, 0)  # the stages find them
    assert [each.index for each in held] == [0, 1, 2]
    judging = {item.file for item in aside(folder, SHIPPED)}
    assert judging
    assert not judging & {each.files[0] for each in held}
    assert {each.files[0] for each in composed.scenes_aside(folder, SIDE, 2, 0, ("add",))} <= judging
