"""The decoder against diffusers' own pipelines: same tiny weights, seed and settings give the same latents."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from engine.bundle import Bundle
from engine.decode import Control, DecodeRequest
from engine.decode.attempt import Attempt
from engine.decode.components import Components, quiet
from engine.decode.controls import control_picture
from engine.decode.faults import LADDER
from engine.decode.latents import Autoencoder, Frame, noise, to_latents
from engine.decode.request import Sampler
from engine.decode.samplers import scheduler
from engine.networks import Networks
from engine.values import ignore_event, never_cancel
from training import tiny
from training.bars import Bar, Ground

WIDTH, HEIGHT, SEED, STEPS, GUIDANCE, STRENGTH, EMBEDDING = 128, 96, 3, 8, 6.0, 0.6, 48
PROMPT, NEGATIVE = "a red boat on a calm lake in the evening", "blurry, dull"
CLOSE = 1e-4  # largest difference of a latent
FRAME = Frame.fit(WIDTH, HEIGHT, 128)


def measure(_ground: Ground) -> list[Bar]:
    """One line for each family, with the largest difference over all tasks and samplers."""
    bars = []
    for family in ("sd15", "sdxl"):
        found = dict(differences(family))
        worst = max(found, key=lambda task: found[task])
        bars.append(
            Bar(
                "must",
                f"agreement with diffusers: {family}",
                f"latents of {len(found)} runs within {CLOSE:g} of the stock pipelines'",
                f"largest difference {found[worst]:.1e} ({worst})",
                found[worst] <= CLOSE,
            )
        )
    return bars


def differences(family: tiny.Family) -> Iterator[tuple[str, float]]:
    """Task and sampler, and the largest difference of a latent between both programs."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        plain = tiny_parts(home / "plain", family, controls=("edge",))
        painter = tiny_parts(home / "painter", family, inpaint=True)
        adapted = tiny_parts(home / "adapted", family, embedding=EMBEDDING)
        both = tiny_parts(home / "both", family, embedding=EMBEDDING, controls=("edge",))
        for sampler in ("ddim", "dpm++"):
            for parts, task in (
                (plain, text_to_image),
                (plain, image_to_image),
                (plain, inpaint),
                (painter, inpaint),
                (plain, control),
                (adapted, image_adapter),
                (both, control_and_adapter),
            ):
                name = f"{task.__name__}{', 9 channels' if parts is painter else ''}, {sampler}"
                yield name, _difference(task, Stock(family, parts, sampler))
        yield "text_to_image, few-step, 1 step", _difference(text_to_image, Stock(family, plain, "few-step", 1))


def tiny_parts(root: Path, family: tiny.Family, **networks: Any) -> Components:
    """A decoder's tiny networks, written under ``root`` and loaded."""
    tiny.write_decoder(root, family, **networks)
    tiny.write_manifest(root)
    parts = Components(Bundle.open(root.name, root.parent), Networks(device=torch.device("cpu")))
    certain(parts.vae)
    return parts


def certain(vae: Autoencoder) -> None:
    """Take the spread out of what the autoencoder encodes: the pipelines draw from it, the decoder takes its middle."""
    assert isinstance(vae, AutoencoderKL)
    assert vae.quant_conv is not None
    assert vae.quant_conv.bias is not None
    with torch.no_grad():
        vae.quant_conv.weight[4:] = 0
        vae.quant_conv.bias[4:] = -30


@dataclass(frozen=True, eq=False)
class Stock:
    """diffusers' pipelines over the very networks of a decoder."""

    family: tiny.Family
    parts: Components
    sampler: Sampler
    steps: int = STEPS

    @property
    def request(self) -> DecodeRequest:
        """What every task asks for."""
        return DecodeRequest(
            WIDTH, HEIGHT, PROMPT, NEGATIVE, seed=SEED, steps=self.steps, guidance=GUIDANCE, sampler=self.sampler
        )

    def run(self, kind: str, networks: dict[str, Any] | None = None, **arguments: Any) -> Tensor:
        """Latents of the pipeline of that kind."""
        towers = self.parts.text.towers
        if self.family == "sdxl":
            more = {"tokenizer_2": towers[1].tokenizer, "text_encoder_2": towers[1].model}
        else:
            more = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
        make = getattr(diffusers, f"StableDiffusion{'XL' if self.family == 'sdxl' else ''}{kind}Pipeline")
        pipeline: Callable[..., Any] = make(
            vae=self.parts.vae,
            text_encoder=towers[0].model,
            tokenizer=towers[0].tokenizer,
            unet=(self.parts.inpaint or self.parts.base).unet,
            scheduler=scheduler(self.sampler, self.parts.schedule, self.steps),
            **more,
            **(networks or {}),
        )
        pipeline.set_progress_bar_config(disable=True)  # pyright: ignore[reportFunctionMemberAccess]
        with quiet():
            return pipeline(
                prompt=PROMPT,
                negative_prompt=NEGATIVE,
                num_inference_steps=self.steps,
                guidance_scale=GUIDANCE,
                generator=torch.Generator().manual_seed(SEED),
                output_type="latent",
                **arguments,
            ).images


def _difference(task: Callable[[Stock], tuple[DecodeRequest, Tensor]], stock: Stock) -> float:
    request, theirs = task(stock)
    ours = Attempt(stock.parts, request, LADDER[0], ignore_event, never_cancel).latents()
    return float((ours - theirs).abs().max())


def text_to_image(stock: Stock) -> tuple[DecodeRequest, Tensor]:
    """From words alone."""
    return stock.request, stock.run("", width=WIDTH, height=HEIGHT)


def image_to_image(stock: Stock) -> tuple[DecodeRequest, Tensor]:
    """SDEdit from a picture."""
    with torch.inference_mode():
        known = to_latents(stock.parts.vae, FRAME.put(_draft()))
    theirs = stock.run("Img2Img", image=known, strength=STRENGTH)
    return replace(stock.request, draft=_draft(), way="draft", strength=STRENGTH), theirs


def inpaint(stock: Stock) -> tuple[DecodeRequest, Tensor]:
    """A region from noise, the rest held."""
    start = noise(FRAME.latent_shape(4), torch.Generator().manual_seed(SEED))
    theirs = stock.run(
        "Inpaint",
        image=FRAME.put(_draft()),
        mask_image=FRAME.put(_mask()),
        latents=start,  # else the pipeline draws from the autoencoder first
        strength=1.0,
        width=WIDTH,
        height=HEIGHT,
    )
    return replace(stock.request, draft=_draft(), mask=_mask()), theirs


def image_adapter(stock: Stock) -> tuple[DecodeRequest, Tensor]:
    """A picture embedding through decoupled cross-attention."""
    gen = np.random.default_rng(5).standard_normal(EMBEDDING).astype(np.float32)
    told = torch.from_numpy(gen)[None, None]
    theirs = stock.run(
        "", width=WIDTH, height=HEIGHT, ip_adapter_image_embeds=[torch.cat([torch.zeros_like(told), told])]
    )
    return replace(stock.request, gen=gen), theirs


def control(stock: Stock) -> tuple[DecodeRequest, Tensor]:
    """Edges through a ControlNet."""
    asked = Control("edge", _draft(), 0.7)
    picture = FRAME.put(control_picture(asked, None, None, (WIDTH, HEIGHT)))
    theirs = stock.run(
        "ControlNet",
        {"controlnet": stock.parts.controlnet("edge")},
        image=picture,
        controlnet_conditioning_scale=asked.scale,
        width=WIDTH,
        height=HEIGHT,
    )
    return replace(stock.request, controls=(asked,)), theirs


def control_and_adapter(stock: Stock) -> tuple[DecodeRequest, Tensor]:
    """Edges and a picture embedding at once."""
    asked = Control("edge", _draft(), 0.7)
    gen = np.random.default_rng(5).standard_normal(EMBEDDING).astype(np.float32)
    told = torch.from_numpy(gen)[None, None]
    theirs = stock.run(
        "ControlNet",
        {"controlnet": stock.parts.controlnet("edge")},
        image=FRAME.put(control_picture(asked, None, None, (WIDTH, HEIGHT))),
        controlnet_conditioning_scale=asked.scale,
        width=WIDTH,
        height=HEIGHT,
        ip_adapter_image_embeds=[torch.cat([torch.zeros_like(told), told])],
    )
    return replace(stock.request, controls=(asked,), gen=gen), theirs


def _draft() -> np.ndarray:
    return np.random.default_rng(0).random((HEIGHT, WIDTH, 3), dtype=np.float32)


def _mask() -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    mask[24:72, 40:104] = 1  # on the latents' grid: the pipelines take every eighth pixel
    return mask
