"""A fake engine for the editor's bars: it answers like the engine and paints blobs where the mask is, in no time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.composite.crop import mask_box
from engine.errors import RegionNotFound
from engine.machine import Finding
from engine.picture import Photo
from engine.values import (
    CancelCheck,
    EditRequest,
    EditResult,
    OnEvent,
    Op,
    Operation,
    Plan,
    Region,
    StageEvent,
    StepReport,
    ignore_event,
    never_cancel,
)


class Source:
    """Where the fake engine comes from; everything is there."""

    def missing(self, name: str) -> str:
        """See :class:`~desktop_app.client.engine_source.Source`."""
        return "" if name == "starter" else f"There is no {name}."

    def engines(self) -> tuple[str, ...]:
        """See :class:`~desktop_app.client.engine_source.Source`."""
        return ("starter",)

    def abilities(self, _name: str) -> frozenset[str]:
        """See :class:`~desktop_app.client.engine_source.Source`."""
        return frozenset()

    def bundles(self) -> list[dict[str, Any]]:
        """See :class:`~desktop_app.client.engine_source.Source`."""
        return [{"name": "starter", "folder": "", "state": "ready", "version": "", "bytes": 0}]

    def examine(self) -> list[Finding]:
        """See :class:`~desktop_app.client.engine_source.Source`."""
        return [Finding("memory", "enough")]

    def load(self, _name: str) -> Engine:
        """See :class:`~desktop_app.client.engine_source.Source`."""
        return Engine()

    def assemble(self, _name: str, on_progress: Callable[[str, float], None], _cancel: CancelCheck) -> None:
        """See :class:`~desktop_app.client.engine_source.Source`."""
        on_progress("", 1.0)


class Engine:
    """Fills the masked place with noise of one colour; only what is masked changes."""

    def plan(self, request: EditRequest, on_event: OnEvent = ignore_event, cancel: CancelCheck = never_cancel) -> Plan:
        """A plan of one operation."""
        on_event(StageEvent("plan"))
        text = request.instruction.text
        return Plan(
            "I will.", text, operations=(Operation(Op.fill, text),)
        )  # another thing each time: no edit revises another

    def edit(
        self, request: EditRequest, on_event: OnEvent = ignore_event, cancel: CancelCheck = never_cancel
    ) -> EditResult:
        """The photo with the masked place filled, or all of it without a mask."""
        on_event(StageEvent("composite"))
        photo, plan = request.photo, request.plan or self.plan(request)
        assert photo is not None
        mask = np.full((photo.height, photo.width), 255, np.uint8) if request.mask is None else request.mask
        box = mask_box(mask)
        pixels = photo.pixels.copy()
        if box is not None:
            numbers = np.random.default_rng(len(request.instruction.text))
            part, where = pixels[box.slices], mask[box.slices] > 0
            colour = numbers.integers(0, photo.white, 3)
            noise = numbers.integers(-photo.white // 32, photo.white // 32, (box.height, box.width, 1))
            part[..., :3][where] = np.clip(colour + noise, 0, photo.white).astype(pixels.dtype)[where]
        report = {"composite": StepReport("done", 0.1)}
        return EditResult((photo.with_pixels(pixels),), plan, box, request.settings.seed, report)

    def describe(self, file: Path) -> dict[str, Any]:
        """A name made of the file's."""
        return {"kind": "picture", "labels": [{"name": file.stem, "score": 0.5}]}

    def select(self, _photo: Photo, phrase: str) -> Region:
        """Nothing is ever found."""
        raise RegionNotFound(f"There is no {phrase}.", "Paint it.")

    def select_at(self, _photo: Photo, _point: tuple[float, float]) -> Region:
        """Nothing is ever found."""
        raise RegionNotFound("There is nothing.", "Paint it.")

    def search(self, _words: str, _file: Path | None, _count: int) -> list[dict[str, Any]]:
        """An empty library."""
        return []

    def index(self, _folder: Path | None, _keep: bool) -> dict[Path, int]:
        """An empty library."""
        return {}
