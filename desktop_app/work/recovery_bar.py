"""After a kill: work that was open then is offered, calmly, above the photo."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QLocale, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QWidget

from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import label, push
from engine.project.recovery import Lost

CHOICE = 30  # characters of a choice that are shown at least


class RecoveryBar(QFrame):
    """Offers journals that were left behind.

    Attributes
    ----------
    restore_asked, delete_asked
        A :class:`~engine.project.recovery.Lost`.
    """

    restore_asked = Signal(object)
    delete_asked = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._lost: list[Lost] = []
        self.setObjectName("messageBar")
        self.setProperty("kind", "info")
        self._sign = QLabel(self)
        self.text = label(wrap=True, parent=self)
        self.choice = QComboBox(self)
        self.choice.setAccessibleName(self.tr("Work to restore"))
        self.choice.setToolTip(self.tr("Work to restore"))
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(CHOICE)
        self.restore_button = push(self.tr("Restore"), primary=True, parent=self)
        self.restore_button.setToolTip(self.tr("Go on where you were"))
        self.later_button = push(self.tr("Not now"), parent=self)
        self.later_button.setToolTip(self.tr("Keep it and ask again at the next start"))
        self.delete_button = push(self.tr("Delete…"), parent=self)
        self.delete_button.setToolTip(self.tr("Delete this work for good"))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 8, 7)
        row.setSpacing(10)
        row.addWidget(self._sign)
        row.addWidget(self.text, 3)
        row.addWidget(self.choice, 2)
        for widget in (self.delete_button, self.later_button, self.restore_button):
            row.addWidget(widget)
        self.restore_button.clicked.connect(lambda: self.restore_asked.emit(self.chosen))
        self.delete_button.clicked.connect(lambda: self.delete_asked.emit(self.chosen))
        self.later_button.clicked.connect(self.hide)
        look.changed.connect(self._dress)
        self._dress()
        self.hide()

    @property
    def chosen(self) -> Lost:
        """The one that the buttons speak of."""
        return self._lost[max(self.choice.currentIndex(), 0)]

    def offer(self, lost: Sequence[Lost]) -> None:
        """Offer these, the newest first; none hides the bar."""
        self._lost = list(lost)
        self.setVisible(bool(lost))
        if not lost:
            return
        self.choice.clear()
        self.choice.addItems([self._line(each) for each in lost])
        self.choice.setVisible(len(lost) > 1)
        one = self.tr("Overtone was closed while {0} was open. All of it is still there: {1}.")
        several = self.tr("Overtone was closed while {0} photos were open. All of it is still there.")
        first = lost[0]
        text = one.format(first.name, self._what(first)) if len(lost) == 1 else several.format(len(lost))
        self.text.setText(text)
        self.setAccessibleName(text)

    def without(self, one: Lost) -> None:
        """Offer the others."""
        self.offer([each for each in self._lost if each is not one])

    def _line(self, lost: Lost) -> str:
        return self.tr("{0} · {1}").format(lost.name, self._what(lost))

    def _what(self, lost: Lost) -> str:
        when = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(lost.when)), QLocale.FormatType.ShortFormat)
        if lost.edits == 0:
            return self.tr("mask and references of {0}").format(when)
        if lost.edits == 1:
            return self.tr("1 edit, {0}").format(when)
        return self.tr("{0} edits, {1}").format(lost.edits, when)

    def _dress(self) -> None:
        self._sign.setPixmap(icon("info", self._look.theme, "on_chip").pixmap(18, 18))
