"""Select by words or by a click: asks the engine for the region and joins it with the mask."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop_app.background import Background
from desktop_app.client.engine_client import EngineClient
from desktop_app.tools.mask_commands import MaskCommands
from desktop_app.work.session import Session
from engine.errors import OvertoneError
from engine.project.mask import Combine
from engine.values import Box, Region, Settings

FAINT = 4  # of 255: what lies below is left out of a selection


def as_mask(region: Region) -> tuple[np.ndarray, Box] | None:
    """A region as ``(h, w)`` uint8 with its box; nothing when it is empty. Takes long on large photos."""
    values = np.rint(region.mask * 255).astype(np.uint8)
    values[values < FAINT] = 0
    rows, columns = np.flatnonzero(values.any(axis=1)), np.flatnonzero(values.any(axis=0))
    if not rows.size:
        return None
    box = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    return values[box.slices].copy(), box


class Selecting(QObject):
    """One question at a time: a new one takes the place of one that is not answered.

    Attributes
    ----------
    failed
        An :class:`~engine.errors.OvertoneError`.
    """

    failed = Signal(object)

    def __init__(
        self,
        session: Session,
        client: EngineClient,
        background: Background,
        masks: MaskCommands,
        settings: Callable[[], Settings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._client, self._background = session, client, background
        self._masks, self._settings = masks, settings
        self._job = 0
        self._how, self._name = Combine.add, ""
        client.signals.selected.connect(self._on_selected)
        client.signals.failed.connect(self._on_failed)
        client.signals.cancelled.connect(self._on_cancelled)

    @property
    def busy(self) -> bool:
        """Whether a question is not answered yet."""
        return self._job != 0

    def words(self, phrase: str, how: Combine) -> None:
        """Select what the words name."""
        if phrase.strip():
            self._ask(self.tr("Looking for {0}…").format(phrase.strip()), how, "select by words", phrase=phrase.strip())

    def point(self, place: tuple[float, float], how: Combine) -> None:
        """Select the object at a photo point."""
        self._ask(self.tr("Looking for the object there…"), how, "select object", point=place)

    def _ask(
        self, text: str, how: Combine, name: str, phrase: str = "", point: tuple[float, float] | None = None
    ) -> None:
        document = self._session.document
        if document is None:
            return
        if self._job:
            self._client.cancel(self._job)
        self._how, self._name = how, name
        self._session.working.emit(text)
        self._job = self._client.select(document.photo, phrase, point, self._settings().engine)

    def _on_selected(self, job: int, region: Region) -> None:
        if job != self._job:
            return
        document, how, name = self._session.document, self._how, self._name

        def done(found: tuple[np.ndarray, Box] | None) -> None:
            fits = document is not None and (document.mask.height, document.mask.width) == region.mask.shape
            if found is not None and fits and self._session.document is document:
                self._masks.join(*found, how, name)

        self._leave()
        self._background.submit(lambda: as_mask(region), done, self.failed.emit)

    def _on_failed(self, job: int, message: str, hint: str, _details: str) -> None:
        if job == self._job:
            self._leave()
            self.failed.emit(OvertoneError(message, hint))

    def _on_cancelled(self, job: int) -> None:
        if job == self._job:
            self._leave()

    def _leave(self) -> None:
        self._job = 0
        self._session.working.emit("")
