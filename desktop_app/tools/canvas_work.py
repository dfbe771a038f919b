"""What the canvas asks for: select, remove, place, expand, crop, and the context of every edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop_app.background import Background
from desktop_app.client.engine_client import EngineClient
from desktop_app.client.questions import Questions
from desktop_app.runs.runs import Runs
from desktop_app.tools.base import Tool
from desktop_app.tools.cropping import Cropping
from desktop_app.tools.expanding import Expanding
from desktop_app.tools.placing import Placing
from desktop_app.tools.removing import Removing
from desktop_app.tools.selecting import Selecting
from desktop_app.window.dialogs import Dialogs
from desktop_app.window.stage import Stage
from desktop_app.work.session import Session
from engine.values import EditRequest, Settings


class CanvasWork(QObject):
    """Connects a stage with the engine and the document.

    Parameters
    ----------
    words, run
        What the instruction box holds, and what starts a run of it.

    Attributes
    ----------
    failed
        An :class:`~engine.errors.OvertoneError`.
    """

    failed = Signal(object)

    def __init__(
        self,
        stage: Stage,
        session: Session,
        runs: Runs,
        client: EngineClient,
        background: Background,
        dialogs: Dialogs,
        settings: Callable[[], Settings],
        words: Callable[[], str],
        run: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        canvas, toolbox, options, masks = stage.canvas, stage.toolbox, stage.options, stage.masks
        self._canvas, self._session = canvas, session
        masks.attend(background, dialogs)
        self.selecting = Selecting(session, client, background, masks, settings, self)
        self.removing = Removing(canvas, session, runs, settings, self)
        self.placing = Placing(canvas, session, runs, background, Questions(client, self), settings, self)
        self.expanding = Expanding(canvas, session, runs, settings, words, run, self)
        self.cropping = Cropping(canvas, session, runs, background, self)
        runs.dress = self.dress
        canvas.object_asked.connect(self.selecting.point)
        options.words_asked.connect(lambda phrase: self.selecting.words(phrase, canvas.combine))
        options.expand_asked.connect(self.expanding.run)
        options.place_asked.connect(self.placing.run)
        options.crop.crop_asked.connect(self.cropping.run)
        canvas.entered.connect(self._on_enter)
        toolbox.picture_asked.connect(self.placing.put_newest)
        self.placing.placed.connect(lambda: toolbox.choose(Tool.place))
        self.cropping.cropped.connect(toolbox.go_back)
        for source in (self.selecting, self.removing, self.placing, self.cropping, masks):
            source.failed.connect(self.failed)

    def dress(self, request: EditRequest) -> EditRequest:
        """A request with all that the canvas knows of it."""
        if self.removing.owns(request):
            return self.removing.dress(request)
        frame = self._canvas.frame
        if request.mask is not None and frame.chosen is not None:
            request = replace(request, context=frame.chosen)
        return self.expanding.dress(self.placing.dress(request))

    def _on_enter(self) -> None:
        if self._canvas.tool is Tool.expand:
            self.expanding.run()
        elif self._canvas.tool is Tool.crop:
            self.cropping.run()
        else:
            self.placing.run()
