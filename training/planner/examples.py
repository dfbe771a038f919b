"""What the planner's three stages learn from, one example at a time (InstructAny2Pix, section 3.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.plan import tokens as t
from engine.plan.grammar import Grammar
from engine.plan.tokens import Vocabulary
from engine.plan.writing import (
    SOFT_PER_REFERENCE,
    closing_tokens,
    is_writable,
    operation_tokens,
    read_tokens,
    sources_of,
)
from engine.values import MARKER
from training.planner import words as w
from training.planner.generate import Sample, samples
from training.planner.nouns import Bank, name_tokens
from training.planner.rows import Example
from training.planner.said import indefinite, visible

SPOKEN = 0.35  # weight of reply, prompts and control tokens beside that of the operations


@dataclass(frozen=True)
class Pair:
    """A medium and its caption.

    Attributes
    ----------
    kind
        ``picture``, ``sound``, ``music`` or ``photo``.
    name
        Of the medium in the bank; of a photo its caption.
    """

    kind: str
    name: str

    @property
    def caption(self) -> str:
        """In words."""
        if self.kind == "sound":
            return f"the sound of {indefinite(visible('sound', self.name))}"
        return indefinite(self.name) if self.kind == "picture" else self.name

    def view(self, bank: Bank, rng: np.random.Generator) -> np.ndarray:
        """``(384,)``: the medium as an encoder sees or hears it."""
        return bank.scene(rng, self.name) if self.kind == "photo" else bank.view(rng, self.name, self.kind)

    def picture(self, bank: Bank, rng: np.random.Generator) -> np.ndarray:
        """``(384,)``: a picture that belongs to it."""
        if self.kind == "photo":
            return bank.scenes[self.name]
        return bank.picture(rng, visible(self.kind, self.name))


def pairs(bank: Bank) -> list[Pair]:
    """All that the bank can show or sound."""
    media = {"picture": bank.seen, "sound": bank.heard, "music": w.MUSIC, "photo": bank.scenes}
    return [Pair(kind, name) for kind, names in media.items() for name in names]


@dataclass(frozen=True)
class Describing:
    """Language alignment: "describe the picture [ref#1]", answered by its caption, which alone is learnt from."""

    vocabulary: Vocabulary
    bank: Bank
    pairs: Sequence[Pair]

    def __call__(self, rng: np.random.Generator) -> Example:
        """Draw one."""
        pair = _one(rng, self.pairs)
        heard = pair.kind in ("sound", "music")
        asked = f"describe the {'sound' if heard else 'picture'} [ref#1]"
        tokens, soft = _read(self.vocabulary, asked, pair.kind if heard else "picture")
        answer = [*self.vocabulary.encode(f" {pair.caption}"), t.END]
        view = pair.view(self.bank, rng)
        weights = [0.0] * len(tokens) + [1.0] * len(answer)
        return Example([*tokens, *answer], weights, [(place, view) for place, _ in soft])


@dataclass(frozen=True)
class Generating:
    """Generation learning: "generate [x]" with a caption or a sound; right behind it [gen], the picture's embedding."""

    vocabulary: Vocabulary
    bank: Bank
    shown: Sequence[Pair]
    heard: Sequence[Pair]

    def __call__(self, rng: np.random.Generator) -> Example:
        """Draw one."""
        by_sound = bool(self.heard) and rng.random() < 0.5
        pair = _one(rng, self.heard if by_sound else self.shown)
        tokens, soft = _read(self.vocabulary, f"generate {'[ref#1]' if by_sound else pair.caption}", pair.kind)
        entered = [(place, pair.view(self.bank, rng)) for place, _ in soft]
        goal = len(tokens), "gen", pair.picture(self.bank, rng)
        return Example([*tokens, t.GEN], [0.0] * (len(tokens) + 1), entered, [goal])


def _one(rng: np.random.Generator, among: Sequence[Pair]) -> Pair:
    return among[int(rng.integers(len(among)))]


def _read(vocabulary: Vocabulary, text: str, kind: str) -> tuple[list[int], list[tuple[int, int]]]:
    return read_tokens(vocabulary, vocabulary.source(text), {1: kind}, photo=False, known={1})


@dataclass(frozen=True)
class Instructing:
    """Instruction finetuning: instructions with their references, answered by whole plans.

    Attributes
    ----------
    vocabulary, bank
        Tokens, and what media are seen and heard as.
    scenes
        Further captions that a photo may have.
    embed
        The text tower, given one text at a time: what a text gives must not depend on those beside it.
    full
        Share of the samples with reply, prompts and control tokens.
    captioned
        Chance of a medium to be replaced by its caption.
    length
        Tokens of the longest example.
    """

    vocabulary: Vocabulary
    bank: Bank
    scenes: Sequence[str]
    embed: Callable[[Sequence[str]], np.ndarray]
    full: float
    captioned: float
    length: int

    def __call__(self, rng: np.random.Generator) -> Example:
        """Draw until one fits and can be written under the grammar."""
        stream = samples(int(rng.integers(2**63)), full_share=self.full, nouns=self.bank.pictures, captions=self.scenes)
        made = (self.written(*captioned(rng, drawn, self.captioned), rng) for drawn in stream)
        return next(example for example in made if example is not None)

    def written(self, drawn: Sample, told: frozenset[int], rng: np.random.Generator) -> Example | None:
        """An example of a sample; nothing where it is too long or the grammar cannot write it.

        Parameters
        ----------
        drawn
            The sample.
        told
            References whose name stands where their embedding would enter.
        rng
            Of the views.
        """
        v = self.vocabulary
        source = v.source(drawn.instruction)
        kinds = {number: kind for number, (kind, _) in drawn.references.items()}
        for operation in drawn.earlier:
            if operation.ref is not None:
                kinds.setdefault(operation.ref, "picture")
        seen, known = drawn.photo is not None, set(drawn.references)
        read, soft = read_tokens(v, source, kinds, photo=seen, earlier=drawn.earlier, known=known)
        answer = operation_tokens(v, drawn.operations)
        weights, marks = [1.0] * len(answer), {}
        if drawn.prompts:
            closing, marks = closing_tokens(v, drawn.reply, drawn.prompts, drawn.base, drawn.subs)
            marks = {name: len(read) + len(answer) + place for name, place in marks.items()}
            answer += closing
            weights += [SPOKEN] * len(closing)
        grammar = Grammar(v, sources_of(v, source, drawn.earlier), tuple(sorted(kinds)), seen)
        if len(read) + len(answer) > self.length or not is_writable(grammar, answer):
            return None
        vectors = {
            number: self.bank.word(noun) if number in told else self.bank.view(rng, noun, kind)
            for number, (kind, noun) in drawn.references.items()
        }
        if drawn.photo is not None:
            vectors[0] = self.bank.scene(rng, drawn.photo)
        for place, number in soft:
            if number in told:
                read[place : place + SOFT_PER_REFERENCE] = name_tokens(v, drawn.references[number][1])
        return Example(
            [*read, *answer],
            [0.0] * len(read) + weights,
            [(place, vectors[number]) for place, number in soft if number not in told],
            [self._goal(name, place, drawn, vectors) for name, place in marks.items()],
        )

    def _goal(
        self, name: str, place: int, drawn: Sample, vectors: dict[int, np.ndarray]
    ) -> tuple[int, str, np.ndarray]:
        if name == "gen":
            return place, "gen", self.embed([drawn.prompts[0]])[0]
        if name == "base":
            marker = MARKER.fullmatch(drawn.base)
            return place, "base", vectors[int(marker[1]) if marker else 0]
        return place, "sub", vectors[int(name.removeprefix("sub"))]


def captioned(rng: np.random.Generator, drawn: Sample, chance: float) -> tuple[Sample, frozenset[int]]:
    """Replace media by their captions, each with the same chance (the released code's 0.2).

    The photo, which is the base, goes: its caption stands before the instruction, and nothing is the base any more.
    A reference keeps its marker, which the operations name; in place of its embedding enter its name's own tokens,
    by which the engine too reads a reference that it can name.

    Returns
    -------
    sample, told
        The sample without the photo where that was replaced; and the numbers of the replaced references.
    """
    told = frozenset(number for number in drawn.references if rng.random() < chance)
    if drawn.photo is None or rng.random() >= chance:
        return drawn, told
    base = "" if drawn.base == "[photo]" else drawn.base
    said = f"a photo of {drawn.photo}: {drawn.instruction}"
    return replace(drawn, instruction=said, photo=None, base=base), told
