"""What the history panel asks for: edits hidden, made paler, run again with another mask, deleted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from desktop_app.background import Background
from desktop_app.canvas.pyramid import build
from desktop_app.runs.running import Running
from desktop_app.runs.runs import Runs
from desktop_app.window.message_bar import MessageBar
from desktop_app.work.document import Document, Touched
from desktop_app.work.history_panel import ORIGINAL, HistoryPanel
from desktop_app.work.session import Session
from engine.errors import BadInput, OvertoneError
from engine.picture import Photo
from engine.project import edits as stack
from engine.project.edits import Edit, Edits
from engine.values import Box

SIDE = 96  # pixels of a thumbnail, sharp at twice the logical size
AROUND = 0.15  # of the changed box, shown around it


def thumb(photo: Photo, box: Box | None) -> QImage:
    """A small picture of what lies in ``box`` and a little around it; of the whole photo without one. In a worker."""
    part = Box(0, 0, photo.width, photo.height)
    if box is not None:
        part = box.grow(round(AROUND * max(box.width, box.height))).clip(photo.width, photo.height)
    step = max(min(part.width, part.height) // SIDE, 1)
    pixels = np.ascontiguousarray(photo.pixels[part.slices][::step, ::step])
    return build(Photo(pixels, photo.icc)).overview(SIDE)


def _of(key: str, change: Callable[[Edits], Edits]) -> Callable[[Edits], Edits]:
    """``change`` for a stack that holds the edit of that key; an undo that came before it may have taken it out."""
    return lambda edits: change(edits) if any(edit.key == key for edit in edits) else edits


class HistoryDesk(QObject):
    """Connects the panel with the session and its runs."""

    def __init__(
        self,
        panel: HistoryPanel,
        session: Session,
        runs: Runs,
        running: Running,
        background: Background,
        bar: MessageBar,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel, self._session, self._runs, self._running = panel, session, runs, running
        self._background, self._bar = background, bar
        self._thumbs: dict[str, QImage] = {}
        self._asked: set[str] = set()
        self._shown: Document | None = None
        self._masking = ""  # key of the edit whose mask is on the canvas
        session.opened.connect(self.refresh)
        session.touched.connect(lambda _touched: self.refresh())
        session.failed.connect(lambda _error: self.refresh())
        session.recorder.kept.connect(self.refresh)
        runs.state_changed.connect(lambda _state: self.refresh())
        runs.result.connect(lambda _pending: self.refresh())
        panel.visible_asked.connect(self.show_edit)
        panel.opacity_asked.connect(self.set_opacity)
        panel.mask_asked.connect(self.edit_mask)
        panel.again_asked.connect(self.run_again)
        panel.delete_asked.connect(self.delete)

    def refresh(self) -> None:
        """Bring the panel into agreement with the document."""
        document = self._session.document
        if document is None:
            return
        if document is not self._shown:
            self._shown, self._masking = document, ""
            self._thumbs.clear()
            self._asked.clear()
        self._want_thumbs(document)
        why = self.tr("A result is waiting. Accept or discard it first.") if document.pending is not None else ""
        why = self.tr("An edit is running. Wait for it, or cancel it.") if self._runs.busy else why
        name = document.path.name
        edits = self._session.coming
        self._panel.show_edits(edits, stack.strangers(edits), name, self._thumbs, why)
        self._panel.show_disk(self._session.recorder.size if document.edits else 0, self._session.recorder.budget)

    def show_edit(self, key: str, visible: bool) -> None:
        """Show or hide an edit."""
        label = "show edit" if visible else "hide edit"
        self._set(label, key, lambda edits: stack.with_visible(edits, key, visible))

    def set_opacity(self, key: str, opacity: float) -> None:
        """Make an edit paler or stronger."""
        if any(edit.key == key and edit.opacity != opacity for edit in self._session.coming):
            self._set("opacity", key, lambda edits: stack.with_opacity(edits, key, opacity))

    def delete(self, key: str) -> None:
        """Take an edit out of the stack, and say so when crops go with it; undo brings all of it back."""
        now = self._session.coming
        if all(edit.key != key for edit in now):
            return
        alone = len(stack.without(now, key)) == len(now) - 1

        def done() -> None:
            if not alone:
                self._bar.say(self.tr("Crops and turns of that picture went with it. Undo brings them back."))

        self._set("delete edit", key, lambda edits: stack.without(edits, key), done)

    def _set(
        self, label: str, key: str, change: Callable[[Edits], Edits], then: Callable[[], None] | None = None
    ) -> None:
        """Change an edit; the panel shows it so at once, also while the picture is being made."""
        self._session.set_edits(label, key, _of(key, change), then)
        document = self._session.document
        if document is not None and self._session.coming is not document.edits:
            self.refresh()

    def edit_mask(self, key: str) -> None:
        """Put an edit's mask on the canvas, to be changed before the edit is run again."""
        document = self._session.document
        edit = document.edit(key) if document is not None else None
        if document is None or edit is None:
            return
        if edit not in stack.unframed(document.edits):
            self._bar.say(self._in_the_way())
            return
        try:
            mask = document.mask_of(key)
        except OvertoneError as error:
            self._say(error)
            return
        self._masking = key
        if mask is not None and document.painted(document.mask.replace(mask.values), "edit mask"):
            self._session.touched.emit(Touched(document.mask.whole))
        text = self.tr("Change the mask, then run the edit again.")
        if not edit.masked:
            text = self.tr("Words said where this edit acts. Paint a mask, then run the edit again.")
        elif mask is None:
            text = self.tr("This edit has no mask of this picture’s size. Paint one, then run the edit again.")
        self._bar.say(text, button=self.tr("Run again"), run=lambda: self.run_again(key))

    def run_again(self, key: str) -> None:
        """Make an edit anew on the picture below it, with the mask that is being edited or its own."""
        document = self._session.document
        edit = document.edit(key) if document is not None else None
        if document is not None and edit is not None and edit.framing is None:
            below = _of(key, lambda edits: stack.below(edits, key))
            self._session.compose(below, lambda base: self._run_on(document, key, base))

    def _run_on(self, document: Document, key: str, base: Photo) -> None:
        edit = document.edit(key)
        if edit is None:
            return
        try:
            mask = self._mask_for(document, edit, base)
        except OvertoneError as error:
            self._say(error)
            return
        self._masking = ""
        self._running.again(edit, base, mask)

    def _mask_for(self, document: Document, edit: Edit, base: Photo) -> np.ndarray | None:
        painted = self._masking == edit.key and not document.mask.empty
        if painted and edit not in stack.unframed(document.edits):
            raise BadInput(self._in_the_way())
        if painted:
            mask = document.mask.values.copy()
        elif edit.masked:
            mask = document.store.mask(edit.key)
        else:
            return None
        if mask.shape != (base.height, base.width) or not (painted or stack.settled(document.edits, edit.key)):
            raise BadInput(
                self.tr("The mask does not fit the picture below this edit."),
                self.tr("Show all edits below it, or paint a mask on that picture."),
            )
        return mask

    def _in_the_way(self) -> str:
        """Why there is no painting on the picture below an edit."""
        return self.tr("A crop or turn lies above this edit. Hide that first, then edit the mask.")

    def _say(self, error: OvertoneError) -> None:
        self._bar.say(error.message, error.hint, "error")

    # thumbnails

    def _want_thumbs(self, document: Document) -> None:
        keys = {edit.key for edit in document.edits}
        for key in [key for key in self._thumbs if key and key not in keys]:
            del self._thumbs[key]
            self._asked.discard(key)
        if document.edits and ORIGINAL not in self._asked:
            self._ask(document, ORIGINAL, document.original, None)
        places = stack.placed(document.edits)
        boxes = stack.boxes(places)
        for edit in (place.edit for place in places if place.edit.key not in self._asked):
            box = boxes[edit.key]
            seen = box and box.clip(document.photo.width, document.photo.height)
            if edit.framing is not None or (seen is not None and seen.width > 0 and seen.height > 0):
                self._ask(document, edit.key, document.photo, seen)

    def _ask(self, document: Document, key: str, photo: Photo, box: Box | None) -> None:
        self._asked.add(key)

        def done(image: QImage) -> None:
            if self._session.document is document:
                self._thumbs[key] = image
                self.refresh()

        self._background.submit(lambda: thumb(photo, box), done, self._say)
