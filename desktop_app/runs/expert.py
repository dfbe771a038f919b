"""The expert's controls of a run, folded away until they are wanted; what the engine cannot use says why."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from desktop_app.look.fields import Amount, Choice
from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import IconButton, form_row, label, push
from engine.values import ControlSetting, Settings

LEAST = 90  # logical pixels of a field that would like more
LARGEST_SEED = 2**32 - 1
CONTROLS = ("edge", "depth", "sketch")  # kinds that are found in the photo itself


class Expert(QWidget):
    """Shows :class:`~engine.values.Settings`, with the defaults until they are changed.

    Attributes
    ----------
    changed
        Another value was chosen.
    engine_chosen
        Another engine was chosen; its name.
    """

    changed = Signal()
    engine_chosen = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._given = Settings()
        self.head = QToolButton(self)
        self.head.setObjectName("fold")
        self.head.setText(self.tr("Settings for experts"))
        self.head.setAccessibleName(self.head.text())
        self.head.setToolTip(self.tr("Engine, seed, and how the picture is made"))
        self.head.setCheckable(True)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.body = QFrame(self)
        self.body.setObjectName("card")
        self._make_fields()
        self._lay_out()
        self.head.toggled.connect(self.body.setVisible)
        self.head.toggled.connect(lambda _on: self._dress())
        look.changed.connect(self._dress)
        self.body.hide()
        self.show_settings(Settings())
        self._dress()

    # values

    @property
    def settings(self) -> Settings:
        """What is chosen."""
        controls = tuple(ControlSetting(kind, field.value()) for kind, field in self.controls.items() if field.value())
        base, wish, prior = (field.value() for field in self.prior)
        return replace(
            self._given,
            engine=self.engine.key or self._given.engine,
            seed=int(self.seed.value()),
            steps=int(self.steps.value()),
            keep=self.keep.value(),
            guidance=self.guidance.value(),
            prior_weights=(base, wish, prior),
            score=self.score.value(),
            subject_strength=self.subject.value(),
            sampler=self.sampler.key,
            controls=controls,
            chain=self.chain.key,
        )

    def show_settings(self, settings: Settings) -> None:
        """Take over settings; what has no field here is kept as it is."""
        self._given = settings
        self.engine.choose(settings.engine)
        self.seed.setValue(settings.seed)
        self.steps.setValue(settings.steps)
        self.keep.setValue(settings.keep)
        self.guidance.setValue(settings.guidance)
        for field, value in zip(self.prior, settings.prior_weights, strict=True):
            field.setValue(value)
        self.score.setValue(settings.score)
        self.subject.setValue(settings.subject_strength)
        self.sampler.choose(settings.sampler)
        self.chain.choose(settings.chain)
        given = {control.kind: control.scale for control in settings.controls}
        for kind, field in self.controls.items():
            field.setValue(given.get(kind, 0.0))
        self.changed.emit()

    def reset(self) -> None:
        """The defaults, with the engine as it is."""
        self.show_settings(Settings(engine=self.engine.key or self._given.engine))
        self.lock.setChecked(False)

    def after_run(self, variations: int = 1) -> None:
        """A run has taken the seed; unless it is locked, the next run gets one that no variation has had."""
        if not self.lock.isChecked():
            self.seed.setValue((int(self.seed.value()) + variations) % (LARGEST_SEED + 1))

    def show_engines(self, names: Collection[str], abilities: Collection[str], name: str) -> None:
        """Offer the engines, and only what the chosen one can use.

        Parameters
        ----------
        names
            Bundles on this machine.
        abilities
            Of the engine ``name``: ``decoder``, ``prior``.
        """
        self.engine.blockSignals(True)
        self.engine.offer({each: each for each in names})
        self.engine.choose(name)
        self.engine.blockSignals(False)
        lacks = {
            "decoder": self.tr("The engine “{0}” has no diffusion decoder; what is grey here changes nothing."),
            "prior": self.tr("The engine “{0}” has no refinement prior; this changes nothing."),
        }
        for need, fields in (("decoder", self._decoder_fields()), ("prior", (*self.prior, self.score))):
            reason = "" if need in abilities else lacks[need].format(name)
            for field in fields:
                field.setEnabled(not reason)
                field.setToolTip(reason or field.property("tip"))
                field.setAccessibleDescription(reason or field.property("tip"))
        self.reason.setText(lacks["decoder"].format(name) if "decoder" not in abilities else "")
        self.reason.setVisible("decoder" not in abilities)

    # looks

    def _make_fields(self) -> None:
        self.engine = Choice({self._given.engine: self._given.engine}, self.body)
        self.seed = Amount(0, LARGEST_SEED, 1, 0, parent=self.body)
        self.seed.setMinimumWidth(LEAST)  # so that it stands beside its name with its two buttons
        self.lock = IconButton(self._look, "lock", self.tr("Lock the seed: every run starts from the same one"), self)
        self.lock.setCheckable(True)
        self.dice = IconButton(self._look, "dice", self.tr("Take a seed at random"), self)
        self.steps = Amount(1, 1000, 1, 0, parent=self.body)
        self.keep = Amount(0, 1, 0.05, 2, parent=self.body)
        self.guidance = Amount(0, 30, 0.5, 1, parent=self.body)
        self.subject = Amount(0, 1, 0.05, 2, parent=self.body)
        self.prior = tuple(Amount(0, 2, 0.1, 2, parent=self.body) for _ in range(3))
        self.score = Amount(1, 10, 0.5, 1, parent=self.body)
        samplers = {"dpm++": "DPM++", "ddim": "DDIM", "few-step": self.tr("Few steps")}
        self.sampler = Choice(samplers, self.body)
        finishes = {
            "auto": self.tr("As fits the edit"),
            "draft": self.tr("Nothing"),
            "decode": self.tr("Decode"),
            "restore": self.tr("Restore"),
            "decode+restore": self.tr("Decode and restore"),
        }
        self.chain = Choice(finishes, self.body)
        for choice in (self.engine, self.sampler, self.chain):
            choice.setMinimumWidth(LEAST)
        self.controls = {kind: Amount(0, 2, 0.1, 1, parent=self.body) for kind in CONTROLS}
        for field in self.controls.values():
            field.setSpecialValueText(self.tr("off"))
        self.reason = label(role="secondary", wrap=True, parent=self.body)
        self.reset_button = push(self.tr("Reset"), parent=self.body)
        self.reset_button.setToolTip(self.tr("Back to the defaults, which suit most edits"))
        self.reset_button.clicked.connect(self.reset)
        self.dice.clicked.connect(lambda: self.seed.setValue(random.randrange(LARGEST_SEED + 1)))
        self.engine.currentIndexChanged.connect(lambda _place: self.engine_chosen.emit(self.engine.key))
        for field in self.findChildren(Amount):
            field.valueChanged.connect(self.changed)
        for choice in (self.sampler, self.chain):
            choice.currentIndexChanged.connect(self.changed)

    def _decoder_fields(self) -> tuple[QWidget, ...]:
        return (self.steps, self.keep, self.guidance, self.subject, self.sampler, *self.controls.values())

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        kinds = {
            "edge": self.tr("Follow edges"),
            "depth": self.tr("Follow depth"),
            "sketch": self.tr("Follow a sketch"),
        }
        weights = (self.tr("Base weight"), self.tr("Wish weight"), self.tr("Prior weight"))
        rows: list[tuple[str, QWidget, str]] = [
            (self.tr("Engine"), self.engine, self.tr("The bundle of models that does the work")),
            (self.tr("Seed"), self.seed, self.tr("What chance starts from; the same seed gives the same picture")),
            (self.tr("Steps"), self.steps, self.tr("Denoising steps, 1 to 1000; more take longer")),
            (self.tr("Keep"), self.keep, self.tr("How much of the photo’s structure stays, 0 (none) to 1 (all)")),
            (self.tr("Guidance"), self.guidance, self.tr("How closely the prompt is followed, 0 to 30")),
            (self.tr("Subject"), self.subject, self.tr("How closely a reference’s subject is kept, 0 to 1")),
            (self.tr("Sampler"), self.sampler, self.tr("How noise is taken away step by step")),
            (self.tr("After the draft"), self.chain, self.tr("Which steps follow a draft, where the engine has them")),
            *[
                (kinds[kind], field, self.tr("How strongly, 0 (off) to 2")) for kind, field in self.controls.items()
            ],
            *[
                (name, field, self.tr("Its share in the refined idea, 0 to 2"))
                for name, field in zip(weights, self.prior, strict=True)
            ],
            (self.tr("Beauty"), self.score, self.tr("Wanted aesthetic score, 1 to 10")),
        ]  # fmt: skip
        for name, field, tip in rows:
            field.setProperty("tip", tip)
            line = None
            if field is self.seed:
                line = QHBoxLayout()
                line.setSpacing(2)
                for widget, stretch in ((self.seed, 1), (self.lock, 0), (self.dice, 0)):
                    line.addWidget(widget, stretch)
            form_row(form, name, field, tip, line)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.reset_button)
        inner = QVBoxLayout(self.body)
        inner.setContentsMargins(12, 10, 12, 12)
        inner.setSpacing(8)
        inner.addWidget(self.reason)
        inner.addLayout(form)
        inner.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.head, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.body)

    def _dress(self) -> None:
        name = "folded" if not self.head.isChecked() else "unfolded"
        self.head.setIcon(icon(name, self._look.theme, "secondary", 14))
        self.head.setIconSize(QSize(14, 14))
