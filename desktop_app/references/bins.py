"""The two bins, Pictures and Sounds: what the instruction may point to, numbered together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import FlowArea, IconButton, label, restyle, takes_escape
from desktop_app.references.drops import incoming
from desktop_app.references.thumbs import Thumb
from desktop_app.references.tiles import Tile
from desktop_app.work.document import Reference
from engine.values import Media


class NameEdit(QLineEdit):
    """A name being changed: Enter takes it, Esc or leaving keeps the old one.

    Attributes
    ----------
    ended
        The new name, or nothing.
    """

    ended = Signal(object)

    def event(self, event: QEvent) -> bool:
        """Esc is for this, not for the run."""
        return takes_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Esc end it."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.ended.emit(self.text().strip())
            case Qt.Key.Key_Escape:
                self.ended.emit(None)
            case _:
                super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Left: the old name stays."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.ended.emit(None)


class Bin(QFrame):
    """A place for references of one medium.

    Attributes
    ----------
    came
        What was dropped, an :class:`~desktop_app.references.drops.Incoming`; it may be of the other medium.
    add_asked
        The add button was pressed.
    chosen, removed, opened, place_asked, play_asked
        Number of a reference.
    renamed, role_chosen
        Number of a reference, and its new name or role.
    """

    came = Signal(object)
    add_asked = Signal()
    chosen = Signal(int)
    removed = Signal(int)
    renamed = Signal(int, str)
    role_chosen = Signal(int, str)
    opened = Signal(int)
    place_asked = Signal(int)
    play_asked = Signal(int)

    def __init__(
        self, look: Look, media: Media, title: str, empty: str, add: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.media = media
        self._look = look
        self._tiles: dict[int, Tile] = {}
        self._renaming = 0
        self.setObjectName("bin")
        self.setAccessibleName(title)
        self.setAcceptDrops(True)
        self._sign = QLabel(self)
        self.add_button = IconButton(look, "add", add, self)
        self.add_button.clicked.connect(self.add_asked)
        self._head = QHBoxLayout()
        self._head.setContentsMargins(0, 0, 0, 0)
        self._head.setSpacing(6)
        self._head.addWidget(self._sign)
        self._head.addWidget(label(title, "heading", parent=self))
        self._head.addStretch(1)
        self._head.addWidget(self.add_button)
        self._empty = label(empty, "empty", wrap=True, parent=self)
        self._area = FlowArea(self, spacing=6)
        self.detail = label("", "secondary", wrap=True, parent=self)
        self.name_edit = NameEdit(self)
        self.name_edit.setAccessibleName(self.tr("New name"))
        self.name_edit.setToolTip(self.tr("Enter takes the name, Esc keeps the old one"))
        self.name_edit.ended.connect(self._end_rename)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(10, 5, 6, 10)
        self._column.setSpacing(4)
        self._column.addLayout(self._head)
        self._column.addWidget(self._empty)
        self._column.addWidget(self._area)
        self._column.addWidget(self.detail)
        self._column.addWidget(self.name_edit)
        for part in (self._area, self.detail, self.name_edit):
            part.hide()
        look.changed.connect(self._dress)
        self._dress()

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """The references shown, in order."""
        return tuple(self._tiles.values())

    def tile(self, number: int) -> Tile | None:
        """The tile of a reference, if it is one of this bin's."""
        return self._tiles.get(number)

    def add_head_button(self, button: QWidget) -> None:
        """Put another button beside the title."""
        self._head.insertWidget(self._head.count() - 1, button)

    def add_below(self, part: QWidget) -> None:
        """Put a part under the tiles."""
        self._column.addWidget(part)

    def show_references(self, references: tuple[Reference, ...], thumbs: Mapping[Path, Thumb]) -> None:
        """Show exactly those of this bin's medium."""
        wanted = {item.number: item for item in references if item.media is self.media}
        focused = next((number for number, tile in self._tiles.items() if tile.hasFocus()), 0)
        labels = {tile.reference.path: tile.labels for tile in self._tiles.values()}
        for number in [number for number in self._tiles if self._tiles[number].reference != wanted.get(number)]:
            tile = self._tiles.pop(number)
            self._area.flow.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        for number, reference in wanted.items():
            if number not in self._tiles:
                self._tiles[number] = self._make(reference)
                self._tiles[number].set_labels(labels.get(reference.path, ()))
            thumb = thumbs.get(reference.path)
            if thumb is not None and self._tiles[number].thumb is not thumb:
                self._tiles[number].set_thumb(thumb)
        self._tiles = dict(sorted(self._tiles.items()))
        self._area.flow.sort_by(self.tiles)
        if focused and not any(tile.hasFocus() for tile in self.tiles):
            self._focus_near(focused)
        self._empty.setVisible(not self._tiles)
        self._area.setVisible(bool(self._tiles))
        self.detail.setVisible(bool(self._tiles))
        self._notice(0)
        self._area.updateGeometry()

    def show_labels(self, labels: Mapping[Path, tuple[str, ...]]) -> None:
        """Show what the encoder sees or hears in each file."""
        for tile in self.tiles:
            tile.set_labels(labels.get(tile.reference.path, ()))
        self._notice(0)

    def rename(self, number: int) -> None:
        """Let the user type another name."""
        tile = self._tiles.get(number)
        if tile is not None:
            self._renaming = number
            self.name_edit.setText(tile.reference.title)
            self.name_edit.selectAll()
            self.detail.hide()
            self.name_edit.show()
            self.name_edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make(self, reference: Reference) -> Tile:
        tile = Tile(self._look, reference, self._area)
        tile.clicked.connect(lambda _checked=False, number=reference.number: self.chosen.emit(number))
        tile.removed.connect(self.removed)
        tile.rename_asked.connect(self.rename)
        tile.role_chosen.connect(self.role_chosen)
        tile.opened.connect(self.opened)
        tile.place_asked.connect(self.place_asked)
        tile.play_asked.connect(self.play_asked)
        tile.noticed.connect(self._notice)
        self._area.flow.addWidget(tile)
        tile.show()
        return tile

    def _focus_near(self, number: int) -> None:
        """After a removal, the keyboard goes on with the next tile."""
        later = [tile for tile in self.tiles if tile.reference.number >= number]
        place = (later or list(self.tiles) or [self.add_button])[0 if later else -1]
        place.setFocus(Qt.FocusReason.OtherFocusReason)

    def _notice(self, number: int) -> None:
        """Tell below the tiles what the one under the pointer is, else the newest."""
        tile = self._tiles.get(number) or next(iter(reversed(self.tiles)), None)
        if tile is not None:
            self.detail.setText(f"#{tile.reference.number}  {tile.summary()}")

    def _end_rename(self, name: str | None) -> None:
        number, self._renaming = self._renaming, 0
        if not number:
            return
        had_focus = self.name_edit.hasFocus()
        self.name_edit.hide()
        self.detail.setVisible(bool(self._tiles))
        if name:
            self.renamed.emit(number, name)
        tile = self._tiles.get(number)
        if had_focus and tile is not None:
            tile.setFocus(Qt.FocusReason.OtherFocusReason)

    # drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files, pictures, and addresses in order to say why not."""
        if incoming(event.mimeData()):
            event.acceptProposedAction()
            self._set_dropping(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went on."""
        self._set_dropping(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand them on."""
        self._set_dropping(False)
        what = incoming(event.mimeData())
        if what:
            event.acceptProposedAction()
            self.came.emit(what)

    def _set_dropping(self, dropping: bool) -> None:
        self.setProperty("dropping", dropping)
        restyle(self)

    def _dress(self) -> None:
        name = "picture" if self.media is Media.image else "sound"
        self._sign.setPixmap(icon(name, self._look.theme, "secondary").pixmap(18, 18))
