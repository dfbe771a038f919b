"""Developing a camera RAW file: white balance and exposure."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QLayout, QWidget

from desktop_app.look.fields import Amount, Choice
from desktop_app.look.widgets import dialog_form, form_row, label, lay_out_dialog, push
from engine.files.options import MOST_STOPS, RawOptions


class DevelopWindow(QDialog):
    """Asks how; the file is then opened anew.

    Parameters
    ----------
    raw
        How it was developed.
    edited
        Whether there are edits, which stay behind with the picture developed before.

    Attributes
    ----------
    chosen
        :class:`~engine.files.options.RawOptions` that differ from those before.
    """

    chosen = Signal(object)

    def __init__(self, raw: RawOptions, edited: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Develop"))
        self.setModal(False)
        self._raw = raw
        self.white_balance = Choice(
            {
                "camera": self.tr("As the camera noted it"),
                "auto": self.tr("Judged from the picture"),
                "daylight": self.tr("Daylight"),
            },
            self,
        )
        self.white_balance.choose(raw.white_balance)
        self.exposure = Amount(-MOST_STOPS, MOST_STOPS, 0.1, 1, "EV", self)
        self.exposure.setValue(raw.exposure)
        self.develop_button = push(self.tr("Develop"), primary=True, parent=self)
        self.develop_button.setDefault(True)
        self.develop_button.clicked.connect(self._choose)
        self._lay_out(edited)

    @property
    def options(self) -> RawOptions:
        """What is chosen."""
        return RawOptions(self.white_balance.key, round(self.exposure.value(), 1))  # pyright: ignore[reportArgumentType]

    def _lay_out(self, edited: bool) -> None:
        form = dialog_form()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form_row(form, self.tr("White balance"), self.white_balance, self.tr("What counts as white"))
        form_row(form, self.tr("Exposure"), self.exposure, self.tr("Brighter or darker, -3 to 3 stops"))
        cancel = push(self.tr("Cancel"), parent=self)
        cancel.clicked.connect(self.close)
        parts: list[QWidget | QLayout] = [label(self.tr("Develop"), "title", parent=self), form]
        if edited:
            text = self.tr("The photo is opened anew; edits belong to the picture as it was developed before.")
            parts.append(label(text, role="secondary", wrap=True, parent=self))
        lay_out_dialog(self, parts, (cancel, self.develop_button))
        self.setMinimumWidth(440)

    def _choose(self) -> None:
        self.close()
        if self.options != self._raw:
            self.chosen.emit(self.options)
