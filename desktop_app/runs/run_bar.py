"""Under the instruction: Run, Plan only and how many results; above them, while it runs, the step and Cancel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.look.fields import Count
from desktop_app.look.theme import Look
from desktop_app.look.widgets import label, push
from desktop_app.look.wording import step_name, time_left
from desktop_app.runs.queue_list import QueueList
from desktop_app.runs.runs import BUSY

MOST = 4  # variations


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

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.run_button = push(self.tr("Run"), primary=True, parent=self)
        self.plan_button = push(self.tr("Plan only"), parent=self)
        self.variations = Count(1, MOST, self)
        self.variations.setPrefix("× ")
        self.variations.setAccessibleName(self.tr("Variations"))
        self.variations.setToolTip(self.tr("How many results to make, 1 to 4"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.plan_button, 1)
        row.addWidget(self.variations)
        row.addWidget(self.run_button, 2)
        self._busy = QWidget(self)
        self.step_label = label(parent=self._busy)
        self.step_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.left_label = label(role="secondary", parent=self._busy)
        self.progress = QProgressBar(self._busy)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.cancel_button = push(self.tr("Cancel"), parent=self._busy)
        self.cancel_button.setToolTip(self.tr("Stop; the photo stays as it is  (Esc)"))
        says = QHBoxLayout()
        says.addWidget(self.step_label, 1)
        says.addWidget(self.left_label)
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(6)
        words.addLayout(says)
        words.addWidget(self.progress)
        line = QHBoxLayout(self._busy)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addLayout(words, 1)
        line.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.queue = QueueList(look, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._busy)
        column.addWidget(self.queue)
        self._busy.hide()
        self.run_button.clicked.connect(self.run_asked)
        self.plan_button.clicked.connect(self.plan_asked)
        self.cancel_button.clicked.connect(self.cancel_asked)

    @property
    def busy(self) -> bool:
        """Whether progress is shown."""
        return not self._busy.isHidden()

    def set_busy(self, busy: bool) -> None:
        """Show progress, or only the buttons."""
        self._busy.setVisible(busy)
        self.run_button.setText(self.tr("Run next") if busy else self.tr("Run"))
        self.run_button.setAccessibleName(self.run_button.text())
        if busy:
            self.show_text(self.tr("Starting"))
            self.set_progress(BUSY)
            self.show_left(BUSY)

    def set_ready(self, ready: bool, why: str) -> None:
        """Whether a run may begin, else why not."""
        for button in (self.run_button, self.plan_button):
            button.setEnabled(ready)
            button.setAccessibleDescription(why)
        keys = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        what = self.tr("Run it after the present one  ({0})") if self.busy else self.tr("Plan and edit  ({0})")
        self.run_button.setToolTip(why or what.format(keys))
        self.plan_button.setToolTip(why or self.tr("Show what would be done, without doing it"))

    def show_step(self, key: str, index: int, total: int) -> None:
        """Name the step that begins."""
        text = step_name(key)
        if total > 1:
            text += self.tr(" · {0} of {1}").format(index, total)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Say something else in the step's place."""
        room = max(self.step_label.width(), 120)
        self.step_label.setText(self.step_label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room))
        self.step_label.setToolTip(text)

    def show_left(self, seconds: float) -> None:
        """How long it still takes, or -1 while that cannot be told."""
        self.left_label.setText("" if seconds == BUSY else time_left(seconds))

    def set_progress(self, thousandths: int) -> None:
        """0 to 1000, or -1 while it cannot be told."""
        self.progress.setRange(0, 0 if thousandths == BUSY else 1000)
        if thousandths != BUSY:
            self.progress.setValue(thousandths)
