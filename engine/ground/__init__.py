"""From words to a region of the photo, with a refusal when nothing fits.

A small network on the image tower's features proposes objects and stuff; the encoder's classes rank them by the words.
"""

from __future__ import annotations

from engine.ground.matching import GroundEncoder
from engine.ground.saliency import background, saliency
from engine.ground.selector import Candidate, Selector

__all__ = ["Candidate", "GroundEncoder", "Selector", "background", "saliency"]
