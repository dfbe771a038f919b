"""A small form over a plan's chip: what the operation acts on, what it becomes, where and how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.look.screens import screen_at
from desktop_app.look.widgets import label, push
from engine.values import Op, Operation, marker


class OperationEditor(QFrame):
    """Opens at its chip, closes with Esc or a click elsewhere.

    Attributes
    ----------
    changed
        The operation before and after.
    """

    changed = Signal(object, object)

    def __init__(self, operation: Operation, references: Sequence[int], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("floating")
        self.setAccessibleName(self.tr("Change the operation"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._operation = operation
        self.op = QComboBox(self)
        for op in Op:
            self.op.addItem(str(op).replace("_", " "), op)
        self.op.setCurrentIndex(list(Op).index(operation.op))
        self.object = QLineEdit(operation.object, self)
        self.ref = QComboBox(self)
        self.ref.addItem(self.tr("none"), None)
        numbers = set(references) | ({operation.ref} if operation.ref is not None else set())
        for number in sorted(numbers):
            self.ref.addItem(marker(number), number)
        self.ref.setCurrentIndex(max(self.ref.findData(operation.ref), 0))
        self.target = QLineEdit(operation.target, self)
        self.where = QLineEdit(operation.where, self)
        self.amount = QLineEdit(operation.amount, self)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        rows = (
            (self.tr("Do"), self.op),
            (self.tr("To what"), self.object),
            (self.tr("With"), self.ref),
            (self.tr("Becomes"), self.target),
            (self.tr("Where"), self.where),
            (self.tr("How much"), self.amount),
        )
        for name, field in rows:
            field.setAccessibleName(name)
            field.setMinimumWidth(190)
            form.addRow(label(name, "secondary"), field)
        self.done_button = push(self.tr("Change"), primary=True, parent=self)
        self.done_button.clicked.connect(self._finish)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(10)
        column.addLayout(form)
        column.addLayout(buttons)
        for field in (self.object, self.target, self.where, self.amount):
            field.returnPressed.connect(self._finish)

    def open_at(self, place: QPoint) -> None:
        """Show it with its right edge at ``place`` (global), inside the screen."""
        self.adjustSize()
        screen = screen_at(place).availableGeometry()
        x = min(max(place.x() - self.width(), screen.left()), screen.right() - self.width())
        y = min(max(place.y(), screen.top()), screen.bottom() - self.height())
        self.move(x, y)
        self.show()
        self.object.setFocus()
        self.object.selectAll()

    def _finish(self) -> None:
        after = replace(
            self._operation,
            op=self.op.currentData(),
            object=self.object.text().strip(),
            ref=self.ref.currentData(),
            target=self.target.text().strip(),
            where=self.where.text().strip(),
            amount=self.amount.text().strip(),
        )
        self.close()
        self.changed.emit(self._operation, after)
