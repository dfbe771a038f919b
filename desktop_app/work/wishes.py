"""What is wanted of the document's stack, one after the other: each waits until the picture it leads to is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from desktop_app.background import Background
from desktop_app.work.document import Document
from engine.errors import OvertoneError
from engine.picture import Photo
from engine.project.edits import Edits


@dataclass(frozen=True, eq=False)
class Wish:
    """A picture that is wanted.

    Attributes
    ----------
    edits
        From the document's stack, when the turn has come, to the stack of the picture.
    then
        Gets the picture.
    about
        What of the stack becomes other by it, for instance the opacity of an edit, or what waits for the stack as it
        will be; empty when the stack that it leads to is nothing to be shown before the picture is there.
    """

    edits: Callable[[Edits], Edits]
    then: Callable[[Photo], None]
    about: tuple[str, ...] = ()


class Wishes(QObject):
    """Has the pictures made in turn, by the worker where that takes long.

    Attributes
    ----------
    working
        What the worker does now, in words; empty when nothing.
    failed
        An :class:`~engine.errors.OvertoneError`: a wish that could not be fulfilled; the others go on.
    """

    working = Signal(str)
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._document: Document | None = None
        self._current: Wish | None = None  # whose picture the worker makes
        self._waiting: list[Wish] = []

    def follow(self, document: Document) -> None:
        """Serve another document; what was wanted of the one before is forgotten."""
        self._document = document
        self._current = None
        self._waiting.clear()

    @property
    def busy(self) -> bool:
        """Whether anything is wanted that is not there yet."""
        return self._current is not None or bool(self._waiting)

    def add(self, wish: Wish) -> None:
        """Fulfil a wish when those before it are; one that waits gives way to a newer one about the same thing."""
        if wish.about and self._waiting and self._waiting[-1].about == wish.about:
            self._waiting[-1] = wish
        else:
            self._waiting.append(wish)
        self._go_on()

    def lead_to(self, edits: Edits) -> Edits:
        """The stack that will come of ``edits``, as far as that is known; the same one when nothing is wanted."""
        for wish in (self._current, *self._waiting):
            edits = wish.edits(edits) if wish is not None and wish.about else edits
        return edits

    def _go_on(self) -> None:
        while self._current is None and self._waiting and self._document is not None:
            self._begin(self._document, self._waiting.pop(0))

    def _begin(self, document: Document, wish: Wish) -> None:
        try:
            edits = wish.edits(document.edits)
            if not document.slow(edits):
                photo = document.picture(edits)
                document.remember(edits, photo)
                wish.then(photo)
                return
        except OvertoneError as error:
            self.failed.emit(error)
            return
        self._current = wish
        self.working.emit(self.tr("Putting the picture together…"))
        self._background.submit(
            lambda: document.picture(edits),
            lambda photo: self._made(document, wish, edits, photo),
            lambda error: self._failed(wish, error),
        )

    def _made(self, document: Document, wish: Wish, edits: Edits, photo: Photo) -> None:
        if wish is self._current:
            document.remember(edits, photo)
            self._waiting.insert(0, wish)  # at once now, unless something else was done while the picture was made
            self._rest()
            self._go_on()

    def _failed(self, wish: Wish, error: OvertoneError) -> None:
        if wish is self._current:
            self._rest()  # first: whoever hears of the failure asks what is still to come
            self.failed.emit(error)
            self._go_on()

    def _rest(self) -> None:
        self._current = None
        self.working.emit("")
