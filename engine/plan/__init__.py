"""Plan: a small multimodal language model turns words, pictures and sounds into operations, a reply and a prompt.

The whole output is constrained to the plan's grammar, so every input yields a valid :class:`engine.values.Plan`.
"""

from __future__ import annotations

from engine.plan.planner import Planner, show
from engine.plan.several import asks_for_several
from engine.plan.talking import AnyPlanner, load

__all__ = ["AnyPlanner", "Planner", "asks_for_several", "load", "show"]
