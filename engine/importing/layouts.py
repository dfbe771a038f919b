"""What a published file must hold, and where each of its tensors goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.errors import BadInput

if TYPE_CHECKING:
    from torch import Tensor, nn

Shape = tuple[int, ...]
FEW = 3  # names shown of each group in the one line for the user


@dataclass(frozen=True)
class Target:
    """A place that takes a published tensor, or a part of it.

    Attributes
    ----------
    file, name
        Path in the bundle, and the tensor's name there.
    rows
        First and last row, half-open, that go there; all of them when absent.
    shape
        Its shape there, where it is written in another one (a 1 × 1 convolution as a matrix).
    turned
        Whether it is transposed on the way.
    """

    file: str
    name: str
    rows: tuple[int, int] | None = None
    shape: Shape | None = None
    turned: bool = False

    def of(self, tensor: Tensor) -> Tensor:
        """What goes there of a published tensor."""
        if self.rows is not None:
            tensor = tensor[self.rows[0] : self.rows[1]]
        if self.turned:
            tensor = tensor.t()
        return tensor if self.shape is None else tensor.reshape(self.shape)


@dataclass(frozen=True)
class Slot:
    """One tensor of a published file.

    Attributes
    ----------
    shape
        That it must have.
    targets
        Where it goes; nowhere for what the engine has no use for (schedules, other senses).
    needed
        Whether a file without it is refused.
    """

    shape: Shape
    targets: tuple[Target, ...] = ()
    needed: bool = True


Layout = Mapping[str, Slot]
"""Published name to slot."""


@dataclass(frozen=True)
class Misfit:
    """How a file differs from its layout.

    Attributes
    ----------
    missing, unexpected
        Names.
    misshapen
        Name to the shape that is there and the one that must be.
    """

    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    misshapen: Mapping[str, tuple[Shape, Shape]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is any difference."""
        return bool(self.missing or self.unexpected or self.misshapen)

    def __str__(self) -> str:
        """The groups, the first few of each named, in one line."""
        shaped = [f"{name} ({shown(there)}, not {shown(wanted)})" for name, (there, wanted) in self.misshapen.items()]
        groups = (("lacks", self.missing), ("has the unexpected", self.unexpected), ("has of another shape", shaped))
        return "; ".join(f"it {what} {_first(list(names))}" for what, names in groups if names)

    def record(self) -> dict[str, object]:
        """All names, as JSON takes them."""
        return {
            "missing": list(self.missing),
            "unexpected": list(self.unexpected),
            "misshapen": {name: [list(there), list(wanted)] for name, (there, wanted) in self.misshapen.items()},
        }


class Misfitting(BadInput):
    """A file whose names or shapes are not those of its kind; ``misfit`` holds all of them."""

    def __init__(self, message: str, hint: str, misfit: Misfit) -> None:
        super().__init__(message, hint)
        self.misfit = misfit


def _first(names: list[str]) -> str:
    rest = len(names) - FEW
    return f"{len(names)}: {', '.join(names[:FEW])}" + (f" and {rest} more" if rest > 0 else "")


def shown(shape: Shape) -> str:
    """``640 × 320``; ``a number`` for one value."""
    return " × ".join(map(str, shape)) if shape else "a number"


def compare(layout: Layout, shapes: Mapping[str, Shape]) -> Misfit:
    """How a file's names and shapes differ from a layout; all names are sorted."""
    missing = tuple(sorted(name for name, slot in layout.items() if slot.needed and name not in shapes))
    unexpected = tuple(sorted(name for name in shapes if name not in layout))
    misshapen = {
        name: (shape, layout[name].shape)
        for name, shape in sorted(shapes.items())
        if name in layout and shape != layout[name].shape
    }
    return Misfit(missing, unexpected, misshapen)


def shapes_of(module: nn.Module) -> dict[str, Shape]:
    """Name to shape of everything that a module stores."""
    return {name: tuple(value.shape) for name, value in module.state_dict().items()}


def kept(shapes: Mapping[str, Shape], file: str, published: str = "", own: str = "") -> dict[str, Slot]:
    """Slots of tensors that go into ``file`` as they are, with the heads of their names changed.

    Parameters
    ----------
    shapes
        Names without heads, to shapes.
    file
        Path in the bundle.
    published, own
        Heads of the names in the published file and in ``file``.
    """
    return {f"{published}{name}": Slot(shape, (Target(file, f"{own}{name}"),)) for name, shape in shapes.items()}


def dropped(shapes: Mapping[str, Shape], published: str = "") -> dict[str, Slot]:
    """Slots of tensors that a file of this kind holds and the engine has no use for."""
    return {f"{published}{name}": Slot(shape) for name, shape in shapes.items()}


def optional(shapes: Mapping[str, Shape], published: str = "") -> dict[str, Slot]:
    """As :func:`dropped`, of tensors that a file may also lack."""
    return {f"{published}{name}": Slot(shape, needed=False) for name, shape in shapes.items()}


def files_of(layout: Layout) -> tuple[str, ...]:
    """Every file that a layout fills, in order."""
    return tuple(sorted({target.file for slot in layout.values() for target in slot.targets}))


def joined(parts: Iterable[Layout]) -> dict[str, Slot]:
    """One layout of several."""
    return {name: slot for part in parts for name, slot in part.items()}
