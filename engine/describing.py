"""What the encoder sees or hears in a file, as plain values for people and programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.files import read_reference, read_sound
from engine.values import Media

if TYPE_CHECKING:
    from engine.encode import Encoder
    from engine.encode.studio import StudioEncoder


def description(encoder: Encoder | StudioEncoder, file: Path, media: Media) -> dict[str, Any]:
    """Kind, labels and, for sounds, length and mood; scores and quantities lie in 0 to 1."""
    if media is Media.image:
        picture = read_reference(file)
        seen = encoder.describe_picture(picture.floats(), picture.transparency)
        return {"kind": "picture", "labels": _labels(seen.labels)}
    sound = read_sound(file)
    heard = encoder.sound(sound.samples, sound.rate)
    return {
        "kind": heard.kind,
        "seconds": round(sound.seconds, 2),
        "labels": _labels(heard.labels or (("noise", 1.0),)),
        "mood": {name: round(value, 3) for name, value in heard.mood.items()},
    }


def _labels(labels: tuple[tuple[str, float], ...]) -> list[dict[str, Any]]:
    return [{"name": name, "score": round(score, 3)} for name, score in labels]
