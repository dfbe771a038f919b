"""The plan card: what the engine understood and will do, to be read, changed and run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from desktop_app.look.theme import Look
from desktop_app.look.widgets import FlowArea, label, push
from desktop_app.talk.chips import Known
from desktop_app.talk.operation_chip import Chip
from desktop_app.talk.operation_editor import OperationEditor
from engine.values import Op, Operation, Plan, marker

PROMPT_LINES = 3
UNSEEN = frozenset({Op.style, Op.mood, Op.adjust})  # take only a reference's looks


class PromptEdit(QPlainTextEdit):
    """The generation prompt, editable; Ctrl+Enter runs."""

    run_asked = Signal()
    name: QLabel

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Grow with the text."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.setFixedHeight(self.sizeHint().height())

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
        The plan as it stands now, changed or not, and the instruction that it was made for.
    pointed
        The operation that the pointer or the keyboard is on; nothing when it leaves.
    answer_asked
        The user wants to answer in words.
    """

    run_asked = Signal(object, str)
    pointed = Signal(object)
    answer_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._plan: Plan | None = None
        self._given: Plan | None = None
        self._text = ""
        self._runnable = True
        self._known: Mapping[int, Known] = {}
        self._prompts: list[PromptEdit] = []
        self.setObjectName("card")
        self.setAccessibleName(self.tr("Plan"))
        self._chips = FlowArea(self, spacing=6)
        self._note = label("", "secondary", wrap=True, parent=self)
        self._note.hide()
        self._subs_name = label(self.tr("Must appear"), "secondary", parent=self)
        self._subs = FlowArea(self, spacing=6)
        self._prompt_area = QVBoxLayout()
        self._prompt_area.setSpacing(4)
        self._run = push(self.tr("Run this plan"), parent=self)
        self._reset = push(self.tr("Reset"), parent=self)
        self._answer = push(self.tr("Answer"), parent=self)
        self._answer.setToolTip(self.tr("Say more in the instruction"))
        buttons = QHBoxLayout()
        buttons.addWidget(self._reset)
        buttons.addStretch(1)
        buttons.addWidget(self._answer)
        buttons.addWidget(self._run)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        column.addWidget(label(self.tr("Plan"), "heading", parent=self))
        column.addWidget(self._chips)
        column.addWidget(self._note)
        column.addWidget(self._subs_name)
        column.addWidget(self._subs)
        column.addLayout(self._prompt_area)
        column.addLayout(buttons)
        self._run.clicked.connect(self._ask)
        self._answer.clicked.connect(self.answer_asked)
        self._reset.clicked.connect(lambda: self._given and self.show_plan(self._given, self._text))
        self._show_prompts(("",))
        self.hide()

    @property
    def plan(self) -> Plan | None:
        """The plan as it stands, with the user's changes."""
        return self._plan

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The operations shown."""
        return tuple(widget for widget in self._chips.parts() if isinstance(widget, Chip))

    @property
    def toggles(self) -> tuple[QPushButton, ...]:
        """One for each reference that may be asked to appear."""
        return tuple(widget for widget in self._subs.parts() if isinstance(widget, QPushButton))

    @property
    def prompt(self) -> PromptEdit:
        """The field of the generation prompt, of the first one in a story."""
        return self._prompts[0]

    @property
    def prompts(self) -> tuple[PromptEdit, ...]:
        """The fields of all generation prompts; several for a story."""
        return tuple(self._prompts)

    def show_plan(self, plan: Plan, text: str) -> None:
        """Show a plan as the engine gave it for the instruction ``text``."""
        self._given = self._plan = plan
        self._text = text
        self._show_prompts(plan.prompts or (plan.prompt,))
        self._show_chips()
        self._show_subs()
        self._sync()
        self.show()

    def clear(self) -> None:
        """No plan."""
        self._plan = self._given = None
        self._chips.clear()
        self._subs.clear()
        self.pointed.emit(None)
        self._note.hide()
        self.hide()

    def set_note(self, text: str) -> None:
        """Say something about the operation that is pointed at; the room for it stays while the plan is shown."""
        self._note.setText(text)
        if text:
            self._note.show()

    def set_known(self, known: Mapping[int, Known]) -> None:
        """Tell which references exist."""
        before = self._titles()
        self._known = known
        if self._titles() != before:
            self._show_chips()
        self._show_subs()

    def set_runnable(self, runnable: bool) -> None:
        """Whether a run may begin now."""
        self._runnable = runnable
        self._sync()

    # parts

    def resizeEvent(self, event: QResizeEvent) -> None:
        """No chip is wider than the card."""
        super().resizeEvent(event)
        for chip in self.chips:
            chip.set_room(self._room())

    def _room(self) -> int:
        sides = self._column.contentsMargins()
        return self.width() - sides.left() - sides.right()

    def _titles(self) -> dict[int, str]:
        """What the references are called."""
        return {number: f"#{number} {each.reference.title}" for number, each in self._known.items()}

    def _show_prompts(self, texts: Sequence[str]) -> None:
        """One field for each prompt; those that are there are used again."""
        while len(self._prompts) > len(texts):
            field = self._prompts.pop()
            for widget in (field, field.name):
                self._prompt_area.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        while len(self._prompts) < len(texts):
            field = PromptEdit(self)
            field.setTabChangesFocus(True)
            field.name = label("", "secondary", parent=self)
            field.name.setBuddy(field)
            field.textChanged.connect(self._edited)
            field.run_asked.connect(self._ask)
            self._prompt_area.addWidget(field.name)
            self._prompt_area.addWidget(field)
            self._prompts.append(field)
        for number, (field, text) in enumerate(zip(self._prompts, texts, strict=True), 1):
            several = len(texts) > 1
            field.name.setText(
                self.tr("Picture {0} of {1}").format(number, len(texts)) if several else self.tr("Prompt")
            )
            field.setAccessibleName(
                self.tr("Generation prompt {0}").format(number) if several else self.tr("Generation prompt")
            )
            field.blockSignals(True)
            field.setPlainText(text)
            field.blockSignals(False)

    def _show_chips(self) -> None:
        self._chips.clear()
        if self._plan is None:
            return
        for operation in self._plan.operations:
            chip = Chip(self._look, operation, self._titles(), self._chips)
            chip.dropped.connect(self._drop)
            chip.opened.connect(self._open)
            chip.pointed.connect(self.pointed)
            chip.set_room(self._room())
            self._chips.flow.addWidget(chip)
            chip.show()
        self._chips.setVisible(bool(self._plan.operations))
        self._chips.updateGeometry()

    def _show_subs(self) -> None:
        """A toggle for every reference that the plan uses for more than its style or mood."""
        self._subs.clear()
        plan = self._plan
        shown = (o.ref for o in plan.operations if o.op not in UNSEEN) if plan else ()
        numbers = sorted({*(plan.subs if plan else ()), *(number for number in shown if number is not None)})
        for number in numbers:
            known = self._known.get(number)
            name = self._titles().get(number, marker(number))
            toggle = QPushButton(toggle_name(name), self._subs)
            toggle.setObjectName("toggle")
            toggle.setCheckable(True)
            toggle.setChecked(plan is not None and number in plan.subs)
            toggle.setAccessibleName(self.tr("{0} must appear").format(name))
            toggle.setToolTip(self.tr("Whether {0} must be seen in the result").format(name))
            if known is not None and known.thumb is not None and known.thumb.image is not None:
                toggle.setIcon(QIcon(QPixmap.fromImage(known.thumb.image)))
            toggle.toggled.connect(lambda on, number=number: self._set_sub(number, on))
            self._subs.flow.addWidget(toggle)
            toggle.show()
        self._subs_name.setVisible(bool(numbers))
        self._subs.setVisible(bool(numbers))
        self._subs.updateGeometry()

    # changes

    def _set_sub(self, number: int, on: bool) -> None:
        if self._plan is not None:
            subs = {*self._plan.subs, number} if on else {*self._plan.subs} - {number}
            self._plan = replace(self._plan, subs=tuple(sorted(subs)))
            self._sync()

    def _drop(self, operation: Operation) -> None:
        if self._plan is None:
            return
        self.pointed.emit(None)
        self._set_operations(tuple(item for item in self._plan.operations if item is not operation))

    def _open(self, operation: Operation) -> None:
        chip = next((chip for chip in self.chips if chip.operation is operation), None)
        if chip is not None:
            editor = OperationEditor(operation, tuple(self._known), self)
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
        self._show_subs()
        self._sync()

    def _edited(self) -> None:
        if self._plan is not None:
            texts = tuple(field.toPlainText() for field in self._prompts)
            self._plan = replace(self._plan, prompt=texts[0], prompts=texts if len(texts) > 1 else ())
            self._sync()

    def _sync(self) -> None:
        changed = self._plan is not None and self._plan != self._given
        self._reset.setVisible(changed)
        self._run.setText(self.tr("Run changed plan") if changed else self.tr("Run this plan"))
        self._run.setAccessibleName(self._run.text())
        self._run.setEnabled(self._runnable and self._plan is not None and bool(self._plan.operations))
        asks = self._plan is not None and (not self._plan.operations or self._plan.reply.rstrip().endswith("?"))
        self._answer.setVisible(asks)

    def _ask(self) -> None:
        if self._run.isEnabled() and self._plan is not None:
            self.run_asked.emit(self._plan, self._text)


def toggle_name(name: str) -> str:
    """A name on a button, where & would mark a key."""
    return name.replace("&", "&&")
