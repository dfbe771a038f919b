"""The session behind a window: the document, its references and their thumbnails, and the files around them.

Files are read, prepared for the screen and written in a worker; the window only hears that something is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop_app.background import Background
from desktop_app.canvas.pyramid import Pyramid, build
from desktop_app.references.thumbs import Thumb
from desktop_app.work.composed import Composed
from desktop_app.work.document import Document, Reference, Touched, numbered
from desktop_app.work.reading import read_for_screen, read_references, resumed_for_screen
from desktop_app.work.recorder import Recorder
from desktop_app.work.wishes import Wish, Wishes
from engine.errors import OvertoneError
from engine.files import Original, write_photo
from engine.files.options import AS_SHOT, RawOptions, SaveOptions
from engine.picture import Photo
from engine.project.edits import Edits, framings
from engine.project.journal import Journal
from engine.project.project_file import SUFFIX, open_project
from engine.project.recovery import Resumed
from engine.values import Media

MOST_FILES = 24  # taken at once; more is a slip, and each is read whole
KEPT = 4  # pyramids: original, current, result, and one for undo
HEAVY = 700_000_000  # bytes of pyramids above which the one for undo is let go


class Session(QObject):
    """What the window works on.

    Attributes
    ----------
    opened
        Another document is there.
    touched
        A :class:`~desktop_app.work.document.Touched`: what undo, redo, accept or discard changed.
    accepted
        A :class:`~desktop_app.work.document.Pending` and the key of the edit that it has become; ``touched`` follows.
    pictures_ready
        A pyramid that was asked for is there.
    references_changed
        The bins' content or thumbnails changed.
    added
        Numbers of references that came in by files.
    known
        Numbers of references whose files came in again.
    refused
        The errors of files that were not taken, and how many there were in all.
    saved
        Where the photo was written, and what to tell of it.
    exported
        Where the picture was exported to, and what to tell of it.
    failed
        An :class:`~engine.errors.OvertoneError`.
    working
        What the files' worker does now, in words; empty when nothing.
    resumed
        A document goes on, from a project or after a kill: a :class:`~engine.project.recovery.Resumed`.
    recorder
        Keeps the document on the disk.
    """

    opened = Signal()
    touched = Signal(object)
    accepted = Signal(object, str)
    pictures_ready = Signal()
    references_changed = Signal()
    added = Signal(list)
    known = Signal(list)
    refused = Signal(list, int)
    saved = Signal(object, object)
    exported = Signal(object, object)
    failed = Signal(object)
    working = Signal(str)
    resumed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self.recorder = Recorder(self)
        self.document: Document | None = None
        self.thumbs: dict[Path, Thumb] = {}
        self._loose: tuple[Reference, ...] = ()
        self._pyramids: list[tuple[Photo, Pyramid]] = []
        self._asked: list[Photo] = []
        self._opening = 0
        self._wishes = Wishes(background, self)
        self._wishes.working.connect(self.working)
        self._wishes.failed.connect(self._fail)
        self._before = Composed(lambda document: framings(document.edits), background, self)
        self._outcome = Composed(Document.accepting, background, self)
        for each in (self._before, self._outcome):
            each.ready.connect(self.pictures_ready)
            each.failed.connect(self._fail)

    @property
    def references(self) -> tuple[Reference, ...]:
        """Those of the document, or those waiting for one."""
        return self.document.references if self.document is not None else self._loose

    # files

    def open(self, path: Path, raw: RawOptions = AS_SHOT) -> None:
        """Read a photo and make it the document, the references stay in their bins; or open a project.

        A camera RAW file is developed as ``raw`` says.
        """
        if path.suffix.lower() == SUFFIX:
            self.resume(lambda: open_project(path), path.name)
            return
        self._background.forget(self._opening)
        self.working.emit(self.tr("Opening {0}…").format(path.name))
        self._opening = self._background.submit(
            lambda: read_for_screen(path, raw), lambda value: self._opened(path, *value), self._fail
        )

    def resume(self, resumed: Callable[[], Resumed], name: str) -> None:
        """Go on with a document that ``resumed`` brings back from the disk; it is called in a worker."""
        self._background.forget(self._opening)
        self.working.emit(self.tr("Opening {0}…").format(name))
        self._opening = self._background.submit(
            lambda: resumed_for_screen(resumed), lambda value: self._resumed(*value), self._fail
        )

    def save_project(self, path: Path, then: Callable[[], None] | None = None) -> None:
        """Write the project file, then call ``then``."""
        document = self.document
        if document is None:
            return

        def done(edits: Edits) -> None:
            self.working.emit("")
            document.saved_project(edits, path)
            self.saved.emit(path, ())
            if then is not None:
                then()

        self.working.emit(self.tr("Saving {0}…").format(path.name))
        self.recorder.save_project(path, done, self._fail)

    def close(self) -> None:
        """Leave everything on the disk that should be there."""
        self.recorder.close()

    def save(self, path: Path, then: Callable[[], None] | None = None) -> None:
        """Write the current picture, then call ``then``."""
        document = self.document
        if document is None:
            return
        photo, original = document.photo, Original.at(document.path, self.recorder.original)

        def done(notes: tuple[str, ...]) -> None:
            self.working.emit("")
            document.saved(photo, path)
            self.saved.emit(path, notes)
            if then is not None:
                then()

        self.working.emit(self.tr("Saving {0}…").format(path.name))
        self._background.submit(lambda: write_photo(photo, path, original), done, self._fail)

    def export(self, path: Path, options: SaveOptions) -> None:
        """Write the current picture as the user has chosen; the document is as unsaved as before."""
        document = self.document
        if document is None:
            return
        photo, original = document.photo, Original.at(document.path, self.recorder.original)

        def done(notes: tuple[str, ...]) -> None:
            self.working.emit("")
            self.exported.emit(path, notes)

        self.working.emit(self.tr("Exporting {0}…").format(path.name))
        self._background.submit(lambda: write_photo(photo, path, original, options), done, self._fail)

    def image(self, then: Callable[[QImage], None]) -> None:
        """Give the pending result, else the current picture, to ``then`` as an image in sRGB."""
        document = self.document
        if document is None:
            return
        photo = self.outcome()
        if photo is not None:
            self._background.submit(lambda: build(photo).image(0), then, self._fail)

    def add_files(self, paths: Sequence[Path], then: Callable[[list[int]], None] | None = None) -> None:
        """Read files and put each into the bin it belongs to; ``then`` gets the numbers of all that are there."""
        wanted = list(dict.fromkeys(path.absolute() for path in paths))
        if not wanted:
            return
        count, wanted = len(wanted), wanted[:MOST_FILES]
        text = self.tr("Reading {0}…").format(wanted[0].name)
        self.working.emit(text if len(wanted) == 1 else self.tr("Reading {0} files…").format(len(wanted)))
        self._background.submit(
            lambda: read_references(wanted), lambda value: self._read(wanted, count, then, *value), self._fail
        )

    # pictures for the screen

    def pyramid(self, photo: Photo) -> Pyramid | None:
        """The photo ready for the screen; if it is not yet, it is made and ``pictures_ready`` follows."""
        for index, (known, pyramid) in enumerate(self._pyramids):
            if known is photo:
                self._pyramids.append(self._pyramids.pop(index))
                return pyramid
        if not any(asked is photo for asked in self._asked):
            self._asked.append(photo)
            self._background.submit(lambda: build(photo), lambda value: self._built(photo, value), self._fail)
        return None

    # changes

    def remove_reference(self, number: int) -> None:
        """Take a reference out of its bin."""
        if self.document is not None:
            self.document.remove_reference(number)
        else:
            self._loose = tuple(item for item in self._loose if item.number != number)
        self.references_changed.emit()

    def change_reference(self, changed: Reference, label: str) -> None:
        """Put ``changed`` in the place of the reference of its number; ``label`` names the step of the history."""
        if self.document is not None:
            self.document.change_reference(changed, label)
        else:
            self._loose = tuple(changed if item.number == changed.number else item for item in self._loose)
        self.references_changed.emit()

    def exchange_file(self, number: int, path: Path, label: str) -> None:
        """Let a reference use another file of the same medium, which is read first."""

        def read(value: tuple[dict[Path, tuple[Media, Thumb]], list[OvertoneError]]) -> None:
            good, bad = value
            reference = next((item for item in self.references if item.number == number), None)
            if bad:
                self.refused.emit(bad, 1)
            elif reference is not None and good[path][0] is reference.media:
                self.thumbs[path] = good[path][1]
                self.change_reference(replace(reference, path=path, name=reference.title), label)

        self._background.submit(lambda: read_references([path]), read, self._fail)

    def undo(self) -> None:
        """Take the last change back."""
        if self.document is not None:
            document = self.document
            self._change(lambda _now: document.undone(), _sparing(document, document.undo))

    def redo(self) -> None:
        """Do the last undone change again."""
        if self.document is not None:
            document = self.document
            self._change(lambda _now: document.redone(), _sparing(document, document.redo))

    def accept(self, *, then: Callable[[], None] | None = None, keep_mask: bool = False) -> None:
        """Keep the pending result, then call ``then``; the mask is cleared unless it is to be kept."""
        document = self.document
        pending = document.pending if document is not None else None
        if document is None or pending is None:
            if then is not None:
                then()
            return

        def act() -> Touched:
            if document.pending is not pending:  # another came while this one had to wait
                return Touched()
            key = document.accept(keep_mask=keep_mask)
            if key:
                self.accepted.emit(pending, key)
            return Touched(document.mask.whole, photo=True)

        self._change(lambda _now: document.accepting(), act, then)

    def set_edits(
        self, label: str, key: str, change: Callable[[Edits], Edits], then: Callable[[], None] | None = None
    ) -> None:
        """Change an edit of the stack, as one step of undo that ``label`` names; then call ``then``.

        A change of that edit under the same label that still waits gives way to this one.
        """
        document = self.document
        if document is None:
            return

        def act() -> Touched:
            edits = change(document.edits)
            return document.set_edits(label, edits) if edits is not document.edits else Touched()

        self._change(change, act, then, (label, key))

    def take(self, edits: Edits, act: Callable[[], Touched], then: Callable[[], None] | None = None) -> None:
        """Do ``act``, which takes that stack, once its picture is there; then call ``then``."""
        self._change(lambda _now: edits, act, then)

    @property
    def coming(self) -> Edits:
        """The document's stack as it will be once the pictures are there that are being made."""
        return self._wishes.lead_to(self.document.edits) if self.document is not None else ()

    @property
    def changing(self) -> bool:
        """Whether something was asked for that waits for its picture; the document does not have it yet."""
        return self._wishes.busy

    def after_changes(self, then: Callable[[], None], what: str = "") -> None:
        """Call ``then`` when all that the document was asked for until now is done: at once when nothing is under way.

        What is to be done then and still waits gives way to the next of the same name.
        """
        if self.document is not None:
            self._wishes.add(Wish(lambda edits: edits, lambda _photo: then(), (what,) if what else ()))

    def before(self) -> Photo | None:
        """The picture that the present one is compared with, once it is there; ``pictures_ready`` follows.

        It is the original, framed as the present one is.
        """
        return self._before.of(self.document) if self.document is not None else None

    @property
    def acceptable(self) -> bool:
        """Whether a result waits that the picture as it is now can take."""
        document = self.document
        if document is None or document.pending is None:
            return False
        try:
            document.accepting()
        except OvertoneError:
            return False
        return True

    def outcome(self) -> Photo | None:
        """The picture to look at, once it is there; ``pictures_ready`` follows.

        While a result waits it is what accepting that gives, which is more than the result where the photo has changed
        since it was made; the result as it came where it cannot be accepted any more.
        """
        document = self.document
        if document is None:
            return None
        if document.pending is not None and not self.acceptable:
            return document.pending.photo
        return self._outcome.of(document)

    def compose(self, edits: Callable[[Edits], Edits], then: Callable[[Photo], None]) -> None:
        """Have a picture made, by the worker when that takes long, and give it to ``then``.

        ``edits`` leads from the document's stack to the one of the picture, after the changes that are under way.
        """
        self._wishes.add(Wish(edits, then))

    def _change(
        self,
        wanted: Callable[[Edits], Edits],
        act: Callable[[], Touched],
        then: Callable[[], None] | None = None,
        about: tuple[str, ...] = (),
    ) -> None:
        """Do ``act`` once the picture of the stack that it leads to is there."""

        def go(_photo: Photo) -> None:
            self._tell(act())
            if then is not None:
                then()

        self._wishes.add(Wish(wanted, go, about))

    def discard(self) -> None:
        """Let the pending result go."""
        if self.document is not None and self.document.pending is not None:
            self.document.discard()
            self._tell(Touched(photo=True))

    # answers of the worker

    def _opened(self, path: Path, photo: Photo, raw: RawOptions | None, pyramid: Pyramid) -> None:
        journal = Journal.fresh()
        document = Document(photo, path, self.references, journal.store)
        document.raw = raw
        self._begin(document, journal, pyramid)
        self.opened.emit()

    def _resumed(self, resumed: Resumed, pyramid: Pyramid, thumbs: dict[Path, Thumb]) -> None:
        self.thumbs.update(thumbs)
        self._begin(resumed.document, resumed.journal, pyramid)
        self.opened.emit()
        self.resumed.emit(resumed)

    def _begin(self, document: Document, journal: Journal, pyramid: Pyramid) -> None:
        self._loose = ()
        self.document = document
        self._wishes.follow(document)
        self.recorder.follow(document, journal)
        self._pyramids = [(document.photo, pyramid)]
        self._asked.clear()
        self._before.forget()
        self._outcome.forget()
        self.working.emit("")

    def _read(
        self,
        wanted: list[Path],
        count: int,
        then: Callable[[list[int]], None] | None,
        good: dict[Path, tuple[Media, Thumb]],
        bad: list[OvertoneError],
    ) -> None:
        self.working.emit("")
        there = {item.path: item.number for item in self.references}
        same = {self.thumbs[path].digest: path for path in there if path in self.thumbs}
        twins = {path: same[thumb.digest] for path, (_, thumb) in good.items() if thumb.digest in same}
        again = [there[twins.get(path, path)] for path in good if path in there or path in twins]
        files = {path: media for path, (media, _) in good.items() if path not in twins}
        self.thumbs.update({path: thumb for path, (_, thumb) in good.items()})
        if self.document is not None:
            fresh = self.document.add_references(files)
        else:
            fresh = numbered(self._loose, files)
            self._loose = (*self._loose, *fresh)
        self.references_changed.emit()
        if fresh:
            self.added.emit([item.number for item in fresh])
        if again and then is None:
            self.known.emit(again)
        if count > len(wanted):
            text = self.tr("Only the first {0} of {1} files were taken.").format(len(wanted), count)
            bad = [OvertoneError(text, self.tr("Add the others in smaller lots.")), *bad]
        if bad:
            self.refused.emit(bad, count)
        if then is not None:
            there = {item.path: item.number for item in self.references}
            places = [twins.get(path, path) for path in wanted]
            then([there[path] for path in places if path in there])

    def _built(self, photo: Photo, pyramid: Pyramid) -> None:
        self._asked = [asked for asked in self._asked if asked is not photo]
        self._pyramids = [*self._pyramids, (photo, pyramid)][-KEPT:]
        if sum(level.nbytes for _, each in self._pyramids for level in each.levels) > HEAVY:
            self._pyramids = self._pyramids[-KEPT + 1 :]
        self.pictures_ready.emit()

    def _tell(self, touched: Touched) -> None:
        if touched.references:
            self.references_changed.emit()
        self.touched.emit(touched)

    def _fail(self, error: OvertoneError) -> None:
        self.working.emit("")
        self.failed.emit(error)


def _sparing(document: Document, act: Callable[[], Touched]) -> Callable[[], Touched]:
    """``act``, which lets a result go, but only one that waits already now: another may come before its turn."""
    now = document.pending

    def go() -> Touched:
        waiting = document.pending
        touched = act()
        if waiting is not now:
            document.pending = waiting
        return touched

    return go
