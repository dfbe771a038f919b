"""Small widgets that several parts of the window share."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import cast

from PySide6.QtCore import QEvent, QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.look.theme import Look, icon


class IconButton(QToolButton):
    """A flat button with one of the project's icons; ``name`` is what a screen reader says."""

    def __init__(
        self, look: Look, icon_name: str, name: str, parent: QWidget | None = None, colour: str = "text"
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._icon_name = icon_name
        self._colour = colour
        self.setIconSize(QSize(18, 18))
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        look.changed.connect(self._dress)
        self._dress()

    def set_icon(self, icon_name: str) -> None:
        """Show another icon."""
        if icon_name != self._icon_name:
            self._icon_name = icon_name
            self._dress()

    def _dress(self) -> None:
        self.setIcon(icon(self._icon_name, self._look.theme, self._colour))


class ActionButton(IconButton):
    """An icon button that follows an action: its enabled and checked state, its words and its shortcut."""

    def __init__(self, look: Look, icon_name: str, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(look, icon_name, plain(action.text()), parent)
        self._action = action
        self.setCheckable(action.isCheckable())
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        words = plain(self._action.text())
        self.setEnabled(self._action.isEnabled())
        self.setChecked(self._action.isChecked())
        self.setAccessibleName(words)
        self.setToolTip(tip_of(self._action))


def tip_of(action: QAction) -> str:
    """An action's words with its shortcut, for a tooltip; and while it is disabled, its status tip, which says why."""
    shortcut = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
    words = plain(action.text())
    words = f"{words}  ({shortcut})" if shortcut else words
    return words if action.isEnabled() or not action.statusTip() else f"{words}\n{action.statusTip()}"


def plain(text: str) -> str:
    """A menu text without its mnemonic and dots."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")


def label(text: str = "", role: str = "", *, wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """A label in one of the style sheet's roles: heading, secondary, title, value, empty."""
    result = QLabel(text, parent)
    result.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        result.setProperty("role", role)
    result.setWordWrap(wrap)
    return result


class ElidedLabel(QLabel):
    """A line of words that gives way: it is shortened where there is no room for all of it.

    Parameters
    ----------
    text, role
        See :func:`label`.
    parts
        Whether only whole parts of the text are shown, those between semicolons.
    """

    def __init__(
        self, parent: QWidget | None = None, text: str = "", role: str = "secondary", *, parts: bool = False
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        self._parts = parts
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """Nothing across."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits; a few letters are worse than none."""
        words = self._fitting()
        if words:
            painter = QPainter(self)
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def _fitting(self) -> str:
        text, metrics = self.text(), self.fontMetrics()
        if not self._parts:
            words = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width())
            return words if len(words) >= min(len(text), 12) else ""
        while text and metrics.horizontalAdvance(text) > self.width():
            text = text.rpartition(";")[0]
        return text


def dialog_form() -> QFormLayout:
    """An empty form, spaced as in every dialog."""
    form = QFormLayout()
    form.setHorizontalSpacing(16)
    form.setVerticalSpacing(8)
    return form


def lay_out_dialog(dialog: QWidget, parts: Sequence[QWidget | QLayout], buttons: Sequence[QWidget]) -> None:
    """Put ``parts`` below each other in a dialog, and its buttons at the right of the bottom."""
    row = QHBoxLayout()
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(22, 20, 22, 18)
    column.setSpacing(12)
    for part in parts:
        if isinstance(part, QLayout):
            column.addLayout(part)
        else:
            column.addWidget(part)
    column.addStretch(1)
    column.addLayout(row)


def form_row(form: QFormLayout, name: str, field: QWidget, tip: str, whole: QWidget | QLayout | None = None) -> QLabel:
    """Add a field to a form under its name, which stands at the field's height; ``whole`` may hold more than it."""
    field.setAccessibleName(name)
    field.setToolTip(tip)
    words = label(name, "secondary")
    words.setBuddy(field)
    words.setMinimumHeight(field.sizeHint().height())
    form.addRow(words, whole or field)  # pyright: ignore[reportArgumentType, reportCallIssue]
    return words


def push(text: str, *, primary: bool = False, parent: QWidget | None = None) -> QPushButton:
    """A push button; ``primary`` is the one that the eye should find first."""
    button = QPushButton(text, parent)
    button.setAccessibleName(plain(text))
    if primary:
        button.setProperty("primary", True)
    return button


def focusable(layout: QLayout) -> Iterator[QWidget]:
    """The widgets in a layout and in the layouts inside it that Tab stops at, in the layouts' order."""
    for index in range(layout.count()):
        item = layout.itemAt(index)
        widget = item.widget() if item is not None else None
        inner = item.layout() if item is not None else None
        if isinstance(widget, QScrollArea):
            widget = widget.widget()
        if widget is not None:
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                yield widget
            inner = widget.layout()
        if inner is not None:
            yield from focusable(inner)


def tab_in_layout_order(layout: QLayout) -> None:
    """Let Tab go through a layout as the eye does, whatever order its widgets were made in."""
    for first, second in itertools.pairwise(focusable(layout)):
        QWidget.setTabOrder(first, second)


def takes_escape(event: QEvent) -> bool:
    """Claim Esc for the widget that asks in its ``event``, before the window's own command for it; whether it was."""
    escape = event.type() is QEvent.Type.ShortcutOverride and cast("QKeyEvent", event).key() == Qt.Key.Key_Escape
    if escape:
        event.accept()
    return escape


def rule(parent: QWidget | None = None) -> QFrame:
    """A short upright line between groups of a tool bar."""
    line = QFrame(parent)
    line.setObjectName("toolRule")
    line.setFixedSize(1, 22)
    return line


def flat_rule(parent: QWidget | None = None) -> QFrame:
    """A short level line between groups of an upright strip."""
    line = QFrame(parent)
    line.setObjectName("toolRule")
    line.setFixedHeight(1)
    return line


def restyle(widget: QWidget) -> None:
    """Apply the style sheet again after a property that it looks at has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class FlowLayout(QLayout):
    """Items beside each other, wrapped into as many rows as the width asks for."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 6, margin: int = 0) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(QMargins(margin, margin, margin, margin))
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        """See QLayout."""
        self._items.append(item)

    def count(self) -> int:
        """See QLayout."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """See QLayout."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """See QLayout."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def sort_by(self, order: Sequence[QWidget]) -> None:
        """Bring the items into the order of their widgets in ``order``."""
        places: dict[QWidget | None, int] = {widget: place for place, widget in enumerate(order)}
        self._items.sort(key=lambda item: places.get(item.widget(), len(places)))
        self.invalidate()

    def expandingDirections(self) -> Qt.Orientation:
        """See QLayout: takes no more than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """See QLayout."""
        return True

    def heightForWidth(self, width: int) -> int:
        """See QLayout."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """See QLayout."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        """See QLayout."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """See QLayout: the largest item must fit."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        inner = rect.marginsRemoved(self.contentsMargins())
        x, y, row = inner.x(), inner.y(), 0
        for item in self._items:
            size = item.sizeHint()
            size.setWidth(min(size.width(), max(inner.width(), item.minimumSize().width())))
            if x > inner.x() and x + size.width() > inner.x() + inner.width():
                x, y, row = inner.x(), y + row + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self.spacing()
            row = max(row, size.height())
        return y + row - rect.y() + self.contentsMargins().bottom()


class FlowArea(QWidget):
    """A widget laid out by :class:`FlowLayout` that tells its parent the height it needs."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 6, margin: int = 0) -> None:
        super().__init__(parent)
        self.flow = FlowLayout(self, spacing, margin)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def parts(self) -> list[QWidget]:
        """The widgets in it, in order."""
        items = [self.flow.itemAt(index) for index in range(self.flow.count())]
        return [widget for item in items if item is not None and (widget := item.widget()) is not None]

    def clear(self) -> None:
        """Remove all items."""
        while (item := self.flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
