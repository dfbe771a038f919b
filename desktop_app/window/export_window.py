"""Exporting: type, quality, depth, size, colours and what the file tells beside the picture."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QWidget

from desktop_app.look.fields import Choice, Count
from desktop_app.look.widgets import dialog_form, form_row, label, lay_out_dialog, push
from engine.files.formats import EIGHT_BIT_ONLY, LOSSLESS
from engine.files.options import LEAST_SIDE, MOST_SIDE, SaveOptions
from engine.files.sniffing import Kind
from engine.picture import Photo

LEAST_WIDE = 46  # of the text's mean characters that the window is wide at least
SUFFIXES = {"jpeg": ".jpg", "png": ".png", "tiff": ".tif", "webp": ".webp", "avif": ".avif", "jxl": ".jxl"}


class ExportWindow(QDialog):
    """Asks how; where is asked after it.

    Attributes
    ----------
    chosen
        :class:`~engine.files.options.SaveOptions` and the suffix of the file.
    """

    chosen = Signal(object, str)

    def __init__(self, photo: Photo, options: SaveOptions | None, suffix: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self.setModal(False)
        self._photo = photo
        names = {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF", "webp": "WebP", "avif": "AVIF", "jxl": "JPEG XL"}
        self.format = Choice(names, self)
        self.quality = Count(0, 100, self)
        self.quality.setSpecialValueText(self.tr("As the photo"))
        self.bits = Choice({"": self.tr("As the photo"), "8": self.tr("8 bit"), "16": self.tr("16 bit")}, self)
        self.profile = Choice({"keep": self.tr("As the photo"), "srgb": "sRGB", "display-p3": "Display P3"}, self)
        self.long_side = Count(LEAST_SIDE - 1, MOST_SIDE, self)
        self.long_side.setSpecialValueText(self.tr("As the photo"))
        self.long_side.setSuffix(" px")
        self.long_side.setSingleStep(100)
        self.metadata = Choice(
            {
                "all": self.tr("Keep everything"),
                "no-place": self.tr("All but where it was taken (GPS)"),
                "none": self.tr("Nothing"),
            },
            self,
        )
        self.provenance = QCheckBox(self.tr("Say that the photo was edited, and how"), self)
        self.provenance.setAccessibleName(self.provenance.text())
        self.note = label(role="secondary", wrap=True, parent=self)
        self.export_button = push(self.tr("Export…"), primary=True, parent=self)
        self.export_button.setDefault(True)
        self.export_button.clicked.connect(self._choose)
        cancel = push(self.tr("Cancel"), parent=self)
        cancel.clicked.connect(self.close)
        self._lay_out(cancel)
        kept = options or SaveOptions()
        kind = next((name for name, each in SUFFIXES.items() if each == suffix.lower()), "")
        self.format.choose(kept.format or kind or ("jpeg" if suffix.lower() == ".jpeg" else "tiff"))
        self.quality.setValue(kept.quality or 0)
        self.bits.choose(str(kept.depth or ""))
        self.profile.choose(kept.profile)
        self.long_side.setValue(kept.long_side or self.long_side.minimum())
        self.metadata.choose(kept.metadata)
        self.provenance.setChecked(kept.provenance)
        for choice in (self.format, self.bits):
            choice.currentIndexChanged.connect(self._sync)
        self.long_side.valueChanged.connect(self._sync)
        self._sync()

    @property
    def options(self) -> SaveOptions:
        """What is chosen."""
        kind = Kind[self.format.key]
        options = SaveOptions(
            format=self.format.key,  # pyright: ignore[reportArgumentType]
            quality=None if kind in LOSSLESS else self.quality.value() or None,
            profile=self.profile.key,  # pyright: ignore[reportArgumentType]
            metadata=self.metadata.key,  # pyright: ignore[reportArgumentType]
            provenance=self.provenance.isChecked(),
        )
        if self.bits.isEnabled() and self.bits.key:
            options = replace(options, depth=int(self.bits.key))
        side = self.long_side.value()
        return replace(options, long_side=side) if side >= LEAST_SIDE else options

    def _lay_out(self, cancel: QWidget) -> None:
        best = self.tr("1 (small file) to 100 (best); as the photo, JPEG blocks that no edit touched stay as they are")
        form = dialog_form()
        for name, field, tip in (
            (self.tr("Type"), self.format, self.tr("What kind of file")),
            (self.tr("Quality"), self.quality, best),
            (self.tr("Depth"), self.bits, self.tr("Bits for each colour of a pixel")),
            (self.tr("Colours"), self.profile, self.tr("Colour profile of the file")),
            (self.tr("Long side"), self.long_side, self.tr("Scaled down to so many pixels at most")),
            (self.tr("Metadata"), self.metadata, self.tr("Camera, date, place and captions")),
        ):
            form_row(form, name, field, tip)
        self.provenance.setToolTip(self.tr("Writes the edits into the file’s metadata, for those who look"))
        title = label(self.tr("Export"), "title", parent=self)
        lay_out_dialog(self, (title, form, self.provenance, self.note), (cancel, self.export_button))
        self.setMinimumWidth(max(440, LEAST_WIDE * self.fontMetrics().averageCharWidth()))

    def _sync(self) -> None:
        kind = Kind[self.format.key]
        self.quality.setEnabled(kind not in LOSSLESS)
        self.bits.setEnabled(kind not in EIGHT_BIT_ONLY)
        width, height = self._photo.width, self._photo.height
        side = self.long_side.value()
        scale = min(side / max(width, height), 1.0) if side >= LEAST_SIDE else 1.0
        text = self.tr("{0} × {1} pixels").format(round(width * scale), round(height * scale))
        if kind in EIGHT_BIT_ONLY and self._photo.white > 255:
            text += self.tr(" · this type holds 8 of the photo’s 16 bits")
        self.note.setText(text)

    def _choose(self) -> None:
        self.close()
        self.chosen.emit(self.options, SUFFIXES[self.format.key])
