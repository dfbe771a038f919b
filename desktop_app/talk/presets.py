"""Beginnings of instructions, one for each kind of edit.

The menu's words are translated; the instructions are English, which is what the starter engine understands.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate
BLANK = "…"  # where the user writes on
BY_ROLE = {
    "subject": "add {0}",
    "style": "make it in the style of {0}",
    "background": "change the background to {0}",
    "mood": "make it feel like {0}",
    "colours": "make it in the colours of {0}",
}  # what an empty instruction begins with when a reference of that role is put into it


def presets() -> dict[str, str]:
    """Name of the edit to its instruction with a :data:`BLANK` in it."""
    return {
        translate("presets", "Remove"): "remove the …",
        translate("presets", "Add"): "add a …",
        translate("presets", "Replace"): "replace the … with ",
        translate("presets", "Background"): "change the background to …",
        translate("presets", "Style"): "make it in the style of …",
        translate("presets", "Mood"): "make it feel like …",
        translate("presets", "Adjust"): "make the … brighter",
        translate("presets", "Move"): "move the … to the left",
        translate("presets", "Resize"): "make the … bigger",
        translate("presets", "Expand"): "expand the photo to the …",
        translate("presets", "Restore"): "restore the …",
        translate("presets", "Story"): "a story in four pictures about …",
        translate("presets", "Ask"): "what is in this photo?…",
    }
