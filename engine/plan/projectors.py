"""Two-layer GELU projectors between the encoder's space and the language model (InstructAny2Pix, section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional


@dataclass(frozen=True, eq=False)
class Projector:
    """``W2 gelu(W1 x + b1) + b2``.

    Attributes
    ----------
    w1, b1, w2, b2
        ``(hidden, in)``, ``(hidden,)``, ``(out, hidden)``, ``(out,)`` float32.
    """

    w1: torch.Tensor
    b1: torch.Tensor
    w2: torch.Tensor
    b2: torch.Tensor

    @classmethod
    def new(cls, inputs: int, hidden: int, outputs: int, generator: torch.Generator) -> Projector:
        """Random weights that keep the scale of their input."""
        return cls(
            torch.randn(hidden, inputs, generator=generator) * (2 / inputs) ** 0.5,
            torch.zeros(hidden),
            torch.randn(outputs, hidden, generator=generator) * (1 / hidden) ** 0.5,
            torch.zeros(outputs),
        )

    @classmethod
    def take(cls, tensors: dict[str, torch.Tensor], name: str) -> Projector:
        """From named tensors ``name.w1`` and so on."""
        return cls(*(tensors[f"{name}.{part}"].float() for part in ("w1", "b1", "w2", "b2")))

    def tensors(self, name: str) -> dict[str, torch.Tensor]:
        """As named tensors."""
        return {f"{name}.w1": self.w1, f"{name}.b1": self.b1, f"{name}.w2": self.w2, f"{name}.b2": self.b2}

    @property
    def parameters(self) -> list[torch.Tensor]:
        """All four."""
        return [self.w1, self.b1, self.w2, self.b2]

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """``(…, in)`` to ``(…, out)``."""
        return functional.linear(functional.gelu(functional.linear(x, self.w1, self.b1)), self.w2, self.b2)
