"""How the tasks of multi-modal instructions are worded: for each at least a hundred templates, made of two parts.

``{caption}`` stands for what the picture shows, ``{refs}`` for the markers of all references of a subject; other
markers stand as they are read (Instruct-Imagen, section 3.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from engine.values import marker

_MAKE = (
    "Make",
    "Create",
    "Generate",
    "Produce",
    "Render",
    "Please make",
    "I would like",
    "I want",
    "Give me",
    "Show me",
)
_PICTURE = (
    "a picture of {caption}",
    "an image of {caption}",
    "a photo of {caption}",
    "a photograph of {caption}",
    "a picture that shows {caption}",
    "an image that shows {caption}",
    "a view of {caption}",
    "a scene with {caption}",
    "a picture: {caption}",
    "{caption}",
)
_LED = ("Follow", "Keep to", "Use", "Be guided by", "Start from", "Work from", "Respect", "Take", "Obey", "Stick to")


def _control(said: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of a map: how it is named, and what it leads to."""
    return tuple(f"{verb} the {said} in [ref#1]" for verb in _LED), (
        " and show {caption}",
        " to make a picture of {caption}",
        " for an image of {caption}",
        " to generate {caption}",
        " and create a photo of {caption}",
        ". The picture shows {caption}",
        ". What is wanted: {caption}",
        ", with {caption}",
        " as the layout of {caption}",
        " for {caption}",
    )


@dataclass(frozen=True)
class Wording:
    """The templates of a task.

    Attributes
    ----------
    first, second
        Every one of the first with every one of the second is a template.
    roles
        What is said of each reference behind its marker, in all the ways that it is said; the names of pictures are
        used besides where ``named``.
    named
        Whether a reference may be called by what it shows.
    """

    first: Sequence[str]
    second: Sequence[str]
    roles: tuple[tuple[str, ...], ...] = ()
    named: bool = False

    @property
    def templates(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(one + two for one, two in product(self.first, self.second))


_SUBJECT = (
    "Show {refs} in this scene: ",
    "Put {refs} here: ",
    "Make a picture with {refs}: ",
    "Create an image of {refs}: ",
    "Take the subject of {refs}. ",
    "The subject is {refs}. ",
    "Keep {refs} as it looks. ",
    "With {refs} as the subject, ",
    "Generate {refs} anew: ",
    "Look at {refs}. ",
)
_SCENE = (
    "{caption}",
    "a picture of {caption}",
    "an image of {caption}",
    "a photo of {caption}",
    "make {caption}",
    "show {caption}",
    "paint the scene of {caption}",
    "what is seen is {caption}",
    "the picture shows {caption}",
    "it is part of {caption}",
)
_STYLED = (
    " in the style of [ref#1]",
    ", styled like [ref#1]",
    " painted as in [ref#1]",
    " with the look of [ref#1]",
    " that looks like [ref#1] in style",
    ", drawn the way of [ref#1]",
    " in the manner of [ref#1]",
    " following the style image [ref#1]",
    ", with [ref#1] as its style",
    " after the example of [ref#1]",
)
_RESTYLE = (
    "Change [ref#2]",
    "Restyle [ref#2]",
    "Render [ref#2]",
    "Repaint [ref#2]",
    "Redraw [ref#2]",
    "Turn [ref#2] into a picture",
    "Make [ref#2] look",
    "Show [ref#2]",
    "Keep what [ref#2] shows, but paint it",
    "Take the content of [ref#2] and draw it",
)
_LIKE = (
    " in the style of [ref#1]",
    " like [ref#1]",
    " with the style of [ref#1]",
    " in the manner of [ref#1]",
    " as in [ref#1]",
    " the way [ref#1] is made",
    " with the strokes and colours of [ref#1]",
    " following the style image [ref#1]",
    " after [ref#1]",
    " with [ref#1] as the style",
)
_STYLE = ("style image", "style")  # the paper's words and the editor's own
WORDINGS: Mapping[str, Wording] = {
    "text": Wording([f"{make} " for make in _MAKE], _PICTURE),
    "depth": Wording(*_control("depth"), roles=(("depth map", "depth image"),)),
    "mask": Wording(*_control("mask"), roles=(("mask", "object mask"),)),
    "edge": Wording(*_control("edges"), roles=(("edge map", "edge image"),)),
    "sketch": Wording(*_control("sketch"), roles=(("sketch", "sketch image"),)),
    "subject": Wording(_SUBJECT, _SCENE, roles=(("subject",),), named=True),
    "style": Wording([f"{make} " for make in _MAKE], [f"{{caption}}{each}" for each in _STYLED], roles=(_STYLE,)),
    "transfer": Wording(_RESTYLE, _LIKE, roles=(_STYLE, ("content image", "content"))),
}


def listed(count: int) -> str:
    """``[ref#1], [ref#2] and [ref#3]``."""
    names = [marker(number) for number in range(1, count + 1)]
    return names[0] if count == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
