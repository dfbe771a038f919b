"""Restores a decoded picture beside the pixels that stay: padding, memory, precision and compositing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import cv2
import numpy as np
import torch
from torch import Tensor

from engine.device import best_device, fast_dtype, out_of_memory, release
from engine.errors import BundleError, Cancelled, MachineError
from engine.networks import Networks
from engine.restore.extending import extended
from engine.restore.network import DiffRIR
from engine.restore.shape import ALIGNMENT
from engine.restore.stored import CONFIG, CURE, WEIGHTS, assemble, placed, read_shapes
from engine.restore.streaming import Inputs, Streamer
from engine.values import CancelCheck, never_cancel

NAME = "restorer"  # as memory plans know it
_TILE = 128  # positions of the first level along a side: 512 output pixels
_LEAST_TILE = 32

OnStep = Callable[[int, int], None]


class Files(Protocol):
    """What the restorer needs of a bundle."""

    def has(self, path: str, /) -> bool:
        """Whether the bundle holds ``path``."""
        ...

    def tensors(self, path: str, /) -> Mapping[str, Tensor]:
        """Tensors of one of its files."""
        ...

    def json(self, path: str, /) -> Any:
        """What one of its JSON files holds."""
        ...


def ignore_step(_done: int, _total: int) -> None:
    """An ``on_step`` that does nothing."""


class Restorer:
    """DiffRIR (LLMGA, section 3.4): matches texture, brightness and contrast to the preserved pixels; enlarges.

    Parameters
    ----------
    networks
        By scale; any of 1, 2 and 4; in float32 on the CPU. They are kept, and used as they are where they can be.
    device
        Where to compute; absent: :func:`engine.device.best_device`.
    dtype
        Float type to compute with; absent: :func:`engine.device.fast_dtype`. A result that is not finite is computed
        again in float32.
    tile
        Positions of the first level (4 output pixels) along a side of a tile, a multiple of 8; fewer when memory is
        short.
    come
        Told before it computes, with what takes it away from its device.
    """

    def __init__(
        self,
        networks: Mapping[int, DiffRIR],
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
        tile: int = _TILE,
        come: Callable[[Callable[[], None]], None] = lambda _leave: None,
    ) -> None:
        self._device = device or best_device()
        self._dtype = dtype or fast_dtype(self._device)
        self._tile, self._come = tile, come
        self._networks = dict(networks)
        self._placed: dict[tuple[int, torch.dtype], DiffRIR] = {}  # at most one

    @classmethod
    def load(cls, bundle: Files, networks: Networks | None = None) -> Restorer | None:
        """The bundle's restorer, or nothing when it carries no weights for one.

        Parameters
        ----------
        bundle
            Where it lies.
        networks
            Says where it computes.

        Raises
        ------
        BundleError
            When its sizes, or the names and shapes of its weights, are not those of this version.
        """
        if not bundle.has(WEIGHTS):
            return None
        networks = networks or Networks()
        made = assemble(read_shapes(bundle.json(CONFIG)), bundle.tensors(WEIGHTS))
        return cls(made, networks.device(NAME), come=partial(networks.come, NAME))

    @property
    def scales(self) -> tuple[int, ...]:
        """The scales there are networks for."""
        return tuple(sorted(self._networks))

    @property
    def device(self) -> str:
        """Where it computes, e.g. ``cpu``."""
        return str(self._device)

    def restore(
        self,
        decoded: np.ndarray,
        preserved: np.ndarray,
        mask: np.ndarray,
        seed: int,
        scale: int = 1,
        on_step: OnStep = ignore_step,
        cancel: CancelCheck = never_cancel,
    ) -> np.ndarray:
        """Restore ``decoded`` to fit ``preserved``.

        Parameters
        ----------
        decoded
            ``(h, w, 3)`` float, 0 to 1, display-encoded.
        preserved
            The photo's own pixels, looked at where the mask is below 1: ``(h, w, 3)``, or ``(h * scale, w * scale,
            3)`` where they are known at output size.
        mask
            ``(h, w)`` or ``(h * scale, w * scale)``, 0 to 1 or bool: 1 where pixels are generated, 0 where they are
            preserved.
        seed
            Of the diffusion's start.
        scale
            1, 2 or 4.
        on_step
            Called with the passes done and all passes.
        cancel
            Asked before every tile.

        Returns
        -------
        numpy.ndarray
            ``(h * scale, w * scale, 3)`` float32, 0 to 1. Where ``preserved`` is of this size (at scale 1 it always
            is), it holds ``preserved`` exactly where the mask is 0.

        Raises
        ------
        ValueError
            When the sizes do not belong together or a pixel is not finite.
        BundleError
            When the bundle has no network for ``scale``, or its weights give no finite picture.
        MachineError
            When even small tiles do not fit into memory.
        Cancelled
            When ``cancel`` asked to stop.
        """
        network = self._networks.get(scale)
        if network is None:
            have = ", ".join(f"×{each}" for each in self.scales)
            raise BundleError(f"This bundle restores at {have}, not at ×{scale}.", "Choose another scale.")
        job = _Job.of(decoded, preserved, mask, scale)
        # A CPU generator, so that the start is the same on every device.
        start = torch.randn(1, network.shape.prior, generator=torch.Generator().manual_seed(seed))
        inputs = job.padded(extending=network.shape.sees_mask)
        for dtype in dict.fromkeys((self._dtype, torch.float32)):
            made = self._run(scale, dtype, inputs, start, on_step, cancel)
            if made.isfinite().all():
                return job.composited(made)
        raise BundleError("The restorer's weights give no finite picture.", CURE)

    def _run(
        self, scale: int, dtype: torch.dtype, inputs: Inputs, start: Tensor, on_step: OnStep, cancel: CancelCheck
    ) -> Tensor:
        """One run, again in smaller tiles each time memory is short."""

        def visit() -> None:
            if cancel():
                raise Cancelled

        for side in tile_sides(self._tile):
            try:
                with torch.inference_mode():
                    return Streamer(self._ready(scale, dtype), inputs, side, visit, on_step).run(start)
            except (MemoryError, RuntimeError, OSError) as fault:
                if not out_of_memory(fault):
                    raise
            release()
        raise MachineError(
            "There is not enough memory to restore a picture of this size.",
            "Close other programs, or restore a smaller part.",
        )

    def _ready(self, scale: int, dtype: torch.dtype) -> DiffRIR:
        """The network where and how it computes, made when first needed in the place of the last."""
        self._come(self._placed.clear)
        key = (scale, dtype)
        if key not in self._placed:
            self._placed.clear()
            self._placed[key] = placed(self._networks[scale], self._device, dtype)
        return self._placed[key]


def load(bundle: Files, networks: Networks | None = None) -> Restorer | None:
    """As :meth:`Restorer.load`."""
    return Restorer.load(bundle, networks)


def tile_sides(first: int) -> Iterator[int]:
    """Sides of tiles to be tried: ``first``, then halved down to 32 positions."""
    yield first
    while first // 2 >= _LEAST_TILE:
        first //= 2
        yield first


@dataclass(frozen=True, eq=False)
class _Job:
    """A request with its arrays brought to float32 and to their sizes.

    Attributes
    ----------
    decoded
        ``(h, w, 3)``.
    reference, mask
        ``(H, W, 3)`` and ``(H, W)``, at output size.
    exact
        Whether the reference was given at output size.
    """

    decoded: np.ndarray
    reference: np.ndarray
    mask: np.ndarray
    exact: bool

    @classmethod
    def of(cls, decoded: np.ndarray, preserved: np.ndarray, mask: np.ndarray, scale: int) -> _Job:
        """Check the arrays and enlarge those that are not yet of output size."""
        height, width = decoded.shape[:2]
        sizes = ((height, width), (height * scale, width * scale))
        fits = decoded.shape[2:] == preserved.shape[2:] == (3,) and decoded.size > 0
        if not fits or preserved.shape[:2] not in sizes or mask.shape not in sizes:
            raise ValueError(f"{decoded.shape}, {preserved.shape} and {mask.shape} do not fit at scale {scale}")
        if not (np.isfinite(decoded).all() and np.isfinite(preserved).all()):
            raise ValueError("the pictures hold values that are not finite")
        decoded, reference, mask = (np.asarray(each, np.float32) for each in (decoded, preserved, mask))
        exact = reference.shape[:2] == sizes[1]
        if not exact:
            enlarged = cv2.resize(reference, sizes[1][::-1], interpolation=cv2.INTER_CUBIC)
            reference = np.clip(enlarged, 0, 1)
        if mask.shape != sizes[1]:
            mask = _repeated(mask, scale)
        return cls(decoded, reference, mask, exact)

    def padded(self, *, extending: bool) -> Inputs:
        """The arrays as tensors, mirrored at the right and the bottom up to what the network's levels divide by.

        With ``extending`` the reference is carried into the mask.
        """
        scale = self.mask.shape[0] // self.decoded.shape[0]
        height, width = self.decoded.shape[:2]
        reference = self.reference
        if extending:
            reference = extended(reference, _repeated(self.decoded, scale), self.mask)
        rows, columns = (_mirrored(length, ALIGNMENT // scale) for length in (height, width))
        # Pixels of the reference move in blocks with the decoded pixel they belong to.
        far_rows, far_columns = ((each[:, None] * scale + np.arange(scale)).ravel() for each in (rows, columns))
        return Inputs(
            _tensor(self.decoded[rows][:, columns]),
            _tensor(reference[far_rows][:, far_columns]),
            _tensor(self.mask[far_rows][:, far_columns, None]),
        )

    def composited(self, made: Tensor) -> np.ndarray:
        """The result from the padded network output: preserved pixels exact where they are known."""
        height, width = self.mask.shape
        restored = made[0, :, :height, :width].clamp(0, 1).permute(1, 2, 0).numpy()
        if not self.exact:
            return np.ascontiguousarray(restored)
        mask = self.mask[..., None]
        out = self.reference + (restored - self.reference) * mask
        np.copyto(out, self.reference, where=mask <= 0)
        np.copyto(out, restored, where=mask >= 1)
        return out


def _repeated(array: np.ndarray, scale: int) -> np.ndarray:
    return array.repeat(scale, axis=0).repeat(scale, axis=1)


def _mirrored(length: int, multiple: int) -> np.ndarray:
    """Indices 0 to ``length - 1`` and on, mirrored about the last, up to a multiple of ``multiple``."""
    return np.pad(np.arange(length), (0, -length % multiple), mode="reflect")


def _tensor(picture: np.ndarray) -> Tensor:
    """``(h, w, c)`` as ``(1, c, h, w)``."""
    return torch.from_numpy(picture).permute(2, 0, 1)[None]
