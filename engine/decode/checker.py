"""A model's own safety checker: it stays loadable, and looks at every decoded picture where it is in the bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from engine.errors import BadInput
from engine.folders import Folders
from engine.networks import Spot
from engine.pretrained import network, processor

CHECKER = "decoder/safety_checker"


@dataclass(frozen=True, eq=False)
class Checker:
    """Stable Diffusion's checker with what prepares its pictures; it works on the processor.

    Attributes
    ----------
    model
        Diffusers' ``StableDiffusionSafetyChecker``.
    look
        CLIP's preparation of pictures.
    """

    model: Any
    look: Any

    @classmethod
    def load(cls, files: Folders) -> Checker:
        """From the bundle's folder ``decoder/safety_checker``.

        Raises
        ------
        BundleError
            When it is missing or damaged.
        """
        from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
        from transformers import AutoImageProcessor

        model = network(StableDiffusionSafetyChecker, files, CHECKER, Spot(torch.device("cpu"), torch.float32))
        return cls(model, processor(AutoImageProcessor, files, CHECKER))

    @torch.inference_mode()
    def passed(self, picture: np.ndarray) -> np.ndarray:
        """The picture ``(h, w, 3)`` float32 0 to 1, as it came.

        Raises
        ------
        BadInput
            When the checker holds it back.
        """
        pixels = np.rint(picture * 255).astype(np.uint8)
        shown = self.look(images=[pixels], return_tensors="pt")["pixel_values"]
        held = self.model(clip_input=shown, images=[np.empty(0)])[1]
        if any(held):
            raise BadInput("The model's own safety checker holds this picture back.", "Change the words or the seed.")
        return picture
