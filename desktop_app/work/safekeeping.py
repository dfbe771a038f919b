"""Saving, and asking before anything could be lost."""

from __future__ import annotations

from collections.abc import Callable

from desktop_app.window.dialogs import Dialogs
from desktop_app.work.session import Session
from engine.files import next_free_path
from engine.project.project_file import SUFFIX


class Safekeeping:
    """Saves the session's document where the user says; the original is suggested never, overwritten only if chosen."""

    def __init__(self, session: Session, dialogs: Dialogs) -> None:
        self._session = session
        self._dialogs = dialogs

    def save(self) -> None:
        """Save where it was saved last; the first time, ask."""
        document = self._session.document
        if document is not None and document.saved_to is not None:
            self._session.save(document.saved_to)
        else:
            self.save_as()

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask where to save, suggesting a name that is free; ``then`` follows once it is written."""
        document = self._session.document
        if document is not None:
            path = self._dialogs.save_as(next_free_path(document.path))
            if path is not None:
                self._session.save(path, then)

    def settle(self, then: Callable[[], None]) -> None:
        """Do ``then`` once nothing can be lost by it: at once, after saving, or never."""
        document = self._session.document
        if document is None or not (document.modified or document.pending is not None):
            then()
            return
        match self._dialogs.unsaved((document.saved_to or document.path).name):
            case "save":
                self._session.accept(then=lambda: self._save_then(then))
            case "discard":
                self._session.recorder.let_go()
                then()
            case "stay":
                pass

    def save_project(self) -> None:
        """Save the project where it was saved last or opened from; the first time, ask."""
        document = self._session.document
        if document is not None and document.project is not None:
            self._session.save_project(document.project)
        else:
            self.save_project_as()

    def save_project_as(self) -> None:
        """Ask where to save the project, saying about how large it will be."""
        document = self._session.document
        if document is not None:
            suggested = document.project or next_free_path(document.path, "project", SUFFIX)
            path = self._dialogs.project(suggested, self._session.recorder.project_size(document))
            if path is not None:
                self._session.save_project(path)

    def _save_then(self, then: Callable[[], None]) -> None:
        document = self._session.document
        assert document is not None
        if document.saved_to is not None:
            self._session.save(document.saved_to, then)
        elif document.project is not None:
            self._session.save_project(document.project, then)
        else:
            self.save_as(then)
