"""The canvas's tools: each module holds what the pointer does with one kind of tool, from a press to its release.

:mod:`base` has what they share; :mod:`desktop_app.canvas.canvas` asks :func:`kit.make` for one of each.
"""

from desktop_app.tools.base import Gesture, Tool, Touch

__all__ = ["Gesture", "Tool", "Touch"]
