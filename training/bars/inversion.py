"""Bars: the keep mix, DDIM inversion there and back, Direct Inversion; with a network trained here on photographs."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import cv2
import numpy as np
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from torch import Tensor
from torch.nn import functional

from engine.decode.alignment import FramedPrompt
from engine.decode.conditions import Condition
from engine.decode.direct_inversion import GUIDANCE, STEPS, edit
from engine.decode.faults import Precision
from engine.decode.inversion import PASSES, Ladder, ignore_step, invert, inverted_path, keep_mix
from engine.decode.loop import sample
from engine.decode.network import Guidance, Network
from engine.decode.prompt_to_prompt import PromptEdit, PromptToPrompt
from engine.decode.samplers import Scheduler, ddim
from engine.files import read_reference
from engine.values import Settings, never_cancel
from training.bars import Bar, Ground
from training.data.items import PhotoItem, photos
from training.tiny import SCHEDULE

SIDE, GRAIN = 128, 8  # pixels on a side of a crop, and for each latent
WIDTH = 32  # of the text states
ROUNDS, BATCH, RATE = 800, 16, 2e-3  # of training; about two minutes on one core
EACH = 8  # crops of a photograph to learn from
PICTURES = 16  # held-out photographs
KEEPS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
DROPPED = 0.1  # share of captions left out in training, for guidance


@dataclass(frozen=True, eq=False)
class Crops:
    """Latents ``(n, 4, 16, 16)`` of photographs and the states ``(n, 77, C)`` of their captions."""

    latents: Tensor
    states: Tensor


def measure(ground: Ground) -> list[Bar]:
    """Train on photographs that may be learned from, measure on held-out ones."""
    items = list(photos(ground.data))
    network = trained(crops([item for item in items if item.trainable], EACH, seed=0))
    held = [item for item in items if item.held_out][:PICTURES]
    seen = crops(held, 1, seed=1)
    captions = [item.caption for item in held]
    return [*_keep(network, seen), _inversion(network, seen), _direct(network, seen, captions)]


def _keep(network: Network, seen: Crops) -> list[Bar]:
    """The mix's two ends, and how far from the photo sampling ends at each keep, with the engine's own settings."""
    settings = Settings()
    told, nothing = Condition(seen.states), Condition(torch.zeros_like(seen.states))
    noise = torch.randn(seen.latents.shape, generator=torch.Generator().manual_seed(2))
    inverted = invert(network, Ladder.of(ddim(SCHEDULE, settings.steps)), seen.latents, told)
    ends = torch.equal(keep_mix(inverted, noise, 1), inverted) and torch.equal(keep_mix(inverted, noise, 0), noise)
    distances = []
    for keep in KEEPS:
        start = keep_mix(inverted, noise, keep)
        found = _sampled(network, settings.steps, start, told, nothing, settings.guidance)
        distances.append(float(_error(found, seen.latents).mean()))
    falls = all(before > after for before, after in pairwise(distances))
    listed = ", ".join(f"{distance:.0%}" for distance in distances)
    return [
        Bar("must", "keep, ends", "1: the inverted latent, 0: the noise, bit for bit", str(ends), ends),
        Bar("must", "keep, between", "distance to the photo falls from keep 0 to 1", f"{listed} of its norm", falls),
    ]


def _inversion(network: Network, seen: Crops) -> Bar:
    told = Condition(seen.states)
    errors = []
    for passes in (1, PASSES):
        noise = invert(network, Ladder.of(ddim(SCHEDULE, STEPS)), seen.latents, told, passes)
        errors.append(_error(_sampled(network, STEPS, noise, told, None, 1.0), seen.latents))
    plain, found = errors
    return Bar(
        "must",
        "inversion",
        f"invert and sample, guidance 1, {STEPS} steps: latent error at most 2 % on every photo",
        f"mean {found.mean():.2%}, worst {found.max():.2%} of {len(found)} (plain inversion {plain.mean():.2%})",
        float(found.max()) <= 0.02,
    )


def _direct(network: Network, seen: Crops, captions: Sequence[str]) -> Bar:
    """Edits towards the next photo's caption; the method written out beside it in float64."""
    exact = Network(copy.deepcopy(network.unet).double())
    written, bare, moved, equal, held = [], [], [], [], []
    right = torch.zeros(1, 1, *seen.latents.shape[2:])  # the half that may change under a mask
    right[..., right.shape[3] // 2 :] = 1
    for index in range(4):
        photo, sampler = seen.latents[index : index + 1], ddim(SCHEDULE, STEPS)
        source, target = (Condition(seen.states[k : k + 1]) for k in (index, index + 1))
        away = Condition(torch.zeros_like(source.states))
        before, after = (FramedPrompt.of(f"{word}</w>" for word in captions[k].split()) for k in (index, index + 1))
        control = PromptToPrompt(network.unet, PromptEdit.between(before, after))
        _, edited = edit(network, sampler, photo, source, target, away, GUIDANCE, control)
        _, painted = edit(network, sampler, photo, source, target, away, GUIDANCE, control, right)
        moved += [float(_error(each, photo)) for each in (edited, painted)]
        held.append(torch.equal(painted * (1 - right), photo * (1 - right)))
        equal.append(all(torch.equal(each, photo) for each in edit(network, sampler, photo, source, source, away)))
        with_offsets, without = _written_out(exact, sampler, photo.double(), source, away)
        written.append(float(_error(with_offsets, photo)))
        bare.append(float(_error(without, photo)))
    return Bar(
        "must",
        "Direct Inversion",
        f"source branch replayed with its offsets to 1e-5 at guidance {GUIDANCE}; edits keep the photo bit for bit "
        "outside a mask; equal captions return it",
        f"{max(written):.0e} (without offsets {np.mean(bare):.0%}); outside {sum(held)} of {len(held)} (edits moved "
        f"{np.mean(moved):.0%}); equal captions {sum(equal)} of {len(equal)}",
        max(written) <= 1e-5 and all(held) and all(equal) and min(moved) > 1e-2,
    )


@torch.inference_mode()
def _written_out(
    network: Network, sampler: DDIMScheduler, photo: Tensor, source: Condition, away: Condition
) -> tuple[Tensor, Tensor]:
    """The source branch replayed at full guidance with offsets found beforehand, and without any."""
    ladder = Ladder.of(sampler)
    path = inverted_path(network, ladder, photo, source, passes=1)[::-1]

    def guided(latents: Tensor, step: int) -> Tensor:
        time = torch.tensor(ladder.times[step])
        output = network.guided(latents, time, source, away, Guidance(GUIDANCE))
        return sampler.step(output, int(time), latents, return_dict=False)[0]

    offsets = [path[step + 1] - guided(path[step], step) for step in range(ladder.steps)]
    replay = bare = path[0]
    for step, offset in enumerate(offsets):
        replay, bare = guided(replay, step) + offset, guided(bare, step)
    return replay, bare


def _sampled(
    network: Network, steps: int, start: Tensor, told: Condition, away: Condition | None, guidance: float
) -> Tensor:
    """What the engine's own loop makes of a latent."""
    return sample(
        network,
        cast("Scheduler", ddim(SCHEDULE, steps)),
        start,
        told,
        away,
        Guidance(guidance),
        torch.Generator(),
        Precision(),
        ignore_step,
        never_cancel,
    )


def _error(found: Tensor, wanted: Tensor) -> Tensor:
    """Distance of each picture's latents as a share of their norm."""
    return (found - wanted).flatten(1).norm(dim=1) / wanted.flatten(1).norm(dim=1)


def to_latents(rgb: np.ndarray) -> np.ndarray:
    """A fixed linear autoencoder's first half: ``(H, W, 3)`` 0 to 1 as ``(4, H / 8, W / 8)``, of about unit spread.

    Brightness, two colour differences and the brightness step from left to right of each 8 x 8 block.
    """
    height, width = rgb.shape[0] // GRAIN, rgb.shape[1] // GRAIN
    blocks = rgb.reshape(height, GRAIN, width, GRAIN, 3).mean(axis=1)
    left, right = blocks[:, :, : GRAIN // 2].mean(axis=2), blocks[:, :, GRAIN // 2 :].mean(axis=2)
    red, green, blue = np.moveaxis((left + right) / 2, 2, 0)
    step = (right - left).mean(axis=2)
    return np.stack([(red + green + blue) * 4 / 3 - 2, (red - green) * 10, (blue - green) * 7, step * 8])


def states_of(caption: str) -> Tensor:
    """Text states ``(77, C)``: a fixed random vector for each word, zeros after the last."""
    states = torch.zeros(77, WIDTH)
    for place, word in enumerate(caption.lower().split()[:77]):
        states[place] = torch.randn(WIDTH, generator=torch.Generator().manual_seed(zlib.crc32(word.encode())))
    return states


def crops(items: Sequence[PhotoItem], each: int, seed: int) -> Crops:
    """Random square crops of photographs."""
    generator = np.random.default_rng(seed)
    latents, states = [], []
    for item in items:
        photo = read_reference(item.path)
        scale = 1.5 * SIDE / min(photo.width, photo.height)
        rgb = cv2.resize(
            photo.floats(), (round(photo.width * scale), round(photo.height * scale)), interpolation=cv2.INTER_AREA
        )
        for _ in range(each):
            top, left = (int(generator.integers(0, length - SIDE + 1)) for length in rgb.shape[:2])
            latents.append(to_latents(rgb[top : top + SIDE, left : left + SIDE]))
            states.append(states_of(item.caption))
    return Crops(torch.from_numpy(np.stack(latents)).float(), torch.stack(states))


def trained(seen: Crops, seed: int = 0) -> Network:
    """A small text-to-image U-Net, taught to predict noise for some minutes."""
    torch.manual_seed(seed)
    unet = UNet2DConditionModel(
        sample_size=SIDE // GRAIN,
        block_out_channels=(32, 64),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        layers_per_block=1,
        cross_attention_dim=WIDTH,
        attention_head_dim=4,
        norm_num_groups=8,
    )
    sampler = cast("Scheduler", ddim(SCHEDULE, STEPS))
    optimizer = torch.optim.AdamW(unet.parameters(), RATE, weight_decay=1e-4)
    decay = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, ROUNDS, pct_start=0.05)
    for _ in range(ROUNDS):
        chosen = torch.randint(len(seen.latents), (BATCH,))
        clean, noise = seen.latents[chosen], torch.randn(BATCH, *seen.latents.shape[1:])
        times = torch.randint(SCHEDULE["num_train_timesteps"], (BATCH,))
        states = seen.states[chosen] * (torch.rand(BATCH, 1, 1) > DROPPED)
        output = unet(sampler.add_noise(clean, noise, times), times, states, return_dict=False)[0]
        loss = functional.mse_loss(output, noise)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        decay.step()
    return Network(unet.eval().requires_grad_(False))
