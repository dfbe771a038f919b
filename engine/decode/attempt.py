"""One attempt at one request: language, then latents, then pixels.

Noise is drawn on the CPU, so that a seed means the same everywhere; all that follows is on the networks' device, the
samplers' arithmetic in float32.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
import torch
from torch import Tensor

from engine.decode.briefing import (
    Branches,
    Said,
    adapter_scale,
    context_tokens,
    control_maps,
    letterboxed,
    refiner_branches,
)
from engine.decode.components import Components
from engine.decode.conditions import Condition, ControlMap, Predict
from engine.decode.direct_inversion import edit as rewrite
from engine.decode.faults import Means, Precision
from engine.decode.inversion import Ladder, invert, keep_mix
from engine.decode.latents import GRAIN, Autoencoder, Frame, noise, to_latents, to_picture
from engine.decode.loop import Known, OnStep, sample
from engine.decode.network import Guidance, Network
from engine.decode.preview import throttled
from engine.decode.prompt_to_prompt import PromptToPrompt
from engine.decode.request import DecodeRequest
from engine.decode.samplers import Scheduler, ddim, enters, scheduler
from engine.errors import Cancelled
from engine.values import Box, CancelCheck, OnEvent, PreviewEvent, StepEvent

AUTOENCODER = "The autoencoder"
NETWORK = "The denoising network"
EVERYTHING = ("extractors", "text", "vae", "base", "inpaint", "refiner", "controlnets")
SCORES = (6.0, 2.5)  # aesthetic scores that SDXL's refiner is told: wanted, and to go away from


class Attempt:
    """A request on its way through the networks.

    Parameters
    ----------
    parts
        The networks.
    request
        What to make.
    means
        How sparingly to work.
    on_event, cancel
        The caller's listener, and its wish to stop.
    """

    def __init__(
        self, parts: Components, request: DecodeRequest, means: Means, on_event: OnEvent, cancel: CancelCheck
    ) -> None:
        self._parts, self._request, self._means = parts, request, means
        self._on_event, self._cancel = on_event, cancel
        self._frame = Frame.fit(request.width, request.height, parts.settings.side, means.scale)
        self._generator = torch.Generator().manual_seed(request.seed)
        self._precision = Precision()

    @torch.inference_mode()
    def picture(self) -> np.ndarray:
        """The picture, ``(h, w, 3)`` float32 0 to 1, at the request's size."""
        request = self._request
        same = request.way == "rewrite" and request.prompt == request.source_prompt
        if request.draft is not None and (same or (request.way == "draft" and request.strength == 0)):
            return request.draft  # nothing is to change, not even by the autoencoder
        with self._precision:
            latents = self._latents()
            pixels = self._precision.finite(lambda: to_picture(self._vae(), latents), [self._parts.vae], AUTOENCODER)
        return self._frame.take(pixels)

    @torch.inference_mode()
    def latents(self) -> Tensor:
        """The finished latents ``(1, 4, h, w)`` alone."""
        with self._precision:
            return self._latents()

    def _latents(self) -> Tensor:
        """Each network works in one stretch, so that it may leave afterwards."""
        self._leave(*EVERYTHING)
        controls = control_maps(self._request, self._parts, self._frame)
        self._leave("extractors")
        said = Said.of(self._request, self._parts, self._precision)
        self._leave("text")
        latents, stay = self._made(said, controls)
        self._leave("base", "inpaint", "controlnets")
        latents = self._refined(latents, stay, said)
        self._leave("refiner")
        return latents

    def _made(self, said: Said, controls: tuple[ControlMap, ...]) -> tuple[Tensor, Known | None]:
        """The finished latents, and what of them had to stay."""
        request, frame, parts = self._request, self._frame, self._parts
        first = self._noise()  # drawn before anything else, as in text-to-image
        draft = None if request.draft is None else frame.put(request.draft).to(parts.device)
        mask = None if request.mask is None else frame.put(request.mask).to(parts.device)
        known = None if draft is None else self._seen(draft)
        shown = [self._seen(letterboxed(each.picture, frame)) for each in request.context]
        paints = mask is not None and request.way != "rewrite" and parts.has_inpaint
        extra = self._extra(draft, mask) if paints and draft is not None and mask is not None else None
        _ = parts.preview  # fitted while the autoencoder is here
        self._leave("vae")
        network = self._network(extra is not None)
        context = context_tokens(network, said.context, shown, frame, self._precision)
        branches = Branches.of(request, parts, frame, said, extra, context, controls)
        stay = None
        if known is not None and mask is not None and extra is None:
            stay = Known(known, first, latent_mask(mask))
        shows = request.embeddings_scale if request.gen is not None or request.subjects else 0.0
        with adapter_scale(network.unet, shows):
            return self._sampled(network, first, known, stay, branches, said), stay

    def _network(self, paints: bool) -> Network:
        """The network for the task, with the ControlNets that the request asks for and no others."""
        if self._means.tiled:
            self._parts.drop("base" if paints else "inpaint")
        network = self._parts.inpaint if paints else self._parts.base
        assert network is not None
        controls = {each.kind: self._parts.controlnet(each.kind) for each in self._request.controls}
        return Network(network.unet, controls, network.context)

    def _noise(self) -> Tensor:
        return noise(self._frame.latent_shape(self._parts.latent_channels), self._generator).to(self._parts.device)

    def _vae(self) -> Autoencoder:
        vae = self._parts.vae
        (vae.enable_tiling if self._means.tiled else vae.disable_tiling)()
        return vae

    def _seen(self, picture: Tensor) -> Tensor:
        return self._precision.finite(lambda: to_latents(self._vae(), picture), [self._parts.vae], AUTOENCODER)

    def _extra(self, draft: Tensor, mask: Tensor) -> Tensor:
        return inpaint_extra(draft, mask, self._seen)

    def _sampled(
        self,
        network: Network,
        first: Tensor,
        known: Tensor | None,
        stay: Known | None,
        branches: Branches,
        said: Said,
    ) -> Tensor:
        request, schedule = self._request, self._parts.schedule
        if known is None or request.way == "noise":
            sampler = scheduler(request.sampler, schedule, request.steps)
            return self._run(network, sampler, first * sampler.init_noise_sigma, branches, 0, stay)
        if request.way == "draft":
            return self._noised(network, known, first, branches, request.strength, stay)
        backwards = ddim(schedule, request.steps)  # the one sampler that runs both ways
        if request.way == "invert":
            inverted = first
            if request.keep > 0:
                ladder = Ladder.of(backwards)
                report = self._reporter(after=request.steps)
                inverted = invert(
                    self._predict(network), ladder, known, branches.source, on_step=report, cancel=self._cancel
                )
            latents = keep_mix(inverted, first, request.keep)
            done = request.steps if request.keep > 0 else 0
            return self._run(network, cast("Scheduler", backwards), latents, branches, 0, stay, done)
        assert said.edit is not None
        return rewrite(
            self._predict(network),
            backwards,
            known,
            branches.source,
            branches.wanted,
            branches.away,
            request.guidance,
            PromptToPrompt(network.unet, said.edit),
            None if stay is None else stay.mask,
            self._reporter(),
            self._cancel,
        )[1]

    def _noised(
        self, network: Network, known: Tensor, fresh: Tensor, branches: Branches, strength: float, stay: Known | None
    ) -> Tensor:
        """Latents noised to ``strength`` and denoised again (SDEdit)."""
        steps, begin = enters(self._request.steps, strength)
        finer = steps > self._request.steps
        sampler = scheduler(self._request.sampler, self._parts.schedule, steps, trailing=finer)
        latents = sampler.add_noise(known, fresh, sampler.timesteps[begin : begin + 1])
        return self._run(network, sampler, latents, branches, begin, stay)

    def _run(
        self,
        network: Network,
        sampler: Scheduler,
        latents: Tensor,
        branches: Branches,
        begin: int,
        stay: Known | None,
        done: int = 0,
    ) -> Tensor:
        guidance = Guidance(self._request.guidance, self._request.rescale)
        return sample(
            network,
            sampler,
            latents,
            branches.wanted,
            branches.away,
            guidance,
            self._generator,
            self._precision,
            self._reporter(before=done),
            self._cancel,
            begin,
            stay,
        )

    def _predict(self, network: Network) -> Predict:
        """The network for those that call it themselves, its answers finite and float32."""

        def predict(latents: Tensor, time: Tensor, condition: Condition) -> Tensor:
            return self._precision.finite(lambda: network(latents, time, condition).float(), network.parts, NETWORK)

        return predict

    def _refined(self, latents: Tensor, stay: Known | None, said: Said) -> Tensor:
        """SDXL's refiner over the finished latents, where it is wanted; held to the mask like everything else."""
        strength = self._request.refine
        if strength == 0 or self._parts.refiner is None or said.prompt.pooled is None:
            return latents
        refiner = self._parts.refiner
        wanted, away = refiner_branches(said, refiner.unet.config["cross_attention_dim"], self._frame, SCORES)
        return self._noised(refiner, latents, self._noise(), Branches(wanted, away, wanted), strength, stay)

    # events

    def _reporter(self, before: int = 0, after: int = 0) -> OnStep:
        """Tells steps, of which ``before`` were done and ``after`` will follow, and shows the latents so far."""
        show = throttled(self._preview)

        def report(done: int, total: int, latents: Tensor) -> None:
            self._on_event(StepEvent(before + done, before + total + after))
            if done < total:
                show(latents)

        return report

    def _preview(self, latents: Tensor) -> None:
        pixels = self._parts.preview.show(latents)
        frame = self._frame
        rows, columns = -(-frame.scaled_height // GRAIN), -(-frame.scaled_width // GRAIN)
        self._on_event(PreviewEvent(pixels[:rows, :columns], Box(0, 0, frame.width, frame.height)))

    def _leave(self, *names: str) -> None:
        """A stage is over: stop if asked, and free networks that have served when memory is short."""
        if self._cancel():
            raise Cancelled
        if self._means.offload:
            self._parts.drop(*names)


def inpaint_extra(picture: Tensor, mask: Tensor, encode: Callable[[Tensor], Tensor]) -> Tensor:
    """What an inpaint network is given besides the latents: the mask, and the picture greyed out inside it.

    Parameters
    ----------
    picture, mask
        ``(n, 3, H, W)`` and ``(n, 1, H, W)``, 0 to 1.
    encode
        Makes latents of pictures.
    """
    seen = torch.where(mask < 0.5, picture, torch.full_like(picture, 0.5))
    return torch.cat([latent_mask(mask > 0.5), encode(seen)], dim=1)


def latent_mask(mask: Tensor) -> Tensor:
    """A mask ``(n, 1, H, W)`` at the latents' size: a latent is painted as soon as one of its pixels is."""
    return torch.nn.functional.max_pool2d(mask.float(), GRAIN)
