"""Questions to the user that only the platform's own dialogs can ask; tests answer them through the same protocol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton, QWidget

from desktop_app.look.wording import storage
from engine.files.formats import SUFFIXES
from engine.values import Media

PROJECT = ".overtone"
PICTURES = (
    "*.jpg *.jpeg *.png *.tif *.tiff *.webp *.heic *.heif *.hif *.avif *.jxl *.gif"
    " *.dng *.nef *.nrw *.cr2 *.cr3 *.arw *.raf *.orf *.rw2 *.pef *.srw *.3fr *.iiq *.x3f"
)
SOUNDS = "*.wav *.flac *.ogg *.oga *.opus *.mp3 *.aif *.aiff"
Answer = Literal["accept", "save", "discard", "stay"]
translate = QCoreApplication.translate


class Dialogs(Protocol):
    """What the window asks."""

    def photo(self) -> Path | None:
        """Which photo to open."""
        ...

    def references(self, media: Media) -> list[Path]:
        """Which pictures or sounds to add."""
        ...

    def mask(self) -> Path | None:
        """Which picture to take as the mask."""
        ...

    def save_as(self, suggested: Path) -> Path | None:
        """Where to save; replacing a file has been confirmed."""
        ...

    def export(self, suggested: Path) -> Path | None:
        """Where to export to, among files of the suggested one's type; replacing a file has been confirmed."""
        ...

    def unsaved(self, name: str, offered: Sequence[Answer]) -> Answer:
        """What to do with changes not saved yet; one of ``offered``.

        Where ``accept`` is one of them a result waits, and ``save`` leaves it out.
        """
        ...

    def waiting(self, *, exporting: bool) -> Answer:
        """Whether to ``accept`` the result that waits before saving or exporting, or to ``save`` without it."""
        ...

    def project(self, suggested: Path, size: int) -> Path | None:
        """Where to save the project, which takes about ``size`` bytes."""
        ...

    def delete_work(self, name: str) -> bool:
        """Whether to delete what is left of the work on a photo, for good."""
        ...

    def folder(self) -> Path | None:
        """Which folder to add to the library."""
        ...

    def like(self) -> Path | None:
        """Which picture or sound to find similar pictures for."""
        ...


def _with_result() -> dict[Answer, str]:
    """What the buttons say where a result waits."""
    return {"accept": translate("dialogs", "Accept and Save"), "save": translate("dialogs", "Save Without It")}


class QtDialogs:
    """The real ones, over ``window``."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def photo(self) -> Path | None:
        """See :meth:`Dialogs.photo`."""
        title = translate("dialogs", "Open a photo or a project")
        both = translate("dialogs", "Photos and projects ({0})").format(f"{PICTURES} *{PROJECT}")
        every = self._filter(Media.image)
        name, _ = QFileDialog.getOpenFileName(self._window, title, "", f"{both};;{every}")
        return Path(name) if name else None

    def references(self, media: Media) -> list[Path]:
        """See :meth:`Dialogs.references`."""
        picture = media is Media.image
        title = translate("dialogs", "Add pictures") if picture else translate("dialogs", "Add sounds")
        names, _ = QFileDialog.getOpenFileNames(self._window, title, "", self._filter(media))
        return [Path(name) for name in names]

    def mask(self) -> Path | None:
        """See :meth:`Dialogs.mask`."""
        title = translate("dialogs", "Open a mask: white where to edit")
        name, _ = QFileDialog.getOpenFileName(self._window, title, "", self._filter(Media.image))
        return Path(name) if name else None

    def save_as(self, suggested: Path) -> Path | None:
        """See :meth:`Dialogs.save_as`."""
        kinds = translate("dialogs", "Pictures ({0})").format(_patterns(SUFFIXES))
        return self._where(translate("dialogs", "Save the photo"), suggested, kinds)

    def export(self, suggested: Path) -> Path | None:
        """See :meth:`Dialogs.export`."""
        kind = SUFFIXES[suggested.suffix.lower()]
        kinds = f"{kind} ({_patterns(suffix for suffix, each in SUFFIXES.items() if each is kind)})"
        return self._where(translate("dialogs", "Export as {0}").format(kind), suggested, kinds)

    def unsaved(self, name: str, offered: Sequence[Answer]) -> Answer:
        """See :meth:`Dialogs.unsaved`."""
        text = translate("dialogs", "Save the changes to {0}?").format(name)
        names: dict[Answer, str] = {}
        if "accept" in offered:
            text, names = translate("dialogs", "A result waits to be accepted.") + " " + text, _with_result()
        return self._choose(translate("dialogs", "Unsaved changes"), text, offered, names)

    def waiting(self, *, exporting: bool) -> Answer:
        """See :meth:`Dialogs.waiting`."""
        names = _with_result()
        text = translate("dialogs", "A result waits to be accepted. Is it to be in the file?")
        if exporting:
            names["accept"] = translate("dialogs", "Accept and Export")
            names["save"] = translate("dialogs", "Export Without It")
        return self._choose(translate("dialogs", "A result waits"), text, ("accept", "save", "stay"), names)

    def project(self, suggested: Path, size: int) -> Path | None:
        """See :meth:`Dialogs.project`."""
        title = translate("dialogs", "Save the project (about {0})").format(storage(size))
        kind = translate("dialogs", "Overtone projects ({0})").format(f"*{PROJECT}")
        name, _ = QFileDialog.getSaveFileName(self._window, title, str(suggested), kind)
        return Path(name if name.endswith(PROJECT) else name + PROJECT) if name else None

    def delete_work(self, name: str) -> bool:
        """See :meth:`Dialogs.delete_work`."""
        button = QMessageBox.question(
            self._window,
            translate("dialogs", "Delete the work"),
            translate("dialogs", "Delete the edits of {0} for good? The photo itself stays.").format(name),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        return button == QMessageBox.StandardButton.Yes

    def folder(self) -> Path | None:
        """See :meth:`Dialogs.folder`."""
        name = QFileDialog.getExistingDirectory(self._window, translate("dialogs", "Add a folder to the library"))
        return Path(name) if name else None

    def like(self) -> Path | None:
        """See :meth:`Dialogs.like`."""
        title = translate("dialogs", "Find pictures like this file")
        kinds = translate("dialogs", "Pictures and sounds ({0})").format(f"{PICTURES} {SOUNDS}")
        name, _ = QFileDialog.getOpenFileName(self._window, title, "", kinds)
        return Path(name) if name else None

    def _choose(self, title: str, text: str, offered: Sequence[Answer], names: Mapping[Answer, str]) -> Answer:
        """Ask with a button for each answer; the first is the default, closing the question is to stay."""
        standard = {
            "save": QMessageBox.StandardButton.Save,
            "discard": QMessageBox.StandardButton.Discard,
            "stay": QMessageBox.StandardButton.Cancel,
        }
        box = QMessageBox(QMessageBox.Icon.Question, title, text, parent=self._window)
        buttons: dict[Answer, QPushButton] = {
            answer: box.addButton(names[answer], QMessageBox.ButtonRole.AcceptRole)
            if answer in names
            else box.addButton(standard[answer])
            for answer in offered
        }
        box.setDefaultButton(buttons[offered[0]])
        box.exec()
        box.deleteLater()
        for answer, button in buttons.items():
            if button is box.clickedButton():
                return answer
        return "stay"

    def _where(self, title: str, suggested: Path, kinds: str) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(self._window, title, str(suggested), kinds)
        path = Path(name)
        return (path if path.suffix else path.with_suffix(suggested.suffix)) if name else None

    def _filter(self, media: Media) -> str:
        every = translate("dialogs", "All files (*)")
        if media is Media.image:
            return translate("dialogs", "Pictures ({0})").format(PICTURES) + ";;" + every
        return translate("dialogs", "Sounds ({0})").format(SOUNDS) + ";;" + every


def _patterns(suffixes: Iterable[str]) -> str:
    return " ".join(f"*{suffix}" for suffix in suffixes)
