"""The user's library of reference pictures: folders on the left, what a search finds on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QIcon, QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import IconButton, label, push
from desktop_app.references.drops import incoming, reference_number
from desktop_app.references.thumbs import Thumb

SIDE = 104  # logical pixels of a result's picture
PAUSE = 350  # milliseconds after the last letter before the search begins
PATH = Qt.ItemDataRole.UserRole


def squared(image: QImage) -> QPixmap:
    """An image in the middle of a transparent square, sharp at twice the logical size."""
    side = 2 * SIDE
    result = QPixmap(side, side)
    result.fill(Qt.GlobalColor.transparent)
    size = QSizeF(image.size()).scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
    place = QRectF(QPointF(), size)
    place.moveCenter(QPointF(side / 2, side / 2))
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, image)
    painter.end()
    result.setDevicePixelRatio(2)
    return result


@dataclass(frozen=True)
class Found:
    """A picture of the library."""

    path: Path
    name: str
    shipped: bool = False


class Results(QListWidget):
    """Pictures that can be dragged out.

    Attributes
    ----------
    chosen
        Paths; by double click, Enter, or the button.
    """

    chosen = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("results")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setSpacing(4)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setAccessibleName(self.tr("Pictures found"))
        self.setToolTip(self.tr("Double-click or drag: use as a reference"))
        self.itemDoubleClicked.connect(lambda item: self.chosen.emit([item.data(PATH)]))

    @property
    def selected(self) -> list[Path]:
        """Paths of the selected pictures, in order."""
        return [self.item(row).data(PATH) for row in range(self.count()) if self.item(row).isSelected()]

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:
        """The files, for the bins and for other programs."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(item.data(PATH))) for item in items])
        return data

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter uses what is selected."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected:
            self.chosen.emit(self.selected)
        else:
            super().keyPressEvent(event)


class LibraryWindow(QDialog):
    """A window beside the editor that never blocks it.

    Attributes
    ----------
    searched
        Words; empty shows everything.
    like_asked
        Pictures like a file that the user is to name.
    like
        Pictures like this file, dropped here.
    like_reference
        Pictures like the reference of this number, dropped here.
    chosen
        Paths to use as references.
    folder_asked, stopped
        A folder is to be added; the indexing is to end.
    folder_removed, folder_refreshed
        Path of a folder.
    """

    searched = Signal(str)
    like_asked = Signal()
    like = Signal(object)
    like_reference = Signal(int)
    chosen = Signal(list)
    folder_asked = Signal()
    stopped = Signal()
    folder_removed = Signal(object)
    folder_refreshed = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._items: dict[Path, QListWidgetItem] = {}
        self.setWindowTitle(self.tr("Library"))
        self.setModal(False)
        self.setAcceptDrops(True)
        self.resize(780, 540)
        self.search = QLineEdit(self)
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("Search by words, or drop a picture or a sound here"))
        self.search.setAccessibleName(self.tr("Search the library"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._search_now)
        self.search.textEdited.connect(lambda _text: self._pause.start())
        self.search.returnPressed.connect(self._search_now)
        self.like_button = push(self.tr("Like a file…"), parent=self)
        self.like_button.setToolTip(self.tr("Find pictures like a picture or a sound"))
        self.like_button.clicked.connect(self.like_asked)
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.like_button)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        found = self._make_results()  # first: the folders' state looks at it
        split.addWidget(self._make_folders(look))
        split.addWidget(found)
        split.setStretchFactor(1, 1)
        split.setSizes([220, 560])
        split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.addLayout(top)
        column.addWidget(split, 1)

    def _make_folders(self, look: Look) -> QWidget:
        part = QWidget(self)
        self.folders = QListWidget(part)
        self.folders.setAccessibleName(self.tr("Your folders"))
        self.folders.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.folders.currentRowChanged.connect(lambda _row: self._sync())
        self.add_button = IconButton(look, "add", self.tr("Add a folder"), part)
        self.refresh_button = IconButton(look, "refresh", self.tr("Look through the folder again"), part)
        self.remove_button = IconButton(look, "close", self.tr("Forget the folder; its files stay"), part)
        self.add_button.clicked.connect(self.folder_asked)
        self.refresh_button.clicked.connect(lambda: self.folder_refreshed.emit(self.folder))
        self.remove_button.clicked.connect(lambda: self.folder_removed.emit(self.folder))
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(label(self.tr("Your folders"), "heading", parent=part), 1)
        for button in (self.add_button, self.refresh_button, self.remove_button):
            head.addWidget(button)
        self.work = label("", "secondary", wrap=True, parent=part)
        self.stop_button = push(self.tr("Stop"), parent=part)
        self.stop_button.clicked.connect(self.stopped)
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 4, 0)
        column.addLayout(head)
        self.empty = label(
            self.tr("Add a folder of your own pictures with +; it is searched with these."),
            "empty",
            wrap=True,
            parent=part,
        )
        column.addWidget(self.empty)
        column.addWidget(self.folders, 1)
        column.addStretch(0)
        column.addWidget(self.work)
        column.addWidget(self.stop_button)
        self.show_work("")
        return part

    def _make_results(self) -> QWidget:
        part = QWidget(self)
        self.results = Results(part)
        self.results.chosen.connect(self.chosen)
        self.results.itemSelectionChanged.connect(self._sync_use)
        self.note = label("", "secondary", wrap=True, parent=part)
        self.use_button = push(self.tr("Use as reference"), primary=True, parent=part)
        self.use_button.clicked.connect(lambda: self.chosen.emit(self.results.selected))
        foot = QHBoxLayout()
        foot.addWidget(self.note, 1)
        foot.addWidget(self.use_button)
        column = QVBoxLayout(part)
        column.setContentsMargins(4, 0, 0, 0)
        column.addWidget(self.results, 1)
        column.addLayout(foot)
        return part

    # what is shown

    @property
    def folder(self) -> Path | None:
        """The folder selected on the left."""
        item = self.folders.currentItem()
        return item.data(PATH) if item is not None else None

    def show_folders(self, folders: Mapping[Path, int]) -> None:
        """Show the user's folders and how many pictures each holds."""
        self.folders.clear()
        for folder, count in folders.items():
            item = QListWidgetItem(icon("folder", self._look.theme, "secondary"), f"{folder.name}  ·  {count}")
            item.setData(PATH, folder)
            item.setToolTip(str(folder))
            self.folders.addItem(item)
        self._sync()

    def show_results(self, found: Sequence[Found], note: str) -> None:
        """Show exactly these, in order; their pictures come by :meth:`show_thumb`."""
        self.results.clear()
        self._items = {}
        picture = icon("picture", self._look.theme, "secondary", SIDE)
        size = QSize(SIDE + 16, SIDE + self.fontMetrics().height() + 16)
        for each in found:
            item = QListWidgetItem(picture, each.name, self.results)
            item.setData(PATH, each.path)
            item.setSizeHint(size)
            item.setToolTip(self.tr("ships with Overtone") if each.shipped else str(each.path))
            self._items[each.path] = item
        self.note.setText(note)
        self._sync_use()

    def show_thumb(self, path: Path, thumb: Thumb) -> None:
        """A result's picture is there."""
        item = self._items.get(path)
        if item is not None and thumb.image is not None:
            item.setIcon(QIcon(squared(thumb.image)))

    def show_work(self, text: str) -> None:
        """Say what is done with a folder now; empty when nothing."""
        self.work.setText(text)
        self.work.setVisible(bool(text))
        self.stop_button.setVisible(bool(text))
        self._sync()

    def set_engine(self, why: str) -> None:
        """Say why nothing but names can be searched; empty when all can."""
        self.add_button.setEnabled(not why)
        self.add_button.setToolTip(why or self.add_button.accessibleName())
        self.like_button.setEnabled(not why)
        self.like_button.setToolTip(why or self.tr("Find pictures like a picture or a sound"))

    def _search_now(self) -> None:
        self._pause.stop()
        self.searched.emit(self.search.text().strip())

    def _sync(self) -> None:
        self.empty.setVisible(not self.folders.count())
        idle = self.work.isHidden()
        for button in (self.refresh_button, self.remove_button):
            button.setEnabled(idle and self.folder is not None)
        self._sync_use()

    def _sync_use(self) -> None:
        self.use_button.setEnabled(bool(self.results.selected))

    # drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a picture or a sound to compare with."""
        if event.source() is not self.results and (
            incoming(event.mimeData()).files or reference_number(event.mimeData()) is not None
        ):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Search for what is like it."""
        event.acceptProposedAction()
        number, files = reference_number(event.mimeData()), incoming(event.mimeData()).files
        if number is not None:
            self.like_reference.emit(number)
        elif files:
            self.like.emit(files[0])
