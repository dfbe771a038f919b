"""Networks whose weights take 8 or 4 bits: made, saved, loaded and timed with optimum-quanto.

Only weights are quantized; the arithmetic stays in the device's half precision. What quanto would compile on the
user's machine is replaced by its own plain torch version: nobody needs a compiler, and nothing is written into the
installation.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from engine import strict_json
from engine.bundle.manifest import Network
from engine.errors import BundleError
from engine.folders import Folders
from engine.memory import Form

if TYPE_CHECKING:
    import torch
    from torch import nn

    from engine.networks import Spot

Bits = Literal[4, 8]
WEIGHTS, MAP, MEASURED = "model.safetensors", "quantization.json", "measured.json"
MOST = 1.3  # of the time in half precision, for a quantized network to be preferred
LEFT = (  # few weights, and the picture or the words depend on each of them
    *("conv_in", "conv_out", "time_embedding.*", "add_embedding.*", "*ip_adapter*", "*encoder_hid_proj*"),
    *("*lm_head", "*multi_modal_projector*", "*mm_projector*", "*vae_projector*", "*vae_predictor*"),
)
CURE = "Quantize it again: overtone models quantize NAME"
ROUNDS = 5
BITS: dict[Bits, Form] = {8: "int8", 4: "int4"}


@dataclass(frozen=True)
class Measured:
    """How fast a quantized network is beside the same one in half precision, in one run.

    Attributes
    ----------
    device
        What it was measured on.
    half, quantized
        Seconds of one call, medians.
    error
        Mean absolute difference of the answers, as a share of their mean magnitude.
    day
        When, as a date.
    """

    device: str
    half: float
    quantized: float
    error: float
    day: str

    @property
    def ratio(self) -> float:
        """The quantized one's time over the other's."""
        return self.quantized / self.half

    @property
    def pays(self) -> bool:
        """Whether it is fast enough to be taken where memory would allow either."""
        return self.ratio <= MOST

    @classmethod
    def read(cls, path: Path) -> Measured | None:
        """What was measured, nothing where it was not."""
        try:
            return cls(**strict_json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def to_bytes(self) -> bytes:
        """As JSON."""
        return (json.dumps(asdict(self), indent=1) + "\n").encode()


def folder_of(folder: str, bits: Bits) -> str:
    """Where the quantized copy of a network lies in the bundle, e.g. ``decoder/unet-int8``."""
    return f"{folder}-int{bits}"


def fast_forms(files: Folders, networks: Iterable[Network]) -> dict[str, tuple[Form, ...]]:
    """Folder to the forms whose saved copies were measured to cost little time, 8 bits first.

    Parameters
    ----------
    files
        An open bundle.
    networks
        Those of its manifest.
    """
    fast: dict[str, tuple[Form, ...]] = {}
    for folder in {network.folder for network in networks if network.folder}:
        forms: list[Form] = []
        for bits, form in BITS.items():
            name = f"{folder_of(folder, bits)}/{MEASURED}"
            measured = Measured.read(files.path(name)) if files.has(name) else None
            if measured is not None and measured.pays:
                forms.append(form)
        if forms:
            fast[folder] = tuple(forms)
    return fast


def quantize(network: nn.Module, bits: Bits) -> None:
    """Turn the weights of a network's layers into ``bits`` bits, in place."""
    from optimum import quanto

    _mend()
    quanto.quantize(network, weights={4: quanto.qint4, 8: quanto.qint8}[bits], exclude=list(LEFT))
    quanto.freeze(network)


def is_quantized(network: nn.Module) -> bool:
    """Whether any of its layers is; such a network cannot change its float type."""
    return any(type(part).__module__.startswith("optimum.quanto") for part in network.modules())


def save(network: nn.Module, folder: Path) -> None:
    """Write a quantized network's weights and the map of its layers.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    from optimum.quanto import quantization_map
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, folder / WEIGHTS)
    (folder / MAP).write_text(json.dumps(quantization_map(network), indent=1, sort_keys=True) + "\n")


def load(make: Callable[[], nn.Module], folder: Path, dtype: torch.dtype, device: torch.device) -> Any:
    """A quantized network from its folder.

    Parameters
    ----------
    make
        Makes the network from its configuration, with any weights.
    folder
        Written by :func:`save`, its files checked.
    dtype
        Half precision that it computes in.
    device
        Where.

    Raises
    ------
    BundleError
        The files do not belong to this network.
    """
    import torch
    from accelerate import init_empty_weights
    from optimum.quanto import requantize
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from engine.device import out_of_memory

    _mend()
    with init_empty_weights(include_buffers=False):
        network = make()
    torch.nn.Module.to(network, dtype)  # as one type; past diffusers' own, which warns
    try:
        layers = strict_json.loads((folder / MAP).read_bytes())
        state = {name: _typed(value, dtype) for name, value in load_file(folder / WEIGHTS).items()}
        requantize(network, state, layers, torch.device("cpu"))
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError, SafetensorError) as fault:
        if out_of_memory(fault):
            raise
        raise BundleError(f"{folder} cannot be loaded ({' '.join(str(fault).split())}).", CURE) from fault
    if differing := sorted(set(state) ^ set(network.state_dict())):  # quanto itself is not strict
        raise BundleError(f"{folder} does not fit its network: {differing[0]} and {len(differing) - 1} more.", CURE)
    return network.to(device).eval()


def obtain(
    files: Folders, folder: str, form: Form, make: Callable[[], nn.Module], whole: Callable[[], nn.Module], spot: Spot
) -> Any:
    """A network in fewer bits: from its saved copy, else turned into them in main memory.

    Parameters
    ----------
    files, folder
        The bundle, and the network's folder in it.
    form
        ``int8`` or ``int4``.
    make
        Makes the network from its configuration, with any weights.
    whole
        Loads it in half precision into main memory.
    spot
        What it computes in, and where.

    Raises
    ------
    BundleError
        The copy does not belong to this network.
    """
    bits: Bits = 8 if form == "int8" else 4
    copy = folder_of(folder, bits)
    if files.has(f"{copy}/{WEIGHTS}"):
        return load(make, files.folder(copy), spot.dtype, spot.device)
    network = whole()
    quantize(network, bits)
    return network.to(spot.device).eval()


def measure(
    call: Callable[[], torch.Tensor], quantized: Callable[[], torch.Tensor], device: torch.device, day: str
) -> Measured:
    """Time two versions of a network in turns.

    Parameters
    ----------
    call, quantized
        One call of each, with the same input.
    device
        Where they compute.
    day
        The date of today.
    """
    import torch

    def timed(run: Callable[[], torch.Tensor]) -> float:
        began = time.perf_counter()
        run()
        if device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - began

    with torch.inference_mode():
        right, wrong = call().float(), quantized().float()  # and warm
        error = float((right - wrong).abs().mean() / right.abs().mean())
        times = [(timed(call), timed(quantized)) for _ in range(ROUNDS)]
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    half, bits = (statistics.median(column) for column in zip(*times, strict=True))
    return Measured(name, half, bits, error, day)


def _typed(value: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return value.to(dtype) if value.is_floating_point() else value


class _Linear:
    """quanto's linear layer without a gradient: its own takes a transposed view, which inference mode refuses."""

    @staticmethod
    def apply(inputs: torch.Tensor, weight: Any, bias: torch.Tensor | None = None) -> torch.Tensor:
        """The layer's output."""
        from torch.nn.functional import linear

        return linear(inputs, weight.dequantize(), bias)


class _Unpacking:
    """What quanto would compile at the first call, in plain torch."""

    @staticmethod
    def unpack(packed: torch.Tensor, bits: int) -> torch.Tensor:
        """The values in each byte, lowest bits first, one after the other along the first axis."""
        import torch

        return torch.cat([packed >> shift & 2**bits - 1 for shift in range(0, 8, bits)])


def _mend() -> None:
    """Put plain torch in the place of what quanto compiles, and of two operations that fail with this torch."""
    from optimum.quanto.library import qbytes_mm
    from optimum.quanto.library.extensions import extension
    from optimum.quanto.tensor.weights import qbits

    known: Mapping[str, Any] = extension._extensions
    for each in known.values():
        if each._lib is None:
            each._lib = _Unpacking
    qbytes_mm.qbytes_int8pack_mm = qbytes_mm.qbytes_mm  # torch's 8-bit product for CPUs crashes the process
    qbits.QuantizedLinearFunction = _Linear
