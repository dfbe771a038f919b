"""Placing: pictures dropped on the photo, or sent there from their bin, wait as ghosts and give plans their places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop_app.background import Background
from desktop_app.canvas.canvas import Canvas
from desktop_app.canvas.ghosts import Ghost
from desktop_app.canvas.pyramid import build
from desktop_app.client.questions import Questions
from desktop_app.runs.runs import Runs
from desktop_app.work.document import Pending, Reference
from desktop_app.work.session import Session
from engine.picture import Photo
from engine.placement import Placement
from engine.project.edits import placed
from engine.values import EditRequest, Media, Op, Operation, Plan, Region, Settings, marker

SIDE = 1024  # pixels of a ghost's picture, about
SHARE = 0.4  # of the photo's shorter side that a picture gets at first
FAINT = 0.22  # opacity of what the engine will cut away from a picture
STEP = 0.04  # of it by which the next of several pictures is moved


def read_ghost(reference: Reference) -> tuple[QImage, Photo | None]:
    """The reference's picture in sRGB, of a size that can be moved about, and the same as a photo where it is opaque.

    Raises
    ------
    BadInput
        For an unreadable file.
    """
    from desktop_app.canvas.resample import rows_of
    from engine.files import read_reference

    pyramid = build(read_reference(reference.path))
    image = pyramid.overview(SIDE)
    return image, None if pyramid.transparent else Photo(np.ascontiguousarray(rows_of(image)[..., 2::-1]))


def faded(image: QImage, background: np.ndarray) -> QImage:
    """A picture whose background, ``(h, w)`` 0 to 1, is faint: the engine will leave it out."""
    from desktop_app.canvas.resample import rows_of

    result = image.convertToFormat(QImage.Format.Format_ARGB32)
    rows_of(result)[..., 3] = np.rint(255 * (1 - (1 - FAINT) * np.clip(background, 0, 1)))
    return result.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


class Placing(QObject):
    """Puts ghosts on the canvas and their places into plans.

    Attributes
    ----------
    placed
        A picture lies on the photo and can be moved.
    failed
        An :class:`~engine.errors.OvertoneError`.
    """

    placed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        canvas: Canvas,
        session: Session,
        runs: Runs,
        background: Background,
        questions: Questions,
        settings: Callable[[], Settings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._canvas, self._session, self._runs = canvas, session, runs
        self._background, self._questions, self._settings = background, questions, settings
        canvas.reference_dropped.connect(lambda number: self.put([number], canvas.dropped_at))
        session.references_changed.connect(self._forget_removed)
        session.touched.connect(lambda touched: self._on_touched(touched.photo))
        runs.result.connect(self._on_result)

    def put(self, numbers: Sequence[int], at: tuple[float, float] | None = None) -> None:
        """Lay references on the photo, around a photo point or its middle; sounds are left out."""
        document = self._session.document
        if document is None:
            return
        wanted = [self._reference(number) for number in numbers]
        for index, reference in enumerate(each for each in wanted if each is not None):

            def done(read: tuple[QImage, Photo | None], reference: Reference = reference, index: int = index) -> None:
                if self._session.document is document and self._reference(reference.number) is not None:
                    self._lay(reference.number, read[0], at, index)
                    if read[1] is not None:
                        self._find_subject(reference.number, *read)

            self._background.submit(lambda reference=reference: read_ghost(reference), done, self.failed.emit)

    def put_newest(self) -> None:
        """Lay the picture on the photo that came into its bin last."""
        pictures = [each.number for each in self._session.references if each.media is Media.image]
        self.put(pictures[-1:])

    def run(self) -> None:
        """Put the pictures in as they lie, without an instruction."""
        ghosts, document = self._canvas.ghosts.items, self._session.document
        if document is None or not ghosts or document.pending is not None:
            return
        plan = Plan(
            "", "", operations=tuple(Operation(Op.add, ref=ghost.number, place=ghost.place) for ghost in ghosts)
        )
        text = self.tr("Add {0}").format(", ".join(marker(ghost.number) for ghost in ghosts))
        self._runs.carry_out(document, text, plan, self._settings(), on_top=True)

    def dress(self, request: EditRequest) -> EditRequest:
        """What the plan adds goes where its ghost lies."""
        if request.plan is None:
            return request
        places = {ghost.number: ghost.place for ghost in self._canvas.ghosts.items}
        operations = tuple(
            replace(each, place=places[each.ref]) if each.op is Op.add and each.ref in places else each
            for each in request.plan.operations
        )
        return replace(request, plan=replace(request.plan, operations=operations))

    def _reference(self, number: int) -> Reference | None:
        found = next((each for each in self._session.references if each.number == number), None)
        return found if found is not None and found.media is Media.image else None

    def _lay(self, number: int, image: QImage, at: tuple[float, float] | None, index: int) -> None:
        view = self._canvas.view
        if view is None:
            return
        short = min(view.photo)
        scale = SHARE * short / max(image.width(), image.height())
        width, height = image.width() * scale, image.height() * scale
        x, y = at or (view.photo[0] / 2, view.photo[1] / 2)
        shift = index * STEP * short
        place = Placement(x + shift - width / 2, y + shift - height / 2, width, height)
        self._canvas.ghosts.put(Ghost(number, image, place))
        self._canvas.ghosts_changed.emit()
        self._canvas.update()
        self.placed.emit()

    def _find_subject(self, number: int, image: QImage, photo: Photo | None) -> None:
        """Show what of an opaque picture will be put in, as soon as the engine has told its background."""
        engine = self._settings().engine
        if photo is None or self._questions.missing(engine):
            return

        def done(region: Region) -> None:
            if region.mask.shape == (image.height(), image.width()):
                self._canvas.ghosts.show_as(number, faded(image, region.mask))
                self._canvas.update()

        self._questions.select(photo, "background", engine, done)

    def _forget_removed(self) -> None:
        for ghost in self._canvas.ghosts.items:
            if self._reference(ghost.number) is None:
                self._canvas.ghosts.drop(ghost.number)
                self._canvas.ghosts_changed.emit()
        self._canvas.update()

    def _on_result(self, _pending: Pending) -> None:
        self._show(False)  # the result shows what the ghosts stood for

    def _on_touched(self, photo: bool) -> None:
        document = self._session.document
        if document is None or not photo:
            return
        if not self._canvas.ghosts.shown and document.pending is None:
            last = document.last_change
            places = placed(document.edits)  # above them may be edits that wait for a hidden turn
            if last is not None and last.label == "accept" and places:
                for operation in places[-1].edit.plan.operations:
                    if operation.place is not None and operation.ref is not None:
                        self._canvas.ghosts.drop(operation.ref)
        self._show(document.pending is None)

    def _show(self, shown: bool) -> None:
        self._canvas.ghosts.shown = shown
        self._canvas.ghosts_changed.emit()
        self._canvas.update()
