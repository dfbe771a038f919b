"""The library's keeper: searches by name at once and by meaning when the engine answers; adds and forgets folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.background import Background
from desktop_app.client.questions import Questions
from desktop_app.look.theme import Look
from desktop_app.references import thumbs
from desktop_app.references.library_window import Found, LibraryWindow
from desktop_app.references.reference_desk import ReferenceDesk
from desktop_app.references.thumbs import Thumb
from desktop_app.work.session import Session
from engine.bundle import default_home
from engine.bundle.resources import resource
from engine.draft.library import Catalogue, Entry
from engine.errors import OvertoneError
from engine.values import Media

COUNT = 48  # pictures that a search shows
MOST = 160  # shown without a search
KEPT = 200  # small pictures remembered; 0.2 MB each


class Asks(Protocol):
    """What the desk asks the user."""

    def folder(self) -> Path | None:
        """Which folder to add to the library."""
        ...

    def like(self) -> Path | None:
        """Which picture or sound to compare with."""
        ...


class LibraryDesk(QObject):
    """Opens the library's window when asked for, and answers it."""

    def __init__(
        self,
        look: Look,
        desk: ReferenceDesk,
        session: Session,
        questions: Questions,
        background: Background,
        dialogs: Asks,
        engine: Callable[[], str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._look, self._desk, self._session = look, desk, session
        self._questions, self._background = questions, background
        self._dialogs, self._engine, self._parent = dialogs, engine, parent
        self.window: LibraryWindow | None = None
        self._thumbs: dict[Path, Thumb] = {}
        self._wanted: list[Path] = []  # small pictures still to be made
        self._making = 0
        self._search = 0
        self._index = 0
        self._text = ""
        self._answered = False

    def open(self) -> None:
        """Show the window; everything in the library is in it at first."""
        if self.window is None:
            window = self.window = LibraryWindow(self._look, self._parent)
            window.searched.connect(self.search)
            window.like_asked.connect(self._ask_like)
            window.like.connect(self.like)
            window.like_reference.connect(self._like_reference)
            window.chosen.connect(self._use)
            window.folder_asked.connect(self._add)
            window.folder_refreshed.connect(self.add)
            window.folder_removed.connect(self.forget)
            window.stopped.connect(self._stop)
        self.window.set_engine(self._questions.missing(self._engine()))
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        self.window.search.setFocus()
        self._background.submit(lambda: self._catalogue().folders(), self.window.show_folders, self._say)
        self.search(self.window.search.text())

    def close(self) -> None:
        """Put the window away and want nothing more."""
        self._wanted = []
        if self.window is not None:
            self.window.close()

    # searching

    def search(self, words: str) -> None:
        """By name at once; by meaning when the engine has answered."""
        self._begin(words)
        if not words:
            self._list(words, self.tr("Everything in the library; drag a picture to its place."))
            return
        self._list(words, self.tr("Named like “{0}”.").format(words))
        if not self._questions.missing(self._engine()):
            note = self.tr("Most like “{0}”.").format(words)
            self._ask(words, None, note)

    def like(self, file: Path) -> None:
        """Pictures like a picture or a sound."""
        self._begin(f"\0{file}")
        self._note(self.tr("Looking for pictures like {0}…").format(file.name))
        self._ask("", file, self.tr("Most like {0}.").format(file.name))

    def _begin(self, text: str) -> None:
        self._text = text
        self._answered = False
        if self._search:
            self._questions.drop(self._search)
            self._search = 0

    def _list(self, words: str, note: str) -> None:
        def done(entries: list[Entry]) -> None:
            if self._text != words or self._answered:  # the engine was quicker
                return
            shown = [Found(each.path, each.name, each.shipped) for each in entries[: COUNT if words else MOST]]
            text = note if shown else self.tr("Nothing in the library has that name.")
            if len(shown) < len(entries):
                text += self.tr("  {0} of {1} are shown.").format(len(shown), len(entries))
            self._show(shown, text)

        self._background.submit(lambda: self._catalogue().named(words), done, self._say)

    def _ask(self, words: str, file: Path | None, note: str) -> None:
        text = self._text

        def done(found: Sequence[Mapping[str, Any]]) -> None:
            self._search = 0
            if self._text == text:
                self._answered = True
                self._show([Found(each["path"], each["name"], each["shipped"]) for each in found], note)

        def failed(error: OvertoneError) -> None:
            self._search = 0
            if self._text == text:
                self._note(f"{error.message} {error.hint}".strip())

        self._search = self._questions.search(words, file, COUNT, self._engine(), done, failed)

    def _ask_like(self) -> None:
        file = self._dialogs.like()
        if file is not None:
            self.like(file)

    def _like_reference(self, number: int) -> None:
        reference = self._desk.reference(number)
        if reference is not None:
            self.like(reference.path)

    # results

    def _show(self, found: list[Found], note: str) -> None:
        if self.window is None:
            return
        self.window.show_results(found, note)
        for each in found:
            if each.path in self._thumbs:
                self.window.show_thumb(each.path, self._thumbs[each.path])
        self._wanted = [each.path for each in found if each.path not in self._thumbs]
        self._make_next()

    def _make_next(self) -> None:
        """One small picture after the other, so that opening a photo need not wait for all of them."""
        if self._making or not self._wanted:
            return
        path = self._wanted.pop(0)

        def done(thumb: Thumb) -> None:
            self._making = 0
            self._thumbs[path] = thumb
            while len(self._thumbs) > KEPT:
                del self._thumbs[next(iter(self._thumbs))]
            if self.window is not None:
                self.window.show_thumb(path, thumb)
            self._make_next()

        def failed(_error: OvertoneError) -> None:  # the file has gone since: its place stays a sign
            self._making = 0
            self._make_next()

        self._making = self._background.submit(lambda: thumbs.make(path, Media.image), done, failed)

    def _use(self, paths: list[Path]) -> None:
        def added(numbers: list[int]) -> None:
            markers = ", ".join(f"[ref#{number}]" for number in numbers)
            self._note(self.tr("In the bin as {0}.").format(markers))

        self._session.add_files(paths, added)

    # folders

    def add(self, folder: Path) -> None:
        """Look through a folder and remember it."""
        if self.window is not None and not self._index:
            self.window.show_work(self.tr("Looking through {0}…").format(folder.name))
            self._index = self._questions.index(folder, True, self._engine(), self._indexed, self._not_indexed)

    def forget(self, folder: Path) -> None:
        """Leave a folder out from now on."""
        if not self._index:
            self._index = self._questions.index(folder, False, self._engine(), self._indexed, self._not_indexed)

    def _add(self) -> None:
        folder = self._dialogs.folder()
        if folder is not None:
            self.add(folder)

    def _stop(self) -> None:
        self._questions.drop(self._index)
        self._index = 0
        if self.window is not None:
            self.window.show_work("")

    def _indexed(self, folders: Mapping[Path, int]) -> None:
        self._index = 0
        if self.window is not None:
            self.window.show_work("")
            self.window.show_folders(folders)
            self.search(self.window.search.text())

    def _not_indexed(self, error: OvertoneError) -> None:
        self._index = 0
        if self.window is not None:
            self.window.show_work("")
        self._say(error)

    def _catalogue(self) -> Catalogue:
        return Catalogue(resource("library"), default_home() / "library")

    def _note(self, text: str) -> None:
        if self.window is not None:
            self.window.note.setText(text)

    def _say(self, error: OvertoneError) -> None:
        self._note(f"{error.message} {error.hint}".strip())
