"""InstructAny2Pix' planner: a Vicuna with projectors and control tokens, written as it was trained to write.

Its answer is ``Absolutely, its,<base><video><im_gen_start><im_gen>[caption]<video>additions:NAME:<video>.</s>``: there
is no [gen] or [sub] token, and each embedding is the state that foresees a ``<video>`` (InstructAny2Pix, section 3.2,
and its code). The grammar holds it to that form. The whole picture is then made anew from its inversion.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np
import torch

from engine.errors import BundleError
from engine.folders import Folders
from engine.networks import Networks
from engine.plan.decode import Decoded, decode
from engine.plan.foreign import ForeignVocabulary
from engine.plan.names import Names
from engine.plan.projectors import Projector
from engine.plan.recall import Recall
from engine.plan.retrieval import Inputs, Retrieval
from engine.plan.speaker import Speaker
from engine.plan.templates import vicuna
from engine.pretrained import network, processor
from engine.values import (
    MARKER,
    PHOTO_MARKER,
    CancelCheck,
    Instruction,
    Op,
    Operation,
    Plan,
    PlanEmbeddings,
    Turn,
    marker,
    never_cancel,
)

FOLDER, PROJECTORS = "language", "language/projectors.safetensors"
NAME = "planner"
SLOT, BASE, BASE_NULL, START, GEN = "<video>", "<base>", "<base_null>", "<im_gen_start>", "<im_gen>"
CONTROLS = (SLOT, BASE, BASE_NULL, START, GEN)
OPENING, MORE = "Absolutely, its,", "additions:"
NORM = 20.0  # of every embedding that enters
CAPTION_TOKENS, NAME_TOKENS = 60, 8
PHOTO = 0  # its number among the inputs


class Files(Folders, Protocol):
    """What is needed of a bundle."""

    def tensors(self, path: str, /) -> dict[str, torch.Tensor]:
        """Tensors of a safetensors file."""
        ...


@dataclass(frozen=True)
class Controls:
    """Ids of the control tokens and of the marks between which text stands."""

    slot: int
    base: int
    base_null: int
    start: int
    gen: int
    stop: int
    open: int
    close: int
    colon: int
    full_stop: int
    opening: tuple[int, ...]
    more: tuple[int, ...]

    @classmethod
    def of(cls, tokenizer: Any, vocabulary: ForeignVocabulary) -> Controls:
        """From transformers' tokenizer.

        Raises
        ------
        BundleError
            When a control token is unknown to it.
        """
        special = [tokenizer.convert_tokens_to_ids(name) for name in CONTROLS]
        for name, number in zip(CONTROLS, special, strict=True):
            if number is None or number == tokenizer.unk_token_id:
                raise BundleError(f"The language model's tokenizer lacks {name}.", "Import its tokenizer too.")
        signs = [vocabulary.encode(sign)[0] for sign in ("[", "]", ":", ".")]
        words = vocabulary.encode(f" {OPENING}"), vocabulary.encode(MORE)
        numbers = dict(zip(("slot", "base", "base_null", "start", "gen"), special, strict=True))
        numbers |= dict(zip(("open", "close", "colon", "full_stop"), signs, strict=True))
        return cls(**numbers, stop=vocabulary.stop, opening=words[0], more=words[1])


@dataclass
class Any2PixGrammar:
    """The published form of an answer as a state machine over tokens.

    Parameters
    ----------
    vocabulary, controls
        Token ids.
    has_base
        Whether a picture is given that the answer may start from.
    most
        References that may appear.
    """

    vocabulary: ForeignVocabulary
    controls: Controls
    has_base: bool
    most: int
    state: str = "base"
    reply: list[int] = field(default_factory=list)
    prompts: list[list[int]] = field(default_factory=list)
    names: list[list[int]] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)
    length: int = 0
    _queue: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self._queue = self.controls.opening

    @property
    def done(self) -> bool:
        """Whether the answer is complete."""
        return self.state == "done"

    def allowed(self) -> Collection[int]:
        """Token ids that may come next."""
        c = self.controls
        if self._queue:
            return {self._queue[0]}
        end = self.free
        if self.state == "base":
            return {c.base, c.base_null} if self.has_base else {c.base_null}
        if self.state == "more":
            return {c.more[0], c.stop} if self.most else {c.stop}
        if end is None:
            return {self._end}
        return self.vocabulary.plain | ({end} if end else set())

    @property
    def _end(self) -> int:
        c = self.controls
        return {"caption": c.close, "name": c.colon, "next": c.stop}[self.state]

    @property
    def free(self) -> int | None:
        """In free text the token that ends it (0 while it must not end yet); otherwise nothing."""
        if self._queue or self.state not in ("caption", "name", "next"):
            return None
        written = self.prompts[-1] if self.state == "caption" else self.names[-1] if self.state == "name" else []
        most = {"caption": CAPTION_TOKENS, "name": NAME_TOKENS, "next": 1 if len(self.names) < self.most else 0}
        if len(written) >= most[self.state]:
            return None
        return self._end if written or self.state == "next" else 0

    def forced(self) -> int | None:
        """The only token that may come, if there is only one."""
        if self.free is not None:
            return None
        allowed = self.allowed()
        return next(iter(allowed)) if len(allowed) == 1 else None

    def advance(self, token: int) -> None:
        """Take one token, which must be among :meth:`allowed`."""
        if self._queue:
            self._queue = self._queue[1:]
        else:
            self._take(token)
        self.length += 1

    def _foresee(self, name: str) -> None:
        """The next token is a slot, and the state of the one just taken foresees it."""
        self.marks[name] = self.length
        self._queue = (self.controls.slot,)

    def _take(self, token: int) -> None:
        c = self.controls
        if self.state == "base":
            if token == c.base:
                self._foresee("base")
            self._queue += (c.start, c.gen, c.open)
            self.prompts.append([])
            self.state = "caption"
        elif self.state == "caption" and token == c.close:
            self._foresee("gen")
            self.state = "more"
        elif self.state == "caption":
            self.prompts[-1].append(token)
        elif token == c.stop:
            self.state = "done"
        elif self.state == "more":
            self._queue = c.more[1:]
            self.names.append([])
            self.state = "name"
        elif self.state == "next":
            self.names.append([token])
            self.state = "name"
        elif token == c.colon:
            self._foresee(f"sub{len(self.names)}")
            self._queue += (c.full_stop,)
            self.state = "next"
        else:
            self.names[-1].append(token)


@dataclass(frozen=True, eq=False)
class Any2PixPlanner:
    """The language model with its projectors.

    Attributes
    ----------
    speaker, tokenizer
        The model and transformers' tokenizer of it.
    vocabulary, controls
        Token ids.
    enter, leave
        Projectors between the encoder's space and the model's.
    """

    speaker: Speaker
    tokenizer: Any
    vocabulary: ForeignVocabulary
    controls: Controls
    enter: Projector
    leave: Projector

    @property
    def sees(self) -> bool:
        """Whether it is shown the photo itself."""
        return False

    @property
    def multilingual(self) -> bool:
        """Whether it may be told in other languages than English."""
        return False

    @property
    def means_several(self) -> bool:
        """Whether several prompts that it writes are always meant as a picture each."""
        return True  # it never writes several

    @classmethod
    def load(cls, bundle: Files, networks: Networks | None = None) -> Any2PixPlanner:
        """From the folder ``language``; the model comes when first used.

        Parameters
        ----------
        bundle
            Where it lies.
        networks
            Says where it computes.

        Raises
        ------
        BundleError
            When its projectors or tokenizer are missing or damaged, or the tokenizer lacks the control tokens.
        """
        from transformers import AutoModelForCausalLM, AutoTokenizer

        tokenizer = processor(AutoTokenizer, bundle, FOLDER)
        vocabulary = ForeignVocabulary.of(tokenizer)
        tensors = bundle.tensors(PROJECTORS)
        try:
            enter, leave = Projector.take(tensors, "enter"), Projector.take(tensors, "leave")
        except KeyError as fault:
            raise BundleError(f"{PROJECTORS} lacks {fault}.", "Import the language model again.") from fault
        held = (networks or Networks()).hold(NAME, partial(network, AutoModelForCausalLM, bundle, FOLDER))
        return cls(Speaker(held), tokenizer, vocabulary, Controls.of(tokenizer, vocabulary), enter, leave)

    @property
    def width(self) -> int:
        """D of the embeddings that it reads and writes."""
        return len(self.leave.b2)

    def plan(
        self,
        instruction: Instruction | str,
        references: Mapping[int, tuple[np.ndarray, str]],
        photo: np.ndarray | None = None,
        history: Sequence[Turn] = (),
        on_text: Callable[[str], None] | None = None,
        cancel: CancelCheck = never_cancel,
        names: Mapping[int, str] | None = None,
        picture: np.ndarray | None = None,
    ) -> Plan:
        """Plan an edit; as :meth:`engine.plan.planner.Planner.plan`.

        Parameters
        ----------
        instruction, references, photo, cancel
            As there.
        history, names, picture
            Not read: it was trained on single turns and on embeddings.
        on_text
            Given the reply at once.

        Raises
        ------
        Cancelled
            When ``cancel`` asked to stop.
        """
        text = instruction if isinstance(instruction, str) else instruction.text
        inputs: dict[int, tuple[np.ndarray, str]] = dict(references)
        if photo is not None:
            inputs[PHOTO] = photo, "photo"
        pictures = {n: each for n, each in inputs.items() if each[1] in ("photo", "picture")}
        grammar = Any2PixGrammar(self.vocabulary, self.controls, bool(pictures), len(inputs))
        decoded = decode(
            self.speaker, self.prompt(text, inputs), grammar, torch.tensor(sorted(self.vocabulary.plain)),
            cache=self.speaker.cache(), stop=lambda _grammar: False, cancel=cancel, draft=0, names=Names(),
        )  # fmt: skip
        caption = " ".join(self.vocabulary.decode(grammar.prompts[0]).split())
        retrieval = Retrieval.of(Recall({}, {}, {}))
        base, start = "", None
        if "base" in grammar.marks:
            start = self._left(grammar, decoded, "base")
            number = retrieval.nearest(start, pictures)
            base = "" if number is None else PHOTO_MARKER if number == PHOTO else marker(number)
        subs = self._subjects(grammar, decoded, retrieval, inputs, base)
        reply = f"The picture will show {caption}."
        if on_text is not None:
            on_text(reply)
        return Plan(
            reply=reply,
            prompt=caption,
            operations=(Operation(Op.vary) if photo is not None else Operation(Op.generate),),
            base=base,
            subs=tuple(subs),
            embeddings=PlanEmbeddings(gen=self._left(grammar, decoded, "gen"), base=start, subs=subs),
        )

    def _subjects(
        self, grammar: Any2PixGrammar, decoded: Decoded, retrieval: Retrieval, inputs: Inputs, base: str
    ) -> dict[int, np.ndarray]:
        """Number of each reference that appears, to the embedding that foresaw it."""
        taken = MARKER.fullmatch(base)
        others = {n: each for n, each in inputs.items() if n != PHOTO and not (taken and int(taken[1]) == n)}
        states = [self._left(grammar, decoded, f"sub{at + 1}") for at in range(len(grammar.names))]
        found = retrieval.assign(states, others) if others else ()
        return {number: state for number, state in zip(found, states, strict=False) if number is not None}

    def prompt(self, text: str, inputs: Inputs) -> torch.Tensor:
        """``(n, width)`` embeddings of the conversation; at each slot the medium's projection is added to the token."""
        order: list[int] = []

        def slot(number: int) -> str:
            order.append(number)
            return SLOT

        for name in CONTROLS:  # what the user typed stays text
            text = text.replace(name, f"< {name[1:]}")
        if PHOTO in inputs and PHOTO_MARKER not in text:
            text = f"In {PHOTO_MARKER}, {text}"
        pieces = []
        for piece in self.vocabulary.source(text).pieces:
            number = PHOTO if piece.kind == "photo" else piece.number
            if piece.kind in ("ref", "photo") and number in inputs:
                pieces.append((piece.start, piece.end, slot(number)))
        for start, end, shown in reversed(pieces):
            text = text[:start] + shown + text[end:]
        told = vicuna([("user", text)], self.tokenizer.eos_token or "")
        ids = list(self.tokenizer(told, add_special_tokens=False).input_ids)
        begin = self.tokenizer.bos_token_id
        ids = ids if begin is None else [begin, *ids]
        rows = self.speaker.embedding[torch.tensor(ids)].clone()
        places = [at for at, token in enumerate(ids) if token == self.controls.slot]
        for place, number in zip(places, order, strict=True):
            vector = np.asarray(inputs[number][0], np.float32)
            given = torch.from_numpy(vector / max(float(np.linalg.norm(vector)), 1e-9) * NORM)
            rows[place] += self.enter(given).to(rows)
        return rows

    def _left(self, grammar: Any2PixGrammar, decoded: Decoded, name: str) -> np.ndarray:
        vector = self.leave(decoded.states[grammar.marks[name]].float().cpu())
        return (vector / vector.norm().clamp(min=1e-6)).numpy().astype(np.float32)
