"""A decoder as its stages train it: networks in float32 over what stays frozen, and the loss that all of them share."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from engine.decode import SETTINGS
from engine.decode.components import ADAPTER, CONTEXT, INPAINT_ADAPTER, Components, DecoderFiles, load_adapter, quiet
from engine.decode.conditions import Condition
from engine.decode.context import ContextAttention
from engine.decode.latents import GRAIN, Autoencoder, to_latents
from engine.decode.network import Network
from engine.decode.patches import CHANNELS, PatchTransform
from engine.decode.prompts import FRAME, NoWords, Prompt, PromptEncoder
from engine.files import write_bytes
from engine.memory import MemoryPlan
from engine.networks import Networks
from training import tiny

LEAST_NOISE = 0.1  # power of the noise below which errors of predicted pictures weigh no more
CHUNKS = 4  # of 75 tokens, that a prompt has in training (LLMGA, section 3.2)
EMBEDDING = 384  # D of the starter's space
STARTER_SIDE = 128
STARTER: Mapping[str, Any] = {  # 4.9 million parameters with the inpaint network's input
    "sample_size": STARTER_SIDE // 8,
    "out_channels": CHANNELS,
    "block_out_channels": (96, 128),
    "layers_per_block": 1,
    "down_block_types": ("DownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "UpBlock2D"),
    "cross_attention_dim": EMBEDDING,
    "attention_head_dim": 8,
    "norm_num_groups": 16,
}
# Pictures are predicted, as a network narrower than its patches must: noise fills all of their 192 channels and does
# not pass through fewer, pictures fill few (Li and He 2025). The last step has no signal at all: a patch's mean
# outweighs the rest of it, and would shine through noise.
STARTER_SCHEDULE: Mapping[str, Any] = {
    **tiny.SCHEDULE,
    "prediction_type": "sample",
    "timestep_spacing": "trailing",
    "rescale_betas_zero_snr": True,
}


@dataclass(frozen=True, eq=False)
class Base:
    """What a stage of the decoder trains, and what it leaves alone.

    Attributes
    ----------
    unet
        The network, float32, with its image adapter where there is one; ``c`` latent channels in, or ``2 c + 1`` for an
        inpaint network.
    vae, text
        Frozen.
    schedule
        diffusers' scheduler configuration: noise levels and what the network predicts.
    side
        Pixels on a side of the squares that it is trained on.
    embedding
        D of the picture embeddings that its adapter reads, nothing without an adapter.
    context
        The bottleneck plug-in, where it is wanted.
    """

    unet: UNet2DConditionModel
    vae: Autoencoder
    text: PromptEncoder | NoWords
    schedule: Mapping[str, Any]
    side: int
    embedding: int | None = None
    context: ContextAttention | None = None

    @classmethod
    def of(cls, files: DecoderFiles, *, paints: bool = False) -> Base:
        """A bundle's decoder on the CPU; ``paints`` for its inpaint network.

        Raises
        ------
        BundleError
            When a part is missing or damaged.
        """
        networks = Networks(MemoryPlan(), device=torch.device("cpu"))
        parts = Components(files, networks)
        parts.precision = torch.float32
        network = parts.inpaint if paints and parts.has_inpaint else parts.base
        assert network is not None
        unet = network.unet.float()
        if paints and not parts.has_inpaint:
            unet = widened(unet)
        return cls(
            unet, parts.vae, parts.text, parts.schedule, parts.settings.side, parts.embedding_width, network.context
        )

    @classmethod
    def fresh(cls, seed: int, *, paints: bool = False) -> Base:
        """The starter's decoder before it has learnt anything: embeddings in, cosine patches out, no words.

        Parameters
        ----------
        seed
            Of the weights.
        paints
            Whether it is told the mask and the masked picture.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            unet = UNet2DConditionModel(in_channels=CHANNELS * (2 if paints else 1) + paints, **STARTER)
            for each in unet.conv_out.parameters():
                nn.init.zeros_(each)
            torch.manual_seed(seed)  # the same adapter, whatever the input: a bundle's networks may share it
            load_adapter(unet, tiny.adapter(unet, EMBEDDING))
        unet.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        return cls(unet, PatchTransform(), NoWords(EMBEDDING), STARTER_SCHEDULE, STARTER_SIDE, EMBEDDING)

    def with_context(self, seed: int) -> Base:
        """The same with a context layer, a fresh one where it has none; its gates begin closed."""
        if self.context is not None:
            return self
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return replace(self, context=ContextAttention.for_unet(self.unet))

    def without_adapter(self) -> Base:
        """The same with a copy of the network that sees no picture embeddings."""
        return self if self.embedding is None else replace(self, unet=self._plain(), embedding=None)

    def _plain(self) -> UNet2DConditionModel:
        """A copy of the network without its adapter."""
        plain, weights = _like(self.unet), self.unet.state_dict()
        plain.load_state_dict({name: weights[name] for name in plain.state_dict()})
        return plain

    @property
    def network(self) -> Network:
        """The network as the engine calls it."""
        return Network(self.unet, context=self.context)

    @cached_property
    def scheduler(self) -> DDPMScheduler:
        """The noise of training."""
        return cast("DDPMScheduler", DDPMScheduler.from_config(dict(self.schedule)))

    @cached_property
    def parts(self) -> nn.ModuleDict:
        """Everything with parameters, by name: what stages give to the loop, which freezes what does not train."""
        found = {"unet": self.unet, "context": self.context, "vae": self.vae}
        towers = {f"text{number}": tower.model for number, tower in enumerate(self.text.towers)}
        return nn.ModuleDict({name: each for name, each in {**found, **towers}.items() if each is not None})

    @property
    def latent_shape(self) -> tuple[int, int, int]:
        """Of one training square's latents, ``(c, h, w)``."""
        return (self.vae.config["latent_channels"], self.side // GRAIN, self.side // GRAIN)

    @property
    def adapter_names(self) -> tuple[str, ...]:
        """Names of the U-Net's parameters that belong to its image adapter."""
        return tuple(name for name, _ in self.unet.named_parameters() if is_adapters(name))

    @property
    def own_names(self) -> tuple[str, ...]:
        """Names of the others."""
        return tuple(name for name, _ in self.unet.named_parameters() if not is_adapters(name))

    @torch.no_grad()
    def latents(self, pictures: Tensor) -> Tensor:
        """``(n, c, h, w)`` of pictures ``(n, 3, H, W)``, 0 to 1; the most likely ones."""
        with torch.autocast(pictures.device.type, enabled=False):  # where nothing is lost, nothing is to be rounded
            return to_latents(self.vae, pictures)

    @torch.no_grad()
    def words(self, texts: Sequence[str]) -> Prompt:
        """Texts as one batch of states; shorter ones are filled up with chunks of the empty text.

        Of longer ones than :data:`CHUNKS` chunks the rest is left out, as in LLMGA's training.
        """
        said = [_short(self.text.encode(text)) for text in texts]
        longest = max(each.states.shape[1] for each in said)
        empty = self.text.encode("").states

        def filled(states: Tensor) -> Tensor:
            missing = (longest - states.shape[1]) // empty.shape[1]
            return torch.cat([states, *[empty] * missing], dim=1)

        pooled = [each.pooled for each in said if each.pooled is not None]
        # Encoded in inference mode; a copy may take part in a training step.
        return Prompt(torch.cat([filled(each.states) for each in said]).clone(), torch.cat(pooled) if pooled else None)

    def sizes(self, prompt: Prompt) -> Tensor | None:
        """SDXL's micro-conditions of whole pictures at the training size, ``(n, 6)``; nothing for other families."""
        if prompt.pooled is None:
            return None
        return torch.tensor([[self.side, self.side, 0, 0, self.side, self.side]] * len(prompt.states)).float()

    def loss(self, latents: Tensor, noise: Tensor, chance: Tensor, condition: Condition) -> Tensor:
        """The mean of :meth:`errors`.

        Parameters
        ----------
        latents, noise
            ``(n, c, h, w)``, clean, and standard normal.
        chance
            ``(n,)``, 0 to 1: where in the schedule each sample is noised to.
        condition
            Of the n samples.
        """
        return self.errors(latents, noise, chance, condition).mean()

    def errors(self, latents: Tensor, noise: Tensor, chance: Tensor, condition: Condition) -> Tensor:
        """Squared errors of what the network predicts (Ho et al. 2020, equation 14), ``(n, c, h, w)``.

        Of a network that predicts pictures those of the velocity which its answer says, bounded where there is hardly
        any noise: as they are, errors of almost clean pictures would not count (Salimans and Ho 2022, section 4).
        """
        made, wanted = self.predicted(latents, noise, chance, condition)
        far = (made - wanted).square()
        if self.scheduler.config["prediction_type"] == "sample":
            far = far / self.shares(chance)[1].square().clamp(min=LEAST_NOISE)
        return far

    def predicted(self, latents: Tensor, noise: Tensor, chance: Tensor, condition: Condition) -> tuple[Tensor, Tensor]:
        """The network's output and what it should be, ``(n, c, h, w)`` float32 each."""
        scheduler, times = self.scheduler, self._times(chance)
        noised = scheduler.add_noise(latents, noise, times)  # pyright: ignore[reportArgumentType]
        made = self.network(noised, times, condition).float()
        match scheduler.config["prediction_type"]:
            case "epsilon":
                return made, noise
            case "sample":
                return made, latents
            case "v_prediction":
                return made, scheduler.get_velocity(latents, noise, times)  # pyright: ignore[reportArgumentType, reportReturnType]
            case other:
                raise ValueError(f"a network that predicts {other!r} is not trained here")

    def shares(self, chance: Tensor) -> tuple[Tensor, Tensor]:
        """How much of the picture and of the noise there is at places in the schedule, ``(n, 1, 1, 1)`` each."""
        kept = self.scheduler.alphas_cumprod.to(chance.device)[self._times(chance)][:, None, None, None]
        return kept.sqrt(), (1 - kept).sqrt()

    def noise_from(self, start: Tensor, latents: Tensor, noise: Tensor, chance: Tensor) -> Tensor:
        """The noise which brings ``latents`` to where ``noise`` brings ``start``, ``(n, c, h, w)`` each.

        With it a network learns to come from another picture, a draft say, to the one that is wanted.
        """
        picture, grain = self.shares(chance)
        return noise + picture / grain * (start - latents)

    def _times(self, chance: Tensor) -> Tensor:
        count: int = self.scheduler.config["num_train_timesteps"]
        return (chance * count).long().clamp(max=count - 1)

    def export(self, folder: Path, *, paints: bool = False) -> None:
        """Write the trained networks as :mod:`engine.decode.components` reads them, below ``folder``.

        The frozen parts are written only where they have no weights: others stay in the bundle that they came from.
        """
        with quiet():
            self._plain().save_pretrained(folder / "decoder" / ("inpaint" if paints else "unet"))
        if self.embedding is not None:
            save_file(published(self.unet), folder / (INPAINT_ADAPTER if paints else ADAPTER))
        if self.context is not None:
            save_file({name: each.contiguous() for name, each in self.context.tensors().items()}, folder / CONTEXT)
        if isinstance(self.vae, PatchTransform):
            (folder / "decoder/vae").mkdir(exist_ok=True)
            (folder / "decoder/scheduler").mkdir(exist_ok=True)
            write_bytes(folder / "decoder/vae/config.json", json.dumps(dict(self.vae.config)).encode())
            write_bytes(folder / "decoder/scheduler/scheduler_config.json", json.dumps(dict(self.schedule)).encode())
            write_bytes(folder / SETTINGS, json.dumps({"side": self.side}).encode())


def _short(prompt: Prompt) -> Prompt:
    return replace(prompt, states=prompt.states[:, : CHUNKS * FRAME])


def is_adapters(name: str) -> bool:
    """Whether a parameter of a U-Net belongs to its image adapter."""
    return name.startswith("encoder_hid_proj.") or ".processor." in name


def published(unet: UNet2DConditionModel) -> dict[str, Tensor]:
    """A U-Net's image adapter in IP-Adapter's published layout."""
    projection: nn.Module = cast("Any", unet.encoder_hid_proj).image_projection_layers[0]
    tensors = {
        f"image_proj.{name.replace('image_embeds', 'proj')}": each for name, each in projection.state_dict().items()
    }
    for index, processor in enumerate(unet.attn_processors.values()):
        for name, each in getattr(processor, "state_dict", dict)().items():  # to_k_ip.0.weight
            tensors[f"ip_adapter.{index}.{name.replace('.0.', '.')}"] = each
    return {name: each.contiguous() for name, each in tensors.items()}


def widened(unet: UNet2DConditionModel) -> UNet2DConditionModel:
    """An inpaint network from one that makes whole pictures: what it is told besides begins without effect.

    As Stable Diffusion's own inpaint networks began: the weights of the mask and the masked picture are zeros.
    """
    channels: int = unet.config["in_channels"]
    made = _like(unet, in_channels=2 * channels + 1)
    if unet.encoder_hid_proj is not None:
        load_adapter(made, published(unet))
    weights = unet.state_dict()
    weights["conv_in.weight"] = functional.pad(weights["conv_in.weight"], (0, 0, 0, 0, 0, channels + 1))
    made.load_state_dict(weights)
    return made


def _like(unet: UNet2DConditionModel, **changes: Any) -> UNet2DConditionModel:
    """A network of the same shape but for some changes, without adapter and with weights of its own."""
    config = {**unet.config, "encoder_hid_dim_type": None, **changes}
    return cast("UNet2DConditionModel", UNet2DConditionModel.from_config(config))
