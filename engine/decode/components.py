"""The networks of a decoder, loaded from a bundle when first used and dropped when memory is short.

In the bundle they lie under ``decoder/`` in diffusers' folders: ``unet``, optionally ``inpaint`` (told the mask and the
masked picture too), ``refiner``, ``controlnet-KIND``; ``vae``, an autoencoder or the configuration of a lossless patch
transform; ``text_encoder``, ``tokenizer`` (and ``_2`` for SDXL), or none where embeddings alone are read;
``scheduler/scheduler_config.json``; and beside them ``decoder.json``, ``adapter.safetensors`` (decoupled attention to
picture embeddings, in IP-Adapter's published layout; ``adapter-inpaint.safetensors`` where ``inpaint`` has another) and
``context.safetensors``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from diffusers.models.modeling_utils import ModelMixin
from diffusers.utils import logging as diffusers_log
from safetensors import safe_open
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer
from transformers.utils import logging as transformers_log

from engine import linked, quantized
from engine.decode import SETTINGS
from engine.decode.checker import CHECKER, Checker
from engine.decode.context import ContextAttention
from engine.decode.extractors import NAMES as EXTRACTORS
from engine.decode.extractors import Extract
from engine.decode.extractors import load as load_extractors
from engine.decode.latents import LEAST
from engine.decode.network import Network
from engine.decode.patches import KIND as PATCHES
from engine.decode.patches import PatchTransform
from engine.decode.preview import LatentPreview
from engine.decode.prompts import NoWords, PromptEncoder, Tower
from engine.device import fast_dtype, out_of_memory
from engine.errors import BundleError
from engine.memory import CONTROL
from engine.networks import Held, Load, Networks, Spot

FOLDER = "decoder"
ADAPTER = f"{FOLDER}/adapter.safetensors"
INPAINT_ADAPTER = f"{FOLDER}/adapter-inpaint.safetensors"  # the inpaint network's, where it has one of its own
ADAPTER_SETTINGS = f"{FOLDER}/adapter.json"
VIEWS = "image_proj.raw_embed"  # what tells an adapter's pictures of the whole from those of subjects
CONTEXT = f"{FOLDER}/context.safetensors"
NAMES = {"text_encoder": "text", "text_encoder_2": "text_2"}  # of networks that are not named as their folders
WRAPPED = {"unet": "base", "text_2": "text"}  # networks to what they are reached by here, where it is named otherwise

M = TypeVar("M", bound=ModelMixin)
LOADING = (OSError, ValueError, KeyError, RuntimeError)  # what the libraries' loaders raise on damaged folders
PRECISIONS = ("", "float32", "bfloat16", "float16")
CURE = "Pull the bundle again."


class DecoderFiles(Protocol):
    """The part of a bundle that a decoder reads."""

    def has(self, path: str) -> bool:
        """Whether the bundle holds ``path``."""
        ...

    def names(self, folder: str = "") -> tuple[str, ...]:
        """Paths of all files in ``folder``."""
        ...

    def path(self, path: str) -> Path:
        """The place of a file on disk, after its hash was checked."""
        ...

    def folder(self, folder: str) -> Path:
        """The place of a folder on disk, after the hash of every file in it was checked."""
        ...

    def tensors(self, path: str) -> dict[str, torch.Tensor]:
        """Tensors of a safetensors file."""
        ...

    def json(self, path: str) -> Any:
        """What a JSON file holds."""
        ...


@dataclass(frozen=True)
class DecoderSettings:
    """What ``decoder.json`` says of a checkpoint.

    Attributes
    ----------
    side
        Pixels on a side of the squares that it was trained on.
    zero_empty
        Whether an empty negative prompt is all zeros (SDXL base).
    precision
        Type that its networks compute in; empty for the device's best.
    """

    side: int
    zero_empty: bool = False
    precision: str = ""

    def __post_init__(self) -> None:
        if self.side < LEAST or self.precision not in PRECISIONS:
            raise BundleError(f"{SETTINGS} names a side or precision that there is not.", CURE)


class Components:
    """A decoder's networks.

    Parameters
    ----------
    files
        An open bundle.
    networks
        Says where and in which form they compute.
    """

    def __init__(self, files: DecoderFiles, networks: Networks | None = None) -> None:
        self._files, self._networks = files, networks or Networks()
        self._held: dict[str, Held] = {}
        self.device = self._networks.device("unet")
        try:
            self.settings = DecoderSettings(**files.json(SETTINGS))
        except TypeError as fault:
            raise BundleError(f"{SETTINGS} is damaged ({fault}).", CURE) from fault
        self.precision = self._precision()

    @property
    def reads_words(self) -> bool:
        """Whether there are text encoders."""
        return self._there("text_encoder")

    @cached_property
    def text(self) -> PromptEncoder | NoWords:
        """The text encoders."""
        if not self.reads_words:
            return NoWords(self._files.json(f"{FOLDER}/unet/config.json")["cross_attention_dim"])
        towers = [self._tower("", CLIPTextModel)]
        if self._there("text_encoder_2"):
            towers.append(self._tower("_2", CLIPTextModelWithProjection))
        return PromptEncoder(towers, self.settings.zero_empty)

    @cached_property
    def vae(self) -> AutoencoderKL | PatchTransform:
        """The autoencoder."""
        if self._vae_config.get("_class_name") == PATCHES:
            return PatchTransform().to(self.device)
        vae = self._load(AutoencoderKL, "vae")
        overflows = vae.config["force_upcast"] and vae.dtype == torch.float16  # SDXL's is known to, in half precision
        return vae.float() if overflows else vae

    @property
    def latent_channels(self) -> int:
        """Of the autoencoder's latents."""
        return int(self._vae_config.get("latent_channels", 4))

    @cached_property
    def _vae_config(self) -> Mapping[str, Any]:
        return self._files.json(f"{FOLDER}/vae/config.json")

    @cached_property
    def base(self) -> Network:
        """The network that makes whole pictures."""
        return self._network("unet")

    @property
    def has_inpaint(self) -> bool:
        """Whether there is a network that is told the mask and the masked picture too."""
        return self._there("inpaint")

    @cached_property
    def inpaint(self) -> Network | None:
        """That network, where there is one."""
        return self._network("inpaint") if self.has_inpaint else None

    @cached_property
    def refiner(self) -> Network | None:
        """SDXL's refiner, where there is one."""
        return Network(self._load(UNet2DConditionModel, "refiner")) if self._there("refiner") else None

    @cached_property
    def checker(self) -> Checker | None:
        """The model's own safety checker, where the bundle has it."""
        return Checker.load(self._files) if self._files.has(f"{CHECKER}/config.json") else None

    @cached_property
    def schedule(self) -> Mapping[str, Any]:
        """The noise schedule of training."""
        return self._files.json(f"{FOLDER}/scheduler/scheduler_config.json")

    @cached_property
    def preview(self) -> LatentPreview:
        """Colours of unfinished latents."""
        return LatentPreview.fit(self.vae)

    @cached_property
    def controls(self) -> tuple[str, ...]:
        """Kinds of control that there are networks for."""
        folders = {name.split("/")[1] for name in self._files.names(FOLDER)}
        return tuple(sorted(folder.removeprefix(CONTROL) for folder in folders if folder.startswith(CONTROL)))

    @cached_property
    def controlnets(self) -> dict[str, ControlNetModel]:
        """Those that were asked for with :meth:`controlnet`, by kind."""
        return {}

    @cached_property
    def extractors(self) -> dict[str, Extract]:
        """Networks that make control maps of pictures, by the kind of control."""
        return load_extractors(self._files, self._networks)

    def controlnet(self, kind: str) -> ControlNetModel:
        """The one that reads a kind of control of :attr:`controls`."""
        if kind not in self.controlnets:
            self.controlnets[kind] = self._load(ControlNetModel, f"{CONTROL}{kind}")
        return self.controlnets[kind]

    @cached_property
    def embedding_width(self) -> int | None:
        """D of the picture embeddings that it reads, nothing without an adapter."""
        adapter = self._adapter()
        return adapter["image_proj.proj.weight"].shape[1] - self.tells_subjects if adapter else None

    @cached_property
    def tells_subjects(self) -> bool:
        """Whether a number behind each picture embedding says that it shows a subject (1) and not the whole (0)."""
        if not self._files.has(ADAPTER):
            return False
        with safe_open(self._files.path(ADAPTER), framework="pt") as file:
            return VIEWS in file.keys()  # noqa: SIM118 (not a mapping)

    @property
    def has_context(self) -> bool:
        """Whether it attends to context pairs."""
        return self._files.has(CONTEXT)

    def drop(self, *names: str) -> None:
        """Networks leave, by attribute name; they come back when next used."""
        held = [name for name in self._held if self._reached(name) in names]
        self._networks.leave([*held, *(EXTRACTORS if "extractors" in names else ())])

    def _here(self, name: str, load: Load) -> Any:
        """A network on its device; what it is reached by goes when it leaves."""
        if name not in self._held:
            self._held[name] = self._networks.hold(name, load, left=partial(self._forget, name), insists=False)
        return self._held[name].here()

    def _reached(self, name: str) -> str:
        return "controlnets" if name.startswith(CONTROL) else WRAPPED.get(name, name)

    def _forget(self, name: str) -> None:
        if name.startswith(CONTROL):
            self.controlnets.pop(name.removeprefix(CONTROL), None)
        else:
            self.__dict__.pop(self._reached(name), None)

    def _adapter(self, folder: str = "unet") -> dict[str, torch.Tensor]:
        """Read anew each time: it may be mapped from the user's own file, which must not be relied on for long."""
        if folder == "inpaint" and self._files.has(INPAINT_ADAPTER):
            return self._files.tensors(INPAINT_ADAPTER)
        if not self._files.has(ADAPTER):
            return {}
        length = float(self._files.json(ADAPTER_SETTINGS)["norm"]) if self._files.has(ADAPTER_SETTINGS) else 1.0
        return plain_adapter(self._files.tensors(ADAPTER), length)

    def _network(self, folder: str) -> Network:
        unet = self._load(UNet2DConditionModel, folder)
        if unet.encoder_hid_proj is None and (adapter := self._adapter(folder)):  # one that comes back has it
            load_adapter(unet, adapter)
        context = None
        if self.has_context:
            context = ContextAttention.from_tensors(self._files.tensors(CONTEXT))
            context = context.to(self.device, self.precision).eval()
        return Network(unet, context=context)

    def _there(self, folder: str) -> bool:
        return self._files.has(f"{FOLDER}/{folder}/config.json")

    def _folder(self, folder: str) -> Path:
        """A component's folder, every file of it checked."""
        return self._files.folder(f"{FOLDER}/{folder}")

    def _load(self, kind: type[M], folder: str) -> M:
        return self._here(folder, partial(self._made, kind, folder))

    def _made(self, kind: type[M], folder: str, spot: Spot) -> M:
        if spot.form == "half":
            return self._whole(kind, folder, spot.device)

        def empty() -> M:
            with quiet():
                return cast(Any, kind).from_config(cast(Any, kind).load_config(self._folder(folder)))

        return quantized.obtain(
            self._files, f"{FOLDER}/{folder}", spot.form, empty,
            lambda: self._whole(kind, folder, torch.device("cpu")), replace(spot, dtype=self.precision),
        )  # fmt: skip

    def _whole(self, kind: type[M], folder: str, device: torch.device) -> M:
        try:
            with quiet():
                model: Any = linked.from_pretrained(
                    kind, self._files, f"{FOLDER}/{folder}", torch_dtype=self.precision, use_safetensors=True
                )
        except LOADING as fault:
            raise _damaged(folder, fault) from fault
        model.to(memory_format=torch.channels_last)
        return model.to(device=device).eval()

    def _tower(self, suffix: str, kind: type[CLIPTextModel | CLIPTextModelWithProjection]) -> Tower:
        folder = f"text_encoder{suffix}"
        return Tower(self._tokenizer(suffix), self._here(NAMES[folder], partial(self._reader, kind, folder)))

    def _tokenizer(self, suffix: str) -> CLIPTokenizer:
        try:
            with quiet():
                return CLIPTokenizer.from_pretrained(self._folder(f"tokenizer{suffix}"))
        except LOADING as fault:
            raise _damaged(f"tokenizer{suffix}", fault) from fault

    def _reader(self, kind: type[CLIPTextModel | CLIPTextModelWithProjection], folder: str, spot: Spot) -> Any:
        try:
            with quiet():
                model: Any = linked.from_pretrained(kind, self._files, f"{FOLDER}/{folder}", dtype=self.precision)
        except LOADING as fault:
            raise _damaged(folder, fault) from fault
        return model.to(spot.device).eval()

    def _precision(self) -> torch.dtype:
        named = self.settings.precision
        return getattr(torch, named) if named else fast_dtype(self.device)


def _damaged(folder: str, fault: Exception) -> Exception:
    """What to raise when a component cannot be loaded: want of memory stays what it is."""
    if out_of_memory(fault):
        return fault
    return BundleError(f"{FOLDER}/{folder} cannot be loaded ({' '.join(str(fault).split())}).", CURE)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' progress bars and advice out of the user's sight while networks load."""
    levels = diffusers_log.get_verbosity(), transformers_log.get_verbosity()
    bars = transformers_log.is_progress_bar_enabled()
    diffusers_log.set_verbosity_error()
    transformers_log.set_verbosity_error()
    transformers_log.disable_progress_bar()
    try:
        yield
    finally:
        diffusers_log.set_verbosity(levels[0])
        transformers_log.set_verbosity(levels[1])
        if bars:
            transformers_log.enable_progress_bar()


def plain_adapter(tensors: dict[str, torch.Tensor], length: float) -> dict[str, torch.Tensor]:
    """An adapter for embeddings of unit norm, without learned views.

    InstructAny2Pix' adapter adds a learned vector to every token of a picture before the norm, one for the picture as
    a whole and one for its subjects. The first is put into the projection's bias; the difference of the two becomes a
    further column, so that a 1 behind an embedding makes it a subject's. Both give the same tokens as its own code.

    Parameters
    ----------
    tensors
        In the published layout.
    length
        Norm of the embeddings that it was trained with.
    """
    out = dict(tensors)
    views = out.pop(VIEWS, None)
    weight, bias = out["image_proj.proj.weight"] * length, out["image_proj.proj.bias"]
    if views is not None:
        whole, subject = (view.repeat(len(bias) // views.shape[1]) for view in views[:2])
        weight = torch.cat([weight, (subject - whole)[:, None].to(weight.dtype)], dim=1)
        bias = bias + whole
    return out | {"image_proj.proj.weight": weight, "image_proj.proj.bias": bias}


def load_adapter(unet: UNet2DConditionModel, tensors: Mapping[str, torch.Tensor]) -> None:
    """Give a U-Net decoupled cross-attention to picture embeddings (IP-Adapter), by diffusers' own loading.

    Parameters
    ----------
    unet
        Any U-Net with cross-attention.
    tensors
        ``image_proj.*`` and ``ip_adapter.*`` keys of the published safetensors layout.

    Raises
    ------
    BundleError
        When keys or shapes do not fit.
    """
    parts: dict[str, dict[str, torch.Tensor]] = {"image_proj": {}, "ip_adapter": {}}
    for key, value in tensors.items():
        part, _, rest = key.partition(".")
        if part not in parts:
            raise BundleError(f"{ADAPTER} has the unknown key {key}.", CURE)
        parts[part][rest] = value
    try:
        with quiet():
            unet._load_ip_adapter_weights([parts], low_cpu_mem_usage=False)
    except (KeyError, RuntimeError) as fault:
        if out_of_memory(fault):
            raise
        raise BundleError(f"{ADAPTER} does not fit its U-Net ({fault}).", CURE) from fault
