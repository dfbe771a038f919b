"""The last stage of DiffRIR (LLMGA's released code), ``overtone train diffrir-gan``: sharp, and without seams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from engine.bundle import default_home
from engine.errors import BadInput
from engine.restore.network import DiffRIR, Teacher
from engine.restore.packing import nearest
from engine.restore.stored import CONFIG, WEIGHTS, assemble, read_shapes
from training.core.draws import Draws
from training.core.loop import begin_with
from training.core.recipe import Count, Share, validated
from training.core.stage import SCORE, TOTAL, Stage
from training.evaluate.exported import Run
from training.restore.critic import Critic
from training.restore.samples import Batch
from training.restore.stages import FIRST, SECOND, Settings, Source, in_mask, packed, picture_loss, ready, write
from training.restore.trunk import Trunk

NAME = "diffrir-gan"
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]
_TINY = 1e-6
_NEAR = 9  # pixels on a side within which texture is looked at
_FAINT = 1 / 255  # a step that hardly counts
_SHOWN = 6


@dataclass(frozen=True)
class AdversarialSettings(Settings):
    """The stage's own settings.

    Attributes
    ----------
    begin
        Folder of the finished restorer that is begun with: a run's, or ``resources/starter``.
    taught
        Whether the teacher of ``first`` still says what the IPR is; else it follows from the picture alone.
    perceptual, rim, texture
        Weights of the distance of features; of the squared error of the pixels next to the border of the mask, since
        the seam is the defect that people see first; and of how much too rough or too smooth it is anywhere.
    fooling
        Length of the adversarial gradient over that of the other losses, at the last convolution; 0 for no critic.
    width
        Channels of the critic's first level.
    blocks
        Of the network whose features are compared, from the finest on; 5 are all.
    """

    begin: Path = Path(f"training-{SECOND}")
    taught: bool = True
    perceptual: Weight = 1.0
    rim: Weight = 10.0
    texture: Weight = 1.0
    fooling: Share = 0.3
    width: Count = 32
    blocks: Annotated[Count, Field(le=5)] = 5


class Adversarial(Stage):
    """The whole restorer, taught by the picture, by features of it and by a critic that learns beside it.

    Restorer and critic take the same step: the restorer's losses see the critic's weights as constants, the critic's
    loss sees the restored picture as one. How much the critic has a say is settled by gradients (Esser et al. 2021,
    equation 7), which spares a weight that would have to be found for every change of the other losses.

    Parameters
    ----------
    network, teacher
        The restorer, and the frozen teacher of its IPR or none.
    samples
        What is learnt from.
    critic, trunk
        The discriminator, and the frozen network of the perceptual loss.
    settings
        Of the stage.
    """

    name = NAME
    blocks = ("network.G.*",)

    def __init__(
        self,
        network: DiffRIR,
        teacher: Teacher | None,
        samples: Source,
        critic: Critic,
        trunk: Trunk,
        settings: AdversarialSettings,
    ) -> None:
        self.network, self.teacher, self.samples, self.settings = network, teacher, samples, settings
        self.critic, self.trunk = critic, trunk
        parts = {"network": network, "teacher": teacher, "critic": critic, "trunk": trunk}
        self.module = nn.ModuleDict({name: each for name, each in parts.items() if each is not None})
        self.trains = ("network.*", *(("critic.*",) if settings.fooling else ()))
        self._shown: dict[str, np.ndarray] = {}

    def batch(self, draws: Draws) -> tuple[Tensor, ...]:
        """As in the first stage."""
        return self.samples.learnt(draws)

    def loss(self, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """L1 of the picture and of the IPR, distance of features, error at the rim, and both sides of the contest."""
        samples, picture, ipr = self._restored(batch)
        chosen, losses = self.settings, {"picture": picture_loss(picture, samples), **ipr}
        losses["perceptual"] = self.trunk.distance(picture, samples.truth, samples.mask, chosen.blocks).mean()
        losses["rim"] = in_mask((picture - samples.truth).square(), rim(samples.mask)).mean()
        rough = [roughness(each, samples.mask) for each in (picture, samples.truth)]
        losses["texture"] = in_mask((rough[0] - rough[1]).abs(), samples.mask).mean()
        weights = {name: getattr(chosen, name) for name in ("perceptual", "rim", "texture")}
        wanted = losses["picture"] + sum(weight * losses[name] for name, weight in weights.items())
        total = wanted + sum(ipr.values(), wanted.new_zeros(()))
        if chosen.fooling:
            constant = {name: each.detach() for name, each in self.critic.named_parameters()}
            said = functional_call(self.critic, constant, (picture, samples.mask))
            losses["fooling"] = _told(said, samples, real=True)
            real, made = (self.critic(each, samples.mask) for each in (samples.truth, picture.detach()))
            losses["critic"] = (_told(real, samples, real=True) + _told(made, samples, real=False)) / 2
            say = chosen.fooling * self._balance(wanted, losses["fooling"])
            total = total + say * losses["fooling"] + losses["critic"]
        return {**losses, TOTAL: total}

    def _restored(self, batch: tuple[Tensor, ...]) -> tuple[Batch, Tensor, dict[str, Tensor]]:
        """The samples, the picture that is shown ``(n, 3, H, W)``, and how far the IPR is from the teacher's (L1)."""
        *parts, noise = batch
        samples, network = Batch(*parts), self.network
        given = packed(network.shape, samples)
        start, wanted = noise, None
        if self.teacher is not None:
            with torch.no_grad():
                wanted = self.teacher.prior(given, samples.decoded, samples.truth)
            start = network.diffusion.noised(wanted, noise)
        found = network.diffusion(network.condition(given), start)
        picture = composited(network.G(given, samples.decoded, found), samples)
        return samples, picture, {} if wanted is None else {"ipr": functional.l1_loss(found, wanted)}

    def _balance(self, wanted: Tensor, fooling: Tensor) -> Tensor:
        """How much longer the gradient of what is wanted is than the adversarial one, at the last convolution."""
        last = list(self.network.G.tail.parameters())[-2]
        if not wanted.requires_grad:
            return wanted.new_zeros(())
        lengths = [torch.autograd.grad(each, last, retain_graph=True)[0].norm() for each in (wanted, fooling)]
        return (lengths[0] / (lengths[1] + _TINY)).clamp(max=100).detach()

    def validate(self) -> dict[str, float]:
        """How near the truth it comes, as a share of how near the draft is; scored by features.

        ``texture`` is the energy of the steps between neighbours in the mask, over the truth's; ``rim`` the squared
        error next to the border, over the draft's.
        """
        batch = self.samples.judged(next(self.network.parameters()).device)
        samples, picture, ipr = self._restored(batch)
        draft = composited(nearest(samples.decoded, self.network.shape.scale), samples)
        far = {
            "perceptual": [self.trunk.distance(each, samples.truth, samples.mask) for each in (picture, draft)],
            "l1": [in_mask((each - samples.truth).abs(), samples.mask) for each in (picture, draft)],
            "rim": [in_mask((each - samples.truth).square(), rim(samples.mask)) for each in (picture, draft)],
        }
        shares = {name: (one.sum() / other.sum()).item() for name, (one, other) in far.items()}
        parts = [in_mask(roughness(each, samples.mask).square(), samples.mask) for each in (picture, samples.truth)]
        texture = (parts[0].sum() / parts[1].sum()).item()
        for place in range(min(_SHOWN, len(picture))):
            beside = torch.cat([draft[place], picture[place], samples.truth[place]], dim=2)
            self._shown[f"sample-{place}"] = beside.clamp(0, 1).permute(1, 2, 0).float().cpu().numpy()
        return {
            SCORE: shares["perceptual"],
            **shares,
            "texture": texture,
            **{name: each.item() for name, each in ipr.items()},
        }

    def pictures(self) -> Mapping[str, np.ndarray]:
        """Draft, restored and true picture of the first samples."""
        return self._shown

    def export(self, folder: Path) -> None:
        """The restorer of this scale."""
        write(self.network, folder)


def composited(made: Tensor, samples: Batch) -> Tensor:
    """The restored picture with the photo's own pixels around, as it is shown."""
    return samples.truth + (made - samples.truth) * samples.mask


def rim(mask: Tensor) -> Tensor:
    """The pixels of masks ``(n, 1, h, w)`` that touch one outside."""
    return mask * (functional.max_pool2d(1 - mask, 3, stride=1, padding=1) > 0)


def roughness(pictures: Tensor, mask: Tensor) -> Tensor:
    """``(n, 1, h, w)`` root of the mean squared step between neighbours in the mask, within a few pixels."""
    steps, known = [], []
    for axis, room in ((2, (0, 0, 0, 1)), (3, (0, 1, 0, 0))):
        length = pictures.shape[axis] - 1
        both = mask.narrow(axis, 0, length) * mask.narrow(axis, 1, length)
        far = pictures.diff(dim=axis).square().mean(1, keepdim=True)
        steps.append(functional.pad(far * both, room))
        known.append(functional.pad(both, room))
    near, count = (
        functional.avg_pool2d(sum(each, torch.zeros_like(mask)), _NEAR, stride=1, padding=_NEAR // 2)
        for each in (steps, known)
    )
    return (near / count.clamp(min=_TINY) + _FAINT**2).sqrt()


def _told(logits: Tensor, samples: Batch, *, real: bool) -> Tensor:
    """Cross-entropy of what the critic says of the pixels in the mask."""
    far = functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, float(real)), reduction="none")
    return in_mask(far, samples.mask).mean()


def build(data: Path | None, settings: Mapping[str, Any], seed: int) -> Adversarial:
    """The stage for the starter.

    Raises
    ------
    BadInput
        When a setting is unknown, the data is too small, or a run before it is absent.
    BundleError
        When the network of the perceptual loss cannot be had.
    """
    chosen = validated(AdversarialSettings, dict(settings), "DiffRIR settings")
    samples, teacher, _ = ready(data, chosen, seed)
    network = _begun(chosen.begin, chosen.scale)
    if network.shape != samples.shape:
        raise BadInput(f"The restorer in {chosen.begin} has other sizes than the starter's.", "Train one anew.")
    if chosen.taught:
        begin_with(chosen.first, teacher, FIRST)
    torch.manual_seed(seed)
    critic = Critic(chosen.width).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    trunk = Trunk.load(default_home() / "wheels")
    return Adversarial(network, teacher if chosen.taught else None, samples, critic, trunk, chosen)


def _begun(folder: Path, scale: int) -> DiffRIR:
    """The finished restorer of a folder."""
    run = Run(folder)
    if not (run.has(WEIGHTS) and run.has(CONFIG)):
        raise BadInput(f"{folder} holds no finished restorer.", f"Run {SECOND} first, or name its folder as begin.")
    networks = assemble(read_shapes(run.json(CONFIG)), run.tensors(WEIGHTS))
    if scale not in networks:
        raise BadInput(f"{folder} holds no restorer of scale {scale}.", "Name another folder as begin.")
    network = networks[scale].requires_grad_(True)
    return network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
