"""Words to region: proposes, compares with the phrase, and refuses what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import torch

from engine.errors import RegionNotFound
from engine.ground.colours import agreement
from engine.ground.edges import refine
from engine.ground.matching import GroundEncoder, Matcher, Seen
from engine.ground.network import STUFF, Grounding, GroundNetwork
from engine.ground.phrases import Asked, read
from engine.ground.pointing import MANY, pick
from engine.ground.proposals import Proposal, look, overlap, propose, stuff_chances, stuff_index, working
from engine.values import Region

_MOST_CANDIDATES = 8
_ACCEPT = 0.5
_ACCEPT_STUFF = 0.70  # mean class probability inside a stuff region
_LEAST_STUFF = 0.004  # of the picture
_LOOK_AT = 640  # long side of the picture that candidates are cut from for the encoder
# The line through the features of engine.ground.matching, chosen on photographs outside the measured ones.
_LINE = np.array([0.88, 0.0, -4.9, 0.46, 0.89, 6.9, -0.11, -5.1, 0.45], np.float32)
_OFFSET = 1.7  # with it, one half is where precision on those photographs passed four fifths
_COLOUR_WEIGHT = 3.0
_SAME_KIND = 1.2  # of score: candidates within this of the best are of the same name, and size decides
_SAME_PLACED = 2.5  # the same where the words give a place, which is worth more than a look
_PART_OF = 0.6  # of a piece inside a building: then the building is meant whole


class Files(Protocol):
    """What the selector needs of a bundle."""

    def tensors(self, path: str, /) -> Mapping[str, torch.Tensor]:
        """Tensors of one of its files."""
        ...


@dataclass(frozen=True, eq=False)
class Candidate:
    """A region that words may name.

    Attributes
    ----------
    mask
        ``(H, W)`` float32, 0 to 1, of the photo's size, not yet moved to the edges.
    score
        0 to 1, how sure it is that this is an object.
    """

    mask: np.ndarray
    score: float


@dataclass(frozen=True, eq=False)
class Scene:
    """A photo as the network sees it: proposals, class maps, and each proposal's classes."""

    rgb: np.ndarray
    proposals: list[Proposal]
    stuff: np.ndarray
    salient: np.ndarray
    seen: list[Seen]


class Selector:
    """Finds the region that a phrase names.

    Parameters
    ----------
    network
        The grounding network.
    classes
        ``(1000, 384)`` vectors of the image tower's classes.
    """

    def __init__(self, network: GroundNetwork, classes: np.ndarray) -> None:
        self._network = network
        self._classes = classes
        self._matcher: Matcher | None = None

    @classmethod
    def load(cls, bundle: Files) -> Selector:
        """Read the network from a bundle.

        Raises
        ------
        BundleError
            When its weights are missing or altered.
        """
        tensors = dict(bundle.tensors("own/ground.safetensors"))
        classes = tensors.pop("classes").float().numpy()
        return cls(GroundNetwork.load(tensors), classes)

    def observe(self, rgb: np.ndarray, encoder: GroundEncoder) -> Scene:
        """Everything that depends on the photo alone, ready for any number of phrases."""
        said, stuff = self._look(rgb, encoder)
        proposals = _with_stuff(propose(said, _MOST_CANDIDATES), stuff)
        factor = min(1.0, _LOOK_AT / max(rgb.shape[:2]))
        size = (round(rgb.shape[1] * factor), round(rgb.shape[0] * factor))
        small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if factor < 1 else rgb
        pictures = [(small, _cover(each.mask, size)) for each in proposals]
        chances = encoder.class_chances(pictures) if pictures else np.zeros((0, 1000), np.float32)
        seen = [_seen(each, stuff, chance) for each, chance in zip(proposals, chances, strict=True)]
        salient = said.salient[0].sigmoid().numpy()
        return Scene(small, proposals, stuff, salient, seen)

    def _look(self, rgb: np.ndarray, encoder: GroundEncoder) -> tuple[Grounding, np.ndarray]:
        batch = torch.from_numpy(working(rgb)).permute(2, 0, 1)[None]
        with torch.inference_mode():
            said = look(self._network, list(encoder.stages(batch)))
        return said, stuff_chances(said)

    def candidates(self, rgb: np.ndarray, encoder: GroundEncoder) -> list[Candidate]:
        """Objects of the photo, surest first, for choosing by hand.

        Parameters
        ----------
        rgb
            ``(H, W, 3)`` float32, 0 to 1, display-encoded.
        encoder
            The shared-space encoder.
        """
        said, _ = self._look(rgb, encoder)
        size = (rgb.shape[1], rgb.shape[0])
        return [Candidate(cv2.resize(each.mask, size), each.score) for each in propose(said, _MOST_CANDIDATES)]

    def saliency(self, rgb: np.ndarray, encoder: GroundEncoder) -> np.ndarray:
        """``(H, W)`` float32, 0 to 1: how likely each pixel belongs to the subject of the picture."""
        said, _ = self._look(rgb, encoder)
        best = propose(said, 1)
        heat = said.salient[0].sigmoid().numpy()
        if best:
            heat = np.maximum(best[0].mask, heat * 0.9)
        return cv2.resize(heat, (rgb.shape[1], rgb.shape[0]))

    def subject(self, rgb: np.ndarray, encoder: GroundEncoder) -> Region:
        """The most salient object of the picture, with soft edges.

        Raises
        ------
        RegionNotFound
            When nothing stands out.
        """
        said, _ = self._look(rgb, encoder)
        found = [each for each in propose(said, _MOST_CANDIDATES) if each.mask.mean() > 0.01]
        if not found:
            raise missing("subject")
        # The middle of the picture and a fair size make a subject, not only sureness.
        best = max(found, key=lambda each: each.score * (0.5 + min(1.0, float(each.mask.mean()) * 6)))
        return Region(mask=refine(rgb, best.mask), source="words", score=best.score)

    def at(self, rgb: np.ndarray, point: tuple[float, float], encoder: GroundEncoder) -> Region:
        """The object at a point, with soft edges; where there is none, the stretch of sky, water and so on around it.

        Parameters
        ----------
        rgb
            ``(H, W, 3)`` float32, 0 to 1, display-encoded.
        point
            ``(x, y)`` in its pixels.
        encoder
            The shared-space encoder.

        Raises
        ------
        RegionNotFound
            When the point lies outside, or nothing stands out there.
        """
        if not (0 <= point[0] < rgb.shape[1] and 0 <= point[1] < rgb.shape[0]):
            raise RegionNotFound("The point lies outside the photo.", "Click on the photo.")
        said, stuff = self._look(rgb, encoder)
        found = pick(_with_stuff(propose(said, MANY), stuff), stuff, (point[0] / rgb.shape[1], point[1] / rgb.shape[0]))
        if found is None:
            raise RegionNotFound(
                "Nothing stands out there.", "Click the middle of a thing, or paint it with the brush."
            )
        return Region(mask=refine(rgb, found[0]), source="words", score=found[1])

    def select(
        self,
        rgb: np.ndarray,
        phrase: str,
        encoder: GroundEncoder,
        phrase_vector: np.ndarray | None = None,
        where: str = "",
    ) -> Region:
        """The region that ``phrase`` names.

        Parameters
        ----------
        rgb
            ``(H, W, 3)`` float32, 0 to 1, display-encoded.
        phrase
            A thing in words, "the red boat"; "background" means everything but the subject.
        encoder
            The shared-space encoder.
        phrase_vector
            ``(384,)`` unit vector of what is meant, when a reference rather than words names it.
        where
            More words about its place among others ("on the left").

        Raises
        ------
        RegionNotFound
            When nothing in the photo fits the words well enough.
        """
        asked = read(phrase, where)
        if asked.background:
            return Region(mask=1 - self.subject(rgb, encoder).mask, source="words", score=0.7)
        return self.answer(rgb, self.observe(rgb, encoder), asked, encoder, phrase_vector)

    def answer(
        self,
        rgb: np.ndarray,
        scene: Scene,
        asked: Asked,
        encoder: GroundEncoder,
        phrase_vector: np.ndarray | None = None,
    ) -> Region:
        """As :meth:`select`, of an observed photo."""
        vector = phrase_vector if phrase_vector is not None else encoder.text([asked.text])[0]
        stuff = _stuff_region(scene, asked) if asked.stuff else None
        if asked.stuff and not asked.countable:
            if stuff is None:
                raise missing(asked.phrase)
            return Region(mask=refine(rgb, stuff[0]), source="words", score=stuff[1])
        scores = self.scores(scene, asked, vector, encoder)
        chosen = _choose(scene, asked, scores) if len(scores) else []
        # A place or a size chooses among several of one name; the surest of them says whether that name is there.
        best = float(1 / (1 + np.exp(-scores.max()))) if chosen else 0.0
        if stuff is not None and (best < _ACCEPT or (asked.plural and stuff[1] > best)):
            return Region(mask=refine(rgb, stuff[0]), source="words", score=stuff[1])
        if best < _ACCEPT:
            raise missing(asked.phrase)
        mask = np.max([scene.proposals[index].mask for index in chosen], axis=0)
        if asked.kind == "building" and asked.place is None and asked.size is None:
            mask = _whole_building(scene, mask)
        return Region(mask=refine(rgb, mask), source="words", score=best)

    def scores(self, scene: Scene, asked: Asked, vector: np.ndarray, encoder: GroundEncoder) -> np.ndarray:
        """``(n,)`` log-odds that each proposal is what the phrase names; place and size not yet counted."""
        if not scene.proposals:
            return np.zeros(0, np.float32)
        if self._matcher is None:
            self._matcher = Matcher(self._classes, encoder)
        scores = self._matcher.features(scene.seen, asked, vector) @ _LINE + _OFFSET
        if asked.colour:
            size = (scene.rgb.shape[1], scene.rgb.shape[0])
            agreed = [agreement(scene.rgb, cv2.resize(each.mask, size), asked.colour) for each in scene.proposals]
            scores = scores + _COLOUR_WEIGHT * (np.clip(np.array(agreed), 0, 0.5) - 0.2)
        return scores


def missing(name: str) -> RegionNotFound:
    """The refusal of words that name nothing."""
    return RegionNotFound(
        f'Found nothing in the photo that is surely "{name}".', "Paint it with the brush, or name it in other words."
    )


def _cover(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The mask as the transparency of a cut-out, with its faint surroundings gone."""
    wide = cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR)
    return np.clip((wide - 0.3) / 0.4, 0, 1).astype(np.float32)


def _seen(proposal: Proposal, stuff: np.ndarray, chances: np.ndarray) -> Seen:
    inside = proposal.mask > 0.5
    rim = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]]).sum()
    around = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).sum() / 2
    return Seen(
        chances=chances,
        kinds=stuff[:, inside].mean(axis=1),
        objectness=proposal.objectness,
        firmness=proposal.firmness,
        area=float(inside.mean()),
        rim=float(rim / max(around + rim, 1)),
    )


def _with_stuff(proposals: list[Proposal], stuff: np.ndarray) -> list[Proposal]:
    """Adds what the class maps show as one piece and no proposal covers: buildings, people, flowers, trees, rocks."""
    out = list(proposals)
    for name in ("building", "person", "animal", "flower", "trees", "rock", "mountain"):
        chance = stuff[STUFF.index(name)]
        count, labels, stats, _ = cv2.connectedComponentsWithStats((chance > 0.5).astype(np.uint8))
        for number in range(1, count):
            if stats[number, cv2.CC_STAT_AREA] < 0.01 * chance.size:
                continue
            mask = np.where(labels == number, chance, 0).astype(np.float32)
            firmness = float(chance[labels == number].mean())
            piece = Proposal(mask, objectness=0.3 * firmness, firmness=firmness)
            if all(overlap(mask, other.mask) < 0.6 for other in out) and len(out) < _MOST_CANDIDATES + 3:
                out.append(piece)
    return out


def _stuff_region(scene: Scene, asked: Asked) -> tuple[np.ndarray, float] | None:
    """The map of a stuff noun, or nothing when it is not surely there."""
    chance = scene.stuff[stuff_index(asked.stuff)].sum(axis=0)
    if asked.stuff[0] == "sky" and "cloud" not in asked.noun:
        chance = np.clip(chance, 0, 1)
    inside = chance > 0.5
    count, labels, stats, centres = cv2.connectedComponentsWithStats(inside.astype(np.uint8))
    pieces = [number for number in range(1, count) if stats[number, cv2.CC_STAT_AREA] > 0.002 * inside.size]
    if asked.place in ("left", "right", "top", "bottom") and len(pieces) > 1:
        axis, sign = (0, 1) if asked.place in ("left", "right") else (1, 1)
        sign = 1 if asked.place in ("left", "top") else -1
        pieces = [min(pieces, key=lambda number: sign * centres[number][axis])]
    kept = np.isin(labels, pieces)
    if kept.mean() < _LEAST_STUFF:
        return None
    score = float(chance[kept].mean())
    if score < _ACCEPT_STUFF:
        return None
    soft = np.where(kept | (cv2.dilate(kept.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0), chance, 0)
    return soft.astype(np.float32), score


def _whole_building(scene: Scene, mask: np.ndarray) -> np.ndarray:
    """The building that ``mask`` is a part of, from the class map; ``mask`` itself where the map shows none."""
    chance = scene.stuff[STUFF.index("building")]
    count, labels, _, _ = cv2.connectedComponentsWithStats((chance > 0.5).astype(np.uint8))
    inside = mask > 0.5
    shared = np.bincount(labels[inside], minlength=count)
    shared[0] = 0
    number = int(np.argmax(shared))
    if not number or shared[number] < _PART_OF * inside.sum():
        return mask
    return np.maximum(mask, np.where(labels == number, chance, 0)).astype(np.float32)


def _choose(scene: Scene, asked: Asked, scores: np.ndarray) -> list[int]:
    """Which proposals are meant: the best, or by place and size among those of the same name, or all of them."""
    best = int(np.argmax(scores))
    slack = _SAME_KIND if asked.place is None else _SAME_PLACED
    if asked.place is None and asked.size is None and not asked.plural:
        return [best]
    rivals = [
        index for index in range(len(scores)) if scores[index] > scores[best] - slack and scores[index] > -_SAME_PLACED
    ]
    rivals = _apart(scene, rivals, scores) or [best]
    if asked.size is not None:
        sign = -1 if asked.size == "big" else 1
        rivals.sort(key=lambda index: sign * scene.seen[index].area)
        rivals = rivals[:1] if not asked.plural else rivals
    if asked.place is not None:
        rivals.sort(key=lambda index: away(scene.proposals[index].mask, asked))
        return [rivals[min(asked.order, len(rivals) - 1)]]
    return rivals if asked.plural else rivals[:1]


def _apart(scene: Scene, rivals: list[int], scores: np.ndarray) -> list[int]:
    """Without parts of one another: of two that share most of the smaller one's pixels the better fit stays."""
    kept: list[int] = []
    for index in sorted(rivals, key=lambda each: -scores[each]):
        mask = scene.proposals[index].mask > 0.5
        shared = [(mask & (scene.proposals[other].mask > 0.5)).sum() for other in kept]
        sizes = [min(mask.sum(), (scene.proposals[other].mask > 0.5).sum()) for other in kept]
        if all(both < 0.6 * least for both, least in zip(shared, sizes, strict=True)):
            kept.append(index)
    return kept


def away(mask: np.ndarray, asked: Asked) -> float:
    """Distance of a mask's middle from the side that the words name, 0 to 1."""
    rows, columns = np.nonzero(mask > 0.5)
    y, x = rows.mean() / mask.shape[0], columns.mean() / mask.shape[1]
    low = rows.max() / mask.shape[0]
    sides = {"left": x, "right": 1 - x, "top": y, "bottom": 1 - y, "near": 1 - low, "far": low}
    return float(sides.get(asked.place or "", abs(x - 0.5) + 0.3 * abs(y - 0.5)))
