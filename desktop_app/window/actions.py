"""Every command of the window as an action with its words and shortcut, and the menus made of them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

translate = QCoreApplication.translate
Keys = QKeySequence.StandardKey | str | None


class Actions:
    """The actions of one window; the window connects and enables them."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self.open = self._make(translate("actions", "&Open a Photo…"), QKeySequence.StandardKey.Open)
        self.sample = self._make(translate("actions", "Open the Sa&mple"))
        self.add_pictures = self._make(translate("actions", "Add &Pictures…"), "Ctrl+Shift+P")
        self.add_sounds = self._make(translate("actions", "Add So&unds…"), "Ctrl+Shift+U")
        self.copy = self._make(translate("actions", "Cop&y the Picture"), "Ctrl+Shift+C")
        self.paste = self._make(translate("actions", "&Paste as Reference"), QKeySequence.StandardKey.Paste)
        self.library = self._make(translate("actions", "&Library…"), "Ctrl+Shift+L")
        self.save = self._make(translate("actions", "&Save"), QKeySequence.StandardKey.Save)
        self.save_as = self._make(translate("actions", "Save &As…"), "Ctrl+Shift+S")
        self.save_project = self._make(translate("actions", "Save Pro&ject"), "Ctrl+Alt+S")
        self.save_project_as = self._make(translate("actions", "Save Project As…"))
        self.quit = self._make(translate("actions", "&Quit"), "Ctrl+Q")
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        self.undo = self._make(translate("actions", "&Undo"), QKeySequence.StandardKey.Undo)
        self.redo = self._make(translate("actions", "R&edo"), "Ctrl+Shift+Z")
        self.redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        self.hand = self._make(translate("actions", "&Hand"), "H", checkable=True)
        self.brush = self._make(translate("actions", "&Brush"), "B", checkable=True)
        self.eraser = self._make(translate("actions", "&Eraser"), "E", checkable=True)
        self.lasso = self._make(translate("actions", "&Lasso"), "L", checkable=True)
        self.polygon = self._make(translate("actions", "&Polygon"), "P", checkable=True)
        self.rectangle = self._make(translate("actions", "&Rectangle"), "R", checkable=True)
        self.ellipse = self._make(translate("actions", "Ell&ipse"), "O", checkable=True)
        self.pick = self._make(translate("actions", "Select &Objects"), "W", checkable=True)
        self.remover = self._make(translate("actions", "Re&move Brush"), "J", checkable=True)
        self.place = self._make(translate("actions", "Place the Pi&cture"), "V", checkable=True)
        self.expand = self._make(translate("actions", "E&xpand the Frame"), "C", checkable=True)
        self.crop = self._make(translate("actions", "Crop a&nd Straighten"), "Shift+C", checkable=True)
        group = QActionGroup(window)
        for tool in self.tools():
            group.addAction(tool)
        self.smaller = self._make(translate("actions", "&Smaller Brush"), "[")
        self.larger = self._make(translate("actions", "Lar&ger Brush"), "]")
        self.softer = self._make(translate("actions", "So&fter Brush"), "{")
        self.harder = self._make(translate("actions", "H&arder Brush"), "}")
        for action, key in ((self.softer, "{"), (self.harder, "}")):
            action.setShortcuts([QKeySequence(key), QKeySequence(f"Shift+{key}")])  # as keyboards and systems tell it
        self.switch = self._make(translate("actions", "Swi&tch Add and Erase"), "X")
        self.by_words = self._make(translate("actions", "Select by &Words"), "Ctrl+F")
        self.grow = self._make(translate("actions", "&Grow Mask"), "Shift+G")
        self.shrink = self._make(translate("actions", "Shrin&k Mask"), "Shift+K")
        self.feather = self._make(translate("actions", "&Feather Mask"), "Shift+F")
        self.load_mask = self._make(translate("actions", "O&pen Mask…"))
        self.save_mask = self._make(translate("actions", "Save M&ask…"))
        self.reset_frame = self._make(translate("actions", "Rese&t the Context Frame"))
        self.cut_out = self._make(translate("actions", "Use Painted Part as &Reference"), "Ctrl+J")
        self.invert = self._make(translate("actions", "&Invert Mask"), "Ctrl+I")
        self.clear = self._make(translate("actions", "&Clear Mask"), "Ctrl+D")
        self.show_mask = self._make(translate("actions", "Show &Mask"), "M", checkable=True)
        self.show_mask.setChecked(True)
        self.fit = self._make(translate("actions", "&Fit in Window"), "Ctrl+0")
        self.actual = self._make(translate("actions", "&100 %"), "Ctrl+1")
        self.zoom_in = self._make(translate("actions", "Zoom &In"), QKeySequence.StandardKey.ZoomIn)
        self.zoom_in.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        self.zoom_out = self._make(translate("actions", "Zoom &Out"), "Ctrl+-")
        self.before = self._make(translate("actions", "See &Before"), checkable=True)
        self.split = self._make(translate("actions", "&Split Before and After"), "S", checkable=True)
        self.side = self._make(translate("actions", "Before and After Si&de by Side"), "D", checkable=True)
        self.histogram = self._make(translate("actions", "&Histogram"), "Shift+H", checkable=True)
        self.run = self._make(translate("actions", "&Run"), "Ctrl+Return")
        self.plan = self._make(translate("actions", "P&lan Only"), "Ctrl+Shift+Return")
        self.cancel = self._make(translate("actions", "&Cancel"), "Esc")
        self.accept = self._make(translate("actions", "&Accept Result"), "Ctrl+Shift+A")
        self.discard = self._make(translate("actions", "&Discard Result"), "Ctrl+Shift+D")
        self.next_result = self._make(translate("actions", "&Next Result"), "Alt+Right")
        self.previous_result = self._make(translate("actions", "Pre&vious Result"), "Alt+Left")
        self.write = self._make(translate("actions", "Go to the &Instruction"), "Ctrl+L")
        self.export = self._make(translate("actions", "&Export…"), "Ctrl+E")
        self.develop = self._make(translate("actions", "De&velop…"))
        self.preferences = self._make(translate("actions", "Prefere&nces…"), "Ctrl+,")
        self.preferences.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.palette = self._make(translate("actions", "&Find a Command…"), "Ctrl+K")
        self.palette.setShortcuts([QKeySequence("Ctrl+K"), QKeySequence("F1")])
        self.models = self._make(translate("actions", "&Models…"))
        self.doctor = self._make(translate("actions", "&This Machine…"))
        self.free_memory = self._make(translate("actions", "Free the &Engine’s Memory"))
        self.first_steps = self._make(translate("actions", "First &Steps"))
        self.recent_menu = QMenu(translate("actions", "Open &Recent"), window)
        self.about = self._make(translate("actions", "&About Overtone and Its Models"))
        self.about.setMenuRole(QAction.MenuRole.AboutRole)

    def fill(self, bar: QMenuBar) -> None:
        """Make the menus."""
        menus = {
            translate("actions", "&File"): (
                self.open, self.recent_menu.menuAction(), self.sample, None,
                self.add_pictures, self.add_sounds, self.library, None,
                self.save, self.save_as, self.export, None, self.save_project, self.save_project_as, None,
                self.develop, self.preferences, None, self.quit,
            ),
            translate("actions", "&Edit"): (
                self.undo, self.redo, None, self.copy, self.paste, None,
                self.write, self.run, self.plan, self.cancel, None,
                self.accept, self.discard, self.next_result, self.previous_result,
            ),
            translate("actions", "&Tools"): (
                *self.tools(), None, self.smaller, self.larger, self.softer, self.harder, self.switch,
            ),
            translate("actions", "&Mask"): (
                self.by_words, self.cut_out, None,
                self.grow, self.shrink, self.feather, self.invert, self.clear, None,
                self.load_mask, self.save_mask, None, self.show_mask, self.reset_frame,
            ),
            translate("actions", "&View"): (
                self.fit, self.actual, self.zoom_in, self.zoom_out, None, self.before, self.split,
                self.side, None, self.histogram,
            ),
            translate("actions", "&Help"): (
                self.palette, self.first_steps, None, self.models, self.doctor, self.free_memory, None, self.about,
            ),
        }  # fmt: skip
        for title, actions in menus.items():
            menu = bar.addMenu(title)
            for action in actions:
                if action is None:
                    menu.addSeparator()
                else:
                    menu.addAction(action)

    def tools(self) -> tuple[QAction, ...]:
        """The tools, of which one is chosen; in the order of the strip beside the photo."""
        return (
            self.hand, self.brush, self.eraser, self.lasso, self.polygon, self.rectangle, self.ellipse, self.pick,
            self.remover, self.place, self.expand, self.crop,
        )  # fmt: skip

    def _make(self, text: str, keys: Keys = None, *, checkable: bool = False) -> QAction:
        action = QAction(text, self._window)
        action.setCheckable(checkable)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        self._window.addAction(action)
        return action
