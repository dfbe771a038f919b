"""Opening photos: from the dialog, the sample, a drop; what is dropped beside a photo goes into the bins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.look.assets import sample_photo
from desktop_app.window.dialogs import Dialogs
from desktop_app.window.message_bar import MessageBar
from desktop_app.work.safekeeping import Safekeeping
from desktop_app.work.session import Session
from engine.errors import BadInput
from engine.files import sniff
from engine.files.options import AS_SHOT, RawOptions
from engine.project.project_file import SUFFIX
from engine.values import Media, marker


def is_picture(path: Path) -> bool:
    """Whether the file holds a picture; unreadable files hold none."""
    try:
        return sniff(path) is Media.image
    except BadInput:
        return False


class Opening(QObject):
    """Decides what becomes the photo and what a reference.

    Attributes
    ----------
    dropped
        Numbers of the references that were dropped on an open photo.
    """

    dropped = Signal(list)

    def __init__(
        self,
        session: Session,
        safekeeping: Safekeeping,
        bar: MessageBar,
        dialogs: Dialogs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._safekeeping = session, safekeeping
        self._bar, self._dialogs = bar, dialogs

    def ask(self) -> None:
        """Ask which photo to open."""
        path = self._dialogs.photo()
        if path is not None:
            self.open(path)

    def sample(self) -> None:
        """Open the sample that ships."""
        path = sample_photo()
        if path is not None:
            self.open(path)

    def open(self, path: Path, raw: RawOptions = AS_SHOT) -> None:
        """Open a photo, developed as ``raw`` says, after the user has said what to do with changes not saved."""
        self._safekeeping.settle(lambda: self._session.open(path, raw))

    def drop(self, files: Sequence[Path]) -> None:
        """Take files dropped on the stage.

        A project is opened. With no photo open, the first picture is; everything else goes into the bins, from where a
        picture can still be opened by one press.
        """
        project = next((path for path in files if path.suffix.lower() == SUFFIX), None)
        if project is not None:
            self.open(project)
            return
        photo = next((path for path in files if is_picture(path)), None)
        if self._session.document is None and photo is not None:
            self.open(photo)
            self._session.add_files([path for path in files if path != photo])
        else:
            self._session.add_files(files, lambda numbers: self._on_added(photo, numbers))

    def _on_added(self, photo: Path | None, numbers: list[int]) -> None:
        self.dropped.emit(numbers)
        self._offer_to_open(photo, numbers)

    def _offer_to_open(self, photo: Path | None, numbers: list[int]) -> None:
        if photo is not None and len(numbers) == 1:
            self._bar.say(
                self.tr("{0} is now {1} in the bin.").format(photo.name, marker(numbers[0])),
                button=self.tr("Open it as the photo instead"),
                run=lambda: self.open(photo),
            )
