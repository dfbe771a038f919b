"""Under the photo: the results as a strip of small pictures, and what can be done with the one looked at."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QWidget

from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import IconButton, label
from desktop_app.runs.results import Candidate, Results
from engine.picture import Photo
from engine.values import Box

SIDE = 56  # logical pixels of a small picture
SHARP = 2  # device pixels for each
MARGIN = 0.35  # of the changed box that is shown around it


def excerpt(photo: Photo, box: Box | None) -> QImage:
    """The part of a result that changed, with some of what is around it, cropped to a square."""
    whole = Box(0, 0, photo.width, photo.height)
    around = box.grow(round(MARGIN * max(box.width, box.height))).clip(photo.width, photo.height) if box else whole
    if around.width < 1 or around.height < 1:
        around = whole
    side = min(around.width, around.height)
    left, top = around.left + (around.width - side) // 2, around.top + (around.height - side) // 2
    step = max(side // (SIDE * SHARP), 1)
    pixels = photo.rgb[top : top + side : step, left : left + side : step]
    small = (pixels >> 8 if photo.white > 255 else pixels).astype("uint8")
    height, width = small.shape[:2]
    image = QImage(small.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    size = SIDE * SHARP
    return image.scaled(
        size, size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    ).copy()


class Frame(QToolButton):
    """One result; the arrow keys go to its neighbours."""

    stepped = Signal(int)
    rejected = Signal()

    def __init__(self, look: Look, candidate: Candidate, parent: QWidget) -> None:
        super().__init__(parent)
        self.candidate = candidate
        self._look = look
        self.setObjectName("frame")
        self.setCheckable(True)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        pending = candidate.pending
        resized = pending.request is not None and pending.request.photo is not None
        resized = resized and pending.request.photo.pixels.shape[:2] != pending.photo.pixels.shape[:2]  # pyright: ignore[reportOptionalMemberAccess]
        self._image = excerpt(pending.photo, None if resized else pending.result.changed_box)

    def dress(self, current: bool, against: bool) -> None:
        """Show whether it is looked at, pinned, compared with."""
        number = self.candidate.number
        name = self.tr("Result {0}, seed {1}").format(number, self.candidate.pending.result.seed)
        if self.candidate.pinned:
            name += self.tr(", pinned")
        if against:
            name += self.tr(", compared with")
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setChecked(current)
        self.setProperty("against", against)
        pixmap = QPixmap.fromImage(self._image)
        if self.candidate.pinned or against:
            painter = QPainter(pixmap)
            corner = icon("pin" if self.candidate.pinned else "split", self._look.theme, "on_accent", 14)
            ground = 22 * SHARP
            painter.fillRect(pixmap.width() - ground, 0, ground, ground, self._look.theme.colour("accent"))
            corner.paint(painter, pixmap.width() - ground, 0, ground, ground)
            painter.end()
        pixmap.setDevicePixelRatio(SHARP)
        self.setIcon(QIcon(pixmap))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows look at neighbours, Delete rejects."""
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                self.stepped.emit(1 if event.key() == Qt.Key.Key_Right else -1)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.rejected.emit()
            case _:
                super().keyPressEvent(event)


class FilmStrip(QFrame):
    """Shows the results while there are several, or a pinned one.

    Attributes
    ----------
    same_asked, settings_asked
        What is looked at shall run again with its own seed; its settings shall be shown.
    """

    same_asked = Signal()
    settings_asked = Signal()

    def __init__(self, look: Look, results: Results, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._results = look, results
        self.setObjectName("filmStrip")
        self.setAccessibleName(self.tr("Results"))
        self.frames: tuple[Frame, ...] = ()
        inside = QWidget()
        self._row = QHBoxLayout(inside)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inside)
        self._count = label(role="secondary", parent=self)
        self.pin_button = IconButton(look, "pin", self.tr("Pin: keep this result when another is accepted"), self)
        self.pin_button.setCheckable(True)
        self.compare_button = IconButton(look, "split", self.tr("Compare others with this result"), self)
        self.compare_button.setCheckable(True)
        self.same_button = IconButton(look, "refresh", self.tr("Run again with the same seed"), self)
        self.settings_button = IconButton(look, "info", self.tr("Show this result’s settings"), self)
        self.reject_button = IconButton(look, "close", self.tr("Reject this result"), self)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 10, 4)
        row.setSpacing(4)
        row.addWidget(self._scroll, 1)
        row.addWidget(self._count)
        row.addSpacing(4)
        for button in self._buttons():
            row.addWidget(button)
        self.pin_button.clicked.connect(self._pin)
        self.compare_button.clicked.connect(self._compare)
        self.same_button.clicked.connect(self.same_asked)
        self.settings_button.clicked.connect(self.settings_asked)
        self.reject_button.clicked.connect(lambda: results.reject())  # noqa: PLW0108, it may not get `checked`
        results.changed.connect(self._show)
        look.changed.connect(self._show)
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _buttons(self) -> tuple[IconButton, ...]:
        return self.pin_button, self.compare_button, self.same_button, self.settings_button, self.reject_button

    def _fit(self) -> None:
        frame = SIDE + 14
        self._scroll.setFixedHeight(frame + self._scroll.horizontalScrollBar().sizeHint().height() // 2)

    def _show(self) -> None:
        results, current = self._results, self._results.current
        if tuple(frame.candidate for frame in self.frames) != results.items:
            self._rebuild()
        for frame in self.frames:
            frame.dress(frame.candidate is current, frame.candidate is results.against)
            if frame.candidate is current:
                self._scroll.ensureWidgetVisible(frame)
        there = current is not None
        self._count.setText(
            self.tr("{0} of {1}").format(results.items.index(current) + 1, len(results.items)) if there else ""
        )
        for button in self._buttons():
            button.setEnabled(there)
        self.compare_button.setEnabled(there and len(results.items) > 1)
        self.pin_button.setChecked(current is not None and current.pinned)
        self.compare_button.setChecked(results.against is not None)
        self._fit()
        self.setVisible(len(results.items) > 1 or any(each.pinned for each in results.items))

    def _rebuild(self) -> None:
        had_focus = any(frame.hasFocus() for frame in self.frames)
        known = {id(frame.candidate): frame for frame in self.frames}
        for frame in self.frames:
            self._row.removeWidget(frame)
        frames = []
        for candidate in self._results.items:
            frame = known.pop(id(candidate), None) or self._made(candidate)
            self._row.insertWidget(len(frames), frame)
            frame.show()
            frames.append(frame)
        for frame in known.values():
            frame.hide()
            frame.deleteLater()
        self.frames = tuple(frames)
        if had_focus:
            self._focus()

    def _made(self, candidate: Candidate) -> Frame:
        frame = Frame(self._look, candidate, self)
        frame.clicked.connect(lambda: self._results.look(candidate))
        frame.stepped.connect(self._step)
        frame.rejected.connect(lambda: self._results.reject(candidate))
        return frame

    def _step(self, by: int) -> None:
        self._results.step(by)
        self._focus()

    def _focus(self) -> None:
        frame = next((frame for frame in self.frames if frame.candidate is self._results.current), None)
        if frame is not None:
            frame.setFocus(Qt.FocusReason.OtherFocusReason)

    def _pin(self, on: bool) -> None:
        current = self._results.current
        if current is not None:
            self._results.pin(current, on)

    def _compare(self, on: bool) -> None:
        self._results.compare_with(self._results.current if on else None)
