"""The loaded steps of one bundle and the material of one request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine import memory, quantized, refine, restore
from engine.bundle import Bundle, default_home
from engine.bundle.resources import resource
from engine.chain import RECORD, Chain
from engine.colour import PhotoColour
from engine.decode import SETTINGS
from engine.draft.library import Library
from engine.draft.look_predict import Predictor
from engine.encode import Encoder
from engine.encode import studio as studio_encoder
from engine.encode.encoder import Heard, Kind
from engine.encode.studio import StudioEncoder
from engine.errors import BundleError
from engine.ground import Selector
from engine.ground import studio as studio_ground
from engine.ground.studio import StudioSelector
from engine.memory import MemoryPlan
from engine.networks import Networks
from engine.picture import Photo
from engine.plan import AnyPlanner
from engine.plan import load as load_planner
from engine.values import Region

if TYPE_CHECKING:
    from engine.decode.decoder import LatentDecoder

UNDERSTANDING = ("planner", "clip", "clap", "imagebind", "detector", "segmenter")  # networks that may be on a card
GROUND_SIDE = 1024  # pixels on the long side of the photo that regions are found in


@dataclass(frozen=True, eq=False)
class Material:
    """A reference, read and encoded.

    Attributes
    ----------
    number
        The k of its marker.
    kind
        Picture, sound or music.
    vector
        ``(384,)`` float32, unit norm.
    picture
        Its pixels, 8-bit sRGB, when it is a picture file.
    name
        What it shows or sounds like, in a noun; empty when that is not known.
    heard
        What was heard, when it is a sound.
    notes
        What the user should know of how it was read.
    wide
        ``(D,)`` float32 of the full-size encoder's space, unit norm, where the bundle has one.
    """

    number: int
    kind: Kind
    vector: np.ndarray
    name: str = ""
    picture: Photo | None = None
    heard: Heard | None = None
    notes: tuple[str, ...] = ()
    wide: np.ndarray | None = None

    @property
    def told(self) -> str:
        """What it is called where it is spoken of; empty when that is not known."""
        return self.heard.told if self.heard is not None and self.kind == "music" else self.name

    def in_space(self, width: int | None) -> Material:
        """The same with the vector that has ``width`` values, where it has one of that space."""
        if self.wide is None or len(self.wide) != width:
            return self
        return replace(self, vector=self.wide)


class Parts:
    """The steps of one bundle; each is loaded when first used.

    Parameters
    ----------
    bundle
        An open bundle.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    @cached_property
    def encoder(self) -> Encoder:
        """Step encode, in the space that ground and draft know."""
        self._require("text/model.safetensors", "encoder")
        return Encoder.load(self._bundle)

    @cached_property
    def wide(self) -> StudioEncoder | None:
        """Step encode, in the space of full-size planners, priors and decoders, where the bundle has its weights."""
        return studio_encoder.load(self._bundle, self.encoder, self.networks)

    @property
    def seeing(self) -> Encoder | StudioEncoder:
        """The encoder that names what is seen and heard best: the full-size one where the bundle has it."""
        return self.wide or self.encoder

    def encoder_of(self, width: int | None) -> Encoder | StudioEncoder:
        """The encoder whose vectors have ``width`` values; the starter's when none has."""
        return self.wide if self.wide is not None and self.wide.width == width else self.encoder

    @cached_property
    def planner(self) -> AnyPlanner:
        """Step plan."""
        return load_planner(self._bundle, self.networks)

    @cached_property
    def prior(self) -> refine.AnyPrior | None:
        """Step refine, where the bundle has its weights."""
        return refine.load(self._bundle)

    @cached_property
    def selector(self) -> Selector | StudioSelector:
        """Step ground."""
        self._require("own/ground.safetensors", "network that finds things by words")
        starter = Selector.load(self._bundle)
        return studio_ground.load(self._bundle, starter, self.networks) or starter

    @cached_property
    def looks(self) -> Predictor:
        """Step draft, for tone and colour."""
        return Predictor.load(self._bundle)

    @cached_property
    def library(self) -> Library:
        """Step draft, for references given only as words or sound."""
        return Library(resource("library"), default_home() / "library", self.encoder)

    @cached_property
    def memory(self) -> MemoryPlan:
        """How the networks keep within the memory that was free when this was first asked."""
        networks = memory.needs(self._bundle.manifest)
        if not networks:
            return MemoryPlan()
        from engine.device import best_device, fast_dtype, room

        return memory.plan(
            networks, room(), quantized.fast_forms(self._bundle, networks), fast_dtype(best_device()).itemsize == 2
        )

    @property
    def decodes(self) -> bool:
        """Whether the bundle has a decoder; does not load it."""
        return self._bundle.has(SETTINGS)

    @cached_property
    def networks(self) -> Networks:
        """Where the full-size networks of every step are."""
        return Networks(self.memory)

    @cached_property
    def decoder(self) -> LatentDecoder | None:
        """Step decode, where the bundle has its weights."""
        if not self.decodes:
            return None
        from engine.decode.decoder import load  # diffusers takes seconds to import

        return load(self._bundle, self.networks)

    @cached_property
    def chain(self) -> Chain:
        """Which steps help which operation; what the starter's record says of its restorer is not said of another."""
        chain = Chain.load(self._bundle)
        own = self._bundle.supplier(RECORD) == self._bundle.supplier(restore.WEIGHTS)
        return chain if own else chain.without("restore")

    @property
    def restores(self) -> bool:
        """Whether the bundle has a restorer; does not load it."""
        return self._bundle.has(restore.WEIGHTS)

    @cached_property
    def restorer(self) -> restore.Restorer | None:
        """Step restore, where the bundle has its weights."""
        return restore.load(self._bundle, self.networks)

    def _require(self, path: str, what: str) -> None:
        if not self._bundle.has(path):
            name = self._bundle.manifest.name
            raise BundleError(f"The {name} engine has no {what}.", "Choose another: overtone models list.")

    def unload(self) -> None:
        """Make the steps before decode leave, when its memory is short; they come back when next used."""
        where = self.networks.device("unet")
        self.networks.leave(name for name in UNDERSTANDING if self.networks.device(name) == where)
        if where.type == "cuda":
            return  # what remains is in main memory
        for name in ("encoder", "wide", "planner", "prior", "selector", "looks", "library"):
            self.__dict__.pop(name, None)

    def select(self, photo: Photo, phrase: str, vector: np.ndarray | None = None, where: str = "") -> Region:
        """The region that words, or a reference's ``vector``, name, at the photo's size.

        Raises
        ------
        RegionNotFound
            When nothing in the photo fits.
        """
        rgb = small_floats(photo, GROUND_SIDE)
        region = self.selector.select(rgb, phrase, self.encoder, phrase_vector=vector, where=where)
        return Region(resized(region.mask, photo.width, photo.height), region.source, region.score)

    def select_at(self, photo: Photo, point: tuple[float, float]) -> Region:
        """The object at ``(x, y)`` of the photo, at the photo's size.

        Raises
        ------
        RegionNotFound
            When nothing stands out there.
        """
        rgb = small_floats(photo, GROUND_SIDE)
        scale = rgb.shape[1] / photo.width
        region = self.selector.at(rgb, (point[0] * scale, point[1] * scale), self.encoder)
        return Region(resized(region.mask, photo.width, photo.height), region.source, region.score)


def shrink(pixels: np.ndarray, longest: int) -> np.ndarray:
    """``pixels`` ``(H, W[, C])`` scaled so that the long side is at most ``longest``; smaller ones as they are."""
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def resized(mask: np.ndarray, width: int, height: int) -> np.ndarray:
    """A soft mask at another size, float32."""
    return cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)


def small_floats(photo: Photo, longest: int) -> np.ndarray:
    """The photo in sRGB, ``(h, w, 3)`` float32 0 to 1, at most ``longest`` pixels on the long side."""
    small = shrink(photo.rgb, longest).astype(np.float32) / photo.white
    return PhotoColour(photo.icc, photo.white).to_working(small)
