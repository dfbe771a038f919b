"""Runs from the instruction to the result: plan, then edit, with progress and cancel; further runs wait in a queue."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_app.client.engine_client import EngineClient
from desktop_app.runs.pace import Pace
from desktop_app.runs.run import LARGEST_SEED, Run, State, instruction_of
from desktop_app.talk.follow_up import history_of, revised
from desktop_app.work.document import Document, Pending
from engine.errors import BadInput, OvertoneError
from engine.picture import Photo
from engine.project.edits import NO_MARGINS, Edit
from engine.values import Box, EditRequest, EditResult, Plan, Settings

BUSY = -1  # progress not known


class Runs(QObject):
    """Starts jobs at the engine and follows them, one run at a time.

    Attributes
    ----------
    state_changed
        The :class:`State` of the run under way.
    queue_changed
        A run was added, began, or left.
    began
        The words of the run that begins; repetitions say nothing new.
    stage
        Key of the step that begins ("load", "plan", "encode"…), the operation's index from 1, and operations in all.
    progress
        Thousandths of the edit, or -1 while it cannot be told.
    left
        Seconds still to go, or -1 while that cannot be told.
    log
        One line for the user.
    planned
        The plan, as soon as it is there, and the words it answers; in a run it is carried out right after.
    preview
        ``(h, w, 3)`` uint8 and the box in the photo where it belongs.
    candidates
        A list of :class:`~desktop_app.work.document.Pending`: the pictures of one answer; more may follow in the same
        run.
    result
        The first of them; the document holds it already.
    answered
        An :class:`~engine.values.EditResult` without a picture.
    failed
        An :class:`~engine.errors.OvertoneError`, with details for a report as notes.
    cancelled, assembled
        Nothing more.
    dress
        Gives every request of an edit, its plan in it, what the canvas knows of it: exact places, margins, context.
    """

    state_changed = Signal(object)
    queue_changed = Signal()
    began = Signal(str)
    stage = Signal(str, int, int)
    progress = Signal(int)
    left = Signal(float)
    log = Signal(str)
    planned = Signal(object, str)
    preview = Signal(object, object)
    candidates = Signal(list)
    result = Signal(object)
    answered = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    assembled = Signal()

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._numbers = itertools.count(1)
        self._job = 0
        self._pace = Pace()
        self.current: Run | None = None
        self.waiting: list[Run] = []
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
    def state(self) -> State:
        """What is done now."""
        return self.current.state if self.current is not None else State.idle

    @property
    def busy(self) -> bool:
        """Whether a run is under way."""
        return self.current is not None

    # what the window asks for

    def start(self, document: Document, text: str, settings: Settings, *, plan_only: bool = False) -> bool:
        """Plan the instruction and, unless ``plan_only``, carry the plan out. False when it was refused."""
        return self._add(Run(0, document, text, settings, self._mask(document), plan_only=plan_only))

    def carry_out(self, document: Document, text: str, plan: Plan, settings: Settings, *, on_top: bool = False) -> bool:
        """Carry out a plan as it is, for instance one that the user has changed. False when it was refused.

        With ``on_top`` it works on the photo as it is now, even where it revises the last accepted edit.
        """
        base = document.photo if on_top else None
        return self._add(Run(0, document, text, settings, self._mask(document), plan, base=base))

    def repeat(self, document: Document, pending: Pending, settings: Settings) -> bool:
        """Carry out again what led to a result, with other settings, on the photo as it is now."""
        text, plan = pending.instruction.text, pending.result.plan
        if pending.request is None:
            return self.carry_out(document, text, plan, settings)
        request = replace(pending.request, plan=plan, settings=settings)
        return self._add(Run(0, document, text, settings, request.mask, plan, False, pending.replaces, None, request))

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
        settings = replace(edit.settings, seed=edit.seed, variations=1)
        margins = edit.margins if edit.margins != NO_MARGINS else None
        request = EditRequest(edit.instruction, base, mask, edit.plan, (), settings, margins, edit.context)
        return self._add(
            Run(0, document, edit.instruction.text, settings, mask, edit.plan, False, edit.key, base, request)
        )

    def assemble(self, name: str) -> None:
        """Put a bundle together, unless that is under way."""
        if all(run.document is not None or run.text != name for run in (*self.waiting, *self._running())):
            self._add(Run(0, None, name, Settings()))

    def cancel(self, number: int = 0) -> None:
        """Stop a run, or the one under way when none is named; the others go on.

        The window is told at once, the engine follows at its next step.
        """
        run = next((run for run in self.waiting if run.number == number), None)
        if run is not None:
            self.waiting.remove(run)
            self.queue_changed.emit()
        elif self.current is not None and number in (0, self.current.number):
            self._client.cancel(self._job)

    def cancel_all(self) -> None:
        """Stop the run under way and all that wait."""
        self.waiting.clear()
        self.cancel()
        self.queue_changed.emit()

    def keep_to(self, document: Document) -> None:
        """Stop whatever serves a document other than this one, which is open now; bundles go on being assembled."""
        self.waiting = [run for run in self.waiting if run.document in (None, document)]
        if self.current is not None and self.current.document not in (None, document):
            self.cancel()
        self.queue_changed.emit()

    # helpers

    def _running(self) -> tuple[Run, ...]:
        return () if self.current is None else (self.current,)

    @staticmethod
    def _mask(document: Document) -> np.ndarray | None:
        return None if document.mask.empty else document.mask.values.copy()  # the user may paint on while it runs

    def _add(self, run: Run) -> bool:
        try:
            if run.document is not None and run.request is None:
                instruction_of(run.document, run.text)
        except OvertoneError as error:
            self.failed.emit(error)
            return False
        run.number = next(self._numbers)
        self.waiting.append(run)
        self._next()
        if run in self.waiting:
            self.queue_changed.emit()
        return True

    def _next(self) -> None:
        while self.current is None and self.waiting:
            run = self.waiting.pop(0)
            try:
                self._begin(run)
                self.queue_changed.emit()
            except OvertoneError as error:  # for instance a reference that was removed while it waited
                self.failed.emit(error)

    def _begin(self, run: Run) -> None:
        document = run.document
        if document is None:
            self.current = run
            self._enter(State.assembling, self._client.assemble(run.text))
            return
        photo = run.base or document.photo
        if run.mask is not None and run.mask.shape != (photo.height, photo.width):
            raise BadInput(
                self.tr("The photo has another size than when “{0}” was asked for.").format(run.text),
                self.tr("Run it again."),
            )
        if run.request is not None:  # a repetition
            self.current = run
            self._edit(run, replace(run.request, photo=photo))
            return
        instruction = instruction_of(document, run.text)
        history = () if run.base is not None else history_of(document, instruction)
        run.request = EditRequest(instruction, photo, run.mask, run.plan, history, run.settings)
        self.current = run
        self.began.emit(run.text)
        if run.plan is None:
            self._enter(State.planning, self._client.plan(run.request))
        else:
            self._edit(run, self._ready(run, run.request, run.plan, fresh=False))

    def _ready(self, run: Run, request: EditRequest, plan: Plan, *, fresh: bool) -> EditRequest:
        """The request that carries a plan out, from the picture that it is meant for; ``fresh`` from the planner."""
        carried = replace(request, plan=plan)
        if run.document is not None and run.base is None:
            carried, run.replaces = revised(run.document, request, plan, fresh=fresh)
        return self.dress(carried)

    def _edit(self, run: Run, request: EditRequest) -> None:
        run.request = request
        self._pace.begin(time.monotonic(), request.settings.variations)
        self._enter(State.editing, self._client.edit(request))

    def _enter(self, state: State, job: int) -> None:
        assert self.current is not None
        self._job = job
        self.current.state = state
        self.progress.emit(BUSY)
        self.left.emit(BUSY)
        self.state_changed.emit(state)

    def _leave(self) -> None:
        self._job = 0
        self.current = None
        self.state_changed.emit(State.idle)
        QTimer.singleShot(0, self, self._next)  # what came of this run is told first

    def _share(self, share: float) -> None:
        if self.state is State.editing:
            self.progress.emit(round(1000 * share))
            left = self._pace.left(time.monotonic())
            self.left.emit(BUSY if left is None else left)

    # what the engine says

    @Slot(int, str, int, int)
    def _on_stage(self, job: int, step: str, index: int, total: int) -> None:
        if job == self._job:
            self.stage.emit(step, index, total)
            if self.state is State.editing:
                self._share(self._pace.stage(step, index, total))
            else:
                self.progress.emit(BUSY)

    @Slot(int, int, int)
    def _on_step(self, job: int, done: int, total: int) -> None:
        if job == self._job:
            if self.state is State.editing:
                self._share(self._pace.step(done, total))
            else:
                self.progress.emit(BUSY if total < 1 else 1000 * done // total)

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
        run = self.current
        if job != self._job or run is None or run.request is None:
            return
        request = self._ready(run, run.request, plan, fresh=True)
        if run.plan_only:
            self._leave()
            self.planned.emit(request.plan, run.text)
            return
        self.planned.emit(request.plan, run.text)
        self._edit(run, request)

    @Slot(int, object)
    def _on_finished(self, job: int, result: EditResult) -> None:
        run = self.current
        if job != self._job or run is None or run.document is None or run.request is None:
            return
        request, document = run.request, run.document
        self._pace.learn(result.steps, len(result.plan.operations))
        if not result.images:  # describe and plain questions answer in words
            self._leave()
            self.answered.emit(result)
            return
        pictures = []
        for place, image in enumerate(result.images):
            seed = (request.settings.seed + place) % LARGEST_SEED
            one = replace(request, settings=replace(request.settings, seed=seed, variations=1))
            own = replace(result, images=(image,), seed=seed)
            pictures.append(Pending(request.instruction, own, image, one, run.replaces))
        first = request.settings.variations == run.settings.variations
        lacking = request.settings.variations - len(result.images)
        if first:
            document.pending = pictures[0]
        if lacking > 0:  # an engine that gives one picture a time is asked again, with the seeds that follow
            seed = (request.settings.seed + len(result.images)) % LARGEST_SEED
            again = replace(
                request, plan=result.plan, settings=replace(request.settings, seed=seed, variations=lacking)
            )
            self._edit(run, again)
        else:
            self._leave()
        self.candidates.emit(pictures)
        if first:
            self.result.emit(pictures[0])

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
