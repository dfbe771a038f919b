"""Is the engine's bundle ready? Says so in the window, and has it put together when the user asks."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.client.engine_client import EngineClient
from desktop_app.look.theme import Look
from desktop_app.runs.runs import Runs
from desktop_app.window.about import About
from desktop_app.window.message_bar import MessageBar
from desktop_app.window.status_line import StatusLine


class Models(QObject):
    """The state of one engine.

    Attributes
    ----------
    checked
        The state is known anew.
    name
        The engine's.
    missing
        Why the engine cannot be used, in one sentence; empty when it can.
    """

    checked = Signal()

    def __init__(
        self,
        name: str,
        client: EngineClient,
        runs: Runs,
        bar: MessageBar,
        status: StatusLine,
        window: QWidget,
        look: Look,
    ) -> None:
        super().__init__(window)
        self.name = name
        self.missing = ""
        self.about: About | None = None
        self._client, self._runs, self._bar, self._status = client, runs, bar, status
        self._window, self._look = window, look
        runs.assembled.connect(self._on_assembled)
        runs.state_changed.connect(lambda _state: self._show())

    def check(self) -> None:
        """See whether the bundle is ready, and offer to assemble it when not."""
        self.missing = self._client.missing(self.name)
        self._status.show_engine(self.name, self.missing)
        if self.missing:
            self._bar.say(
                self.tr("The engine “{0}” is not ready yet.").format(self.name),
                self.tr("Assembling it takes a few minutes and is needed once."),
                button=self.tr("Assemble"),
                run=self.assemble,
            )
        self._show()
        self.checked.emit()

    def engines(self) -> tuple[str, ...]:
        """Names of the engines on this machine."""
        return self._client.engines()

    def abilities(self) -> frozenset[str]:
        """What the engine has beyond the least."""
        return self._client.abilities(self.name)

    def choose(self, name: str) -> None:
        """Work with another engine from now on."""
        if name and name != self.name:
            self.name = name
            self._bar.dismiss()
            self.check()

    def assemble(self) -> None:
        """Put the bundle together."""
        self._bar.dismiss()
        self._runs.assemble(self.name)

    def show_about(self) -> None:
        """Show the program's and its models' state."""
        if self.about is None:
            self.about = About(self._look, self.name, self._window)
            self.about.assemble_asked.connect(self.assemble)
        self._show()
        self.about.show()
        self.about.raise_()

    def close(self) -> None:
        """Close what is open."""
        if self.about is not None:
            self.about.close()

    def _show(self) -> None:
        if self.about is not None:
            self.about.show_state(self.missing, self._runs.busy)

    def _on_assembled(self) -> None:
        self.check()
        if not self.missing:
            self._bar.say(self.tr("The engine is ready."))
