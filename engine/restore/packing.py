"""The network's inputs, brought to its first level by moving pixels into channels."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from engine.restore.shape import REACH, RestorerShape

_CONTRAST = 8.0  # by which differences are raised to the size of the pictures beside them


def pack(shape: RestorerShape, decoded: Tensor, reference: Tensor, mask: Tensor) -> Tensor:
    """Decoded picture, preserved pixels and, in the form that sees it, the mask, as one tensor.

    The published form has the preserved pixels as they are, with black for the others. The form that sees the mask
    has, everywhere, the difference of the extended reference from the decoded picture: the tone to be matched is a
    few hundredths of it, and in two whole pictures side by side it takes very long to be found.

    The order of the channels is that of the released networks: at scale 2 the reference is unshuffled by 2 to the
    decoded picture's size and again by 2 with it, which is not the order of one unshuffle by 4.

    Parameters
    ----------
    decoded
        ``(n, 3, h, w)``, 0 to 1.
    reference
        ``(n, 3, h * scale, w * scale)``, 0 to 1: the preserved pixels; for the form that sees the mask extended by
        :func:`engine.restore.extending.extended`.
    mask
        ``(n, 1, h * scale, w * scale)``, 1 where pixels are generated, 0 where they are preserved.

    Returns
    -------
    Tensor
        ``(n, shape.packed_channels, h / factor, w / factor)`` with factor ``shape.input_factor``.
    """
    seen = difference(reference, decoded) if shape.sees_mask else reference * (1 - mask)
    packed = functional.pixel_unshuffle(
        torch.cat([decoded, functional.pixel_unshuffle(seen, shape.scale)], dim=1), shape.input_factor
    )
    if not shape.sees_mask:
        return packed
    return torch.cat([packed, functional.pixel_unshuffle(mask, REACH)], dim=1)


def pack_truth(shape: RestorerShape, decoded: Tensor, truth: Tensor) -> Tensor:
    """The truth ``(n, 3, H, W)`` as the first stage's extractor sees it beside the packed inputs."""
    return functional.pixel_unshuffle(difference(truth, decoded) if shape.sees_mask else truth, REACH)


def difference(picture: Tensor, decoded: Tensor) -> Tensor:
    """How ``picture`` ``(n, 3, H, W)`` differs from the decoded one, raised to about its size."""
    return (picture - nearest(decoded, picture.shape[-1] // decoded.shape[-1])) * _CONTRAST


def nearest(decoded: Tensor, scale: int) -> Tensor:
    """The decoded picture, each pixel repeated ``scale`` times both ways."""
    return decoded if scale == 1 else functional.interpolate(decoded, scale_factor=scale, mode="nearest")
