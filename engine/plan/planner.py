"""The planner: instruction, references and photo in; a valid plan out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from engine.errors import BundleError
from engine.plan import tokens as t
from engine.plan.decode import Decoded, decode
from engine.plan.grammar import MOST_OPERATIONS, PROMPT_TOKENS, REPLY_TOKENS, Grammar, subs_of
from engine.plan.model import Model
from engine.plan.names import Names
from engine.plan.projectors import Projector
from engine.plan.recall import Recall
from engine.plan.tokens import Source, Vocabulary
from engine.plan.writing import SOFT_PER_PHOTO, SOFT_PER_REFERENCE, read_tokens, sources_of
from engine.values import CancelCheck, Instruction, Operation, Plan, PlanEmbeddings, Turn, never_cancel

ADAPTER = "own/planner_adapter.safetensors"
LONGEST = 500  # tokens of an instruction that are read
ROOM = LONGEST + 24 * MOST_OPERATIONS * 2 + REPLY_TOKENS + 7 * PROMPT_TOKENS + 400  # of the cache, in tokens


class Files(Protocol):
    """What the planner needs of a bundle."""

    def tensors(self, path: str) -> dict[str, torch.Tensor]:
        """Named tensors of a file."""
        ...

    def json(self, path: str) -> Any:
        """A parsed JSON file."""
        ...

    def path(self, path: str) -> Path:
        """A file's place."""
        ...

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        ...


def low_rank_of(adapter: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The low-rank factors among the adapter's tensors, as :meth:`Model.build` names them."""
    return {k.removeprefix("low_rank."): v for k, v in adapter.items() if k.startswith("low_rank.")}


def show(operation: Operation) -> str:
    """One line for the user, e.g. ``replace: boat > [ref#1] @ on the left``."""
    parts = [f"{operation.op.value}:"]
    if operation.object:
        parts.append(operation.object)
    if operation.ref is not None and operation.object != f"[ref#{operation.ref}]":
        parts.append(f"> [ref#{operation.ref}]")
    elif operation.target:
        parts.append(f"> {operation.target}")
    if operation.where:
        parts.append(f"@ {operation.where}")
    if operation.amount:
        parts.append(f"~ {operation.amount}")
    return " ".join(parts)


@dataclass(frozen=True, eq=False)
class Planner:
    """SmolLM2 with our low-rank additions, projectors and control tokens (InstructAny2Pix, section 3.2).

    Attributes
    ----------
    model
        The language model, additions merged, control rows in its embedding.
    vocabulary
        Token ids.
    enter, leave
        Input projector (384 to soft tokens) and output projector (state to 384).
    recall
        Moves a reference's embedding to the noun that it is nearest to, before it enters.
    """

    model: Model
    vocabulary: Vocabulary
    enter: Projector
    leave: Projector
    recall: Recall

    @property
    def sees(self) -> bool:
        """It is told of the photo by its embedding, not by its pixels."""
        return False

    @property
    def multilingual(self) -> bool:
        """Whether it may be told in other languages than English."""
        return False

    @property
    def means_several(self) -> bool:
        """Whether several prompts that it writes are always meant as a picture each."""
        return False  # small as it is, it writes several for a single picture too

    @property
    def width(self) -> int:
        """D of the embeddings that it reads and writes."""
        return len(self.leave.b2)

    @classmethod
    def load(cls, bundle: Files) -> Planner:
        """Read weights from an assembled bundle.

        Raises
        ------
        BundleError
            When the bundle lacks the planner's weights or additions.
        """
        if not bundle.has(ADAPTER):
            raise BundleError(f"The bundle lacks {ADAPTER}.", "Run: overtone models assemble starter")
        return cls.assemble(
            bundle.tensors("planner/model.safetensors"),
            bundle.json("planner/config.json"),
            bundle.tensors(ADAPTER),
            bundle.path("planner/tokenizer.json"),
        )

    @classmethod
    def assemble(
        cls,
        weights: Mapping[str, torch.Tensor],
        config: Mapping[str, Any],
        adapter: Mapping[str, torch.Tensor],
        tokenizer: Path,
    ) -> Planner:
        """From tensors: the language model's, and ours as a run of the training exports them."""
        model = Model.build(weights, config, low_rank_of(adapter))
        embedding = model.embedding.clone()
        embedding[list(t.TRAINED_ROWS)] = adapter["rows"].to(embedding.dtype)
        model = dataclasses.replace(model, embedding=embedding)
        ours = dict(adapter)
        enter, leave = Projector.take(ours, "enter"), Projector.take(ours, "leave")
        return cls(model, Vocabulary.load(tokenizer), enter, leave, Recall.take(ours))

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
        """Plan an edit.

        A follow-up that changes what the turn before did ("a bit more to the left") gives that turn's operations as
        revised, to be run from the picture before it; a new wish gives the new operations only (see
        :func:`engine.following.revises`).

        Parameters
        ----------
        instruction
            Text with markers. Beyond some 400 words it is cut, and the reply says so.
        references
            Number to its embedding ``(384,)`` and kind: picture, sound or music.
        photo
            The photo's embedding ``(384,)``; absent in text-to-image.
        history
            Earlier turns; the last one is read.
        on_text
            Given each operation as a line when it is complete, then the reply piece by piece.
        cancel
            Asked before every forward pass.
        names
            Number to what a reference shows or sounds like, where the encoder can say it.
        picture
            Of no use to this planner, which does not :attr:`see <sees>`.

        Raises
        ------
        Cancelled
            When ``cancel`` asked to stop.
        """
        text = instruction if isinstance(instruction, str) else instruction.text
        earlier = history[-1].plan.operations[:MOST_OPERATIONS] if history else ()
        source, cut = self._shortened(self.vocabulary.source(text))
        grammar = self.grammar(source, references, photo is not None, earlier)
        called = Names.of(self.vocabulary, names or {})
        decoded = self.write(
            source, references, photo, earlier, grammar, on_text=on_text, cancel=cancel, names=called
        )  # fmt: skip
        reply = " ".join(self.vocabulary.decode(grammar.reply).split())
        if cut:
            reply = f"(Only the first {len(source.pieces)} words were read.) {reply}"
        prompts = tuple(" ".join(self.vocabulary.decode(p).split()) for p in grammar.prompts)
        return Plan(
            reply=reply,
            prompt=prompts[0],
            prompts=prompts if len(prompts) > 1 else (),
            operations=tuple(grammar.operations),
            base=grammar.base,
            subs=subs_of(grammar.operations),
            embeddings=self._embeddings(grammar, decoded),
        )

    def grammar(
        self,
        source: Source,
        references: Mapping[int, tuple[np.ndarray, str]],
        has_photo: bool,
        earlier: Sequence[Operation] = (),
    ) -> Grammar:
        """The grammar of plans for this input."""
        numbers = {*references, *(p.number for p in source.pieces if p.kind == "ref")}
        numbers |= {o.ref for o in earlier if o.ref is not None}
        sources = sources_of(self.vocabulary, source, earlier)
        pictures = tuple(sorted(n for n, (_, kind) in references.items() if kind == "picture"))
        return Grammar(self.vocabulary, sources, tuple(sorted(numbers)), has_photo, pictures)

    def write(
        self,
        source: Source,
        references: Mapping[int, tuple[np.ndarray, str]],
        photo: np.ndarray | None,
        earlier: Sequence[Operation],
        grammar: Grammar,
        *,
        stop: Callable[[Grammar], bool] = lambda _grammar: False,
        on_text: Callable[[str], None] | None = None,
        cancel: CancelCheck = never_cancel,
        draft: int | None = None,
        names: Names = Names(),  # noqa: B008 (immutable)
    ) -> Decoded:
        """Decode into ``grammar`` until it is done or ``stop`` says so.

        The operations are written first, from the references' projections: a name's own tokens among the words of the
        instruction would be read as words of it. Reply and prompts, which say what things are called, read the names.
        """
        told = teller(self.vocabulary, grammar, on_text)
        plain = torch.tensor(sorted(self.vocabulary.plain))
        more = {} if draft is None else {"draft": draft}

        def write(names: Names, begun: Sequence[int], stop: Callable[[Grammar], bool]) -> Decoded:
            prompt = self.prompt(source, references, photo, earlier, names)
            prompt = torch.cat([prompt, self.model.embedding[torch.tensor(begun, dtype=torch.long)]])
            cache = self.model.cache(len(prompt) + ROOM - LONGEST)
            return decode(
                self.model, prompt, grammar, plain, cache=cache, stop=stop, on_token=told, cancel=cancel, names=names,
                begun=begun, **more,
            )  # fmt: skip

        if not names.tokens:
            return write(names, (), stop)
        first = write(Names(), (), lambda grammar: stop(grammar) or grammar.operations_done)
        return first if grammar.done or stop(grammar) else write(names, first.tokens, stop)

    def prompt(
        self,
        source: Source,
        references: Mapping[int, tuple[np.ndarray, str]],
        photo: np.ndarray | None,
        earlier: Sequence[Operation] = (),
        names: Names = Names(),  # noqa: B008 (immutable)
    ) -> torch.Tensor:
        """``(n, width)`` embeddings of what the model reads: at a reference's marker its name or its projection."""
        kinds = {n: kind for n, (_, kind) in references.items()}
        ids, soft = read_tokens(
            self.vocabulary, source, kinds, photo=photo is not None, earlier=earlier, known=set(references)
        )
        x = self.model.embedding[torch.tensor(ids)].clone()
        for place, number in soft:
            if number == 0:
                entered = self.enter(torch.as_tensor(np.asarray(photo, np.float32))).view(SOFT_PER_PHOTO, -1)
            else:
                entered = names.read(number, self.model.embedding)
                entered = self._projected(*references[number]) if entered is None else entered
            x[place : place + len(entered)] = entered.to(x.dtype)
        return x

    def _projected(self, vector: np.ndarray, kind: str) -> torch.Tensor:
        """``(SOFT_PER_REFERENCE, width)`` soft tokens of an embedding whose name is not known."""
        recalled, weights = self.recall(torch.as_tensor(np.asarray(vector, np.float32)), kind)
        entered = self.enter(recalled).view(SOFT_PER_REFERENCE, -1)
        if weights is None:
            return entered
        # Half projected, half the embeddings of the recalled noun's own tokens: the projector was fitted to these,
        # and its error is what garbles rare nouns.
        top = weights.topk(min(8, len(weights)))
        own = self.model.embedding[self.recall.words[kind][top.indices]].float()
        return (entered + torch.einsum("n,nmd->md", top.values, own)) / 2

    def _shortened(self, source: Source) -> tuple[Source, bool]:
        """The source within the budget of tokens; all markers are kept, so that every reference stays known."""
        used, kept = 0, []
        for piece in source.pieces:
            used += len(piece.tokens) or 6
            if used <= LONGEST or piece.kind == "ref":
                kept.append(piece)
        return dataclasses.replace(source, pieces=tuple(kept)), len(kept) < len(source.pieces)

    def _embeddings(self, grammar: Grammar, decoded: Decoded) -> PlanEmbeddings:
        def out(name: str) -> np.ndarray:
            vector = self.leave(decoded.states[grammar.marks[name]].float())
            return (vector / vector.norm().clamp(min=1e-6)).numpy().astype(np.float32)

        subs = {int(name[3:]): out(name) for name in grammar.marks if name.startswith("sub")}
        return PlanEmbeddings(gen=out("gen"), base=out("base") if "base" in grammar.marks else None, subs=subs)


class _Teller:
    """Turns tokens into text for the user as they come."""

    def __init__(self, vocabulary: Vocabulary, grammar: Grammar, on_text: Callable[[str], None] | None) -> None:
        self.vocabulary, self.grammar, self.on_text = vocabulary, grammar, on_text
        self.operations = 0
        self.reply = 0

    def __call__(self, _token: int) -> None:
        if self.on_text is None:
            return
        for operation in self.grammar.operations[self.operations :]:
            self.on_text(show(operation) + "\n")
        self.operations = len(self.grammar.operations)
        if len(self.grammar.reply) > self.reply:
            self.on_text(self.vocabulary.decode(self.grammar.reply[self.reply :]))
            self.reply = len(self.grammar.reply)


def teller(vocabulary: Vocabulary, grammar: Grammar, on_text: Callable[[str], None] | None) -> Callable[[int], None]:
    """What to call for each token, so that ``on_text`` is given the plan's words as they come."""
    return _Teller(vocabulary, grammar, on_text)
