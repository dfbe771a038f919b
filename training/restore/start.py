"""How a restorer's networks begin."""

from __future__ import annotations

from typing import TypeVar

from torch import nn

from engine.restore.blocks import Modulation
from engine.restore.network import DiffRIR, Teacher

LayerKind = TypeVar("LayerKind", nn.Conv2d, nn.Linear)


def prepare(teacher: Teacher, network: DiffRIR) -> None:
    """Begin as a transformer that changes nothing and listens to its IPR.

    Layers begin with the variance of their input kept (He et al. 2015), since a tone that is off by a few hundredths
    would otherwise fade on its way to the IPR. Scales come from the IPR without an offset and would be near zero, and
    with them all that blocks pass on: here the IPR begins around one and every scale with it. Without the last
    convolution the picture is the decoded one.
    """
    for part, rectified in ((teacher.G, False), (teacher.E, True), (network.condition, True), (network.denoise, True)):
        for module in part.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, 0.1, nonlinearity="leaky_relu" if rectified else "linear")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        if rectified:
            nn.init.ones_(_last(part, nn.Linear).bias)
    nn.init.zeros_(_last(teacher.G, nn.Conv2d).weight)
    for module in teacher.G.modules():
        if isinstance(module, Modulation):
            weight = _last(module, nn.Linear).weight
            nn.init.constant_(weight[: len(weight) // 2], 1 / weight.shape[1])


def _last(module: nn.Module, kind: type[LayerKind]) -> LayerKind:
    return [each for each in module.modules() if isinstance(each, kind)][-1]
