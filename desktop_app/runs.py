"""A run from the instruction to the result: plan, then edit, with progress and cancel, one at a time."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.document import Document, Pending
from desktop_app.engine_client import EngineClient
from engine import instruction as rules
from engine.errors import BadInput, OvertoneError
from engine.picture import Photo
from engine.project.edits import NO_MARGINS, Edit
from engine.values import MARKER, Box, EditRequest, EditResult, Instruction, Plan, Settings, Turn, marker

STEPS = ("encode", "plan", "refine", "ground", "draft", "decode", "restore", "composite")
BUSY = -1  # progress not known


class State(enum.Enum):
    """What the engine is doing for the window."""

    idle = "idle"
    planning = "planning"
    editing = "editing"
    assembling = "assembling"


@dataclass(frozen=True, eq=False)
class _Run:
    """The run under way and what it needs for its second half."""

    document: Document | None
    request: EditRequest | None
    plan_only: bool = False
    replaces: str = ""  # key of the accepted edit that is run again


class Runs(QObject):
    """Starts jobs at the engine and follows them.

    Attributes
    ----------
    state_changed
        A :class:`State`.
    stage
        Key of the step that begins ("load", "plan", "encode"…), the operation's index from 1, and operations in all.
    progress
        Thousandths of the edit, or -1 while it cannot be told.
    log
        One line for the user.
    planned
        The plan, as soon as it is there; in a run it is carried out right after.
    preview
        ``(h, w, 3)`` uint8 and the box in the photo where it belongs.
    result
        A :class:`~desktop_app.document.Pending`; the document holds it already.
    answered
        An :class:`~engine.values.EditResult` without a picture.
    failed
        An :class:`~engine.errors.OvertoneError`.
    cancelled, assembled
        Nothing more.
    dress
        Gives every request of an edit, its plan in it, what the canvas knows of it: exact places, margins, context.
    """

    state_changed = Signal(object)
    stage = Signal(str, int, int)
    progress = Signal(int)
    log = Signal(str)
    planned = Signal(object)
    preview = Signal(object, object)
    result = Signal(object)
    answered = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    assembled = Signal()

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._job = 0
        self._run = _Run(None, None)
        self._step = ("", 1, 1)
        self.state = State.idle
        self.dress: Callable[[EditRequest], EditRequest] = lambda request: request
        signals = client.signals
        signals.stage.connect(self._on_stage)
        signals.step.connect(self._on_step)
        signals.preview.connect(self._on_preview)
        signals.log.connect(self._on_log)
        signals.planned.connect(self._on_planned)
        signals.finished.connect(self._on_finished)
        signals.assembled.connect(self._on_assembled)
        signals.failed.connect(self._on_failed)
        signals.cancelled.connect(self._on_cancelled)

    @property
    def busy(self) -> bool:
        """Whether a job is under way."""
        return self.state is not State.idle

    # what the window asks for

    def start(self, document: Document, text: str, settings: Settings, *, plan_only: bool = False) -> bool:
        """Plan the instruction and, unless ``plan_only``, carry the plan out. False when it was refused."""
        if self.busy:
            return False
        try:
            instruction = self._instruction(document, text)
        except OvertoneError as error:
            self.failed.emit(error)
            return False
        pending = document.pending
        follows = pending is not None and pending.instruction.text != instruction.text
        history = (Turn(pending.instruction, pending.result.plan),) if pending is not None and follows else ()
        request = self._request(document, instruction, settings, history)
        self._run = _Run(document, request, plan_only)
        self._enter(State.planning, self._client.plan(request))
        return True

    def carry_out(self, document: Document, text: str, plan: Plan, settings: Settings) -> bool:
        """Carry out a plan as it is, for instance one that the user has changed. False when it was refused."""
        if self.busy:
            return False
        try:
            instruction = self._instruction(document, text)
        except OvertoneError as error:
            self.failed.emit(error)
            return False
        request = self.dress(replace(self._request(document, instruction, settings, ()), plan=plan))
        self._run = _Run(document, request)
        self._enter(State.editing, self._client.edit(request))
        return True

    def again(self, document: Document, edit: Edit, base: Photo, mask: np.ndarray | None) -> bool:
        """Run an accepted edit again, on the picture below it and with another mask. False when it was refused.

        Parameters
        ----------
        document
            That has it.
        edit
            Gives the instruction, plan and settings.
        base
            The picture that the edits below it give.
        mask
            ``(H, W)`` uint8 of the base's size, or nothing where none was painted.
        """
        if self.busy:
            return False
        settings = replace(edit.settings, seed=edit.seed)
        margins = edit.margins if edit.margins != NO_MARGINS else None
        request = EditRequest(edit.instruction, base, mask, edit.plan, (), settings, margins, edit.context)
        self._run = _Run(document, request, replaces=edit.key)
        self._enter(State.editing, self._client.edit(request))
        return True

    def assemble(self, name: str) -> None:
        """Put a bundle together."""
        if not self.busy:
            self._run = _Run(None, None)
            self._enter(State.assembling, self._client.assemble(name))

    def cancel(self) -> None:
        """Stop; the window is told at once, the engine follows at its next step."""
        if self.busy:
            self._client.cancel(self._job)

    def forget(self, document: Document) -> None:
        """Stop whatever serves this document, which is about to close."""
        if self.busy and self._run.document is document:
            self.cancel()

    # helpers

    def _instruction(self, document: Document, text: str) -> Instruction:
        instruction = document.instruction(rules.tidy(text))
        given = {reference.marker for reference in instruction.references}
        for number in MARKER.findall(instruction.text):
            if marker(int(number)) not in given:
                raise BadInput(
                    self.tr("{0} stands in the instruction, but there is no such reference.").format(f"[ref#{number}]"),
                    self.tr("Add a picture or sound, or delete the marker."),
                )
        for reference in instruction.references:
            if reference.file is not None and not reference.file.exists():
                raise BadInput(
                    self.tr("{0} is no longer there.").format(reference.file.name),
                    self.tr("Remove {0} and add the file again.").format(reference.marker),
                )
        rules.check(instruction)
        return instruction

    def _request(
        self, document: Document, instruction: Instruction, settings: Settings, history: tuple[Turn, ...]
    ) -> EditRequest:
        mask = None if document.mask.empty else document.mask.values.copy()  # the user may paint on while it runs
        return EditRequest(instruction, document.photo, mask, None, history, settings)

    def _enter(self, state: State, job: int) -> None:
        self._job = job
        self._step = ("", 1, 1)
        self.state = state
        self.progress.emit(BUSY)
        self.state_changed.emit(state)

    def _leave(self) -> None:
        self._job = 0
        self._run = _Run(None, None)
        self.state = State.idle
        self.state_changed.emit(State.idle)

    def _share(self, done: int, total: int) -> int:
        """Thousandths of the edit when ``done`` of ``total`` of the present step are done."""
        step, index, operations = self._step
        if step not in STEPS:
            return BUSY if total < 1 else 1000 * done // total
        inside = (STEPS.index(step) + (done / total if total else 0)) / len(STEPS)
        return min(round(1000 * (index - 1 + inside) / max(operations, 1)), 1000)

    # what the engine says

    @Slot(int, str, int, int)
    def _on_stage(self, job: int, step: str, index: int, total: int) -> None:
        if job == self._job:
            self._step = (step, index, total)
            self.stage.emit(step, index, total)
            self.progress.emit(self._share(0, 0) if self.state is State.editing else BUSY)

    @Slot(int, int, int)
    def _on_step(self, job: int, done: int, total: int) -> None:
        if job == self._job:
            self.progress.emit(self._share(done, total))

    @Slot(int, object, object)
    def _on_preview(self, job: int, pixels: object, box: Box) -> None:
        if job == self._job:
            self.preview.emit(pixels, box)

    @Slot(int, str)
    def _on_log(self, job: int, text: str) -> None:
        if job == self._job:
            self.log.emit(text)

    @Slot(int, object)
    def _on_planned(self, job: int, plan: Plan) -> None:
        if job != self._job:
            return
        run = self._run
        if run.plan_only or run.request is None:
            self._leave()
            self.planned.emit(plan)
            return
        request = self.dress(replace(run.request, plan=plan))
        self.planned.emit(request.plan)
        self._run = replace(run, request=request)
        self._enter(State.editing, self._client.edit(request))

    @Slot(int, object)
    def _on_finished(self, job: int, result: EditResult) -> None:
        run = self._run
        if job != self._job or run.document is None or run.request is None:
            return
        self._leave()
        if not result.images:  # describe and plain questions answer in words
            self.answered.emit(result)
            return
        pending = Pending(run.request.instruction, result, result.images[0], run.request, run.replaces)
        run.document.pending = pending
        self.result.emit(pending)

    @Slot(int, str)
    def _on_assembled(self, job: int, _name: str) -> None:
        if job == self._job:
            self._leave()
            self.assembled.emit()

    @Slot(int, str, str, str)
    def _on_failed(self, job: int, message: str, hint: str, details: str) -> None:
        if job == self._job:
            self._leave()
            error = OvertoneError(message, hint)
            if details:
                error.add_note(details)
            self.failed.emit(error)

    @Slot(int)
    def _on_cancelled(self, job: int) -> None:
        if job == self._job:
            self._leave()
            self.cancelled.emit()
