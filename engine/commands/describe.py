"""``overtone describe`` and ``overtone embed``: what the encoder sees, hears and reads, as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.common import EngineOption, say_json
from engine.describing import description
from engine.errors import BadInput
from engine.files import read_reference, read_sound, sniff
from engine.values import Media

if TYPE_CHECKING:
    from engine.encode import Encoder
    from engine.encode.studio import StudioEncoder

_FILE_ENDINGS = frozenset(
    ".jpg .jpeg .png .gif .tif .tiff .webp .heic .avif .jxl .dng .wav .flac .ogg .opus .mp3 .m4a .aif .aiff".split()
)


def describe(
    file: Annotated[Path, typer.Argument(help="Picture or sound.")],
    engine: EngineOption = "starter",
) -> None:
    """Print what the encoder sees or hears in a file: names with scores and, for sounds, their mood."""
    media = sniff(file)
    say_json({"file": str(file), **description(_encoder(engine), file, media)})


def embed(
    target: Annotated[str, typer.Argument(metavar="FILE|TEXT", help="Picture, sound or words.")],
    engine: EngineOption = "starter",
) -> None:
    """Print the embedding of a file or of words, in the engine's own space."""
    path = Path(target)
    if path.suffix.lower() in _FILE_ENDINGS and not path.exists():
        raise BadInput(f"There is no file {target}.", "Check the path, or leave the ending off to embed words.")
    if not target.strip():
        raise BadInput("There is nothing to embed.", "Give a file or some words.")
    media = sniff(path) if _is_file(path) else None
    say_json(embedding(_encoder(engine), target, media))


def embedding(encoder: Encoder | StudioEncoder, target: str, media: Media | None) -> dict[str, Any]:
    """Kind, norm and vector of a file, or of words when ``media`` is absent."""
    if media is None:
        kind, vector = "text", encoder.text([target])[0]
    elif media is Media.image:
        picture = read_reference(Path(target))
        kind, vector = "picture", encoder.pictures([(picture.floats(), picture.transparency)])[0]
    else:
        sound = read_sound(Path(target))
        heard = encoder.sound(sound.samples, sound.rate)
        kind, vector = heard.kind, heard.vector
    values = [round(float(value), 6) for value in vector]
    norm = sum(value * value for value in values) ** 0.5
    return {"kind": kind, "norm": round(norm, 4), "vector": values}


def _encoder(name: str) -> Encoder | StudioEncoder:
    """The encoder of a bundle; torch is imported here and not before."""
    from engine.bundle import Bundle
    from engine.parts import Parts

    return Parts(Bundle.open(name)).seeing


def _is_file(path: Path) -> bool:
    """Whether a path is there; words too long for a file name are not."""
    try:
        return path.exists()
    except OSError:
        return False
