"""What led to a result: settings, seed and the time of every step; to read, to copy, to take over."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.look.widgets import label, push
from desktop_app.look.wording import step_name
from desktop_app.work.document import Pending
from engine.values import Settings


class SettingsSheet(QFrame):
    """A small sheet that goes with a press beside it.

    Attributes
    ----------
    taken
        The :class:`~engine.values.Settings` shall be used for the next runs.
    """

    taken = Signal(object)

    def __init__(self, pending: Pending, read: Callable[[str], str], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("sheet")
        self.setAccessibleName(self.tr("Settings of this result"))
        self._settings = pending.request.settings if pending.request else Settings(seed=pending.result.seed)
        self.text = self._words(pending, read)
        words = label(self.text, parent=self)
        words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.copy_button = push(self.tr("Copy"), parent=self)
        self.take_button = push(self.tr("Use for the next runs"), parent=self)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text))
        self.take_button.clicked.connect(self._take)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.take_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        column.addWidget(label(self.tr("Settings of this result"), "heading", parent=self))
        column.addWidget(words)
        column.addLayout(buttons)

    def open_over(self, place: QWidget) -> None:
        """Show it above the right end of a widget."""
        self.adjustSize()
        corner = place.mapToGlobal(QPoint(place.width(), 0))
        self.move(max(corner.x() - self.width() - 8, 0), max(corner.y() - self.height() - 8, 0))
        self.show()
        self.take_button.setFocus(Qt.FocusReason.PopupFocusReason)

    def _take(self) -> None:
        self.taken.emit(self._settings)
        self.close()

    def _words(self, pending: Pending, read: Callable[[str], str]) -> str:
        result, settings = pending.result, self._settings
        lines = [
            self.tr("Instruction: {0}").format(read(pending.instruction.text)),
            self.tr("Engine: {0} on {1}").format(result.engine, result.device),
            self.tr("Seed: {0}").format(result.seed),
            self.tr("Steps: {0}   Keep: {1:g}   Guidance: {2:g}").format(
                settings.steps, settings.keep, settings.guidance
            ),
            self.tr("Sampler: {0}   Subject: {1:g}   Beauty: {2:g}").format(
                settings.sampler, settings.subject_strength, settings.score
            ),
        ]
        done = [(step_name(key), step.seconds) for key, step in result.steps.items() if step.status == "done"]
        lines += [self.tr("{0}: {1:.1f} s").format(name, seconds) for name, seconds in done]
        return "\n".join(lines)
