"""Words to region by GroundingDINO and SAM: boxes that the words name, then the outline of what is in each.

Where the detector is not sure, the starter's selector answers, or refuses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from engine.folders import Folders
from engine.ground.edges import refine
from engine.ground.matching import GroundEncoder
from engine.ground.phrases import Asked, read
from engine.ground.selector import Candidate, Selector, away
from engine.networks import Held, Networks
from engine.pretrained import network, processor
from engine.values import Region

SETTINGS = "grounding/grounding.json"  # in a bundle: that there are full-size detectors
DETECTOR, SEGMENTER = "grounding/detector", "grounding/segmenter"
SURE = 0.35  # of a box, as InstructAny2Pix takes it
SAME_KIND = 0.6  # of the best box's score: boxes above it are of the same name
SHARED = 0.7  # of the smaller box: then two boxes show one thing
SEVERAL = re.compile(r"\s*(?:,\s*(?:and\s+)?|\band\s+(?=(?:the|a|an|my|our|his|her|their|both|all)\b))\s*")


@dataclass(frozen=True, eq=False)
class Found:
    """A box in the photo.

    Attributes
    ----------
    box
        Left, top, right, bottom in pixels.
    score
        0 to 1, how sure it is that this is what the words name.
    """

    box: tuple[float, float, float, float]
    score: float


@dataclass(frozen=True, eq=False)
class Detector:
    """GroundingDINO (Liu et al. 2023) with what prepares its inputs."""

    held: Held
    prepare: Any

    @classmethod
    def load(cls, bundle: Folders, networks: Networks | None = None) -> Detector:
        """From the folder ``grounding/detector``; the network comes when first used.

        Raises
        ------
        BundleError
            When what prepares its inputs is missing or damaged.
        """
        from transformers import AutoProcessor, GroundingDinoForObjectDetection

        # Its deformable attention samples positions that half precision cannot tell apart.
        held = (networks or Networks()).hold(
            "detector", partial(network, GroundingDinoForObjectDetection, bundle, DETECTOR), exact=True
        )
        return cls(held, processor(AutoProcessor, bundle, DETECTOR))

    @torch.inference_mode()
    def boxes(self, picture: np.ndarray, names: Sequence[str], sure: float = SURE) -> list[list[Found]]:
        """Boxes of each name in a picture ``(h, w, 3)`` uint8, surest first, all found in one look.

        A box belongs to the name whose words it fits best.
        """
        words = [" ".join(re.sub(r"[^\w\s'-]", " ", name.lower()).split()) for name in names]
        told = self.prepare(images=picture, text="".join(f"{each}. " for each in words), return_tensors="pt")
        model = self.held.here()
        said = model(**told.to(model.device))
        chances = said.logits[0].float().sigmoid().cpu()
        height, width = picture.shape[:2]
        middle = said.pred_boxes[0].float().cpu()
        corners = torch.cat([middle[:, :2] - middle[:, 2:] / 2, middle[:, :2] + middle[:, 2:] / 2], dim=1)
        corners = (corners * torch.tensor([width, height, width, height])).tolist()
        spans = self._spans(told["input_ids"][0].tolist(), len(words))
        fits = torch.stack([chances[:, first:last].amax(dim=1) for first, last in spans], dim=1)
        scores, owners = fits.max(dim=1)
        out: list[list[Found]] = [[] for _ in words]
        for index in scores.argsort(descending=True).tolist():
            if scores[index] >= sure:
                left, top, right, bottom = corners[index]
                box = (max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height)))
                out[int(owners[index])].append(Found(box, float(scores[index])))
        return out

    def _spans(self, ids: list[int], count: int) -> list[tuple[int, int]]:
        """First and last token, half-open, of each name; names end in full stops."""
        stop = self.prepare.tokenizer.convert_tokens_to_ids(".")
        spans, first = [], 1
        for place, token in enumerate(ids):
            if token == stop:
                spans.append((first, max(place, first + 1)))
                first = place + 1
        return spans[:count]


@dataclass(frozen=True, eq=False)
class Segmenter:
    """SAM (Kirillov et al. 2023), asked by boxes."""

    held: Held
    prepare: Any

    @classmethod
    def load(cls, bundle: Folders, networks: Networks | None = None) -> Segmenter:
        """From the folder ``grounding/segmenter``; the network comes when first used.

        Raises
        ------
        BundleError
            When what prepares its inputs is missing or damaged.
        """
        from transformers import SamModel, SamProcessor

        held = (networks or Networks()).hold("segmenter", partial(network, SamModel, bundle, SEGMENTER))
        return cls(held, processor(SamProcessor, bundle, SEGMENTER))

    def masks(self, picture: np.ndarray, boxes: Sequence[tuple[float, float, float, float]]) -> np.ndarray:
        """``(n, h, w)`` float32 0 to 1 of what is in each box of a picture ``(h, w, 3)`` uint8."""
        masks, _ = self._ask(picture, several=False, input_boxes=[[list(box) for box in boxes]])
        return masks[:, 0]

    def at(self, picture: np.ndarray, point: tuple[float, float]) -> tuple[np.ndarray, float]:
        """The mask ``(h, w)`` of what is at a point, of the three that SAM offers the one it trusts most; its trust."""
        masks, trust = self._ask(picture, several=True, input_points=[[[list(point)]]])
        best = int(trust[0].argmax())
        return masks[0, best], float(trust[0, best])

    @torch.inference_mode()
    def _ask(self, picture: np.ndarray, several: bool, **asked: Any) -> tuple[np.ndarray, np.ndarray]:
        """Masks ``(n, k, h, w)`` 0 to 1 and SAM's trust in each ``(n, k)``."""
        told = self.prepare(images=picture, return_tensors="pt", **asked)
        model = self.held.here()
        given = {"pixel_values": told["pixel_values"].to(model.device, model.dtype)}
        # Places in pixels stay exact: half precision would round them to several pixels before SAM scales them.
        places = ("input_boxes", "input_points")
        given |= {name: told[name].to(model.device, torch.float32) for name in places if name in told}
        if "input_labels" in told:
            given["input_labels"] = told["input_labels"].to(model.device)
        said = model(**given, multimask_output=several)
        sizes = told["original_sizes"], told["reshaped_input_sizes"]
        masks = self.prepare.post_process_masks(said.pred_masks.float().cpu(), *sizes, binarize=False)[0]
        return masks.sigmoid().numpy(), said.iou_scores[0].float().cpu().numpy()


@dataclass(frozen=True, eq=False)
class StudioSelector:
    """Both networks behind the selector's interface.

    Attributes
    ----------
    detector, segmenter
        The networks.
    starter
        Answers where the detector is not sure, and what has no words.
    """

    detector: Detector
    segmenter: Segmenter
    starter: Selector

    def candidates(self, rgb: np.ndarray, encoder: GroundEncoder) -> list[Candidate]:
        """Objects of the photo, surest first, each in SAM's outline; as :meth:`Selector.candidates`."""
        found = self.starter.candidates(rgb, encoder)
        boxes = [box_of(each.mask) for each in found]
        masks = self.segmenter.masks(_bytes(rgb), boxes) if boxes else ()
        return [Candidate(mask, each.score) for mask, each in zip(masks, found, strict=True)]

    def saliency(self, rgb: np.ndarray, encoder: GroundEncoder) -> np.ndarray:
        """As :meth:`Selector.saliency`: what belongs to the subject is no question of words."""
        return self.starter.saliency(rgb, encoder)

    def subject(self, rgb: np.ndarray, encoder: GroundEncoder) -> Region:
        """The most salient object, in SAM's outline.

        Raises
        ------
        RegionNotFound
            When nothing stands out.
        """
        region = self.starter.subject(rgb, encoder)
        (mask,) = self.segmenter.masks(_bytes(rgb), [box_of(region.mask)])
        return Region(mask=refine(rgb, mask), source="words", score=region.score)

    def at(self, rgb: np.ndarray, point: tuple[float, float], encoder: GroundEncoder) -> Region:
        """The object at a point ``(x, y)``, in SAM's outline; as :meth:`Selector.at`.

        Raises
        ------
        RegionNotFound
            When the point lies outside the photo.
        """
        if not (0 <= point[0] < rgb.shape[1] and 0 <= point[1] < rgb.shape[0]):
            return self.starter.at(rgb, point, encoder)
        mask, score = self.segmenter.at(_bytes(rgb), point)
        return Region(mask=refine(rgb, mask), source="words", score=score)

    def select(
        self,
        rgb: np.ndarray,
        phrase: str,
        encoder: GroundEncoder,
        phrase_vector: np.ndarray | None = None,
        where: str = "",
    ) -> Region:
        """The region that ``phrase`` names; as :meth:`Selector.select`. "the dog and the cat" names two.

        Raises
        ------
        RegionNotFound
            When nothing in the photo fits the words well enough.
        """
        names = [name for name in SEVERAL.split(phrase) if name.strip()] or [phrase]
        if read(phrase, where).background:
            return Region(mask=1 - self.subject(rgb, encoder).mask, source="words", score=0.7)
        found = self._regions(rgb, [read(name, where) for name in names])
        masks, scores = [], []
        for name, each in zip(names, found, strict=True):
            region = each or self.starter.select(rgb, name, encoder, phrase_vector if len(names) == 1 else None, where)
            masks.append(region.mask)
            scores.append(region.score)
        return Region(mask=np.max(masks, axis=0), source="words", score=min(scores))

    def subjects(self, rgb: np.ndarray, names: Sequence[str]) -> tuple[Region | None, ...]:
        """Where each of several subjects is, from one look; nothing for one that is not surely there."""
        return self._regions(rgb, [read(name) for name in names])

    def _regions(self, rgb: np.ndarray, asked: Sequence[Asked]) -> tuple[Region | None, ...]:
        picture = _bytes(rgb)
        found = self.detector.boxes(picture, [each.text or each.phrase for each in asked])
        return tuple(
            self._region(rgb, picture, each, boxes) if boxes else None for each, boxes in zip(asked, found, strict=True)
        )

    def _region(self, rgb: np.ndarray, picture: np.ndarray, asked: Asked, found: Sequence[Found]) -> Region:
        rivals = apart([each for each in found if each.score >= SAME_KIND * found[0].score])
        several = asked.plural or asked.place is not None or asked.size is not None
        chosen = rivals if several else rivals[:1]
        masks = self.segmenter.masks(picture, [each.box for each in chosen])
        order = list(range(len(chosen)))
        if asked.size is not None:
            order.sort(key=lambda index: (-1 if asked.size == "big" else 1) * float(masks[index].mean()))
        if asked.place is not None:
            shown = [index for index in order if (masks[index] > 0.5).any()]
            order = sorted(shown, key=lambda index: away(masks[index], asked))[asked.order :] or order[-1:]
        picked = order if asked.plural and asked.place is None else order[:1]
        mask = np.max(masks[picked], axis=0)
        return Region(mask=refine(rgb, mask), source="words", score=max(chosen[index].score for index in picked))


def apart(found: Sequence[Found]) -> list[Found]:
    """Without boxes of the same thing: of two that share most of the smaller one the surer stays."""
    kept: list[Found] = []
    for each in found:
        if all(_shared(each.box, other.box) < SHARED for other in kept):
            kept.append(each)
    return kept


def _shared(one: Sequence[float], two: Sequence[float]) -> float:
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    least = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, two))
    return max(width, 0.0) * max(height, 0.0) / max(least, 1e-6)


def box_of(mask: np.ndarray) -> tuple[float, float, float, float]:
    """The box around a mask's pixels above one half, or above half of its highest."""
    rows, columns = np.nonzero(mask > min(0.5, float(mask.max()) / 2))
    if not len(rows):
        return 0.0, 0.0, float(mask.shape[1]), float(mask.shape[0])
    return float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)


def _bytes(rgb: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)


def load(bundle: Folders, starter: Selector, networks: Networks | None = None) -> StudioSelector | None:
    """The bundle's full-size selector, or nothing when it lacks one of its networks; they come when first used.

    Parameters
    ----------
    bundle
        Where they lie.
    starter
        Answers where the detector is not sure.
    networks
        Says where they compute.

    Raises
    ------
    BundleError
        When it is damaged.
    """
    needed = (SETTINGS, f"{DETECTOR}/config.json", f"{SEGMENTER}/config.json")
    if not all(bundle.has(path) for path in needed):
        return None
    networks = networks or Networks()
    return StudioSelector(Detector.load(bundle, networks), Segmenter.load(bundle, networks), starter)
