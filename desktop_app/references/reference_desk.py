"""Everything that comes into the bins and is done with it: drops, pastes, names, roles, removal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEvent, QMimeData, QObject, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from desktop_app.background import Background
from desktop_app.references.bins import Bin
from desktop_app.references.drops import Incoming, incoming
from desktop_app.references.private_folder import PrivateFolder
from desktop_app.tools.selection_drag import cut_out
from desktop_app.window.message_bar import MessageBar
from desktop_app.work.document import Reference
from desktop_app.work.session import Session
from engine.errors import MachineError, OvertoneError
from engine.files import write_bytes, write_photo
from engine.values import Media, marker

Then = Callable[[list[int]], None] | None


class Asks(Protocol):
    """What the desk asks the user."""

    def references(self, media: Media) -> list[Path]:
        """Which pictures or sounds to add."""
        ...


def write_image(image: QImage, path: Path) -> Path:
    """Write a picture losslessly; raises MachineError when the disk refuses."""
    if not image.save(str(path)):
        raise MachineError(f"{path.name} could not be written.", "Make room on the disk and try again.")
    return path


def write_encoded(data: bytes, path: Path) -> Path:
    """Write the bytes of a picture file; what they are is found out where files are read."""
    write_bytes(path, data)
    return path


class ReferenceDesk(QObject):
    """Takes references in for a session and keeps its bins right.

    Attributes
    ----------
    insert
        Number of a reference that is to be named in the instruction.
    """

    insert = Signal(int)

    def __init__(
        self,
        session: Session,
        bins: tuple[Bin, Bin],
        background: Background,
        message_bar: MessageBar,
        dialogs: Asks,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._bins = bins
        self._background = background
        self._bar = message_bar
        self._dialogs = dialogs
        self.private = PrivateFolder()
        for media_bin in bins:
            media_bin.came.connect(self.take)
            media_bin.add_asked.connect(lambda media=media_bin.media: self.ask(media))
            media_bin.chosen.connect(self.insert)
            media_bin.removed.connect(session.remove_reference)
            media_bin.renamed.connect(self.rename)
            media_bin.role_chosen.connect(self.set_role)
        session.references_changed.connect(self.show)
        session.known.connect(self._on_known)
        self.show()

    def reference(self, number: int) -> Reference | None:
        """The reference of that number, if it is there."""
        return next((item for item in self._session.references if item.number == number), None)

    def show(self) -> None:
        """Show the session's references in their bins."""
        for media_bin in self._bins:
            media_bin.show_references(self._session.references, self._session.thumbs)

    def watch(self, widget: QWidget) -> None:
        """Let pictures without a file and addresses be dropped on a widget that takes only files itself."""
        widget.installEventFilter(self)

    # what comes in

    def ask(self, media: Media) -> None:
        """Ask for pictures or sounds to add."""
        self._session.add_files(self._dialogs.references(media))

    def take(self, what: Incoming, then: Then = None) -> None:
        """Put what was dropped or pasted into the bins; ``then`` gets the numbers of all that are there."""
        if what.selection:
            self.take_selection(then)
        elif what.files:
            self._session.add_files(what.files, then)
        elif what.image is not None:
            self.take_image(what.image, what.name or self.tr("pasted"), then)
        elif what.encoded:
            self.make(self.tr("pasted"), "", lambda path: write_encoded(what.encoded, path), then)
        elif what.folders:
            self._bar.say(
                self.tr("{0} is a folder.").format(what.folders[0].name),
                self.tr("Drop the pictures in it, or add the folder to your library."),
                "warning",
            )
        elif what.remote:
            host = QUrl(what.remote[0]).host() or what.remote[0]
            self._bar.say(
                self.tr("Overtone works offline, so nothing was fetched from {0}.").format(host),
                self.tr("Save the picture to your disk and drop the file, or copy the picture itself and paste it."),
                "warning",
            )

    def take_image(self, image: QImage, name: str, then: Then = None) -> None:
        """Keep a picture that has no file in the session's private folder, and put it into its bin."""
        self.make(name, ".png", lambda path: write_image(image, path), then)

    def take_selection(self, then: Then = None) -> None:
        """Cut the painted part out of the photo, and put it into the pictures' bin."""
        document = self._session.document
        box = document.mask.bounds() if document is not None else None
        if document is None or box is None:
            self._bar.say(self.tr("Nothing is painted."), self.tr("Mark with a brush or a shape what is wanted."))
            return
        photo, mask = document.photo, document.mask.values[box.slices].copy()  # both stay while the user works on

        def write(path: Path) -> Path:
            write_photo(cut_out(photo, mask, box), path)
            return path

        self.make(self.tr("part of {0}").format(document.path.stem), ".png", write, then)

    def make(self, name: str, suffix: str, write: Callable[[Path], Path], then: Then = None) -> None:
        """Let ``write`` make a file of the session's own in the worker, and put it into its bin."""
        path = self.private.fresh(name, suffix)
        self._background.submit(lambda: write(path), lambda made: self._session.add_files([made], then), self._fail)

    def paste(self, then: Then = None) -> bool:
        """Put what the clipboard holds into the bins. False when it holds nothing for them."""
        what = incoming(QGuiApplication.clipboard().mimeData() or QMimeData())
        self.take(what, then)
        return bool(what)

    def paste_or_say(self) -> None:
        """Paste, or say that there is nothing to paste."""
        if not self.paste():
            self._bar.say(self.tr("The clipboard holds no picture and no file."))

    # what is done with it

    def rename(self, number: int, name: str) -> None:
        """Call a reference something else."""
        reference = self.reference(number)
        if reference is not None and name != reference.title:
            self._session.change_reference(replace(reference, name=name), "rename reference")

    def set_role(self, number: int, role: str) -> None:
        """Say what a reference is meant for."""
        reference = self.reference(number)
        if reference is not None:
            self._session.change_reference(replace(reference, role=role), "reference role")

    def close(self) -> None:
        """Remove what was made for the session."""
        self.private.close()

    def _on_known(self, numbers: list[int]) -> None:
        names = [f"{item.title} ({marker(item.number)})" for item in self._session.references if item.number in numbers]
        if len(names) == 1:
            self._bar.say(self.tr("{0} is in the bin already.").format(names[0]))
        elif names:
            self._bar.say(self.tr("These are in the bins already: {0}.").format(", ".join(names[:4])))

    def _fail(self, error: OvertoneError) -> None:
        self._session.failed.emit(error)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take drops that hold no file."""
        if isinstance(event, QDropEvent):
            what = incoming(event.mimeData())
            if what and not what.files and not what.selection:
                event.acceptProposedAction()
                if event.type() is QEvent.Type.Drop and not isinstance(event, QDragEnterEvent):
                    self.take(what)
                return True
        return super().eventFilter(watched, event)
