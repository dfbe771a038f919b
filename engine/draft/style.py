"""Style: of a reference picture, or one of the hand-made styles named in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.draft import style_paint
from engine.draft.style_colour import transfer_colour
from engine.draft.style_paint import Filter
from engine.draft.style_texture import handmade, transfer_texture
from engine.errors import BadInput

Embed = Callable[[Sequence[str]], np.ndarray]
"""From n texts to ``(n, 384)`` unit vectors."""

OTHER_THINGS = (
    "vintage film", "film noir", "a photograph", "a machine", "washing", "a beach", "chalk cliffs", "an oil refinery",
    "a happy mood", "golden hour light", "a computer", "night", "winter",
)  # fmt: skip
"""What words may mean besides a hand-made style: a look, or a thing."""

LEAST_LIKENESS = 0.5
"""Cosine under which words name none of the styles; chosen on names of styles and of other things (see the tests)."""


@dataclass(frozen=True)
class Family:
    """A style that can be painted.

    Attributes
    ----------
    name
        As told to the user.
    examples
        Phrases that mean it; words are compared with each of them.
    paint
        The filter.
    """

    name: str
    examples: tuple[str, ...]
    paint: Filter


FAMILIES: tuple[Family, ...] = (
    Family(
        "oil painting",
        (
            "oil painting",
            "oil on canvas",
            "impressionist painting",
            "an old master painting",
            "thick brush strokes",
            "like Van Gogh",
            "like Monet",
            "a painting",
            "a renaissance painting",
            "Rembrandt",
            "impasto",
        ),
        style_paint.oil,
    ),
    Family(
        "watercolour",
        ("watercolour", "watercolor painting", "aquarelle", "watercolour paper", "gouache", "water colours"),
        style_paint.watercolour,
    ),
    Family(
        "pencil sketch",
        ("pencil sketch", "pencil drawing", "graphite drawing", "a sketch", "hand-drawn sketch", "a drawing"),
        style_paint.pencil,
    ),
    Family(
        "coloured pencil",
        ("coloured pencil drawing", "colored pencils", "crayon drawing", "crayons"),
        style_paint.coloured_pencil,
    ),
    Family(
        "charcoal", ("charcoal drawing", "charcoal", "smudged charcoal sketch", "black chalk"), style_paint.charcoal
    ),
    Family(
        "ink drawing",
        ("ink drawing", "pen and ink", "line art", "engraving", "etching", "woodcut", "black line drawing"),
        style_paint.ink,
    ),
    Family(
        "comic", ("comic", "comic book", "cartoon", "graphic novel", "manga", "anime", "cel shading"), style_paint.comic
    ),
    Family(
        "poster",
        (
            "poster",
            "pop art",
            "screen print",
            "like Andy Warhol",
            "flat vector art",
            "japanese woodblock print",
            "retro poster",
            "stencil",
        ),
        style_paint.poster,
    ),
    Family("pastel", ("pastel drawing", "chalk pastel", "soft pastels", "chalk drawing"), style_paint.pastel),
    Family("pointillism", ("pointillism", "painted with dots", "like Seurat", "stippling"), style_paint.pointillism),
    Family("pixel art", ("pixel art", "8-bit video game", "retro game graphics", "pixelated"), style_paint.pixel_art),
)


def transfer(
    rgb: np.ndarray, reference_rgb: np.ndarray, strength: float = 1.0, seed: int = 0, texture: float | None = None
) -> np.ndarray:
    """Give a photo the colours of a reference and, when that is painted or drawn, its texture; structure stays.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, 0 to 1, display-encoded: the photo, or a small copy of it.
    reference_rgb
        ``(h, w, 3)`` float32, of any size.
    strength
        0 (the photo, bit for bit) to 1.
    seed
        Of the choice among equally good texture patches.
    texture
        How much of the reference's texture is laid in, 0 to 1; absent means as far as it looks hand-made.
    """
    rgb = np.asarray(rgb, np.float32)
    if strength <= 0:
        return rgb.copy()
    reference_rgb = np.asarray(reference_rgb, np.float32)
    strength = min(strength, 1.0)
    marks = (handmade(reference_rgb) if texture is None else texture) * strength
    graded = transfer_colour(rgb, reference_rgb, strength, seed)
    return transfer_texture(graded, reference_rgb, marks, seed) if marks > 0.05 and min(rgb.shape[:2]) >= 48 else graded


def choose(phrase: str, embed: Embed) -> Family:
    """The style that words name.

    Parameters
    ----------
    phrase
        "watercolour", "like a comic book".
    embed
        Turns texts to unit vectors.

    Raises
    ------
    BadInput
        When they name none; the hint lists those that can be made.
    """
    likeness = likenesses(phrase, embed)
    best = max(likeness, key=lambda name: likeness[name])
    words, *others = embed([phrase, *OTHER_THINGS])
    if likeness[best] < max(LEAST_LIKENESS, *(float(words @ other) for other in others)):
        names = ", ".join(family.name for family in FAMILIES)
        raise BadInput(
            f"No style is known as “{phrase}”.", f"Name one of {names}, or give a picture in that style as a reference."
        )
    return next(family for family in FAMILIES if family.name == best)


def likenesses(phrase: str, embed: Embed) -> Mapping[str, float]:
    """Cosine of the words with the nearest example of each style."""
    examples = [example for family in FAMILIES for example in family.examples]
    vectors = embed([phrase, *examples])
    scores = iter((vectors[1:] @ vectors[0]).tolist())
    return {family.name: max(next(scores) for _ in family.examples) for family in FAMILIES}


def paint(rgb: np.ndarray, family: Family, strength: float = 1.0, seed: int = 0) -> np.ndarray:
    """The photo in a hand-made style.

    Marks have a size in parts of the picture, so a small copy and a large one look alike; run it at the size at which
    the marks should be sharp.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, 0 to 1, display-encoded.
    family
        From :func:`choose`.
    strength
        0 (the photo, bit for bit) to 1.
    seed
        Of paper, bristles and dots.
    """
    rgb = np.asarray(rgb, np.float32)
    if strength <= 0:
        return rgb.copy()
    painted = family.paint(rgb, seed)
    return painted if strength >= 1 else rgb + strength * (painted - rgb)


def from_words(rgb: np.ndarray, phrase: str, embed: Embed, strength: float = 1.0, seed: int = 0) -> np.ndarray:
    """:func:`choose`, then :func:`paint`."""
    return paint(rgb, choose(phrase, embed), strength, seed)
