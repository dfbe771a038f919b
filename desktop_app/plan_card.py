"""The plan card: what the engine understood and will do, to be read, changed and run again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.operation_editor import OperationEditor
from desktop_app.theme import Look
from desktop_app.widgets import FlowArea, IconButton, label, push
from desktop_app.wording import phrase
from engine.values import Operation, Plan

PROMPT_LINES = 3
CHIP_WIDTH = 240  # logical pixels of words; longer ones wrap


class Chip(QFrame):
    """One operation: a click or Enter opens its form, a button leaves it out.

    Attributes
    ----------
    dropped, opened
        The operation.
    """

    dropped = Signal(object)
    opened = Signal(object)

    def __init__(self, look: Look, operation: Operation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.operation = operation
        self.setObjectName("chip")
        words = phrase(operation)
        self.setAccessibleName(words)
        self.setToolTip(self.tr("{0}\nClick to change it").format(words))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._words = label(words, wrap=True, parent=self)
        metrics = self._words.fontMetrics()
        width = min(metrics.horizontalAdvance(words) + 2, CHIP_WIDTH)
        lines = metrics.boundingRect(QRect(0, 0, width, 10_000), Qt.TextFlag.TextWordWrap, words)
        self._words.setFixedSize(width, lines.height())
        close = IconButton(look, "close", self.tr("Leave out “{0}”").format(words), self, "on_chip")
        close.setIconSize(QSize(11, 11))
        close.clicked.connect(lambda: self.dropped.emit(self.operation))
        row.addWidget(self._words)
        row.addWidget(close)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the form."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self.operation)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the form, Delete leaves the operation out."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.opened.emit(self.operation)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.dropped.emit(self.operation)
            case _:
                super().keyPressEvent(event)


class PromptEdit(QPlainTextEdit):
    """The generation prompt, editable; Ctrl+Enter runs."""

    run_asked = Signal()

    def sizeHint(self) -> QSize:
        """A few lines."""
        return QSize(160, self.fontMetrics().lineSpacing() * PROMPT_LINES + 26)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter runs the plan."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.run_asked.emit()
            return
        super().keyPressEvent(event)


class PlanCard(QFrame):
    """Shows a plan.

    Attributes
    ----------
    run_asked
        The plan as it stands now, changed or not.
    """

    run_asked = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._plan: Plan | None = None
        self._given: Plan | None = None
        self._runnable = True
        self._numbers: tuple[int, ...] = ()
        self.setObjectName("card")
        self.setAccessibleName(self.tr("Plan"))
        self._reply = label(wrap=True, parent=self)
        self._reply.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._chips = FlowArea(self, spacing=6)
        self._prompt_name = label(self.tr("Prompt"), "secondary", parent=self)
        self._prompt = PromptEdit(self)
        self._prompt.setAccessibleName(self.tr("Generation prompt"))
        self._prompt.setTabChangesFocus(True)
        self._prompt.setFixedHeight(self._prompt.sizeHint().height())
        self._prompt_name.setBuddy(self._prompt)
        self._run = push(self.tr("Run this plan"), parent=self)
        self._reset = push(self.tr("Reset"), parent=self)
        buttons = QHBoxLayout()
        buttons.addWidget(self._reset)
        buttons.addStretch(1)
        buttons.addWidget(self._run)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        column.addWidget(label(self.tr("Plan"), "heading", parent=self))
        column.addWidget(self._reply)
        column.addWidget(self._chips)
        column.addWidget(self._prompt_name)
        column.addWidget(self._prompt)
        column.addLayout(buttons)
        self._prompt.textChanged.connect(self._edited)
        self._prompt.run_asked.connect(self._ask)
        self._run.clicked.connect(self._ask)
        self._reset.clicked.connect(lambda: self._given and self.show_plan(self._given))
        self.hide()

    @property
    def plan(self) -> Plan | None:
        """The plan as it stands, with the user's changes."""
        return self._plan

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The operations shown."""
        items = [self._chips.flow.itemAt(index) for index in range(self._chips.flow.count())]
        widgets = [item.widget() for item in items if item is not None]
        return tuple(widget for widget in widgets if isinstance(widget, Chip))

    @property
    def prompt(self) -> PromptEdit:
        """The field of the generation prompt."""
        return self._prompt

    def show_plan(self, plan: Plan) -> None:
        """Show a plan as the engine gave it."""
        self._given = self._plan = plan
        self._reply.setText(plan.reply)
        self._reply.setVisible(bool(plan.reply))
        self._prompt.blockSignals(True)
        self._prompt.setPlainText(plan.prompt)
        self._prompt.blockSignals(False)
        self._show_chips()
        self._sync()
        self.show()

    def show_answer(self, text: str) -> None:
        """Show what the engine answered in words."""
        self._reply.setText(text)
        self._reply.setVisible(bool(text))

    def clear(self) -> None:
        """No plan."""
        self._plan = self._given = None
        self._chips.clear()
        self.hide()

    def set_numbers(self, numbers: Iterable[int]) -> None:
        """Tell which references exist."""
        self._numbers = tuple(numbers)

    def set_runnable(self, runnable: bool) -> None:
        """Whether a run may begin now."""
        self._runnable = runnable
        self._sync()

    def _show_chips(self) -> None:
        self._chips.clear()
        if self._plan is None:
            return
        for operation in self._plan.operations:
            chip = Chip(self._look, operation, self._chips)
            chip.dropped.connect(self._drop)
            chip.opened.connect(self._open)
            self._chips.flow.addWidget(chip)
            chip.show()
        self._chips.setVisible(bool(self._plan.operations))
        self._chips.updateGeometry()

    def _drop(self, operation: Operation) -> None:
        if self._plan is None:
            return
        self._set_operations(tuple(item for item in self._plan.operations if item is not operation))

    def _open(self, operation: Operation) -> None:
        chip = next((chip for chip in self.chips if chip.operation is operation), None)
        if chip is not None:
            editor = OperationEditor(operation, self._numbers, self)
            editor.changed.connect(self._exchange)
            editor.open_at(chip.mapToGlobal(chip.rect().bottomRight()))

    def _exchange(self, before: Operation, after: Operation) -> None:
        if self._plan is not None:
            self._set_operations(tuple(after if item is before else item for item in self._plan.operations))

    def _set_operations(self, operations: tuple[Operation, ...]) -> None:
        assert self._plan is not None
        used = {item.ref for item in operations}
        known = {item.ref for item in self._plan.operations}
        new = tuple(number for number in used - known if number is not None)
        subs = (*(number for number in self._plan.subs if number in used), *sorted(new))
        self._plan = replace(self._plan, operations=operations, subs=subs)
        self._show_chips()
        self._sync()

    def _edited(self) -> None:
        if self._plan is not None:
            self._plan = replace(self._plan, prompt=self._prompt.toPlainText())
            self._sync()

    def _sync(self) -> None:
        changed = self._plan is not None and self._plan != self._given
        self._reset.setVisible(changed)
        self._run.setText(self.tr("Run changed plan") if changed else self.tr("Run this plan"))
        self._run.setAccessibleName(self._run.text())
        self._run.setEnabled(self._runnable and self._plan is not None and bool(self._plan.operations))

    def _ask(self) -> None:
        if self._run.isEnabled() and self._plan is not None:
            self.run_asked.emit(self._plan)
