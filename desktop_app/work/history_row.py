"""One accepted edit in the history: what it was, whether and how strongly it shows, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from desktop_app.look.fields import Share
from desktop_app.look.theme import Look
from desktop_app.look.widgets import IconButton, label
from engine.project.edits import Edit

THUMB = 44  # logical pixels
ROUND = 5


def thumb_pixmap(image: QImage | None, ratio: float, faint: bool) -> QPixmap:
    """A picture cut to a rounded square; ``faint`` for what is hidden."""
    side = round(THUMB * ratio)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    if image is None or image.isNull():
        pixmap.setDevicePixelRatio(ratio)
        return pixmap
    scaled = image.scaled(
        QSize(side, side), Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addRoundedRect(0, 0, side, side, ROUND * ratio, ROUND * ratio)
    painter.setClipPath(path)
    painter.setOpacity(0.35 if faint else 1.0)
    painter.drawImage(-(scaled.width() - side) // 2, -(scaled.height() - side) // 2, scaled)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


class ElidedLabel(QLabel):
    """One line that ends in dots where it does not fit; the whole of it is the tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMinimumWidth(40)

    def set_whole(self, text: str) -> None:
        """Show as much of ``text`` as fits."""
        self._whole = text
        self.setToolTip(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Narrow: it can always end in dots."""
        return QSize(40, super().minimumSizeHint().height())

    def _fit(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width()))


class EditRow(QFrame):
    """An edit's row.

    Attributes
    ----------
    visible_asked, opacity_asked
        Whether to show it; how strongly, 0 to 1.
    mask_asked, again_asked, delete_asked
        A command of its menu.
    """

    visible_asked = Signal(bool)
    opacity_asked = Signal(float)
    mask_asked = Signal()
    again_asked = Signal()
    delete_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("historyRow")
        self.picture = QLabel(self)
        self.picture.setFixedSize(THUMB, THUMB)
        self.title = ElidedLabel(self)
        self.note = label("", "warning", wrap=True, parent=self)
        self.note.hide()
        self.again_button = QToolButton(self)
        self.again_button.setText(self.tr("Run again"))
        self.again_button.setObjectName("link")
        self.again_button.hide()
        self.slider = Share(self)
        self.percent = label("", "value", parent=self)
        self.percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.percent.setMinimumWidth(self.percent.fontMetrics().horizontalAdvance(self.tr("{0} %").format(100)))
        self.eye = IconButton(look, "eye", self.tr("Hide"), self)
        self.eye.setCheckable(True)
        self.more = IconButton(look, "more", self.tr("More"), self)
        self._menu: QMenu | None = None
        self._framed = False  # a framing has no mask and nothing to be run
        self.details = label("", "secondary", wrap=True, parent=self)
        self.details.hide()
        self._arrange()
        self.eye.clicked.connect(lambda on: self.visible_asked.emit(not on))
        self.slider.valueChanged.connect(self._on_slide)
        self.slider.sliderReleased.connect(lambda: self.opacity_asked.emit(self.slider.value() / 100))
        self.again_button.clicked.connect(self.again_asked)
        self.more.clicked.connect(self._open_menu)
        self._showing = False

    def menu(self) -> QMenu:
        """Its menu, made when first wanted: a hundred rows need few of them."""
        if self._menu is None:
            self._menu = QMenu(self)
            commands = ((self.tr("Edit Its &Mask"), self.mask_asked), (self.tr("&Run Again"), self.again_asked))
            for text, signal in () if self._framed else commands:
                self._menu.addAction(text).triggered.connect(lambda _on=False, signal=signal: signal.emit())
            settings = self._menu.addAction(self.tr("Show &Settings"))
            settings.setCheckable(True)
            settings.toggled.connect(self.details.setVisible)
            self._menu.addSeparator()
            self._menu.addAction(self.tr("&Delete")).triggered.connect(lambda _on=False: self.delete_asked.emit())
        return self._menu

    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _arrange(self) -> None:
        strength = QHBoxLayout()
        strength.setSpacing(6)
        strength.addWidget(self.slider, 1)
        strength.addWidget(self.percent)
        middle = QVBoxLayout()
        middle.setSpacing(3)
        middle.addWidget(self.title)
        middle.addLayout(strength)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(middle, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        buttons.addWidget(self.eye)
        buttons.addWidget(self.more)
        line.addLayout(buttons)
        warning = QHBoxLayout()
        warning.setSpacing(6)
        warning.addWidget(self.note, 1)
        warning.addWidget(self.again_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 7, 4, 7)
        whole.setSpacing(4)
        whole.addLayout(line)
        whole.addLayout(warning)
        whole.addWidget(self.details)

    def show_edit(self, edit: Edit, text: str, stranger: bool, image: QImage | None) -> None:
        """Show the edit as it is now, said by ``text``; ``stranger`` when it was made on another picture."""
        self._showing = True
        text = text or self.tr("Edit without words")
        self.title.set_whole(text)
        self.setAccessibleName(text)
        self.picture.setPixmap(thumb_pixmap(image, self.devicePixelRatioF(), not edit.shown))
        words = self.tr("Show: {0}") if not edit.visible else self.tr("Hide: {0}")
        self.eye.setChecked(not edit.visible)
        self.eye.set_icon("eye" if edit.visible else "eye_off")
        self.eye.setAccessibleName(words.format(text))
        self.eye.setToolTip(self.tr("Show this edit") if not edit.visible else self.tr("Hide this edit"))
        self.more.setAccessibleName(self.tr("More for: {0}").format(text))
        self.more.setToolTip(
            self.tr("Mask, run again, settings, delete") if edit.framing is None else self.tr("Settings, delete")
        )
        self._framed = edit.framing is not None
        self.slider.setAccessibleName(self.tr("Opacity in percent: {0}").format(text))
        fixed = self.tr("An edit that changes the picture’s size is shown wholly or not at all")
        self.slider.setToolTip(fixed if edit.fixed else self.tr("Opacity of this edit"))
        self.slider.setEnabled(not edit.fixed)
        if not self.slider.isSliderDown():
            self.slider.setValue(round(edit.opacity * 100))
        self._show_percent()
        self.note.setText(self.tr("Made on another picture than the one below it now."))
        self.note.setVisible(stranger)
        self.again_button.setVisible(stranger and edit.framing is None)
        self.again_button.setAccessibleName(self.tr("Run again: {0}").format(text))
        self.again_button.setToolTip(self.tr("Make this edit anew on the picture below it"))
        self.details.setText(self._settings(edit))
        self._showing = False

    def set_usable(self, why: str) -> None:
        """Whether anything may be changed now, else ``why`` not; after :meth:`show_edit`."""
        self.setEnabled(not why)
        self.setToolTip(why)
        if why:
            for control in (self.slider, self.eye, self.more, self.again_button):
                control.setToolTip(why)

    def _settings(self, edit: Edit) -> str:
        settings, framing = edit.settings, edit.framing
        if framing is not None:
            box, turned = framing.box, framing.turned
            kept = self.tr("Kept {0} × {1} of {2} × {3} pixels").format(box.width, box.height, *turned)
            turns = self.tr("Turned by {0}°, straightened by {1}°").format(framing.turn, f"{framing.straighten:g}")
            return f"{kept}\n{turns}"
        lines = [
            self.tr("Engine {0} · seed {1}").format(edit.engine, edit.seed),
            self.tr("Steps {0} · keep {1:g} · guidance {2:g}").format(settings.steps, settings.keep, settings.guidance),
        ]
        if edit.box is not None:
            lines.append(self.tr("Changed {0} × {1} pixels").format(edit.box.width, edit.box.height))
        return "\n".join(lines)

    def _show_percent(self) -> None:
        self.percent.setText(self.tr("{0} %").format(self.slider.value()))

    def _on_slide(self) -> None:
        self._show_percent()
        if not self._showing and not self.slider.isSliderDown():  # by keys or wheel
            self.opacity_asked.emit(self.slider.value() / 100)
