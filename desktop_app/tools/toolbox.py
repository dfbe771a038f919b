"""Which tool is chosen: ties the tools' actions and options to the canvas and the mask's commands."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QColor

from desktop_app.canvas.canvas import Canvas
from desktop_app.canvas.scene import Compare
from desktop_app.tools.base import SHAPES, Tool
from desktop_app.tools.mask_commands import MaskCommands
from desktop_app.tools.mask_ops import Refine
from desktop_app.tools.tool_options import ToolOptions
from desktop_app.window.actions import Actions
from engine.project.mask import Combine

SIZE_STEP = 1.2  # a press of [ or ] changes the brush by this factor
HARDNESS_STEP = 0.1


class Toolbox(QObject):
    """Chooses tools and passes their options on.

    Attributes
    ----------
    picture_asked
        A picture is to be laid on the photo, where none lies yet.
    """

    picture_asked = Signal()

    def __init__(
        self, canvas: Canvas, options: ToolOptions, actions: Actions, masks: MaskCommands, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._canvas, self._options, self._actions, self._masks = canvas, options, actions, masks
        self._runnable = False
        self._pictures = False
        self._before = Tool.hand
        self._by_tool: dict[Tool, QAction] = {tool: getattr(actions, tool.value) for tool in Tool}
        for tool, action in self._by_tool.items():
            action.triggered.connect(lambda _=False, tool=tool: self.choose(tool))
        a = actions
        a.smaller.triggered.connect(lambda: self._resize(1 / SIZE_STEP))
        a.larger.triggered.connect(lambda: self._resize(SIZE_STEP))
        a.softer.triggered.connect(lambda: canvas.set_brush(hardness=canvas.brush.hardness - HARDNESS_STEP))
        a.harder.triggered.connect(lambda: canvas.set_brush(hardness=canvas.brush.hardness + HARDNESS_STEP))
        a.switch.triggered.connect(self.switch)
        a.by_words.triggered.connect(self._go_to_words)
        a.invert.triggered.connect(masks.invert)
        a.clear.triggered.connect(masks.clear)
        a.load_mask.triggered.connect(masks.load)
        a.save_mask.triggered.connect(masks.save)
        a.reset_frame.triggered.connect(canvas.frame.reset)
        for action, how in ((a.grow, Refine.grow), (a.shrink, Refine.shrink), (a.feather, Refine.feather)):
            action.triggered.connect(lambda _=False, how=how: masks.refine(how, options.mask_panel.amount.value()))
        canvas.mask_edited.connect(masks.took)
        canvas.brush_changed.connect(options.show_brush)
        canvas.frame_changed.connect(self._show_frame)
        options.diameter_asked.connect(lambda value: canvas.set_brush(diameter=value))
        options.hardness_asked.connect(lambda value: canvas.set_brush(hardness=value))
        options.pressure_asked.connect(lambda on: canvas.set_brush(pressure=on))
        options.combine_asked.connect(self._set_combine)
        options.mask_panel.overlay_asked.connect(self._set_overlay)
        canvas.ghosts_changed.connect(self._on_ghosts)
        canvas.margins_changed.connect(self._show_margins)
        canvas.crop_changed.connect(self._show_crop)
        options.flip_asked.connect(canvas.kit.placer.flip)
        options.turn_asked.connect(canvas.kit.placer.turn)
        options.drop_asked.connect(canvas.kit.placer.drop)
        options.ratio_asked.connect(canvas.kit.expander.hold_to)
        options.crop.ratio_asked.connect(canvas.kit.cropper.hold_to)
        options.crop.turn_asked.connect(canvas.kit.cropper.turn)
        options.crop.degrees_asked.connect(canvas.kit.cropper.straighten)
        options.show_brush(canvas.brush)
        options.show_combine(canvas.combine)
        self._show_frame()

    def begin(self) -> None:
        """A photo has been opened: the brush is the first thing wanted."""
        self.choose(Tool.brush)

    def choose(self, tool: Tool) -> None:
        """Take a tool; every tool but the hand needs the photo alone, and placing waits for a picture."""
        if tool is Tool.place and not self._canvas.ghosts.items:
            self._by_tool[self._canvas.tool].setChecked(True)
            self.picture_asked.emit()
            return
        if tool is not Tool.hand:
            self._canvas.set_compare(Compare.after)
        if self._canvas.tool not in (tool, Tool.place, Tool.crop):
            self._before = self._canvas.tool
        self._canvas.set_tool(tool)
        self._by_tool[tool].setChecked(True)
        focus = self._options.window().focusWidget()
        self._options.show_tool(tool)
        if focus is not None and self._options.isAncestorOf(focus) and not focus.isVisible():
            self._canvas.setFocus()  # not whatever comes next in the window
        self._show_frame()
        if tool is Tool.expand:
            self._canvas.kit.expander.make_room()
        elif tool is Tool.crop:
            self._canvas.kit.cropper.make_room()

    def go_back(self) -> None:
        """Take the tool again that was there before this one."""
        self.choose(self._before)

    def switch(self) -> None:
        """From adding to taking away, and back."""
        tool = self._canvas.tool
        if tool in SHAPES:
            self._set_combine(Combine.add if self._canvas.combine is Combine.subtract else Combine.subtract)
        else:
            self.choose(Tool.brush if tool is Tool.eraser else Tool.eraser)

    def sync(self, there: bool, runnable: bool, pictures: bool) -> None:
        """Enable the tools' commands: whether there is a photo, the engine can be asked, and there are pictures."""
        a = self._actions
        for action in (*self._by_tool.values(), a.smaller, a.larger, a.softer, a.harder, a.switch):
            action.setEnabled(there)
        self._runnable, self._pictures = there and runnable, there and pictures
        for action in (a.pick, a.by_words, a.remover):
            action.setStatusTip("" if runnable or not there else self.tr("The engine is not assembled yet."))
            action.setEnabled(there and (runnable or self._canvas.tool is Tool.remover))
        self._show_place()
        self._show_margins()
        self._options.set_usable(there)
        self._show_frame()

    def _resize(self, factor: float) -> None:
        step = 1 if factor > 1 else -1  # small brushes change by a pixel at least
        diameter = self._canvas.brush.diameter
        wanted, least = diameter * factor, diameter + step
        self._canvas.set_brush(diameter=max(wanted, least) if step > 0 else min(wanted, least))

    def _set_combine(self, how: Combine) -> None:
        self._canvas.combine = how
        self._options.show_combine(how)

    def _set_overlay(self, colour: QColor | None, opacity: float | None) -> None:
        overlay = self._canvas.overlay
        self._canvas.overlay = replace(
            overlay, colour=colour or overlay.colour, opacity=overlay.opacity if opacity is None else opacity
        )
        self._canvas.show_again()

    def _go_to_words(self) -> None:
        self.choose(Tool.pick)
        self._options.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._options.words.selectAll()

    def _on_ghosts(self) -> None:
        there = bool(self._canvas.ghosts.items)
        self._show_place()
        if not there and self._canvas.tool is Tool.place:
            self.choose(Tool.hand)

    def _show_place(self) -> None:
        ghosts = self._canvas.ghosts
        self._actions.place.setStatusTip(self.tr("Add a picture first."))
        self._actions.place.setEnabled(self._pictures or bool(ghosts.items))
        self._options.show_place(ghosts.shown and ghosts.chosen is not None, self._runnable)

    def _show_margins(self) -> None:
        expander = self._canvas.kit.expander
        self._options.show_expand(
            "" if expander.empty else expander.size_words(), self._runnable and not expander.empty
        )

    def _show_crop(self) -> None:
        cropper = self._canvas.kit.cropper
        self._options.crop.show_frame(cropper.frame, cropper.size_words(), not cropper.empty)

    def _show_frame(self) -> None:
        self._actions.reset_frame.setEnabled(self._canvas.frame.chosen is not None)
