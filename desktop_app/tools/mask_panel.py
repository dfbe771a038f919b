"""The panel that drops down from the tool options: the whole mask's changes, its file, and how it is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from desktop_app.look.fields import Count
from desktop_app.look.screens import screen_at
from desktop_app.look.widgets import label, push, tip_of
from desktop_app.window.actions import Actions

AMOUNT = 12  # photo pixels, at first
COLOURS = ("#e0241a", "#1f9e4b", "#2a6fe0", "#e6b800", "#c026d3", "#ffffff")


def swatch(colour: str, size: int = 18) -> QIcon:
    """A round patch of a colour."""
    pixmap = QPixmap(2 * size, 2 * size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(QColor(128, 128, 128))
    painter.drawEllipse(3, 3, 2 * size - 6, 2 * size - 6)
    painter.end()
    pixmap.setDevicePixelRatio(2)
    return QIcon(pixmap)


class MaskPanel(QFrame):
    """Drops down and goes away with a click beside it.

    Attributes
    ----------
    overlay_asked
        Colour (absent to keep it) and opacity 0 to 1 (absent to keep it) that the mask shall be shown with.
    """

    overlay_asked = Signal(object, object)

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("maskPanel")
        self.setAccessibleName(self.tr("Mask"))
        names = (
            self.tr("Red"),
            self.tr("Green"),
            self.tr("Blue"),
            self.tr("Yellow"),
            self.tr("Magenta"),
            self.tr("White"),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 14)
        column.setSpacing(8)
        column.addWidget(label(self.tr("Edge"), "heading", parent=self))
        row = QHBoxLayout()
        self.amount = Count(1, 500, self)
        self.amount.setValue(AMOUNT)
        self.amount.setSuffix(self.tr(" px"))
        self.amount.setAccessibleName(self.tr("Distance in photo pixels"))
        self.amount.setToolTip(self.tr("By how many photo pixels the mask grows, shrinks or softens"))
        row.addWidget(self.amount)
        for action in (actions.grow, actions.shrink, actions.feather):
            row.addWidget(self._button(action))
        column.addLayout(row)
        grid = QGridLayout()
        for number, action in enumerate((actions.invert, actions.clear, actions.load_mask, actions.save_mask)):
            grid.addWidget(self._button(action), number // 2, number % 2)
        column.addLayout(grid)
        column.addWidget(label(self.tr("Shown as"), "heading", parent=self))
        self.colours: list[QToolButton] = []
        colours = QHBoxLayout()
        colours.setSpacing(2)
        for colour, name in zip(COLOURS, names, strict=True):
            button = QToolButton(self)
            button.setIcon(swatch(colour))
            button.setToolTip(name)
            button.setAccessibleName(self.tr("Show the mask in {0}").format(name))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.clicked.connect(lambda _=False, colour=colour: self.overlay_asked.emit(QColor(colour), None))
            self.colours.append(button)
            colours.addWidget(button)
        self.colours[0].setChecked(True)
        colours.addStretch(1)
        column.addLayout(colours)
        shade = QHBoxLayout()
        self.opacity = QSlider(Qt.Orientation.Horizontal, self)
        self.opacity.setRange(10, 100)
        self.opacity.setValue(50)
        self.opacity.setAccessibleName(self.tr("Opacity of the mask's colour, in percent"))
        self.opacity.setToolTip(self.tr("Opacity of the mask's colour"))
        self.opacity.valueChanged.connect(lambda value: self.overlay_asked.emit(None, value / 100))
        shade.addWidget(label(self.tr("Opacity"), parent=self))
        shade.addWidget(self.opacity, 1)
        column.addLayout(shade)

    def drop_from(self, button: QWidget) -> None:
        """Open under a button, inside the screen."""
        self.adjustSize()
        place = button.mapToGlobal(button.rect().bottomLeft())
        screen = screen_at(place).availableGeometry()
        place.setX(min(place.x(), screen.right() - self.width()))
        self.move(place)
        self.show()
        self.amount.setFocus()

    def _button(self, action: QAction) -> QWidget:
        words = action.text().replace("&", "").replace(self.tr(" Mask"), "")
        button = push(words[:1].upper() + words[1:], parent=self)
        button.setToolTip(tip_of(action))
        button.clicked.connect(action.trigger)
        button.setEnabled(action.isEnabled())
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        return button
