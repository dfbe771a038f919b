"""The page of preferences: each takes effect as it is chosen."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QWidget

from desktop_app.look.fields import Choice, Count
from desktop_app.look.widgets import dialog_form, form_row, label, lay_out_dialog, push
from desktop_app.translations import available
from desktop_app.window.preferences import LARGEST, SMALLEST, Preferences

TEXT_STEP = 10  # per cent
MOST_DISK = 500  # GB


class PreferencesWindow(QDialog):
    """A small window that never blocks the other.

    Attributes
    ----------
    changed
        The new :class:`~desktop_app.window.preferences.Preferences`.
    """

    changed = Signal(object)

    def __init__(self, preferences: Preferences, engines: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Preferences"))
        self.setModal(False)
        self._preferences = preferences
        themes = {"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")}
        languages = {"": self.tr("As the system"), **available()}
        self.theme = Choice(themes, self)
        self.language = Choice(languages, self)
        self.text_size = Count(SMALLEST, LARGEST, self)
        self.text_size.setSingleStep(TEXT_STEP)
        self.text_size.setSuffix(" %")
        self.disk_budget = Count(1, MOST_DISK, self)
        self.disk_budget.setSuffix(" GB")
        self.engine = Choice({name: name for name in engines}, self)
        form = dialog_form()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for name, field, tip in (
            (self.tr("Appearance"), self.theme, self.tr("Light, dark, or as the system says")),
            (self.tr("Language"), self.language, self.tr("Used from the next start")),
            (self.tr("Text size"), self.text_size, self.tr("Per cent of the system’s, 80 to 200")),
            (
                self.tr("Disk for history"),
                self.disk_budget,
                self.tr("Disk for one photo’s history; you are told before more"),
            ),
            (self.tr("Engine"), self.engine, self.tr("The bundle of models that does the work")),
        ):
            form_row(form, name, field, tip)
        self.note = label(role="secondary", wrap=True, parent=self)
        close = push(self.tr("Close"), parent=self)
        close.setAutoDefault(False)  # Return in a field is not for it
        close.clicked.connect(self.close)
        title = label(self.tr("Preferences"), "title", parent=self)
        lay_out_dialog(self, (title, form, self.note), (close,))
        self.setMinimumWidth(420)
        self.show_preferences(preferences)
        for choice in (self.theme, self.language, self.engine):
            choice.currentIndexChanged.connect(self._take)
        for count in (self.text_size, self.disk_budget):
            count.setKeyboardTracking(False)  # 200 is not 2, then 20, on its way
            count.valueChanged.connect(self._take)

    def show_preferences(self, preferences: Preferences) -> None:
        """Show what is chosen."""
        self._preferences = preferences
        self.theme.choose(preferences.theme)
        self.language.choose(preferences.language)
        self.text_size.setValue(preferences.text_size)
        self.disk_budget.setValue(preferences.disk_budget)
        self.engine.choose(preferences.engine)

    def _take(self) -> None:
        before = self._preferences
        self._preferences = replace(
            before,
            theme=self.theme.key,  # pyright: ignore[reportArgumentType]
            language=self.language.key,
            text_size=self.text_size.value(),
            disk_budget=self.disk_budget.value(),
            engine=self.engine.key or before.engine,
        )
        if self._preferences.language != before.language:
            self.note.setText(self.tr("The language changes with the next start."))
        if self._preferences != before:
            self.changed.emit(self._preferences)
