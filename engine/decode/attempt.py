"""One attempt at one request: language, then latents, then pixels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.attention_processor import IPAdapterAttnProcessor2_0
from torch import Tensor

from engine.decode.alignment import FramedPrompt
from engine.decode.components import Components
from engine.decode.conditions import Condition, ControlMap, Predict
from engine.decode.context import ContextPair
from engine.decode.controls import control_picture
from engine.decode.direct_inversion import edit as rewrite
from engine.decode.faults import Means, Precision
from engine.decode.inversion import Ladder, invert, keep_mix
from engine.decode.latents import GRAIN, Frame, noise, to_latents, to_picture
from engine.decode.loop import Known, OnStep, sample
from engine.decode.network import Guidance, Network
from engine.decode.preview import throttled
from engine.decode.prompt_to_prompt import PromptEdit, PromptToPrompt
from engine.decode.prompts import FRAME, Prompt
from engine.decode.request import DecodeRequest
from engine.decode.samplers import Scheduler, begin_at, ddim, scheduler
from engine.errors import Cancelled
from engine.values import Box, CancelCheck, OnEvent, PreviewEvent, StepEvent

REFINED = 0.3  # strength at which a refiner repaints (InstructAny2Pix's interface)
AUTOENCODER = "The autoencoder"
NETWORK = "The denoising network"
SCORES = (6.0, 2.5)  # aesthetic scores that SDXL's refiner is told: wanted, and to go away from


@dataclass(frozen=True, eq=False)
class Said:
    """The request's language, encoded."""

    prompt: Prompt
    negative: Prompt
    source: Prompt | None
    context: tuple[Prompt, ...]


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
        self._frame = Frame.fit(request.width, request.height, parts.settings.most_pixels, means.scale)
        self._generator = torch.Generator().manual_seed(request.seed)
        self._precision = Precision()

    @torch.inference_mode()
    def picture(self) -> np.ndarray:
        """The picture, ``(h, w, 3)`` float32 0 to 1, at the request's size."""
        request = self._request
        if request.way == "rewrite" and request.draft is not None and request.prompt == request.source_prompt:
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
        said = self._said()
        self._leave("text")
        latents = self._made(said)
        self._leave("base", "inpaint", "refiner", "controlnets")
        return latents

    def _made(self, said: Said) -> Tensor:
        """The finished latents."""
        request, frame = self._request, self._frame
        first = noise(frame.latent_shape, self._generator)  # drawn before anything else, as in text-to-image
        draft = None if request.draft is None else frame.put(request.draft)
        mask = None if request.mask is None else frame.put(request.mask)
        known = None if draft is None else self._seen(draft)
        shown = [self._seen(frame.put(each.picture)) for each in request.context]
        network = self._network(mask)
        extra = self._extra(network, draft, mask)
        self._leave("vae")
        condition = self._condition(said.prompt, extra, self._context(network, said.context, shown))
        away = self._condition(said.negative, extra, None)
        away = replace(away, images=tuple(torch.zeros_like(each) for each in condition.images))
        stay = None
        if known is not None and mask is not None and extra is None:
            stay = Known(known, first, latent_mask(mask))
        with self._adapter_scale(network.unet):
            latents = self._sampled(network, first, known, stay, condition, away, said)
        return self._refined(latents, first, stay, said)

    # language

    def _said(self) -> Said:
        request = self._request
        return Said(
            self._encoded(request.prompt),
            self._encoded(request.negative, negative=True),
            self._encoded(request.source_prompt) if request.way == "rewrite" else None,
            tuple(self._encoded(each.text) for each in request.context),
        )

    def _encoded(self, text: str, negative: bool = False) -> Prompt:
        encoder = self._parts.text
        made: list[Prompt] = []

        def states() -> Tensor:
            made.append(encoder.negative(text) if negative else encoder.encode(text))
            return made[-1].states

        self._precision.finite(states, [tower.model for tower in encoder.towers], "The text encoder")
        return made[-1]

    # latents

    def _network(self, mask: Tensor | None) -> Network:
        inpaint = self._parts.inpaint if mask is not None and self._request.way != "rewrite" else None
        return inpaint or self._parts.base

    def _vae(self) -> AutoencoderKL:
        vae = self._parts.vae
        (vae.enable_tiling if self._means.tiled else vae.disable_tiling)()
        return vae

    def _seen(self, picture: Tensor) -> Tensor:
        return self._precision.finite(lambda: to_latents(self._vae(), picture), [self._parts.vae], AUTOENCODER)

    def _extra(self, network: Network, draft: Tensor | None, mask: Tensor | None) -> Tensor | None:
        """What a 9-channel network is given besides the latents: the mask, and the picture greyed out inside it."""
        if network is not self._parts.inpaint:
            return None
        assert draft is not None
        assert mask is not None
        seen = torch.where(mask < 0.5, draft, torch.full_like(draft, 0.5))
        return torch.cat([latent_mask(mask > 0.5), self._seen(seen)], dim=1)

    def _condition(self, prompt: Prompt, extra: Tensor | None, context: Tensor | None) -> Condition:
        request, frame = self._request, self._frame
        sizes = None
        if prompt.pooled is not None:
            size = (frame.padded_height, frame.padded_width)
            sizes = torch.tensor([[*size, 0, 0, *size]], dtype=torch.float32)
        images, masks = self._pictures()
        controls = tuple(
            ControlMap(
                self._parts.controls.index(control.kind),
                frame.put(control_picture(control, request.draft, request.mask, (request.width, request.height))),
                control.scale,
            )
            for control in request.controls
        )
        return Condition(prompt.states, prompt.pooled, sizes, images, masks, context, extra, controls)

    def _pictures(self) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """Picture embeddings, [gen] first and then the subjects mixed with it, and where each works."""
        request, width = self._request, self._parts.embedding_width
        if width is None:
            return (), ()
        whole = None if request.gen is None else torch.from_numpy(np.asarray(request.gen, np.float32))
        views = [] if whole is None else [whole]
        for subject in request.subjects:
            own = torch.from_numpy(np.asarray(subject.vector, np.float32))
            views.append(own if whole is None else (1 - subject.strength) * whole + subject.strength * own)
        if not views:
            return (torch.zeros(1, 1, width),), ()
        everywhere = np.ones((request.height, request.width), np.float32)
        regions = ([] if whole is None else [None]) + [subject.mask for subject in request.subjects]
        masks = ()
        if any(region is not None for region in regions):
            planes = [self._frame.put(everywhere if region is None else region) for region in regions]
            masks = (torch.cat(planes, dim=1),)
        return (torch.stack(views)[None],), masks

    def _context(self, network: Network, words: tuple[Prompt, ...], pictures: list[Tensor]) -> Tensor | None:
        unet, attention = network.unet, network.context
        if attention is None or not words:
            return None
        pairs = []
        for prompt, latents in zip(words, pictures, strict=True):
            told = self._condition(prompt, None, None).to(unet.device, unet.dtype)
            added = {"image_embeds": [torch.zeros_like(each) for each in told.images]} if told.images else {}
            if told.pooled is not None:
                added |= {"text_embeds": told.pooled, "time_ids": told.sizes}
            pairs.append(ContextPair(latents.to(unet.device, unet.dtype), told.states, added))
        return self._precision.finite(lambda: attention.encode(unet, pairs), network.parts, NETWORK)

    @contextmanager
    def _adapter_scale(self, unet: UNet2DConditionModel) -> Iterator[None]:
        """The image branch of decoupled attention at the request's scale, off when there is nothing to see."""
        request = self._request
        scale = request.embeddings_scale if request.gen is not None or request.subjects else 0.0
        processors = [each for each in unet.attn_processors.values() if isinstance(each, IPAdapterAttnProcessor2_0)]
        before = [each.scale for each in processors]
        try:
            for each in processors:
                each.scale = [scale]  # pyright: ignore[reportAttributeAccessIssue]
            yield
        finally:
            for each, was in zip(processors, before, strict=True):
                each.scale = was

    def _sampled(
        self,
        network: Network,
        first: Tensor,
        known: Tensor | None,
        stay: Known | None,
        condition: Condition,
        away: Condition,
        said: Said,
    ) -> Tensor:
        request = self._request
        if known is not None and request.way == "rewrite":
            return self._rewritten(network, known, stay, condition, away, said)
        if known is not None and request.way == "invert":
            backwards = ddim(self._parts.schedule, request.steps)
            inverted = invert(self._predict(network), Ladder.of(backwards), known, condition, cancel=self._cancel)
            latents = keep_mix(inverted.float(), first, request.keep)
            return self._run(network, cast("Scheduler", backwards), latents, condition, away, 0, stay)
        sampler = scheduler(request.sampler, self._parts.schedule, request.steps)
        begin = begin_at(sampler, request.strength) if request.way == "draft" else 0
        latents = first * sampler.init_noise_sigma
        if known is not None and request.way == "draft":
            latents = sampler.add_noise(known, first, sampler.timesteps[begin : begin + 1])
        return self._run(network, sampler, latents, condition, away, begin, stay)

    def _run(
        self,
        network: Network,
        sampler: Scheduler,
        latents: Tensor,
        condition: Condition,
        away: Condition,
        begin: int,
        stay: Known | None,
    ) -> Tensor:
        guidance = Guidance(self._request.guidance, self._request.rescale)
        return sample(
            network,
            sampler,
            latents,
            condition,
            away,
            guidance,
            self._generator,
            self._precision,
            self._reporter(),
            self._cancel,
            begin,
            stay,
        )

    def _rewritten(
        self, network: Network, known: Tensor, stay: Known | None, condition: Condition, away: Condition, said: Said
    ) -> Tensor:
        """Direct Inversion with Prompt-to-Prompt, from the source prompt to the prompt (LLMGA, section 3.3)."""
        request = self._request
        assert said.source is not None
        before = self._framed(request.source_prompt, said.source)
        after = self._framed(request.prompt, said.prompt)
        old, new = (FramedPrompt.of(self._parts.text.towers[0].pieces(words)) for words in request.changes)
        edit = PromptEdit.between(before, after, (old, new) if any(request.changes) else None)
        source = replace(condition, states=said.source.states, pooled=said.source.pooled)
        _, edited = rewrite(
            self._predict(network),
            ddim(self._parts.schedule, request.steps),
            known,
            source,
            condition,
            away,
            request.guidance,
            PromptToPrompt(network.unet, edit),
            None if stay is None else stay.mask,
            self._reporter(),
            self._cancel,
        )
        return edited

    def _framed(self, text: str, encoded: Prompt) -> FramedPrompt:
        return FramedPrompt.of(self._parts.text.towers[0].pieces(text), encoded.states.shape[1] // FRAME)

    def _predict(self, network: Network) -> Predict:
        """The network for those that call it themselves, its answers finite and float32."""

        def predict(latents: Tensor, time: Tensor, condition: Condition) -> Tensor:
            return self._precision.finite(lambda: network(latents, time, condition).float(), network.parts, NETWORK)

        return predict

    def _refined(self, latents: Tensor, first: Tensor, stay: Known | None, said: Said) -> Tensor:
        """SDXL's refiner over the finished latents, held to the mask like everything else."""
        refiner = self._parts.refiner
        if refiner is None or said.prompt.pooled is None:
            return latents
        sampler = scheduler(self._request.sampler, self._parts.schedule, self._request.steps)
        begin = begin_at(sampler, REFINED)
        noised = sampler.add_noise(latents, first, sampler.timesteps[begin : begin + 1])
        width = refiner.unet.config["cross_attention_dim"]  # it reads the second tower alone
        size = (self._frame.padded_height, self._frame.padded_width)
        condition, away = (
            Condition(text.states[..., -width:], text.pooled, torch.tensor([[*size, 0, 0, score]]))
            for text, score in zip((said.prompt, said.negative), SCORES, strict=True)
        )
        return self._run(refiner, sampler, noised, condition, away, begin, stay)

    # events

    def _reporter(self) -> OnStep:
        show = throttled(self._preview)

        def report(done: int, total: int, latents: Tensor) -> None:
            self._on_event(StepEvent(done, total))
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


def latent_mask(mask: Tensor) -> Tensor:
    """A mask ``(1, 1, H, W)`` at the latents' size: a latent is painted as soon as one of its pixels is."""
    return torch.nn.functional.max_pool2d(mask.float(), GRAIN)
