"""Sounds of any rate and channel count, and those that are refused."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from engine.errors import BadInput
from engine.files import read_sound, sniff
from engine.values import Media


def tone(seconds: float, rate: int, channels: int = 1) -> np.ndarray:
    t = np.arange(int(seconds * rate)) / rate
    return np.repeat((0.5 * np.sin(2 * np.pi * 440 * t))[:, None], channels, axis=1).astype(np.float32)


@pytest.mark.parametrize(
    ("rate", "channels", "suffix"), [(8_000, 1, ".wav"), (44_100, 2, ".flac"), (48_000, 6, ".wav"), (22_050, 1, ".ogg")]
)
def test_any_rate_arrives_at_16_khz(tmp_path, rate, channels, suffix):
    path = tmp_path / f"a{suffix}"
    soundfile.write(path, tone(1.5, rate, channels), rate)
    sound = read_sound(path)
    assert sound.rate == 16_000
    assert sound.samples.shape[1] == min(channels, 2)
    assert abs(len(sound.samples) / sound.rate - 1.5) < 0.05
    spectrum = np.abs(np.fft.rfft(sound.samples[:, 0]))
    assert abs(np.argmax(spectrum) * 16_000 / len(sound.samples) - 440) < 2
    assert sniff(path) is Media.sound


def test_long_files_are_read_whole(tmp_path):
    samples = tone(65, 8_000)
    soundfile.write(tmp_path / "long.wav", samples, 8_000)
    assert abs(read_sound(tmp_path / "long.wav").seconds - 65) < 0.01
    assert len(read_sound(tmp_path / "long.wav").samples) > 64.9 * 16_000


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        (np.zeros((16_000, 1), np.float32), "silent"),
        (np.full((16_000, 1), np.nan, np.float32), "not numbers"),
        (np.empty((0, 1), np.float32), "holds no sound"),
    ],
)
def test_silent_nan_and_empty_are_refused(tmp_path, samples, says):
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="FLOAT")
    with pytest.raises(BadInput, match=says):
        read_sound(tmp_path / "a.wav")


def test_a_picture_and_a_tag_without_sound_are_refused(make_photo, tmp_path):
    from engine.files import write_photo

    write_photo(make_photo(), tmp_path / "a.png")
    with pytest.raises(BadInput, match="not a sound"):
        read_sound(tmp_path / "a.png")
    (tmp_path / "cover.mp3").write_bytes(b"ID3\x04\x00\x00\x00\x00\x02\x00" + b"APIC" + b"\0" * 400)
    with pytest.raises(BadInput, match="cannot be read as sound"):
        read_sound(tmp_path / "cover.mp3")
    soundfile.write(tmp_path / "cut.flac", tone(1, 16_000), 16_000)
    (tmp_path / "cut.flac").write_bytes((tmp_path / "cut.flac").read_bytes()[:30])
    with pytest.raises(BadInput, match=r"cut\.flac"):
        read_sound(tmp_path / "cut.flac")


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 200), (100, 1), (2_000_000, 2)])
def test_what_no_recording_has_is_refused(tmp_path, rate, channels):
    soundfile.write(tmp_path / "odd.wav", np.ones((50, channels), np.float32), rate)
    with pytest.raises(BadInput, match=rf"odd\.wav claims {channels} channels at {rate} Hz"):
        read_sound(tmp_path / "odd.wav")


def test_half_an_hour_is_read_in_little_memory_and_time(tmp_path):
    soundfile.write(tmp_path / "talk.flac", np.tile(tone(1, 8_000), (1_800, 1)), 8_000)
    sound = read_sound(tmp_path / "talk.flac")
    assert abs(sound.seconds - 1_800) < 0.01
    assert len(sound.samples) == 1_800 * 16_000
    assert sound.notes == ()
