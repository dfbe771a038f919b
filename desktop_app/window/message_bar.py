"""The bar for messages: one sentence, a hint, at most one button; never a dialog, never in the way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import IconButton, label, push, restyle
from engine.errors import OvertoneError

NOTICED = 4000  # milliseconds until a message has been noticed
READ = 60  # milliseconds to read a letter


class MessageBar(QFrame):
    """Shows the newest message until it is closed or another takes its place.

    One that only tells goes when there was time to read it, unless the pointer or the keys are on it.
    """

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._run: Callable[[], None] | None = None
        self.setObjectName("messageBar")
        self._kind = "info"
        self._passing = QTimer(self, singleShot=True)
        self._passing.timeout.connect(self._pass)
        self._sign = QLabel(self)
        self._text = label(wrap=True, parent=self)
        self._button = push("", parent=self)
        self._details = ""
        self._copy = push(self.tr("Copy details"), parent=self)
        self._copy.setToolTip(self.tr("Copy what happened, for a report"))
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._details))
        self._close = IconButton(look, "close", self.tr("Close this message"), self)
        self._close.setIconSize(self._close.iconSize() * 0.7)
        for button in (self._button, self._copy):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys where they are
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 8, 7)
        row.setSpacing(10)
        row.addWidget(self._sign)
        row.addWidget(self._text, 1)
        row.addWidget(self._copy)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self._button.clicked.connect(self._press)
        self._close.clicked.connect(self.dismiss)
        look.changed.connect(self._dress)
        self.hide()

    @property
    def text(self) -> str:
        """What it says now; empty when hidden."""
        return "" if self.isHidden() else self._text.text()

    @property
    def kind(self) -> str:
        """``info``, ``warning`` or ``error``."""
        return self._kind

    def say(
        self,
        text: str,
        hint: str = "",
        kind: str = "info",
        button: str = "",
        run: Callable[[], None] | None = None,
        details: str = "",
    ) -> None:
        """Show a message.

        Parameters
        ----------
        text
            One sentence.
        hint
            How to mend it.
        kind
            ``info``, ``warning`` or ``error``.
        button, run
            Text of the one button and what it does.
        details
            What stands behind it, to copy for a report; empty when the sentence is all.
        """
        self._kind = kind
        self._text.setText(f"{text} {hint}".strip())
        self.setAccessibleName(self._text.text())
        self._button.setText(button)
        self._button.setAccessibleName(button)
        self._button.setVisible(bool(button))
        self._details = f"{self._text.text()}\n\n{details}" if details else ""
        self._copy.setVisible(bool(details))
        self._run = run
        self.setProperty("kind", kind)
        for widget in (self, self._text):
            restyle(widget)
        self._dress()
        self.show()
        self._wait()

    def show_error(self, error: OvertoneError) -> None:
        """Show an error, with what its notes say as details."""
        self.say(error.message, error.hint, "error", details="\n".join(getattr(error, "__notes__", ())))

    def dismiss(self) -> None:
        """Hide it."""
        self._run = None
        self.hide()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody may be looking now."""
        super().showEvent(event)
        self._wait()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody is looking; what is to be read waits for that."""
        super().hideEvent(event)
        self._passing.stop()

    def _wait(self) -> None:
        lasting = self._kind != "info" or self._button.text() or self._details
        if lasting or not self.isVisible():
            self._passing.stop()
        else:
            self._passing.start(NOTICED + READ * len(self._text.text()))

    def _pass(self) -> None:
        focus = self.window().focusWidget()
        if self.underMouse() or (focus is not None and self.isAncestorOf(focus)):
            self._wait()
        else:
            self.dismiss()

    def _press(self) -> None:
        run = self._run
        self.dismiss()
        if run is not None:
            run()

    def _dress(self) -> None:
        colour = {"info": "on_chip", "warning": "on_warning", "error": "on_error"}[self._kind]
        name = "info" if self._kind == "info" else "warning"
        self._sign.setPixmap(icon(name, self._look.theme, colour).pixmap(18, 18))
