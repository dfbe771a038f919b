"""What the decoder's stages draw: what is left out, which masks, which parts; measured on batches of made-up data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from torch import Tensor

from training.bars import Bar, Ground
from training.bars.ratios import kind_of
from training.core.draws import Draws
from training.decode.base import EMBEDDING, Base
from training.decode.inpaint import Inpaint
from training.decode.inpaint import Settings as InpaintSettings
from training.decode.material import Seen, Views
from training.decode.realignment import Realignment
from training.decode.realignment import Settings as AlignSettings
from training.decode.stage import Opened
from training.decode.telling import Dropping
from training.restore.masks import INPAINT
from training.scenes import Scene, SceneObject

DRAWS, SIDE = 2000, 64
NEAR = 0.03  # of a share
WHOLE, SHORT, EMPTY = 0.25, 0.05, 0.05  # LLMGA's released code
MASKS = {"brushed": 0.25, "box": 0.25, "frame": 0.5}  # its MLLM set
CHANCES = (0.2, 0.5)  # InstructAny2Pix, sections 9.2 and 3.4


def measure(_ground: Ground) -> list[Bar]:
    """LLMGA's prompts and masks for the inpaint network; InstructAny2Pix' dropping and parts for realignment."""
    batch = _inpaint().batch(Draws(0, range(DRAWS)))
    return [_prompts(batch), _masks(batch["mask"]), *(_dropped(chance) for chance in CHANCES), _parts()]


class _Flat:
    """An encoder of which only the length of what it gives matters."""

    def pictures(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> np.ndarray:
        """A unit vector each."""
        return np.eye(len(pictures), EMBEDDING, dtype=np.float32)

    def text(self, texts: Sequence[str]) -> np.ndarray:
        """A unit vector each."""
        return np.eye(len(texts), EMBEDDING, dtype=np.float32)


def _opened(*, paints: bool) -> Opened:
    return Opened(replace(Base.fresh(0, paints=paints), side=SIDE), Seen(_Flat()), lambda *_: 0.0)


def _views() -> Views:
    photo = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    return Views([photo], ["short"], ["a long prompt"], SIDE, 4, 0)


def _inpaint() -> Inpaint:
    return Inpaint(_opened(paints=True), InpaintSettings(), _views(), _views(), 0)


def _realignment(**settings: Any) -> Realignment:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.circle(mask, (SIDE // 2, SIDE // 2), SIDE // 4, 255, -1)
    thing = SceneObject("disc", "a disc", mask, False, True)
    shown = np.zeros((SIDE, SIDE, 3), np.uint8)
    cutout = (np.dstack([shown, mask]),)
    scene = Scene("add", shown, shown, shown, mask, (thing,), "", "a disc", "add a disc", cutout, (), 0, 0)
    chosen = AlignSettings(repainted=0.0, **settings)
    return Realignment(_opened(paints=False), chosen, _views(), [scene], [scene], 0)


def _bar(what: str, wanted: dict[str, float], found: dict[str, float], near: float = NEAR) -> Bar:
    def listed(shares: dict[str, float]) -> str:
        return ", ".join(f"{name} {share:.1%}" for name, share in shares.items())

    held = all(abs(found[name] - share) <= near for name, share in wanted.items())
    return Bar("must", f"right parameters: {what}", listed(wanted), f"{listed(found)}, of {DRAWS} samples", held)


def _share(what: Any) -> float:
    return float(np.mean(np.asarray(what)))


def _prompts(batch: dict[str, Any]) -> Bar:
    texts = batch["text"]
    nothing = (batch["images"] == 0).flatten(1).all(1).tolist()
    empty = [not text and zero for text, zero in zip(texts, nothing, strict=True)]
    found = {"short caption": _share([text == "short" for text in texts]), "empty": _share(empty)}
    return _bar("inpaint, prompts", {"short caption": SHORT, "empty": EMPTY}, found, NEAR / 2)


def _masks(masks: Tensor) -> Bar:
    """Of those that are not everywhere: kinds, and how often and how far frames take each side."""
    planes = masks[:, 0].numpy() > 0
    partly = [plane for plane in planes if not plane.all()]
    kinds = [kind_of(plane) for plane in partly]
    found = {"everywhere": 1 - len(partly) / len(planes)} | {
        kind: _share([each == kind for each in kinds]) for kind in MASKS
    }
    frames = [plane for plane, kind in zip(partly, kinds, strict=True) if kind == "frame"]
    depths = np.array([_depths(plane) for plane in frames])
    taken = depths[depths > 0]
    made = _bar("inpaint, masks", {"everywhere": WHOLE, **MASKS}, found, 1.5 * NEAR)
    # Frames without any side are drawn again: 8 in 15 of the rest have a given one.
    sides = _share(depths > 0)
    goal = f"{made.goal}; frames of {INPAINT.frame[0]:.0%} to {INPAINT.frame[1]:.0%}, each side with a chance of a half"
    figure = f"{made.figure}; {taken.min():.1%} to {taken.max():.1%}, a side in {sides:.1%} of the frames"
    held = made.ok and abs(sides - 8 / 15) <= 1.5 * NEAR and INPAINT.frame == (0.25, 0.40)
    held &= taken.min() >= INPAINT.frame[0] - 1 / SIDE and taken.max() <= INPAINT.frame[1]
    return Bar("must", made.what, goal, figure, bool(held))


def _depths(frame: np.ndarray) -> tuple[float, float, float, float]:
    """Shares of the side that a frame takes at top, bottom, left and right."""
    rows, columns = (np.flatnonzero((~frame).any(axis=axis)) for axis in (1, 0))
    ends = (rows[0], SIDE - 1 - rows[-1], columns[0], SIDE - 1 - columns[-1])
    return tuple(float(end) / SIDE for end in ends)  # pyright: ignore[reportReturnType]


def _dropped(chance: float) -> Bar:
    batch = _realignment(dropping=Dropping(chance, chance, chance)).batch(Draws(0, range(DRAWS)))
    gone = [np.array([not text for text in batch["text"]])]
    gone += [(batch["images"][:, view] == 0).all(1).numpy() for view in (0, 1)]
    names = ("words", "[gen]", "[sub]")
    found = {name: _share(each) for name, each in zip(names, gone, strict=True)} | {"all": _share(np.all(gone, axis=0))}
    wanted = {**dict.fromkeys(names, chance), "all": chance**3}
    return _bar(f"decoder-realignment, left out at {chance:g}", wanted, found)


def _parts() -> Bar:
    regions = _realignment().batch(Draws(0, range(DRAWS)))["regions"][:, 1].numpy() > 0
    things = _share([_round(plane) for plane in regions])
    found = {"things": things, "boxes": 1 - things}
    return _bar("decoder-realignment, parts", {"things": 0.5, "boxes": 0.5}, found)


def _round(plane: np.ndarray) -> bool:
    rows, columns = np.flatnonzero(plane.any(axis=1)), np.flatnonzero(plane.any(axis=0))
    return not bool(plane[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all())
