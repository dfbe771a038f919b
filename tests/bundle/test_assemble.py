"""Assembling from pinned wheels: right, again, broken off, wrong, and on disks that cannot take it."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny_wheels

from engine.bundle import Bundle
from engine.bundle import assemble as module
from engine.bundle.assemble import assemble
from engine.bundle.sources import STARTER, Source
from engine.errors import BundleError, MachineError


class Ground:
    """A folder of wheels, a home, and shipped resources."""

    def __init__(self, folder: Path) -> None:
        self.wheels = folder / "wheels"
        self.home = folder / "home"
        self.sources = tiny_wheels.table(self.wheels)
        self.resources = folder / "resources"
        for name, content in (("starter/binding.json", "[1, 2]"), ("notices/MIT.txt", "a licence")):
            (self.resources / name).parent.mkdir(parents=True, exist_ok=True)
            (self.resources / name).write_text(content)
        self.done: list[str] = []

    def run(self, sources: tuple[Source, ...] | None = None, home: Path | None = None) -> Bundle:
        self.done = []
        return assemble(
            home=home or self.home,
            progress=lambda what, _share: self.done.append(what),
            wheels_from=self.wheels,
            sources=sources or self.sources,
        )


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    ground = Ground(tmp_path)
    monkeypatch.setattr(module, "resources", lambda: ground.resources)
    return ground


def tree(folder: Path) -> dict[str, str]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_everything_is_there_and_right(ground: Ground) -> None:
    bundle = ground.run()
    bundle.verify()
    assert bundle.json("image/classes.json") == tiny_wheels.NAMES
    assert bundle.json("own/binding.json") == [1, 2]
    assert bundle.path("notices/MIT.txt").read_text() == "a licence"
    tensors = bundle.tensors("text/model.safetensors")
    given = tiny_wheels.text_wheel(ground.wheels / "again.whl")
    assert sorted(tensors) == ["embeddings.word_embeddings.weight", "encoder.layer.0.attention.self.query.bias"]
    table = given["embeddings.word_embeddings.weight"]
    steps = np.abs(table).max(axis=1, keepdims=True) / 127
    assert (np.abs(tensors["embeddings.word_embeddings.weight"].numpy() - table) <= steps * 0.501).all()
    origins = {origin.package: origin for part in bundle.manifest.components for origin in part.origins}
    assert origins["text"].licence == "MIT"
    assert origins["text"].sha256 == ground.sources[1].sha256
    assert bundle.manifest.component("text").memory == 4 * (200 * 64 + 64)
    assert sorted(path.name for path in ground.home.iterdir() if path.is_dir()) == ["starter"]


def test_same_bytes_each_time(ground: Ground, tmp_path: Path) -> None:
    first = ground.run(home=tmp_path / "one")
    second = ground.run(home=tmp_path / "two")
    assert tree(first.root) == tree(second.root)
    assert len(tree(first.root)) == 9


def test_nothing_to_do_the_second_time(ground: Ground) -> None:
    before = tree(ground.run().root)
    times = {file: file.stat().st_mtime_ns for file in (ground.home / "starter").rglob("*")}
    shutil.rmtree(ground.wheels)
    assert tree(ground.run().root) == before
    assert ground.done == []
    assert {file: file.stat().st_mtime_ns for file in (ground.home / "starter").rglob("*")} == times


def test_only_what_changed_is_made_again(ground: Ground) -> None:
    ground.run()
    (ground.resources / "starter" / "binding.json").write_text("[3]")
    (ground.resources / "starter" / "more").mkdir()
    (ground.resources / "starter" / "more" / "look.bin").write_bytes(b"look")
    shutil.rmtree(ground.wheels)
    bundle = ground.run()
    assert [what for what in ground.done if "Copying" in what] == ["Copying own (3 of 4)"]
    assert bundle.json("own/binding.json") == [3]
    assert bundle.path("own/more/look.bin").read_bytes() == b"look"
    assert bundle.json("image/classes.json") == tiny_wheels.NAMES
    bundle.verify()


def test_a_component_that_is_no_longer_wanted_goes(ground: Ground) -> None:
    ground.run()
    bundle = ground.run(ground.sources[:1])
    assert not bundle.has("text/model.safetensors")
    assert not (bundle.root / "text").exists()


def test_a_new_pin_replaces_the_old(ground: Ground) -> None:
    ground.run()
    wheel = ground.wheels / "classes-2.0-py3-none-any.whl"
    tiny_wheels.classes_wheel(wheel, [name.upper() for name in tiny_wheels.NAMES])
    bundle = ground.run((tiny_wheels.source(wheel, "imagenet", "image", "classes"), ground.sources[1]))
    assert bundle.json("image/classes.json")[3] == "THING 3"
    assert not any("text" in what for what in ground.done)


def test_a_broken_run_goes_on_where_it_stopped(ground: Ground) -> None:
    text = ground.wheels / ground.sources[1].wheel
    hidden = text.rename(text.with_suffix(".hidden"))
    with pytest.raises(BundleError, match=r"text-1\.0-py3-none-any\.whl is not in"):
        ground.run()
    with pytest.raises(BundleError, match="not here"):
        Bundle.open("starter", ground.home)
    hidden.rename(text)
    (ground.wheels / ground.sources[0].wheel).unlink()
    ground.run().verify()
    assert not any("(1 of 4)" in what for what in ground.done)


def test_a_damaged_half_is_not_kept(ground: Ground) -> None:
    text = ground.wheels / ground.sources[1].wheel
    hidden = text.rename(text.with_suffix(".hidden"))
    with pytest.raises(BundleError):
        ground.run()
    [half] = ground.home.rglob("classes.json")
    half.write_bytes(half.read_bytes().replace(b"thing 7", b"think 7", 1))
    hidden.rename(text)
    assert ground.run().json("image/classes.json") == tiny_wheels.NAMES


def test_an_altered_file_is_made_again(ground: Ground) -> None:
    bundle = ground.run()
    before = tree(bundle.root)
    (bundle.root / "image" / "classes.json").write_text("[]")
    (bundle.root / "text" / "tokenizer.json").unlink()
    assert tree(ground.run().root) == before


@pytest.mark.parametrize("keep", [0, 1, 500, -1])
def test_a_cut_wheel_is_refused_before_it_is_opened(ground: Ground, keep: int, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = ground.wheels / ground.sources[0].wheel
    wheel.write_bytes(wheel.read_bytes()[:keep])
    opened: list[Path] = []
    monkeypatch.setattr(zipfile, "ZipFile", opened.append)
    with pytest.raises(BundleError, match=r"classes-1\.0.*is not the pinned wheel .*only \d+ of \d+ bytes.*not opened"):
        ground.run()
    assert opened == []
    assert not (ground.home / "starter").exists()


def test_a_wrong_wheel_leaves_the_old_bundle_alone(ground: Ground) -> None:
    before = tree(ground.run().root)
    wrong = replace(ground.sources[0], sha256="0" * 64)
    with pytest.raises(BundleError, match="000000000000"):
        ground.run((wrong, ground.sources[1]))
    assert tree(Bundle.open("starter", ground.home).root) == before


def test_a_wheel_with_other_things_in_it_is_refused(ground: Ground) -> None:
    wheel = ground.wheels / "odd-1.0-py3-none-any.whl"
    tiny_wheels.classes_wheel(wheel, ["too", "few"])
    with pytest.raises(BundleError, match=r"odd-1\.0.*1000 names"):
        ground.run((tiny_wheels.source(wheel, "imagenet", "image", "odd"),))


def test_another_name_is_refused() -> None:
    with pytest.raises(BundleError, match="studio"):
        assemble("studio")


def test_home_below_a_file(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot be written") as caught:
        ground.run(home=tmp_path / "file" / "home")
    assert "OVERTONE_HOME" in caught.value.hint


@pytest.mark.parametrize(
    ("code", "words"), [(errno.EROFS, "cannot be written"), (errno.EACCES, "cannot be written"), (errno.ENOSPC, "full")]
)
def test_a_disk_that_fails_while_writing(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    def fail(_handle: int) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(MachineError, match=words):
            ground.run()
    assert not (ground.home / "starter").exists()
    assert [file for file in ground.home.rglob("*.new") if file.is_file()] == []
    ground.run().verify()


def test_too_little_room_is_said_before_anything_is_fetched(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(ground.home.parent)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _path: usage._replace(free=10_000_000))
    with pytest.raises(MachineError, match=r"needs \d+ MB .* 10 MB are free"):
        ground.run()
    assert ground.done == []


def test_a_swap_that_was_cut_short_is_mended(ground: Ground) -> None:
    before = tree(ground.run().root)
    (ground.home / "starter").rename(ground.home / "starter.old")
    shutil.rmtree(ground.wheels)
    assert tree(ground.run().root) == before
    assert ground.done == ["The starter bundle is ready"]


def test_stopping_from_the_progress_leaves_nothing_half_made(ground: Ground) -> None:
    def stop(what: str, _share: float) -> None:
        if "text" in what:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assemble(home=ground.home, progress=stop, wheels_from=ground.wheels, sources=ground.sources)
    assert not (ground.home / "starter").exists()
    ground.run().verify()


def test_the_pins_are_whole() -> None:
    assert len({source.wheel for source in STARTER}) == len(STARTER)
    for source in STARTER:
        assert len(source.sha256) == 64
        assert source.size > 0
        assert source.licence
        assert (Path(module.__file__).parent / "convert" / f"{source.converter}.py").is_file()
        assert source.wheel.startswith(f"{source.package.replace('-', '_')}-{source.version}-")
