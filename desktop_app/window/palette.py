"""The command palette: every command of the window, found by a few of its letters."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop_app.look.widgets import plain

WIDTH, HEIGHT = 460, 360  # logical pixels
START, NEXT, GAP = 7, 10, -1  # points of a letter at a word's start, right after the last one, for each letter between


def score(query: str, text: str) -> int | None:
    """How well the letters of ``query`` are found in ``text``, in their order; nothing when they are not.

    The best of all ways to find them counts: letters at the starts of words and letters in a row are worth more.
    """
    wanted, given = query.casefold().replace(" ", ""), text.casefold()
    best: dict[int, int] = {-1: 0}  # place of the last letter found to the points so far
    for letter in wanted:
        found: dict[int, int] = {}
        for last, points in best.items():
            place = given.find(letter, last + 1)
            while place >= 0:
                start = place == 0 or not given[place - 1].isalnum()
                worth = START if start else NEXT if place == last + 1 else max(GAP * (place - last - 1), -START)
                found[place] = max(found.get(place, -(10**6)), points + worth)
                place = given.find(letter, place + 1)
        if not found:
            return None
        best = found
    return max(best.values())


def ranked(query: str, actions: Iterable[QAction]) -> list[QAction]:
    """The actions that fit, the best first; those that cannot be used now come last."""
    fitting = []
    for place, action in enumerate(actions):
        points = score(query, plain(action.text()))
        if points is not None and plain(action.text()):
            fitting.append((not action.isEnabled(), -points, place, action))
    return [action for *_, action in sorted(fitting, key=lambda each: each[:3])]


class Palette(QFrame):
    """A field and a list over the window; a press beside it closes it."""

    def __init__(self, actions: Iterable[QAction], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("sheet")
        self.setAccessibleName(self.tr("Commands"))
        self._actions = [action for action in actions if not action.isSeparator() and action.menu() is None]
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(self.tr("Type a command"))
        self.field.setAccessibleName(self.tr("Command"))
        self.field.setClearButtonEnabled(True)
        self.list = QListWidget(self)
        self.list.setObjectName("palette")
        self.list.setAccessibleName(self.tr("Commands found"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self.field.returnPressed.connect(self._run)
        self.list.itemActivated.connect(lambda _item: self._run())
        self.list.itemClicked.connect(lambda _item: self._run())
        self._find("")

    def open_over(self, window: QWidget) -> None:
        """Show it at the top of a window, in its middle."""
        scale = self.fontMetrics().height() / 17
        self.resize(min(round(WIDTH * scale), window.width()), min(round(HEIGHT * scale), window.height() - 80))
        self.move(window.mapToGlobal(QPoint((window.width() - self.width()) // 2, 64)))
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows in the field move in the list."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if by is not None and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + by) % self.list.count())
                return True
        return super().eventFilter(watched, event)

    def _find(self, query: str) -> None:
        self.list.clear()
        for action in ranked(query, self._actions):
            keys = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
            item = QListWidgetItem(f"{plain(action.text())}   {keys}".rstrip())
            item.setData(Qt.ItemDataRole.UserRole, action)
            if not action.isEnabled():
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
                item.setToolTip(self.tr("Not possible now"))
            self.list.addItem(item)
        self.list.setCurrentRow(0 if self.list.count() else -1)

    def _run(self) -> None:
        item = self.list.currentItem()
        action: QAction | None = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if action is not None and action.isEnabled():
            self.close()
            action.trigger()
