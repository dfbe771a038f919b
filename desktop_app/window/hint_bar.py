"""The first steps, shown until they are taken or closed: paint, say, run. Never in the way."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import IconButton, label, restyle

SIGN = 16  # logical pixels


class HintBar(QFrame):
    """Three steps beside each other; each is ticked when it is done.

    Attributes
    ----------
    done
        All steps were taken, or the hint was closed.
    """

    done = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setObjectName("messageBar")
        self.setProperty("kind", "info")
        self.setAccessibleName(self.tr("First steps"))
        self._taken = [False, False, False]
        self._rows: list[tuple[QLabel, QLabel]] = []
        self._close = IconButton(look, "close", self.tr("Close the first steps"), self)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 5, 8, 5)
        row.setSpacing(8)
        for words in (
            self.tr("1  Say what to change"),
            self.tr("2  Run, and look at the result"),
            self.tr("3  Accept it, or try another"),
        ):
            sign, text = QLabel(self), label(words, wrap=True, parent=self)
            row.addWidget(sign)
            row.addWidget(text, 1)
            self._rows.append((sign, text))
        row.addWidget(self._close)
        self._close.clicked.connect(self._end)
        look.changed.connect(self._dress)
        self._dress()
        self.hide()

    @property
    def taken(self) -> tuple[bool, ...]:
        """Which steps are done."""
        return tuple(self._taken)

    def begin(self) -> None:
        """Show it from the first step."""
        self._taken = [False, False, False]
        self._dress()
        self.show()

    def take(self, step: int) -> None:
        """Step 1, 2 or 3 is done."""
        if not self.isHidden() and not self._taken[step - 1]:
            self._taken[step - 1] = True
            self._dress()
            if all(self._taken):
                self._end()

    def _end(self) -> None:
        self.hide()
        self.done.emit()

    def _dress(self) -> None:
        restyle(self)
        for taken, (sign, _) in zip(self._taken, self._rows, strict=True):
            sign.setPixmap(icon("check" if taken else "dot", self._look.theme, "on_chip").pixmap(SIGN, SIGN))
