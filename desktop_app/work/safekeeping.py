"""Saving and exporting, and asking before anything could be lost or left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desktop_app.window.dialogs import Answer, Dialogs
from desktop_app.work.document import Document, Pending
from desktop_app.work.session import Session
from engine.files import next_free_path
from engine.files.formats import kind_named
from engine.files.options import SaveOptions
from engine.files.sniffing import Kind
from engine.project.project_file import SUFFIX


class Safekeeping:
    """Saves the session's document where the user says; the original is suggested never, overwritten only if chosen.

    A result that waits goes into the file only on the user's word, and is accepted once it is known where to write.
    """

    def __init__(self, session: Session, dialogs: Dialogs) -> None:
        self._session = session
        self._dialogs = dialogs

    def save(self) -> None:
        """Save where it was saved last; the first time, ask."""
        self._keep(lambda document: document.saved_to or self._photo(document), self._session.save)

    def save_as(self) -> None:
        """Ask where to save, suggesting a name that is free."""
        self._keep(self._photo, self._session.save)

    def save_project(self) -> None:
        """Save the project where it was saved last or opened from; the first time, ask."""
        self._keep(lambda document: document.project or self._project(document), self._session.save_project)

    def save_project_as(self) -> None:
        """Ask where to save the project, saying about how large it will be."""
        self._keep(self._project, self._session.save_project)

    def export(self, options: SaveOptions, suffix: str) -> None:
        """Ask where to export to, and write the picture as ``options`` say."""
        self._keep(
            lambda document: self._exported(document, options, suffix),
            lambda path: self._session.export(path, options),
            exporting=True,
        )

    def settle(self, then: Callable[[], None]) -> None:
        """Do ``then`` once nothing can be lost by it: at once, after saving, or never.

        The changes under way are waited for.
        """
        if self._session.changing:
            self._session.after_changes(lambda: self.settle(then), "settle")
            return
        document = self._session.document
        if document is None or not (document.modified or document.pending is not None):
            then()
            return
        waiting = document.pending
        offered: tuple[Answer, ...] = ("save", "discard", "stay")
        if waiting is not None:
            offered = ("accept", *(offered if document.modified else offered[1:]))
        answer = self._dialogs.unsaved(document.name, offered)
        match answer:
            case "accept" | "save":
                path, write = document.project, self._session.save_project
                if path is None:
                    path, write = document.saved_to, self._session.save
                self._write(answer, waiting, path or self._photo(document), lambda path: write(path, then))
            case "discard":
                self._session.recorder.let_go()
                then()
            case "stay":
                pass

    # helpers

    def _photo(self, document: Document) -> Path | None:
        """Where the photo is to be saved."""
        return self._dialogs.save_as(next_free_path(document.path))

    def _exported(self, document: Document, options: SaveOptions, suffix: str) -> Path | None:
        """Where the picture is to be exported to: asked again where a name is of another type than the one chosen."""
        path = self._dialogs.export(next_free_path(document.path, "export", suffix))
        while path is not None and (named := kind_named(path.name)) is not Kind[options.format]:
            fitting = path.with_suffix(suffix) if named is not None else path.with_name(path.name + suffix)
            path = self._dialogs.export(fitting)  # a file of that name may be there
        return path

    def _project(self, document: Document) -> Path | None:
        """Where the project is to be saved."""
        suggested = document.project or next_free_path(document.path, "project", SUFFIX)
        return self._dialogs.project(suggested, self._session.recorder.project_size(document))

    def _keep(
        self,
        where: Callable[[Document], Path | None],
        write: Callable[[Path], None],
        *,
        exporting: bool = False,
    ) -> None:
        """After the changes under way, ask about a result that waits, then where to, and write."""

        def keep() -> None:
            document = self._session.document
            if document is None:
                return
            waiting = document.pending
            answer = self._dialogs.waiting(exporting=exporting) if waiting is not None else "save"
            if answer != "stay":
                self._write(answer, waiting, where(document), write)

        self._session.after_changes(keep)

    def _write(self, answer: Answer, waiting: Pending | None, path: Path | None, write: Callable[[Path], None]) -> None:
        document = self._session.document
        if document is None or path is None:
            return
        if answer == "accept":
            document.pending = waiting  # another may have come while the question stood
            self._session.accept(then=lambda: write(path))
        else:
            write(path)
