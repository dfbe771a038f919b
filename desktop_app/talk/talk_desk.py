"""The conversation's keeper: follows runs and the document, and opens what earlier turns gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QImage

from desktop_app.background import Background
from desktop_app.runs.results import Candidate, Results
from desktop_app.runs.run import State
from desktop_app.runs.running import Running
from desktop_app.runs.runs import Runs
from desktop_app.talk.conversation import THUMB, Exchange, Outcome
from desktop_app.window.message_bar import MessageBar
from desktop_app.window.side_panel import SidePanel
from desktop_app.window.stage import Stage
from desktop_app.work.document import Pending, Touched
from desktop_app.work.session import Session
from engine.errors import OvertoneError
from engine.instruction import tidy
from engine.picture import Photo
from engine.values import EditResult, Op, Plan


class TalkDesk(QObject):
    """Keeps the list of exchanges right."""

    def __init__(
        self,
        side: SidePanel,
        session: Session,
        runs: Runs,
        running: Running,
        results: Results,
        stage: Stage,
        background: Background,
        message_bar: MessageBar,
    ) -> None:
        super().__init__(side)
        self._side = side
        self._view = side.conversation
        self._session = session
        self._runs = runs
        self._running = running
        self._results = results
        self._stage = stage
        self._background = background
        self._bar = message_bar
        self._exchanges: list[Exchange] = []
        self._back: tuple[Exchange, Photo] | None = None  # what is looked back at
        self._unseen: tuple[int, Photo] | None = None  # the result whose small picture is still to be made
        self._view.text_chosen.connect(self._write)
        self._view.result_chosen.connect(self._open)
        side.plan_card.answer_asked.connect(side.instruction.setFocus)
        session.opened.connect(self._on_opened)
        session.accepted.connect(self._on_accepted)
        session.touched.connect(self._on_touched)
        results.changed.connect(self._on_results)
        session.pictures_ready.connect(self._on_pictures)
        running.asked.connect(self.ask)
        runs.planned.connect(self._on_planned)
        runs.result.connect(self._on_result)
        runs.answered.connect(self._on_answered)
        runs.failed.connect(self._on_failed)
        runs.cancelled.connect(lambda: self._end(Outcome.cancelled))
        runs.state_changed.connect(self._on_state)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The oldest first."""
        return self._exchanges

    def ask(self, text: str) -> None:
        """The user has asked for something, and the engine is at it."""
        text = tidy(text)
        last = self._last(Outcome.planned)
        if last is not None and last.text == text:
            self._change(replace(last, outcome=Outcome.waiting))
            return
        number = self._exchanges[-1].number + 1 if self._exchanges else 1
        self._exchanges.append(Exchange(number, text))
        self._show()

    # news of the run

    def _on_state(self, state: State) -> None:
        if state is State.planning:
            self._stop_looking()

    def _on_planned(self, plan: Plan) -> None:
        last = self._last(Outcome.waiting)
        if last is not None:
            outcome = Outcome.waiting if self._runs.busy else Outcome.planned
            self._change(replace(last, reply=plan.reply, plan=plan, outcome=outcome))

    def _on_result(self, pending: Pending) -> None:
        exchange = self._owner(pending, Outcome.result) or self._last(Outcome.waiting)
        if exchange is None or exchange.text != tidy(pending.instruction.text):
            self.ask(pending.instruction.text)
            exchange = self._exchanges[-1]
        self._change(
            replace(
                exchange,
                reply=pending.result.plan.reply,
                plan=pending.result.plan,
                seed=pending.result.seed,
                instruction=pending.instruction,
                outcome=Outcome.result,
            )
        )
        self._unseen = (exchange.number, pending.photo)
        self._on_pictures()

    def _on_answered(self, result: EditResult) -> None:
        words = " ".join(result.notes) or result.plan.reply
        last = self._last(Outcome.waiting)
        if last is not None:
            self._change(replace(last, reply=words, plan=result.plan, outcome=Outcome.answered))
        if all(operation.op is Op.describe for operation in result.plan.operations):
            self._side.plan_card.clear()

    def _on_failed(self, error: OvertoneError) -> None:
        last = self._last(Outcome.waiting)
        if last is not None:
            self._change(replace(last, reply=f"{error.message} {error.hint}".strip(), outcome=Outcome.failed))

    def _end(self, outcome: Outcome) -> None:
        last = self._last(Outcome.waiting)
        if last is not None:
            self._change(replace(last, outcome=outcome))

    # news of the document

    def _on_opened(self) -> None:
        document = self._session.document
        assert document is not None
        self._back = self._unseen = None
        self._exchanges = [
            Exchange(
                number, edit.instruction.text, edit.plan.reply, Outcome.accepted, edit.plan, edit.seed, key=edit.key
            )
            for number, edit in enumerate(document.edits, 1)
        ]
        self._show()

    def _on_accepted(self, pending: Pending, key: str) -> None:
        exchange = self._owner(pending, Outcome.result) or self._owner(pending, *Outcome)
        if exchange is not None:
            self._change(replace(exchange, outcome=Outcome.accepted, key=key))

    def _on_results(self) -> None:
        """A turn none of whose results can be accepted any more has been discarded."""
        for exchange in list(self._exchanges):
            if exchange.outcome is Outcome.result and not self._candidates(exchange):
                self._change(replace(exchange, outcome=Outcome.discarded))

    def _on_touched(self, touched: Touched) -> None:
        """Accepted results are taken back, or are there again."""
        document = self._session.document
        if document is None or not touched.photo:
            return
        self._stop_looking()
        keys = {edit.key for edit in document.edits}
        for exchange in list(self._exchanges):
            if exchange.key and (exchange.key in keys) != (exchange.outcome is Outcome.accepted):
                there = exchange.key in keys
                self._change(replace(exchange, outcome=Outcome.accepted if there else Outcome.undone))

    def _on_pictures(self) -> None:
        """Small pictures of results whose large ones are ready now."""
        if self._unseen is not None:
            number, photo = self._unseen
            pyramid, exchange = self._session.pyramid(photo), self._exchange(number)
            if pyramid is not None:
                self._unseen = None
                if exchange is not None:
                    self._change(replace(exchange, thumb=small(pyramid.overview(2 * THUMB.width()))))
        if self._back is not None:
            self._look_back()

    # what the user does with the list

    def _write(self, number: int) -> None:
        exchange = self._exchange(number)
        if exchange is not None:
            self._side.instruction.write(exchange.text)

    def _open(self, number: int) -> None:
        """Look at a result that waits, back at an accepted one, or make one again that was let go."""
        exchange, document = self._exchange(number), self._session.document
        if exchange is None or document is None:
            return
        if exchange.outcome is Outcome.result:
            self._stop_looking()
            waiting = self._candidates(exchange)
            self._results.look(self._results.current if self._results.current in waiting else waiting[-1])
        elif exchange.outcome is Outcome.accepted:
            place = next((at for at, edit in enumerate(document.edits, 1) if edit.key == exchange.key), 0)
            edits = document.edits[:place]

            def made(photo: Photo) -> None:
                if self._session.document is document:
                    self._back = (exchange, photo)
                    self._look_back()

            self._background.submit(lambda: document.picture(edits), made, self._say)
        elif exchange.plan is not None:
            self._running.make_again(exchange.text, exchange.plan, exchange.seed)

    def _look_back(self) -> None:
        """Show an earlier state; the document is not changed."""
        assert self._back is not None
        exchange, photo = self._back
        pyramid = self._session.pyramid(photo)  # when it is not there yet, pictures_ready calls again
        if pyramid is None:
            return
        self._stage.canvas.show_pictures(pyramid, None)
        self._bar.say(
            self.tr("This is the photo after “{0}”.").format(self._view.read(exchange.text)),
            button=self.tr("Back to now"),
            run=self._return,
        )

    def _return(self) -> None:
        self._back = None
        self._stage.show_pictures()

    def _stop_looking(self) -> None:
        if self._back is not None:
            self._back = None
            self._bar.dismiss()

    # helpers

    def _exchange(self, number: int) -> Exchange | None:
        return next((exchange for exchange in self._exchanges if exchange.number == number), None)

    def _last(self, *outcomes: Outcome) -> Exchange | None:
        """The newest exchange, if it stands so."""
        last = self._exchanges[-1] if self._exchanges else None
        return last if last is not None and last.outcome in outcomes else None

    def _owner(self, pending: Pending, *outcomes: Outcome) -> Exchange | None:
        """The newest exchange whose result it is, if there is one that stands so."""
        return next(
            (
                exchange
                for exchange in reversed(self._exchanges)
                if exchange.instruction is pending.instruction and exchange.outcome in outcomes
            ),
            None,
        )

    def _candidates(self, exchange: Exchange) -> list[Candidate]:
        """The results of an exchange that may still be accepted."""
        return [each for each in self._results.items if each.pending.instruction is exchange.instruction]

    def _change(self, exchange: Exchange) -> None:
        self._exchanges = [exchange if each.number == exchange.number else each for each in self._exchanges]
        self._show()

    def _show(self) -> None:
        self._view.show_exchanges(self._exchanges)
        self._side.show_newest()

    def _say(self, error: Any) -> None:
        self._bar.say(error.message, error.hint, "warning")


def small(image: QImage) -> QImage:
    """An image filling a result's button at twice its logical size, cut in the middle."""
    size = QSize(2 * THUMB.width(), 2 * THUMB.height())
    scaled = image.scaled(
        size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    cut = scaled.copy(
        (scaled.width() - size.width()) // 2, (scaled.height() - size.height()) // 2, size.width(), size.height()
    )
    cut.setDevicePixelRatio(2)
    return cut
