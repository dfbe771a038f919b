"""Under the instruction: Run and Plan only, or while it runs the step, its progress and Cancel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedLayout, QVBoxLayout, QWidget

from desktop_app.runs import BUSY
from desktop_app.widgets import label, push
from desktop_app.wording import step_name


class RunBar(QWidget):
    """The run's controls.

    Attributes
    ----------
    run_asked, plan_asked, cancel_asked
        A button was pressed.
    """

    run_asked = Signal()
    plan_asked = Signal()
    cancel_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = QStackedLayout(self)
        self._pages.setContentsMargins(0, 0, 0, 0)
        ready = QWidget(self)
        self.run_button = push(self.tr("Run"), primary=True, parent=ready)
        self.plan_button = push(self.tr("Plan only"), parent=ready)
        self.plan_button.setToolTip(self.tr("Show what would be done, without doing it"))
        row = QHBoxLayout(ready)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.plan_button, 1)
        row.addWidget(self.run_button, 2)
        busy = QWidget(self)
        self.step_label = label(parent=busy)
        self.progress = QProgressBar(busy)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.cancel_button = push(self.tr("Cancel"), parent=busy)
        self.cancel_button.setToolTip(self.tr("Stop; the photo stays as it is  (Esc)"))
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(6)
        words.addWidget(self.step_label)
        words.addWidget(self.progress)
        line = QHBoxLayout(busy)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addLayout(words, 1)
        line.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._pages.addWidget(ready)
        self._pages.addWidget(busy)
        self.run_button.clicked.connect(self.run_asked)
        self.plan_button.clicked.connect(self.plan_asked)
        self.cancel_button.clicked.connect(self.cancel_asked)

    @property
    def busy(self) -> bool:
        """Whether progress is shown."""
        return self._pages.currentIndex() == 1

    def set_busy(self, busy: bool) -> None:
        """Show progress, or the buttons."""
        had_focus = self.run_button.hasFocus() or self.plan_button.hasFocus()
        self._pages.setCurrentIndex(1 if busy else 0)
        if busy:
            self.step_label.setText(self.tr("Starting"))
            self.set_progress(BUSY)
            if had_focus:
                self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_ready(self, ready: bool, why: str) -> None:
        """Whether a run may begin, else why not."""
        for button in (self.run_button, self.plan_button):
            button.setEnabled(ready)
        keys = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        self.run_button.setToolTip(why or self.tr("Plan and edit  ({0})").format(keys))
        self.run_button.setAccessibleDescription(why)

    def show_step(self, key: str, index: int, total: int) -> None:
        """Name the step that begins."""
        text = step_name(key)
        if total > 1:
            text += self.tr(" · {0} of {1}").format(index, total)
        self.step_label.setText(text)

    def show_text(self, text: str) -> None:
        """Say something else in the step's place."""
        self.step_label.setText(self.step_label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, 230))
        self.step_label.setToolTip(text)

    def set_progress(self, thousandths: int) -> None:
        """0 to 1000, or -1 while it cannot be told."""
        self.progress.setRange(0, 0 if thousandths == BUSY else 1000)
        if thousandths != BUSY:
            self.progress.setValue(thousandths)
