"""Words for what the engine says: operations as short phrases, steps as what is being done."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from engine.values import MARKER, PHOTO_MARKER, Media, Op, Operation, marker

CHIP = re.compile(rf"{MARKER.pattern}|{re.escape(PHOTO_MARKER)}")  # a marker in an instruction

translate = QCoreApplication.translate


def readable(text: str, title: Callable[[int], str]) -> str:
    """An instruction as the user reads it: ``‹#2 slow-piano›`` where ``[ref#2]`` stands; 0 titles the photo."""
    return CHIP.sub(lambda match: f"‹{title(int(match[1] or 0))}›", text)


def phrase(operation: Operation) -> str:
    """An operation as a readable chip, e.g. ``replace boat → [ref#1]``."""
    thing = operation.object
    new = marker(operation.ref) if operation.ref is not None else operation.target
    whole = thing or translate("wording", "whole photo")
    match operation.op:
        case Op.add:
            text = translate("wording", "add {0}").format(new or thing)
        case Op.replace:
            text = translate("wording", "replace {0} → {1}").format(thing, new)
        case Op.replace_background:
            text = translate("wording", "background → {0}").format(new or thing)
        case Op.remove:
            text = translate("wording", "remove {0}").format(thing)
        case Op.move:
            text = translate("wording", "move {0}").format(thing)
        case Op.scale:
            text = translate("wording", "resize {0}").format(thing)
        case Op.style:
            text = translate("wording", "style of {0} → {1}").format(whole, new)
        case Op.mood:
            text = translate("wording", "mood of {0} → {1}").format(whole, new)
        case Op.adjust:
            text = translate("wording", "adjust {0} → {1}").format(whole, operation.target or new)
        case Op.expand:
            text = translate("wording", "expand the frame")
        case Op.generate:
            text = translate("wording", "make {0}").format(new or thing)
        case Op.vary:
            text = translate("wording", "make a variation")
        case Op.restore:
            text = translate("wording", "restore {0}").format(whole)
        case Op.describe:
            text = translate("wording", "describe {0}").format(whole)
        case Op.fill:
            text = translate("wording", "fill {0}").format(thing)
    extras = [part for part in (operation.where, operation.amount) if part]
    return " · ".join([text.rstrip(" →"), *extras])


def roles(media: Media) -> dict[str, str]:
    """What a reference may be meant for: the word for the engine, and the words for the user."""
    sounds = {
        "": translate("wording", "Anything"),
        "mood": translate("wording", "Mood"),
        "subject": translate("wording", "The thing that sounds"),
    }
    pictures = {
        "": translate("wording", "Anything"),
        "subject": translate("wording", "Subject"),
        "style": translate("wording", "Style"),
        "background": translate("wording", "Background"),
        "mood": translate("wording", "Mood"),
        "colours": translate("wording", "Colours"),
    }
    return pictures if media is Media.image else sounds


def role_name(role: str) -> str:
    """A role in the user's words; empty for none."""
    return (roles(Media.sound) | roles(Media.image)).get(role, role) if role else ""


def step_name(key: str) -> str:
    """What the engine does in a step, for the progress line."""
    names = {
        "load": translate("wording", "Loading the engine"),
        "assemble": translate("wording", "Assembling the engine"),
        "encode": translate("wording", "Looking and listening"),
        "plan": translate("wording", "Planning"),
        "refine": translate("wording", "Refining the idea"),
        "ground": translate("wording", "Finding the place"),
        "draft": translate("wording", "Drafting"),
        "decode": translate("wording", "Painting"),
        "restore": translate("wording", "Restoring detail"),
        "composite": translate("wording", "Putting it into the photo"),
    }
    return names.get(key, key.capitalize())


def time_left(seconds: float) -> str:
    """How long something still takes, roughly."""
    if seconds < 90:
        nearest = 1 if seconds < 10 else 5
        return translate("wording", "about {0} s left").format(max(round(seconds / nearest) * nearest, 1))
    return translate("wording", "about {0} min left").format(round(seconds / 60))


def change_name(key: str) -> str:
    """A step of the history, for the Edit menu."""
    names = {
        "paint": translate("wording", "Brush Stroke"),
        "erase": translate("wording", "Eraser Stroke"),
        "clear mask": translate("wording", "Clear Mask"),
        "invert mask": translate("wording", "Invert Mask"),
        "select area": translate("wording", "Selected Area"),
        "select by words": translate("wording", "Selected by Words"),
        "select object": translate("wording", "Selected Object"),
        "grow mask": translate("wording", "Grow Mask"),
        "shrink mask": translate("wording", "Shrink Mask"),
        "feather mask": translate("wording", "Feather Mask"),
        "mask from file": translate("wording", "Mask from File"),
        "accept": translate("wording", "Accepted Edit"),
        "crop": translate("wording", "Crop"),
        "hide edit": translate("wording", "Hidden Edit"),
        "show edit": translate("wording", "Shown Edit"),
        "opacity": translate("wording", "Opacity of an Edit"),
        "delete edit": translate("wording", "Deleted Edit"),
        "run again": translate("wording", "Edit Run Again"),
        "edit mask": translate("wording", "Mask of an Edit"),
        "add references": translate("wording", "Added References"),
        "remove reference": translate("wording", "Removed Reference"),
        "rename reference": translate("wording", "Renamed Reference"),
        "reference role": translate("wording", "Reference’s Role"),
        "trim sound": translate("wording", "Trimmed Sound"),
    }
    return names.get(key, key)


def storage(size: int) -> str:
    """Bytes as a length of disk, ``84 MB``."""
    if size < 10**9:
        return translate("wording", "{0} MB").format(max(round(size / 10**6), 1) if size else 0)
    return translate("wording", "{0:.2g} GB").format(size / 10**9)
