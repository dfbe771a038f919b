"""The stage: the welcome page or the canvas, with the mask's commands, comparing, and the bar over a fresh result."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget

from desktop_app.actions import Actions
from desktop_app.assets import sample_photo
from desktop_app.canvas import Canvas
from desktop_app.document import Touched
from desktop_app.result_bar import ResultBar
from desktop_app.scene import Compare
from desktop_app.session import Session
from desktop_app.theme import Look
from desktop_app.tools import Tool
from desktop_app.welcome import Welcome
from engine.project.mask import Atom

BRUSH_STEP = 1.2  # a press of [ or ] changes the brush by this factor
FLOAT = 20  # logical pixels between the result's bar and the lower edge


class Stage(QStackedWidget):
    """Shows the session's document; tells the session of strokes."""

    def __init__(self, look: Look, actions: Actions, session: Session) -> None:
        super().__init__()
        self._actions = actions
        self._session = session
        self.canvas = Canvas(look)
        self.welcome = Welcome(look, sample_photo() is not None)
        self.result_bar = ResultBar(look, actions.split, self.canvas)
        self.addWidget(self.welcome)
        self.addWidget(self.canvas)
        a, canvas = actions, self.canvas
        a.hand.triggered.connect(lambda: self._choose(Tool.hand))
        a.brush.triggered.connect(lambda: self._choose(Tool.brush))
        a.eraser.triggered.connect(lambda: self._choose(Tool.eraser))
        a.smaller.triggered.connect(lambda: self._resize_brush(1 / BRUSH_STEP))
        a.larger.triggered.connect(lambda: self._resize_brush(BRUSH_STEP))
        a.invert.triggered.connect(self._invert)
        a.clear.triggered.connect(self._clear)
        a.fit.triggered.connect(canvas.fit)
        a.actual.triggered.connect(lambda: canvas.zoom_to(1.0))
        a.zoom_in.triggered.connect(lambda: canvas.zoom_step(True))
        a.zoom_out.triggered.connect(lambda: canvas.zoom_step(False))
        a.show_mask.toggled.connect(canvas.show_mask)
        a.before.triggered.connect(lambda on: self._compare(Compare.before, on))
        a.split.triggered.connect(lambda on: self._compare(Compare.split, on))
        a.accept.triggered.connect(session.accept)
        a.discard.triggered.connect(session.discard)
        canvas.stroke_ended.connect(self._on_stroke)
        canvas.compare_changed.connect(self._on_compare)
        self.result_bar.before_held.connect(self.hold_before)
        self.result_bar.accept_asked.connect(session.accept)
        self.result_bar.discard_asked.connect(session.discard)
        session.opened.connect(self._on_opened)
        session.touched.connect(self._on_touched)
        session.pictures_ready.connect(self.show_pictures)

    # pictures

    def show_pictures(self) -> None:
        """Show the pending result or the current picture, over what it is compared with, as far as they are ready."""
        document = self._session.document
        if document is None:
            return
        pending = document.pending
        shown = pending.photo if pending is not None else document.photo
        before = document.photo if pending is not None else document.original
        after_pyramid = self._session.pyramid(shown)
        before_pyramid = self._session.pyramid(before) if before is not shown else None
        if after_pyramid is not None:
            self.canvas.show_pictures(after_pyramid, before_pyramid)
        self.result_bar.setVisible(pending is not None and after_pyramid is not None)
        self._place_bar()

    def hold_before(self, held: bool) -> None:
        """See the photo before for as long as it is held."""
        if held:
            self.canvas.set_compare(Compare.before)
        elif self.canvas.compare is Compare.before:
            self.canvas.set_compare(Compare.after)

    def sync(self, runnable: bool, busy: bool) -> None:
        """Enable the stage's commands."""
        a, document, canvas = self._actions, self._session.document, self.canvas
        there = document is not None
        masked = document is not None and not document.mask.empty
        pending = document is not None and document.pending is not None
        for action in (a.hand, a.brush, a.eraser, a.smaller, a.larger, a.invert, a.show_mask):
            action.setEnabled(there)
        for action in (a.fit, a.actual, a.zoom_in, a.zoom_out):
            action.setEnabled(there)
        a.clear.setEnabled(masked)
        for action in (a.before, a.split):
            action.setEnabled(there and canvas.can_compare)
        for action in (a.accept, a.discard):
            action.setEnabled(pending and not busy)
        self.result_bar.set_usable(runnable, not busy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the bar in its place."""
        super().resizeEvent(event)
        self._place_bar()

    def _place_bar(self) -> None:
        bar = self.result_bar
        bar.adjustSize()
        bar.move((self.width() - bar.width()) // 2, self.height() - bar.height() - FLOAT)

    # the session's news

    def _on_opened(self) -> None:
        document = self._session.document
        assert document is not None
        pyramid = self._session.pyramid(document.photo)
        assert pyramid is not None  # it comes with the photo
        self.canvas.show_photo(pyramid, document.mask)
        self.result_bar.hide()
        self._actions.show_mask.setChecked(True)
        self._actions.brush.setChecked(True)
        self._choose(Tool.brush)
        self.setCurrentWidget(self.canvas)
        self.canvas.setFocus()

    def _on_touched(self, touched: Touched) -> None:
        document = self._session.document
        if document is None:
            return
        if document.mask is not self.canvas.edit_mask:
            self.canvas.set_mask(document.mask)
        else:
            self.canvas.mask_changed(touched.mask)
        if touched.photo:
            self.show_pictures()
        if document.pending is None:
            self._actions.show_mask.setChecked(True)

    # tools

    def _choose(self, tool: Tool) -> None:
        self.canvas.set_tool(tool)

    def _resize_brush(self, factor: float) -> None:
        step = 1 if factor > 1 else -1  # small brushes change by a pixel at least
        wanted = self.canvas.diameter * factor
        least = self.canvas.diameter + step
        self.canvas.set_diameter(max(wanted, least) if step > 0 else min(wanted, least))

    def _on_stroke(self, atom: Atom, erased: bool) -> None:
        self._changed(atom, "erase" if erased else "paint")

    def _invert(self) -> None:
        document = self._session.document
        if document is not None:
            self._changed(document.mask.invert(), "invert mask")

    def _clear(self) -> None:
        document = self._session.document
        if document is not None:
            self._changed(document.mask.clear(), "clear mask")

    def _changed(self, atom: Atom | None, name: str) -> None:
        document = self._session.document
        if document is not None and document.painted(atom, name):
            box = document.mask.whole if name == "invert mask" else getattr(atom, "box", None)
            self._actions.show_mask.setChecked(True)
            self._session.touched.emit(Touched(box))

    def _compare(self, compare: Compare, on: bool) -> None:
        self.canvas.set_compare(compare if on else Compare.after)
        self._on_compare(self.canvas.compare)

    def _on_compare(self, compare: Compare) -> None:
        self._actions.before.setChecked(compare is Compare.before)
        self._actions.split.setChecked(compare is Compare.split)
