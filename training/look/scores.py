"""Ten traditional tunes as scale degrees, and their rendering: fast and major, or slow and minor.

Rendered with fluidsynth and the TimGM6mb sound font (Debian packages fluidsynth, timgm6mb-soundfont) where they are;
elsewhere with a small additive synthesizer of our own, so that the measurement runs anywhere.
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile

RATE = 44100
SOUND_FONT = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
Character = Literal["fast major", "slow minor"]


@dataclass(frozen=True)
class Score:
    """A tune.

    Attributes
    ----------
    name
        The song.
    tune
        Tokens "degree:beats"; degree 1 is the tonic, 8 its octave, 0 and below lie under it, r is a rest.
    key
        MIDI number of the tonic.
    program
        General MIDI instrument of the tune (0-based), the same for both characters.
    """

    name: str
    tune: tuple[str, ...]
    key: int
    program: int


def scores() -> tuple[Score, ...]:
    """The ten tunes of ``scores.json``."""
    rows = json.loads(Path(__file__).with_name("scores.json").read_text(encoding="utf-8"))
    return tuple(Score(row["name"], tuple(row["tune"]), row["key"], row["program"]) for row in rows)


@dataclass(frozen=True)
class Note:
    """A note: start and length in seconds, MIDI pitch, velocity 1 to 127, MIDI channel."""

    start: float
    length: float
    pitch: int
    velocity: int
    channel: int


def _pitch(key: int, degree: int, scale: tuple[int, ...]) -> int:
    octave, step = divmod(degree - 1, 7)
    return key + 12 * octave + scale[step]


def notes(score: Score, character: Character, seconds: float = 24.0) -> list[Note]:
    """The tune over chords and a bass, repeated until ``seconds`` are full.

    Fast and major: 144 beats a minute, short notes, a chord on each beat. Slow and minor: 56 beats, long notes a fourth
    lower, one soft chord in two beats. Only key, tempo, register and touch differ.
    """
    fast = character == "fast major"
    scale = MAJOR if fast else MINOR
    beat = 60 / (144 if fast else 56)
    key = score.key if fast else score.key - 5
    loud = 96 if fast else 62
    out: list[Note] = []
    at = 0.0
    while at * beat < seconds:
        melody: list[tuple[float, float, int]] = []
        for token in score.tune:
            name, beats = token.split(":")
            if name != "r":
                melody.append((at, float(beats), int(name)))
            at += float(beats)
        for start, beats, degree in melody:
            held = 0.75 if fast else 1.0
            out.append(Note(start * beat, beats * beat * held, _pitch(key, degree, scale), loud, 0))
        first, last = melody[0][0], at
        step = 1.0 if fast else 2.0
        for start in np.arange(np.floor(first), last, step):
            root = _chord([degree for begin, _, degree in melody if int(begin // 2) == int(start // 2)])
            triad = [_pitch(key - 12, root + third, scale) for third in (0, 2, 4)]
            out.extend(Note(start * beat, step * beat * 0.8, pitch, loud - 26, 1) for pitch in triad)
            out.append(Note(start * beat, step * beat * 0.9, _pitch(key - 24, root, scale), loud - 16, 2))
    return [note for note in out if note.start < seconds]


def _chord(degrees: list[int]) -> int:
    """Root, among tonic, fourth and fifth, of the triad that holds most of these degrees."""
    held = {(degree - 1) % 7 for degree in degrees}
    return max((1, 4, 5), key=lambda root: len(held & {(root - 1 + third) % 7 for third in (0, 2, 4)}) - 0.01 * root)


def render(score: Score, character: Character, seconds: float = 24.0) -> tuple[np.ndarray, int, str]:
    """``(n,)`` float32 samples, their rate, and the name of the synthesizer."""
    played = notes(score, character, seconds)
    programs = (score.program, 0, 32)
    if shutil.which("fluidsynth") and SOUND_FONT.exists():
        return _fluidsynth(_midi(played, programs)), RATE, "fluidsynth"
    return _additive(played, programs), RATE, "own additive synthesizer"


def _midi(played: list[Note], programs: tuple[int, ...]) -> bytes:
    """Standard MIDI file, type 0, a tick being a millisecond."""
    events = [(0, bytes([0xC0 | channel, program])) for channel, program in enumerate(programs)]
    for note in played:
        events.append((round(note.start * 1000), bytes([0x90 | note.channel, note.pitch, note.velocity])))
        events.append((round((note.start + note.length) * 1000), bytes([0x80 | note.channel, note.pitch, 0])))
    track, now = bytearray(b"\x00\xff\x51\x03\x07\xa1\x20"), 0
    for tick, event in sorted(events, key=lambda item: (item[0], item[1][0] & 0xF0 != 0xC0, item[1][0] & 0x10)):
        wait, digits = tick - now, [(tick - now) & 0x7F]
        while wait := wait >> 7:
            digits.insert(0, (wait & 0x7F) | 0x80)
        track += bytes(digits) + event
        now = tick
    track += b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 500) + b"MTrk" + struct.pack(">I", len(track)) + bytes(track)


def _fluidsynth(midi: bytes) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        score, sound = Path(folder) / "score.mid", Path(folder) / "score.wav"
        score.write_bytes(midi)
        command = [
            "fluidsynth",
            "-ni",
            "-q",
            "-r",
            str(RATE),
            "-g",
            "0.6",
            "-F",
            str(sound),
            str(SOUND_FONT),
            str(score),
        ]
        subprocess.run(command, check=True, capture_output=True)
        samples, _rate = soundfile.read(sound, dtype="float32", always_2d=True)
    return _levelled(samples.mean(axis=1))


def _additive(played: list[Note], programs: tuple[int, ...]) -> np.ndarray:
    """Harmonics with an attack and a decay per note; instruments differ in the fall of their harmonics."""
    total = max(note.start + note.length for note in played) + 1.0
    out = np.zeros(int(total * RATE) + 1, np.float32)
    for note in played:
        length = note.length + 0.25
        t = np.arange(int(length * RATE)) / RATE
        frequency = 440 * 2 ** ((note.pitch - 69) / 12)
        fall = 1.0 + (programs[note.channel] % 5) * 0.25
        harmonics = [n for n in range(1, 10) if n * frequency < RATE / 2]
        tone = sum(np.sin(2 * np.pi * n * frequency * t + n) / n**fall * np.exp(-t * n * 0.6) for n in harmonics)
        shape = np.minimum(t / 0.012, 1) * np.clip((length - t) / 0.2, 0, 1)
        begin = int(note.start * RATE)
        out[begin : begin + len(t)] += (tone * shape * note.velocity / 127).astype(np.float32)
    return _levelled(out)


def _levelled(samples: np.ndarray) -> np.ndarray:
    """Peak at 0.7, so that loudness of the file says nothing."""
    return (samples * (0.7 / max(float(np.abs(samples).max()), 1e-6))).astype(np.float32)


def white_noise(seconds: float = 12.0, seed: int = 0) -> np.ndarray:
    """``(n,)`` float32 at :data:`RATE`."""
    return (np.random.default_rng(seed).standard_normal(int(seconds * RATE)) * 0.2).astype(np.float32)
