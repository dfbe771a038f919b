"""What others' files can do to the program: nothing but be refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import BadInput, MachineError
from engine.files import Original, photos, read_photo, read_reference, read_sound, sounds, write_photo
from engine.files.reading import reading_with
from engine.picture import Photo
from engine.sandbox import Limits, Sandbox, process


@pytest.fixture
def obey(misbehaving: Sandbox, tmp_path: Path):
    def read(*words: str, name: str = "a.jpg") -> Photo:
        (tmp_path / name).write_text(" ".join(["do", *words]))
        return misbehaving.photo(tmp_path / name)

    return read


@pytest.mark.parametrize(("bits", "bands", "suffix"), [(8, 3, ".jpg"), (16, 4, ".tif"), (16, 3, ".png")])
def test_a_photo_arrives_as_if_it_were_read_in_place(real, make_photo, tmp_path, bits, bands, suffix):
    write_photo(make_photo(700, 900, bits=bits, bands=bands), tmp_path / f"a{suffix}")
    there, here = real.photo(tmp_path / f"a{suffix}"), photos.read_photo(tmp_path / f"a{suffix}")
    assert there.pixels.dtype == here.pixels.dtype
    assert np.array_equal(there.pixels, here.pixels)
    assert not there.pixels.flags.writeable
    assert (there.icc, there.metadata, there.notes) == (here.icc, here.metadata, here.notes)


def test_everything_is_read_through_the_reader_that_was_given(real, make_photo, tmp_path, monkeypatch):
    import pyvips

    profile = pyvips.Operation.call("profile_load", "p3")
    write_photo(Photo(make_photo().pixels.copy(), profile), tmp_path / "a.png")
    soundfile.write(tmp_path / "a.wav", np.sin(np.arange(4000) / 9), 8000)
    photo, reference = photos.read_photo(tmp_path / "a.png"), photos.read_reference(tmp_path / "a.png")
    sound = sounds.read_sound(tmp_path / "a.wav")
    for module, name in ((photos, "read_photo"), (photos, "read_reference"), (sounds, "read_sound")):
        monkeypatch.setattr(module, name, None)
    with reading_with(real):
        assert read_photo(tmp_path / "a.png").icc == photo.icc
        assert np.array_equal(read_reference(tmp_path / "a.png").pixels, reference.pixels)
        again = read_sound(tmp_path / "a.wav")
    assert np.array_equal(again.samples, sound.samples)
    assert (again.rate, again.seconds, again.notes) == (sound.rate, sound.seconds, sound.notes)


def test_a_bad_file_is_refused_in_the_same_words(real, tmp_path):
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    for reader in (real.photo, photos.read_photo):
        with pytest.raises(BadInput, match=r"^cut\.png is damaged and cannot be opened\. Export or copy it again\.$"):
            reader(tmp_path / "cut.png")


@pytest.mark.parametrize("words", [["crash"], ["crash", "hard"], ["raise"], ["babble"], ["lie"]])
def test_its_end_is_a_refused_file_and_the_next_is_read(obey, words, caplog):
    assert obey("well").pixels[0, 0, 0] == 2
    with pytest.raises(BadInput, match=r"^a\.jpg made its reader fail and is refused\. Export or copy it again\.$"):
        obey(*words)
    assert "ended over a .jpg file" in caplog.text
    assert obey("well", "again").pixels[0, 0, 0] == 3


@pytest.mark.parametrize("way", ["hang", "spin", "point"])
def test_a_hang_is_cut_short_and_refused(obey, way):
    obey("well")
    start = time.monotonic()
    with pytest.raises(
        BadInput, match=r"a\.jpg (took longer than 1 seconds to read|made its reader fail) and is refused"
    ):
        obey(way)
    assert time.monotonic() - start < 3
    assert obey("well").notes == ("ä",)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep the limit")
def test_memory_is_limited(obey):
    with pytest.raises(BadInput, match=r"a\.jpg needs more memory"):
        obey("eat", str(4 << 30))
    assert obey("eat", str(1 << 20)).width == 12


def test_noise_on_standard_output_disturbs_nothing(obey):
    assert obey("shout").icc == b"profile"
    assert obey("well").icc == b"profile"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such filter")
def test_a_taken_over_process_reaches_nothing(obey, misbehaving, tmp_path):
    (tmp_path / "there").write_text("mine")
    mode = (tmp_path / "there").stat().st_mode
    with pytest.raises(BadInput, match=r"^reached$"):
        obey("reach", str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"there", "a.jpg"}
    assert (tmp_path / "there").read_text() == "mine"
    assert (tmp_path / "there").stat().st_mode == mode
    assert {"the network", "writing files", "starting programs"} <= set(misbehaving.held())


def test_where_memory_cannot_be_copied_the_bytes_come_through_the_pipe(make_photo, tmp_path, monkeypatch):
    write_photo(make_photo(900, 900), tmp_path / "a.png")
    monkeypatch.setattr(process, "copied", lambda *_: None)
    with Sandbox() as sandbox:
        for _ in range(2):
            assert np.array_equal(sandbox.photo(tmp_path / "a.png").pixels, make_photo(900, 900).pixels)


def test_a_jpeg_is_patched_in_a_process_that_may_write_only_to_its_own_folder(real, make_photo, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    write_photo(make_photo(200, 300), tmp_path / "a.jpg")
    photo, original = read_photo(tmp_path / "a.jpg"), Original.at(tmp_path / "a.jpg")
    pixels = photo.pixels.copy()
    pixels[:20, :20] = 0
    with Sandbox() as sandbox, reading_with(sandbox):
        notes = write_photo(photo.with_pixels(pixels), tmp_path / "b.jpg", original)
        assert list((tmp_path / "temporary").iterdir())
    assert notes == ()
    again = read_photo(tmp_path / "b.jpg").pixels
    assert np.array_equal(again[40:, 40:], photo.pixels[40:, 40:])
    assert again[:16, :16].mean() < 8
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_jpeg_that_ends_the_patching_is_encoded_anew(misbehaving, make_photo, tmp_path):
    write_photo(make_photo(200, 300), tmp_path / "a.jpg")
    photo = read_photo(tmp_path / "a.jpg")
    with reading_with(misbehaving):
        notes = write_photo(photo, tmp_path / "b.jpg", Original.at(tmp_path / "a.jpg"))
    assert notes == ("b.jpg was encoded anew as a whole: its blocks could not be read.",)
    assert read_photo(tmp_path / "b.jpg").width == 300


def test_a_process_that_died_meanwhile_is_replaced(real, make_photo, tmp_path):
    write_photo(make_photo(), tmp_path / "a.png")
    with Sandbox() as sandbox:
        sandbox.photo(tmp_path / "a.png")
        os.kill(sandbox._reader._process._process.pid, signal.SIGKILL)
        time.sleep(0.1)
        assert sandbox.photo(tmp_path / "a.png").width == 128
        sandbox.close()
        assert sandbox.photo(tmp_path / "a.png").width == 128


def test_closing_does_not_wait_for_a_file_that_hangs(misbehaving, tmp_path):
    (tmp_path / "a.jpg").write_text("do well")
    misbehaving.photo(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_text("do hang " + "x" * 5_000_000)
    refused: list[str] = []

    def read() -> None:
        try:
            misbehaving.photo(tmp_path / "a.jpg")
        except BadInput as error:
            refused.append(str(error))

    thread = threading.Thread(target=read)
    thread.start()
    while misbehaving._reader._lent is None:
        time.sleep(0.01)
    time.sleep(0.2)
    start = time.monotonic()
    misbehaving.close()
    thread.join()
    assert time.monotonic() - start < 5
    assert refused == ["a.jpg made its reader fail and is refused. Export or copy it again."]


def test_threads_take_turns(real, make_photo, tmp_path):
    for number in range(4):
        write_photo(make_photo(64 + number), tmp_path / f"{number}.png")
    heights: dict[int, int] = {}

    def read(number: int) -> None:
        heights[number] = real.photo(tmp_path / f"{number}.png").height

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heights == {number: 64 + number for number in range(4)}


def test_the_doctor_says_what_is_kept_from_it():
    from engine.machine import _reader

    assert _reader().ok
    assert _reader().found.startswith("in a process of its own; kept from it: ")


def test_a_process_that_cannot_start_is_said():
    with Sandbox(program="engine.sandbox.absent") as sandbox, pytest.raises(MachineError, match="could not be started"):
        sandbox.held()


def test_it_ends_with_the_program(tmp_path):
    program = """
import sys, time
from engine.sandbox import Sandbox
sandbox = Sandbox()
sandbox.held()
print(sandbox._reader._process._process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.kill()
    end = time.monotonic() + 5
    while time.monotonic() < end and Path(f"/proc/{pid}/stat").exists():
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":  # nobody has asked for it yet
            break
        time.sleep(0.02)
    else:
        assert not Path(f"/proc/{pid}").exists(), "the process outlived its program"


def test_time_grows_with_the_file():
    limits = Limits()
    assert limits.seconds_for(10_000) < 5
    assert limits.seconds_for(5_000_000) > 40
    assert limits.seconds_for(10**10) == limits.longest
