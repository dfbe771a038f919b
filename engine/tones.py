"""Draft of the operations that keep the photo's structure: style, mood and adjust, on a small copy of the photo."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.draft import look, mood, style
from engine.draft.look import Look
from engine.errors import BadInput
from engine.parts import Material, Parts
from engine.values import MARKER, Op, Operation

PAINTED = 0.05  # of texture change above which a style cannot be carried by colour alone


class Tones:
    """Turns tone operations into pixels.

    Parameters
    ----------
    parts
        The loaded steps.
    materials
        The encoded references by number.
    seed
        Of grain and texture.
    """

    def __init__(self, parts: Parts, materials: Mapping[int, Material], seed: int) -> None:
        self._parts, self._materials, self._seed = parts, materials, seed

    def paints(self, operation: Operation) -> bool:
        """Whether the operation lays in texture, so that its result must be made at full size."""
        if operation.op is not Op.style:
            return False
        material = self._material(operation)
        if material is None:
            return self._family(operation) is not None
        return material.picture is not None and style.handmade(material.picture.floats()) > PAINTED

    def after(self, rgb: np.ndarray, operation: Operation) -> np.ndarray:
        """The changed copy of ``rgb`` ``(h, w, 3)`` float32.

        Raises
        ------
        BadInput
            When neither words nor a reference say what is wanted.
        """
        material = self._material(operation)
        strength = self._parts.looks.strength(operation.amount)
        if operation.op is Op.style:
            if material is not None and material.picture is not None:
                return style.transfer(rgb, material.picture.floats(), min(strength, 1.0), self._seed)
            family = self._family(operation) if material is None else None
            if family is not None:
                return style.paint(rgb, family, min(strength, 1.0), self._seed)
        return look.apply(rgb, self._look(operation, material, strength), seed=self._seed)

    def _material(self, operation: Operation) -> Material | None:
        return self._materials.get(operation.ref) if operation.ref else None

    def _family(self, operation: Operation) -> style.Family | None:
        try:
            return style.choose(operation.target, self._parts.encoder.text)
        except BadInput:
            return None

    def _look(self, operation: Operation, material: Material | None, strength: float) -> Look:
        predictor = self._parts.looks
        if material is not None and material.heard is not None:
            heard = material.heard
            return mood.from_sound(heard.mood, material.vector, heard.labels, predictor).scaled(strength)
        if material is not None and material.picture is not None:
            return predictor.from_picture(material.vector, material.picture.floats()).scaled(strength)
        words = operation.target or f"{operation.amount} {operation.object}".strip()
        if not words or MARKER.search(words):
            raise BadInput(f"It is not said what the {operation.op} should be like.", 'Say it, e.g. "warmer".')
        amount = operation.amount if operation.target else ""
        return predictor.from_words(self._parts.encoder.text([words])[0], words, amount)
