"""Instructions for which there is no operation, because they are carried out elsewhere: framing, size and undoing.

The planner knows none of these and would plan the nearest edit instead. An instruction is refused only where each of
its clauses is one of these wishes for the photo as a whole; one that names a thing ("crop the dog out", "rotate the
cup"), or a reference, is the planner's.
"""

from __future__ import annotations

import re

from engine.errors import BadInput
from engine.values import MARKER, PHOTO_MARKER

_PHOTO = (
    r"(?:(?:the|this|that|my|our|whole|entire|full) )*(?:photo|photograph|picture|image|pic|shot|frame)(?: itself)?"
)
_SCREEN = _PHOTO.replace("|frame", "")  # a frame can be a thing in the photo
_WHOLE = rf"(?:{_PHOTO}|it|this|that|everything)"
_HORIZON = r"(?:(?:the|this|my) )?(?:(?:crooked|tilted|slanted|sloping|skewed) )?horizon(?: line)?"
_SLOPING = r"(?:crooked|tilted|slanted|sloping|skewed|not (?:straight|level|horizontal))"
_SIDE = (
    r"(?:the )?(?:(?:(?:outer|black|white) )?(?:edge|border|margin|side)s?"
    r"|(?:left|right|top|bottom|upper|lower)(?: (?:side|edge|border|half|third|part))?)"
)
_BIT = (
    r"(?:a bit|a little|slightly|some|more|by half|(?:by )?\d+(?:\.\d+)? ?(?:%|percent|px|pixels|mm|cm|°|deg|degrees?))"
)
_RATIO = r"\d+(?:\.\d+)? ?(?:[:x/×]|by|to) ?\d+(?:\.\d+)?"
_SHAPE = rf"(?:square|tight|tighter|close|closer|portrait|landscape|panoramic|{_RATIO})"
_HOW = r"(?:to|into|as|by|down|for|so|at|until)\b.*"  # says how, not what
_TURNED = (
    r"(?:(?:to the )?(?:left|right)|back|around|over|the other way|(?:counter|anti)?[ -]?clockwise|upside[ -]?down"
    rf"|sideways|on its side|(?:by )?a quarter(?: turn)?|{_BIT})"
)
_PIXELS = r"\d+ ?(?:px|pixels?|mp|megapixels?|[x×] ?\d+(?: ?(?:px|pixels?))?)(?: (?:wide|tall|high|across))?"
_SIZES = r"(?:resize|rescale|downscale|downsize)"
_LAST = r"(?:the |my |your |that )?(?:last|previous|latest)(?: (?:one|edit|change|step|action|thing))?"
_EDITS = r"(?:(?:the|my|your|all) )*(?:edit|change|step)s?"
_BEFORE = rf"(?:{_PHOTO}|the (?:original|previous|last|first)(?: (?:photo|picture|image|version|one|state))?)"

_CROP_TOOL = "Take the crop tool (Shift+C), or run: overtone crop"
CROP = ("Cropping is not done by words.", _CROP_TOOL)
TURN = ("Turning the photo is not done by words.", _CROP_TOOL)
STRAIGHTEN = ("Straightening is not done by words.", _CROP_TOOL)
MIRROR = ("Photos are not mirrored here.", "Only a picture placed on the photo is, with F.")
SIZE = (
    "The photo's size is not changed by words.",
    'Choose it in Export (Ctrl+E); "expand" adds room around the photo.',
)
UNDO = ("Undoing is not done by words.", "Take Undo (Ctrl+Z), or hide or delete the edit in the history.")
REDO = ("Redoing is not done by words.", "Take Redo (Ctrl+Shift+Z).")

WISHES: tuple[tuple[tuple[str, str], tuple[str, ...]], ...] = (  # what to say, and the clauses that it answers
    (
        CROP,
        (
            rf"(?:re-?)?crop(?: {_WHOLE})?(?: (?:in|a square|{_SHAPE}|{_BIT}))*(?: {_HOW})?",
            r"(?:crop|zoom) (?:in )?(?:on|around|close|closer|tight|tighter)\b.*|zoom in(?: (?:to|a bit|more)\b.*)?",
            rf"crop(?: off| out| away)?(?: {_BIT})?(?: off| from| of)? {_SIDE}(?: (?:of|from) {_PHOTO})?"
            rf"(?: (?:{_BIT}|off|away))*",
            rf"(?:(?:make|do|try|apply|give) (?:{_WHOLE} |me )?)?(?:a )?{_SHAPE} crop",
            rf"make {_WHOLE} (?:a )?(?:square|{_RATIO})(?: format| ratio| shape)?",
            rf"(?:change|set) (?:the )?(?:aspect ratio|format|orientation)(?: of {_PHOTO})?(?: to (?:a )?{_SHAPE})?",
            rf"reframe(?: {_WHOLE})?(?: {_HOW})?",
        ),
    ),
    (
        TURN,
        (
            rf"rotate(?: {_WHOLE})?(?: {_TURNED})*(?: (?:by|for|so|until) .*)?",
            rf"turn (?:{_WHOLE}(?: (?:by )?(?!around|over|back|some|more){_TURNED})+)",
        ),
    ),
    (
        STRAIGHTEN,
        (
            rf"(?:straighten|level|untilt|deskew)(?: (?:out|up))?(?: (?:{_WHOLE}|{_HORIZON}))(?: (?:out|up|{_BIT}))*"
            rf"(?: {_HOW})?",
            r"straighten",
            rf"(?:make|get) (?:{_WHOLE}|{_HORIZON}) (?:straight|level|horizontal)",
            rf"(?:fix|correct) {_HORIZON}",
            rf"(?:{_PHOTO}|it|{_HORIZON})(?: is|'s| looks) {_SLOPING}",
        ),
    ),
    (
        MIRROR,
        (
            rf"(?:flip|mirror)(?: {_WHOLE})?"
            r"(?: (?:horizontal|vertical|horizontally|vertically|upside[ -]?down|over|around|left to right|sideways))*",
            r"(?:(?:do|make) )?(?:a )?(?:horizontal|vertical) (?:flip|mirror)",
        ),
    ),
    (
        SIZE,
        (
            rf"{_SIZES}(?: it| this)?|{_SIZES}(?: {_PHOTO})?(?: {_HOW})?",
            rf"(?:scale|shrink|size)(?: down)? {_SCREEN}(?: size)?(?: {_HOW})?",
            rf"reduce {_SCREEN}(?: size| in size)?(?: (?:to|by) (?:half|\d).*)?",
            rf"(?:{_SIZES}|scale|shrink|reduce|make) (?:it|this|{_PHOTO}) (?:down )?(?:to )?{_PIXELS}",
            rf"make {_SCREEN} smaller",
            r"(?:change|set|reduce) the (?:(?:file|image|photo|picture) size|resolution|dimensions)"
            rf"(?: of {_PHOTO})?(?: (?:to|by) .*)?",
        ),
    ),
    (
        UNDO,
        (
            rf"undo(?: {_WHOLE}| all(?: of it)?| {_LAST}| {_EDITS}| what you (?:just )?did)?",
            r"(?:remove|delete|discard|cancel|take back) (?:the|my|your) (?:last|previous|latest) (?:edit|change)",
            rf"(?:revert|reset|roll ?back)(?: {_WHOLE}| {_LAST}| {_EDITS})?(?: (?:back )?to {_BEFORE})?",
            rf"(?:go|change it) back(?: (?:a|one) step| to {_BEFORE})?",
            r"start (?:over|again)|take that back|ctrl[ +-]?z",
        ),
    ),
    (REDO, (r"redo|ctrl[ +-]?(?:shift[ +-]?z|y)",)),
)
_POLITE = (
    "please|pls|now|then|just|ok|okay|hey|can you|could you|would you|will you|can we|let's|lets|i want to"
    "|i want you to|i would like to|i would like you to|i'd like to|i'd like you to"
)
_BEGINNING = re.compile(rf"(?:(?:{_POLITE})(?:[ ,]+|$))+")
_END = re.compile(r"(?:(?:^|[ ,]+)(?:please|pls|now|for me|thanks|thank you|if you can))+$")
_BETWEEN = re.compile(r"[,.;:!?]+(?:\s|$)|\s(?:and|then|but|&|\+)\s")


def refuse_elsewhere(text: str) -> None:
    """Refuse an instruction that as a whole asks for what is done elsewhere.

    Parameters
    ----------
    text
        The instruction, with its markers.

    Raises
    ------
    BadInput
        Saying what is not done by words, with where it is done.
    """
    said = text.lower().replace("’", "'").replace(PHOTO_MARKER, "the photo")
    if MARKER.search(said):
        return
    wishes = [_wish(clause) for clause in map(_bare, _BETWEEN.split(said)) if clause]
    if wishes and wishes[0] is not None and None not in wishes:
        raise BadInput(*wishes[0])


def _bare(clause: str) -> str:
    """A clause without what is only polite."""
    words = " ".join(clause.split())
    polite = _BEGINNING.match(words)
    return _END.sub("", words[polite.end() :] if polite else words).strip(" ,'\"-–—")


def _wish(clause: str) -> tuple[str, str] | None:
    """What to say to a clause that asks for framing, size or undoing; nothing for any other."""
    for said, patterns in WISHES:
        if any(re.fullmatch(pattern, clause) for pattern in patterns):
            return said
    return None
