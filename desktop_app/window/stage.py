"""The stage: the welcome page, or the photo between its tools, with comparing and the bar over a fresh result."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.canvas.canvas import Canvas
from desktop_app.canvas.navigator import Navigator
from desktop_app.canvas.scene import Compare
from desktop_app.look.assets import sample_photo
from desktop_app.look.theme import Look
from desktop_app.runs.film_strip import FilmStrip
from desktop_app.runs.result_bar import ResultBar
from desktop_app.runs.results import Results
from desktop_app.tools.mask_commands import MaskCommands
from desktop_app.tools.tool_options import ToolOptions
from desktop_app.tools.tool_strip import ToolStrip
from desktop_app.tools.toolbox import Toolbox
from desktop_app.window.actions import Actions
from desktop_app.window.welcome import Welcome
from desktop_app.work.document import Document, Touched
from desktop_app.work.session import Session
from engine.picture import Photo
from engine.project.edits import unframed
from engine.values import Media

FLOAT = 20  # logical pixels between the result's bar and the lower edge


class Stage(QStackedWidget):
    """Shows the session's document.

    Attributes
    ----------
    masks
        The commands that change the whole mask.
    toolbox
        Which tool is chosen, and its options.
    """

    def __init__(self, look: Look, actions: Actions, session: Session, results: Results) -> None:
        super().__init__()
        self._actions = actions
        self._session = session
        self.canvas = Canvas(look)
        self.navigator = Navigator(look, self.canvas)
        self.options = ToolOptions(look, actions)
        self.strip = ToolStrip(look, actions)
        self.masks = MaskCommands(session, self)
        self.toolbox = Toolbox(self.canvas, self.options, actions, self.masks, self)
        self.welcome = Welcome(look, sample_photo() is not None)
        self.result_bar = ResultBar(look, actions.split, self.canvas)
        self.film = FilmStrip(look, results)
        self._results = results
        self._held = False  # the photo before is seen for as long as a key or button is
        self._split_soon = False  # as soon as both pictures are ready
        self.editor = QWidget()
        self._arrange()
        a, canvas = actions, self.canvas
        a.fit.triggered.connect(canvas.fit)
        a.actual.triggered.connect(lambda: canvas.zoom_to(1.0))
        a.zoom_in.triggered.connect(lambda: canvas.zoom_step(True))
        a.zoom_out.triggered.connect(lambda: canvas.zoom_step(False))
        a.show_mask.toggled.connect(canvas.show_mask)
        a.before.triggered.connect(lambda on: self._compare(Compare.before, on))
        a.split.triggered.connect(lambda on: self._compare(Compare.split, on))
        a.side.triggered.connect(lambda on: self._compare(Compare.side, on))
        a.accept.triggered.connect(session.accept)
        a.discard.triggered.connect(lambda _checked=False: self.discard())
        canvas.compare_changed.connect(self._on_compare)
        self.masks.changed.connect(lambda: a.show_mask.setChecked(True))
        self.result_bar.before_held.connect(self.hold_before)
        self.result_bar.accept_asked.connect(session.accept)
        self.result_bar.discard_asked.connect(self.discard)
        results.shown.connect(self._on_shown)
        session.opened.connect(self._on_opened)
        session.touched.connect(self._on_touched)
        session.pictures_ready.connect(self.show_pictures)

    def _arrange(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.options)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.film)
        row = QHBoxLayout(self.editor)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.strip)
        row.addLayout(column, 1)
        self.addWidget(self.welcome)
        self.addWidget(self.editor)

    # pictures

    def show_pictures(self) -> None:
        """Show the pending result or the current picture, over what it is compared with, as far as they are ready."""
        document = self._session.document
        if document is None:
            return
        pending = document.pending
        shown = self._session.outcome()
        against = self._results.against
        if against is not None:
            before = against.pending.photo
        elif pending is None:
            before = self._session.before()
        else:
            before = (pending.base if shown is pending.photo else None) or document.photo
        after_pyramid = self._session.pyramid(shown) if shown is not None else None
        before_pyramid = self._session.pyramid(before) if before is not None and before is not shown else None
        if after_pyramid is not None:
            self.canvas.show_pictures(after_pyramid, before_pyramid, _offset(document, shown, before))
        if self._split_soon and self.canvas.can_compare:
            self._split_soon = False
            self._compare(Compare.split, True)
        self._show_bar(pending is not None and after_pyramid is not None)
        self.result_bar.set_acceptable(self._session.acceptable)
        self._place_bar()

    def hold_before(self, held: bool) -> None:
        """See the photo before for as long as it is held."""
        if held:
            self.canvas.set_compare(Compare.before)
        elif self._held and self.canvas.compare is Compare.before:
            self.canvas.set_compare(Compare.after)
        self._held = held

    def discard(self) -> None:
        """Let the result go that is looked at; the one beside it is looked at then."""
        if len(self._results.items) > 1:
            self._results.reject()
        else:
            self._session.discard()

    def _on_shown(self) -> None:
        self._split_soon = self._results.against is not None and self.canvas.compare is Compare.after
        self.show_pictures()

    def sync(self, runnable: bool) -> None:
        """Enable the stage's commands."""
        a, document, canvas = self._actions, self._session.document, self.canvas
        there = document is not None
        masked = document is not None and not document.mask.empty
        for action in (a.invert, a.show_mask, a.load_mask, a.fit, a.actual, a.zoom_in, a.zoom_out):
            action.setEnabled(there)
        for action in (a.clear, a.grow, a.shrink, a.feather, a.save_mask, a.cut_out):
            action.setEnabled(masked)
        for action in (a.before, a.split, a.side):
            action.setEnabled(there and canvas.can_compare)
        a.accept.setEnabled(self._session.acceptable and self._session.outcome() is not None)
        a.discard.setEnabled(document is not None and document.pending is not None)
        pictures = any(reference.media is Media.image for reference in self._session.references)
        self.toolbox.sync(there, runnable, pictures)
        self.result_bar.set_usable(runnable)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the bar in its place."""
        super().resizeEvent(event)
        self._place_bar()

    def _show_bar(self, shown: bool) -> None:
        """Show or hide the bar over a result; its keys go back to the photo, not to whatever button comes next."""
        focus = self.window().focusWidget()
        if not shown and focus is not None and self.result_bar.isAncestorOf(focus):
            self.canvas.setFocus()
        self.result_bar.setVisible(shown)

    def _place_bar(self) -> None:
        bar = self.result_bar
        bar.adjustSize()
        bar.move((self.canvas.width() - bar.width()) // 2, self.canvas.height() - bar.height() - FLOAT)

    # the session's news

    def _on_opened(self) -> None:
        document = self._session.document
        assert document is not None
        pyramid = self._session.pyramid(document.photo)
        assert pyramid is not None  # it comes with the photo
        self.setCurrentWidget(self.editor)
        self.canvas.show_photo(pyramid, document.mask)
        self._show_bar(False)
        self._actions.show_mask.setChecked(True)
        self.toolbox.begin()
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

    # comparing

    def _compare(self, compare: Compare, on: bool) -> None:
        self.canvas.set_compare(compare if on else Compare.after)
        self._on_compare(self.canvas.compare)

    def _on_compare(self, compare: Compare) -> None:
        self._actions.before.setChecked(compare is Compare.before)
        self._actions.split.setChecked(compare is Compare.split)
        self._actions.side.setChecked(compare is Compare.side)


def _offset(document: Document, shown: Photo | None, before: Photo | None) -> tuple[int, int]:
    """Where the picture that is compared with lies in the one shown: expands have moved it."""
    if shown is None or before is None or (shown.width, shown.height) == (before.width, before.height):
        return 0, 0
    pending = document.pending
    if pending is not None:
        margins = [pending.request.margins if pending.request is not None else None]
    else:
        margins = [edit.margins for edit in unframed(document.edits) if edit.shown]
    grown = [each for each in margins if each is not None]
    return sum(each.left for each in grown), sum(each.top for each in grown)
