"""Builds ``music``: clips of at most 20 seconds at 22.05 kHz mono, with a mood guessed from onsets and brightness."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from engine.errors import MachineError
from training.data.licences import Licences
from training.data.pictures import fresh_folder, package_stem
from training.data.sound_files import PEAK, decode
from training.data.sources import Sources, run
from training.data.tables import Names, slug, write_rows

RATE = 22_050  # Hz
LENGTH = 20  # seconds
SHORTEST = 6  # seconds
RENDERING = 120.0  # seconds that a MIDI file may take: some repeat for ever
# files below the unpacked tree, seconds from their start at which clips begin
PLACES: Sequence[tuple[str, Sequence[int]]] = (
    ("gamine-data/usr/share/games/gamine/sounds/Bach*.ogg", (10, 90)),
    ("tomatoes-data/usr/share/**/*.it", (10, 70)),
    ("zaz-data/usr/share/games/zaz/mus*.ogg", (40,)),
    ("hyperrogue-music/usr/share/hyperrogue/music/hr*.ogg", (15,)),
    ("lomiri-sounds/usr/share/sounds/lomiri/ringtones/*.ogg", (0,)),
    ("gcompris-rcc/gcompris/src/activities/explore_world_music/resource/music/*.ogg", (0,)),
    ("pushover-data/usr/share/pushover/themes/*.ogg", (20,)),
    ("fillets-ng-data/usr/share/games/fillets-ng/music/rybky*.ogg", (15,)),
    ("frozen-bubble-data/usr/share/games/frozen-bubble/snd/*zik*.ogg", (30,)),
    ("planetblupi-music-midi/usr/share/**/*.mid", (10,)),
    ("openttd-openmsx/usr/share/**/*.mid", (8,)),
)
# voices, near doubles, noises, and more of a kind than is needed
LEFT_OUT = re.compile(
    "italy|mexico|middleeast|africa|UBports|frozen-mainzik-2p|Alarm|Entropy|rybky11|rybky1[045]|toxcity|option|rybky0[79]|"
    "sakenointi|say_what|moo_|boogi|5432|music00[89]|careless|keep_on|busy_s|music00[367]|rybky0[36]|mechanic|introzik|"
    "Harmonics|Wooden|Harp|Wind|be_sharp|coconut|flying_sc|linns|mosey|no_work|run_for|slow_n|ttsong_iii|tttheme|ultimate|"
    "chugga"
)


@dataclass(frozen=True)
class Traits:
    """What the mood is guessed from: onsets per second, spectral centroid in Hz."""

    onsets: float
    centroid: float


@dataclass(frozen=True, eq=False)
class Clip:
    """A piece of a music file, with a fade at both ends."""

    package: str
    path: Path
    start: int
    samples: np.ndarray


def traits_of(samples: np.ndarray) -> Traits:
    """Onset rate by spectral flux and mean spectral centroid, from frames of 1024 samples."""
    size = 1024
    count = len(samples) // size
    spectrum = np.abs(np.fft.rfft(samples[: count * size].reshape(count, size) * np.hanning(size), axis=1)) + 1e-9
    mean = spectrum.mean(0)
    centroid = float((mean * np.fft.rfftfreq(size, 1 / RATE)).sum() / mean.sum())
    flux = np.maximum(0, np.diff(np.log(spectrum + 1e-3), axis=0)).mean(1)
    level = flux.mean() + flux.std()
    peaks = int(((flux[1:-1] > level) & (flux[1:-1] >= flux[:-2]) & (flux[1:-1] >= flux[2:])).sum())
    return Traits(peaks / (len(samples) / RATE), centroid)


def title_of(stem: str) -> str:
    """A piece's title from its file name."""
    title = re.sub(r"_?redfarn|_?imuh3|^hr3?-|_bw", "", stem).replace("savino-", "").replace("domina-", "")
    title = title.replace("_", " ").replace("-", " ").strip()
    title = re.sub(r"^rybky0?(\d+)", r"Fish Fillets theme \1", title)
    title = re.sub(r"^mus(\d)$", r"Zaz theme \1", title)
    title = re.sub(r"^music00(\d)$", r"Planet Blupi theme \1", title)
    title = re.sub(r"^BachJS.*", "J. S. Bach, Brandenburg Concerto No. 2, 1st movement", title)
    return title[0].upper() + title[1:]


def _rendered(sources: Sources, path: Path) -> np.ndarray:
    """A MIDI file played with the packaged sound font."""
    fonts = sources.tree / "timgm6mb-soundfont/usr/share/sounds/sf2"
    font = next(iter(sorted(fonts.glob("*.sf2"))))
    with tempfile.TemporaryDirectory() as folder:
        wave = Path(folder) / "rendered.wav"
        try:
            run("fluidsynth", "-ni", "-q", "-g", "0.8", "-r", "44100", "-F", wave, font, path, seconds=RENDERING)
        except MachineError as error:
            if "missing" in error.message:
                raise
        return decode(wave, RATE)


def _clips(sources: Sources) -> Iterator[Clip]:
    for pattern, starts in PLACES:
        for path in sorted(sources.tree.glob(pattern)):
            if LEFT_OUT.search(str(path.relative_to(sources.tree))):
                continue
            samples = _rendered(sources, path) if path.suffix == ".mid" else decode(path, RATE)
            if len(samples) < SHORTEST * RATE:
                continue
            loud = np.where(np.abs(samples) > 0.01 * np.abs(samples).max())[0]
            samples = samples[loud[0] : loud[-1] + 1]
            for start in starts:
                reaches = len(samples) > (start + LENGTH) * RATE
                if not reaches and start != starts[0]:
                    continue
                clip = samples[start * RATE : (start + LENGTH) * RATE] if reaches else samples[-LENGTH * RATE :]
                clip = clip * (PEAK / (np.abs(clip).max() + 1e-9))
                fade = RATE // 10
                clip[:fade] *= np.linspace(0, 1, fade)
                clip[-fade:] *= np.linspace(1, 0, fade)
                yield Clip(pattern.split("/")[0].replace("gcompris-rcc", "gcompris-qt-data"), path, start, clip)


def _mood(onset_rank: float, centroid_rank: float) -> str:
    pace = "energetic" if onset_rank > 0.66 else "calm" if onset_rank < 0.33 else "moderate"
    light = "bright" if centroid_rank > 0.66 else "dark" if centroid_rank < 0.33 else "warm"
    return f"{pace}, {light}"


def _write_vorbis(samples: np.ndarray, file: Path) -> None:
    """Ogg Vorbis, quality 4, the same bytes each time."""
    with tempfile.TemporaryDirectory() as folder:
        wave = Path(folder) / "clip.wav"
        soundfile.write(wave, samples.astype(np.float32), RATE, subtype="PCM_16")
        exact = ("-fflags", "+bitexact")
        quality = ("-c:a", "libvorbis", "-q:a", "4")
        settings = ("-map_metadata", "-1", "-flags:a", "+bitexact", *exact, *quality)
        run("ffmpeg", "-v", "error", "-y", *exact, "-i", wave, *settings, file)


def build_music(sources: Sources) -> int:
    """Write the music clips and their table; returns how many."""
    folder = fresh_folder(sources.root / "music")
    licences, names = Licences(sources), Names()
    clips = list(_clips(sources))
    traits = [traits_of(clip.samples) for clip in clips]
    values = np.array([[trait.onsets, trait.centroid] for trait in traits])
    ranks = values.argsort(0).argsort(0) / max(1, len(clips) - 1)
    rows: list[dict[str, Any]] = []
    for clip, trait, rank in zip(clips, traits, ranks, strict=True):
        credit = licences.credit(clip.path)
        name = names.take(slug(f"{package_stem(clip.package)}_{clip.path.stem}"), ".ogg")
        _write_vorbis(clip.samples, folder / name)
        rows.append(
            {
                "file": f"music/{name}",
                "title": title_of(clip.path.stem),
                "seconds": round(len(clip.samples) / RATE, 2),
                "source_package": credit.package,
                "licence": credit.licence,
                "licence_class": credit.licence_class.value,
                "author": credit.author,
                "mood": _mood(*rank),
                "mood_source": "guessed from onset rate and brightness, not by listening",
                "onsets_per_second": round(trait.onsets, 2),
                "centroid_hz": round(trait.centroid),
                "start_s": clip.start,
                "rendered_midi": clip.path.suffix == ".mid",
                "source_path": sources.relative(clip.path),
            }
        )
    write_rows(sources.root, "music", rows)
    return len(rows)
