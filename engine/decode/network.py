"""The denoising network with everything plugged into it, behind one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from torch import Tensor, nn

from engine.decode.conditions import Condition
from engine.decode.context import ContextAttention


@dataclass(frozen=True, eq=False)
class Guidance:
    """How far to follow the condition.

    Attributes
    ----------
    scale
        Classifier-free guidance: 1 and below runs the condition alone, larger extrapolates away from the negative.
    rescale
        Share, 0 to 1, by which the guided output is brought back to the spread of the conditioned one (Lin et
        al. 2023, section 3.4).
    """

    scale: float = 5.0
    rescale: float = 0.0


@dataclass(frozen=True, eq=False)
class Network:
    """A U-Net, its ControlNets and its context attention.

    Attributes
    ----------
    unet
        Whose input is the latents, for an inpaint network the mask and the masked picture too.
    controlnets
        By the kind of control that each reads.
    context
        The bottleneck plug-in, where there is one.
    """

    unet: UNet2DConditionModel
    controlnets: Mapping[str, ControlNetModel] = field(default_factory=dict)
    context: ContextAttention | None = None

    @property
    def parts(self) -> tuple[nn.Module, ...]:
        """Every module that takes part in a call."""
        return (self.unet, *self.controlnets.values(), *([self.context] if self.context is not None else []))

    def __call__(self, latents: Tensor, time: Tensor, condition: Condition) -> Tensor:
        """The network's output ``(B, c, h, w)`` at a training timestep, in the precision that it computes in."""
        first = self.unet.conv_in.weight  # asking the module for its device and type walks through all of its weights
        latents, condition = latents.to(first.device, first.dtype), condition.to(first.device, first.dtype)
        known: dict[str, Any] = {"encoder_hidden_states": condition.states}
        added: dict[str, Any] = {}
        if condition.pooled is not None:
            added |= {"text_embeds": condition.pooled, "time_ids": condition.sizes}
        residuals = self._controlled(latents, time, condition, added)
        if condition.images:
            added["image_embeds"] = list(condition.images)
            if condition.image_masks:
                known["cross_attention_kwargs"] = {"ip_adapter_masks": list(condition.image_masks)}
        given = latents if condition.extra is None else torch.cat([latents, condition.extra], dim=1)

        def run() -> Tensor:
            return self.unet(given, time, added_cond_kwargs=added or None, return_dict=False, **known, **residuals)[0]

        if condition.context is None or self.context is None:
            return run()
        with self.context.installed(self.unet, condition.context):
            return run()

    def guided(
        self, latents: Tensor, time: Tensor, condition: Condition, negative: Condition | None, guidance: Guidance
    ) -> Tensor:
        """The output extrapolated from ``negative`` through ``condition``; both in one pass where they stack."""
        if negative is None or guidance.scale <= 1:
            return self(latents, time, condition)
        if negative.stacks_with(condition):
            away, told = self(torch.cat([latents, latents]), time, negative.stack(condition)).chunk(2)
        else:
            away, told = self(latents, time, negative), self(latents, time, condition)
        out = away + guidance.scale * (told - away)
        if guidance.rescale > 0:
            inner = tuple(range(1, out.ndim))
            level = out * (told.std(dim=inner, keepdim=True) / out.std(dim=inner, keepdim=True))
            out = guidance.rescale * level + (1 - guidance.rescale) * out
        return out

    def _controlled(self, latents: Tensor, time: Tensor, condition: Condition, added: dict[str, Any]) -> dict[str, Any]:
        """What the ControlNets add to the U-Net's skips and bottleneck, summed over the active maps."""
        down: list[Tensor] | None = None
        middle: Tensor | None = None
        for control in condition.controls:
            if control.scale == 0:
                continue
            skips, bottom = self.controlnets[control.kind](
                latents,
                time,
                encoder_hidden_states=condition.states,
                controlnet_cond=control.picture,
                conditioning_scale=control.scale,
                added_cond_kwargs=dict(added) or None,
                return_dict=False,
            )
            down = list(skips) if down is None else [one + two for one, two in zip(down, skips, strict=True)]
            middle = bottom if middle is None else middle + bottom
        if down is None:
            return {}
        return {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}
