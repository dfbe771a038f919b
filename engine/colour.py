"""Colour between a photo's own profile and the engine's working space: LittleCMS in floating point.

The networks and drafts work in sRGB, 0 to 1; a photo stays in its own profile. What an edit makes is converted into
that profile, so that a colour stays the same colour; pixels that no edit reaches are never converted.
"""

from __future__ import annotations

import struct
from functools import cached_property
from typing import Any

import numpy as np

RELATIVE = 1  # LittleCMS' number of the relative colorimetric intent
SAME = 0.004  # a profile that moves no colour further than one 8-bit step is sRGB under another name
D65 = (0.3127, 0.3290, 1.0)
SRGB_PRIMARIES = (0.64, 0.33, 1.0, 0.30, 0.60, 1.0, 0.15, 0.06, 1.0)
CREATED = slice(24, 36)  # where a profile says when it was made (ICC.1:2022, 7.2.1)
FIRST_OF_2000 = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)


class PhotoColour:
    """The colours of one photo.

    Parameters
    ----------
    icc
        Its profile; absent means sRGB. One that is damaged or not for RGB is taken as sRGB and ``usable`` says so.
    white
        Its largest code value, 255 or 65535.
    """

    def __init__(self, icc: bytes | None, white: int = 255) -> None:
        self._icc, self._white = icc, white

    @cached_property
    def usable(self) -> bool:
        """Whether the profile could be used, or there is none."""
        if self._icc is None:
            return True
        try:
            _convert(np.zeros((1, 1, 3), np.float32), self._icc, srgb_profile())
        except (RuntimeError, ValueError):
            return False
        return True

    @cached_property
    def same(self) -> bool:
        """Whether the photo's values are sRGB values, so that nothing is converted."""
        if self._icc is None or not self.usable:
            return True
        steps = np.linspace(0, 1, 9, dtype=np.float32)
        grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
        return float(np.abs(_convert(grid, self._icc, srgb_profile()) - grid).max()) < SAME

    def to_working(self, values: np.ndarray) -> np.ndarray:
        """Values of the photo ``(..., 3)`` float32, 0 to 1, as sRGB; what sRGB lacks moves to its border."""
        if self.same:
            return values
        assert self._icc is not None
        return np.clip(_convert(values, self._icc, srgb_profile()), 0, 1)

    def from_working(self, values: np.ndarray) -> np.ndarray:
        """Values in sRGB ``(..., 3)`` float32 as the photo's own, 0 to 1."""
        if self.same:
            return values
        assert self._icc is not None
        return np.clip(_convert(values, srgb_profile(), self._icc), 0, 1)

    def changed(self, own: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """The photo's values ``own`` ``(..., 3)`` changed as the working values were from ``before`` to ``after``.

        What of a colour lay outside sRGB stays with it.
        """
        if self.same:
            return after
        return np.clip(self.from_working(after) + (own - self.from_working(before)), 0, 1)

    def blend(self, old: np.ndarray, new: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Mix in linear light.

        Parameters
        ----------
        old
            ``(n, 3)`` code values of the photo.
        new
            ``(n, 3)`` float32, 0 to 1, in the photo's profile.
        weight
            ``(n,)`` 0 to 1; at 1 the new values come out as they are.

        Returns
        -------
        numpy.ndarray
            ``(n, 3)`` of the photo's type.
        """
        out = new * self._white
        soft = np.flatnonzero(weight < 1)
        if len(soft):
            light, codes = self._light, np.arange(self._white + 1, dtype=np.float64)
            mixed = light[old[soft]]
            mixed += weight[soft, None] * (np.interp(out[soft], codes, light) - mixed)
            out[soft] = np.interp(mixed, light, codes)
        return np.clip(np.rint(out), 0, self._white).astype(old.dtype)

    @cached_property
    def _light(self) -> np.ndarray:
        """Linear light of every code value of a neutral, ``(white + 1,)`` float64, rising strictly."""
        ramp = np.linspace(0, 1, self._white + 1, dtype=np.float32)
        if self.same:
            light = srgb_light(ramp.astype(np.float64))
        else:
            assert self._icc is not None
            light = _convert(np.repeat(ramp[None, :, None], 3, axis=2), self._icc, linear_profile())[0, :, 1]
        rising = np.maximum.accumulate(light.astype(np.float64))
        return rising + np.linspace(0, 1e-9, len(rising))


def srgb_light(values: np.ndarray) -> np.ndarray:
    """Linear light of sRGB-encoded values, 0 to 1."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def made_profile(kind: str, **chosen: Any) -> bytes:
    """A profile as LittleCMS makes it, ``kind`` and ``chosen`` as of ``imagecodecs.cms_profile``.

    LittleCMS writes the second at which it made a profile. Here that is a fixed date: the same colours are then the
    same bytes, and profiles can be compared.
    """
    import imagecodecs

    made = bytearray(imagecodecs.cms_profile(kind, **chosen))
    made[CREATED] = FIRST_OF_2000
    return bytes(made)


def srgb_profile() -> bytes:
    """A profile of sRGB."""
    return made_profile("srgb")


def linear_profile(primaries: tuple[float, ...] = SRGB_PRIMARIES, gamma: float = 1.0) -> bytes:
    """A profile of these primaries (x, y, 1 of red, green, blue), white D65 and a pure power as its curve."""
    return made_profile("rgb", whitepoint=D65, primaries=primaries, gamma=gamma)


def converted(pixels: np.ndarray, source: bytes | None, target: bytes | None) -> np.ndarray:
    """Pixels ``(H, W, 3 or 4)`` of 8 or 16 bits between two profiles, absent meaning sRGB; transparency is kept.

    Raises
    ------
    RuntimeError, ValueError
        When a profile is damaged or not for RGB.
    """
    white = np.iinfo(pixels.dtype).max
    out = pixels.copy()
    for top in range(0, len(pixels), 512):  # in floats a whole photo would take too much memory
        part = pixels[top : top + 512, :, :3].astype(np.float32) / white
        moved = _convert(part, source or srgb_profile(), target or srgb_profile())
        out[top : top + 512, :, :3] = np.rint(np.clip(moved, 0, 1) * white)
    return out


def _convert(values: np.ndarray, source: bytes, target: bytes) -> np.ndarray:
    import imagecodecs

    shaped = np.ascontiguousarray(values, np.float32).reshape(1, -1, 3)
    moved = imagecodecs.cms_transform(
        shaped, source, target, colorspace="rgb", outcolorspace="rgb", outdtype="float32", intent=RELATIVE
    )
    return moved.reshape(values.shape)
