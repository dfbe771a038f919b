from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from typer import Typer
from typer.testing import CliRunner

from engine.errors import BadInput
from training.data import items
from training.data.commands import register, summary
from training.data.own import bring_in

RATE = 44_100


def tone(path: Path, seconds: float, pitch: float = 440) -> None:
    time = np.arange(round(seconds * RATE)) / RATE
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.4 * np.sin(2 * np.pi * pitch * time), RATE)


def cutout(path: Path) -> None:
    random = np.random.default_rng(1)
    rgba = random.integers(40, 220, (80, 100, 4), np.uint8)
    y, x = np.mgrid[-1:1:80j, -1:1:100j]
    rgba[..., 3] = np.where(np.hypot(x, y) < 0.8, 255, 0)
    Image.fromarray(rgba).save(path)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    random = np.random.default_rng(0)
    Image.fromarray(random.integers(0, 256, (60, 2400, 3), np.uint8)).save(folder / "Wide Meadow_2.jpg")
    Image.fromarray(random.integers(0, 256, (90, 120, 3), np.uint8)).save(folder / "IMG_1234.png")
    (folder / "IMG_1234.txt").write_text("a brown dog\non a sofa", encoding="utf-8")
    cutout(folder / "red_vase.png")
    tone(folder / "door bell.wav", 0.5)
    tone(folder / "music/evening.wav", 25)
    (folder / "music/evening.txt").write_text("slow, warm", encoding="utf-8")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut short")
    (folder / "notes.pdf").write_bytes(b"%PDF-1.4")
    (folder / "empty.png").write_bytes(b"")
    return folder


def test_a_folder_becomes_items(own: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    found = bring_in(own, data, "CC-BY-4.0", "Ann")
    assert found.counts == {"photos": 2, "objects": 1, "sounds": 1, "music": 1}
    assert {file for file, _ in found.skipped} == {"broken.jpg", "notes.pdf", "empty.png"}
    assert "3 skipped, the first: broken.jpg" in str(found)
    dog, meadow = items.photos(data)
    assert (dog.caption, dog.width, dog.height) == ("a brown dog on a sofa", 120, 90)
    assert (meadow.caption, meadow.width) == ("Wide Meadow", 2048)
    (vase,) = items.objects(data)
    assert (vase.name, vase.caption, vase.is_photo) == ("red vase", "a red vase", True)
    assert (vase.width, vase.height) == (80, 64)
    assert Image.open(vase.path).mode == "RGBA"
    (bell,) = items.sounds(data)
    assert (bell.caption, soundfile.info(bell.path).samplerate) == ("door bell", 16_000)
    (evening,) = items.music(data)
    assert (evening.mood, evening.title, evening.seconds) == ("slow, warm", "evening", 20.0)
    for item in (dog, meadow, vase, bell, evening):
        assert (item.licence, item.author, item.package) == ("CC-BY-4.0", "Ann", "own")
        assert item.shippable
        assert item.path.is_file()


def test_own_items_are_not_for_shipped_weights(own: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    bring_in(own, data)
    for item in (*items.photos(data), *items.objects(data)):
        assert item.licence_class is items.LicenceClass.own
        assert not item.shippable
        assert not item.trainable
    assert "2       0 for weights that are shipped" in summary(data)


def test_the_side_follows_the_name(own: Path, tmp_path: Path) -> None:
    bring_in(own, tmp_path / "data")
    for item in items.photos(tmp_path / "data"):
        name = "wide_meadow" if "meadow" in item.file else "img_bcde"
        assert items.held_out_name(item.file) == name
        assert item.held_out == (hashlib.sha1(name.encode()).hexdigest()[0] in "012")


def test_a_cameras_photographs_do_not_all_fall_on_one_side(tmp_path: Path) -> None:
    folder = tmp_path / "camera"
    folder.mkdir()
    for number in range(40):
        Image.fromarray(np.full((16, 16, 3), number, np.uint8)).save(folder / f"DSC_{number:04d}.JPG", "JPEG")
    bring_in(folder, tmp_path / "data")
    aside = [item.held_out for item in items.photos(tmp_path / "data")]
    assert len(aside) == 40
    assert 1 <= sum(aside) <= 20


def test_bringing_in_again_doubles_nothing(own: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    bring_in(own, data)
    first = [item.file for item in items.photos(data)]
    (own / "IMG_1234.txt").write_text("a cat", encoding="utf-8")
    bring_in(own, data)
    again = list(items.photos(data))
    assert [item.file for item in again] == first
    assert sorted(item.caption for item in again) == ["Wide Meadow", "a cat"]
    assert {path.name for path in (data / "photos").iterdir()} == {"photos.jsonl", *(Path(file).name for file in first)}


def test_folders_that_hold_nothing_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no folder"):
        bring_in(tmp_path / "nowhere", tmp_path / "data")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut short")
    with pytest.raises(BadInput, match="holds nothing to learn from"):
        bring_in(tmp_path / "mine", tmp_path / "data")
    assert not list((tmp_path / "data").rglob("*.jsonl"))


def test_the_command(own: Path, tmp_path: Path) -> None:
    app = Typer()
    register(app)
    done = CliRunner().invoke(app, [str(tmp_path / "data"), "--own", str(own), "--licence", "CC0-1.0"])
    assert done.exit_code == 0, done.output
    assert "2 photos, 1 objects, 1 sounds, 1 music; 3 skipped" in done.output
    assert len(list(items.photos(tmp_path / "data"))) == 2
    refused = CliRunner().invoke(app, [str(tmp_path / "other"), "--only", "none"])
    assert isinstance(refused.exception, BadInput)
