"""The plan's grammar as a state machine over tokens: whatever the model prefers, what comes out is a valid plan.

A plan is written as lines of operations, an empty line, the reply, one or more prompts between their tags, and the
control tokens (InstructAny2Pix, section 3.2; LLMGA, section 3.1)::

    replace boat > [ref#1] @ on the left
    adjust sky > bluer ~ a bit
                                              (an empty line)
    Here is ... <gen_img> a harbour with a swan </gen_img> [base] [photo] [sub] 1 [gen]

The words of object, place and amount are copied from the instruction, or from the fields of the turn before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from engine.plan import tokens as t
from engine.plan.tokens import Source, Vocabulary
from engine.values import Op, Operation, marker

MOST_OPERATIONS = 6
MOST_WORDS = 14  # of one field
MOST_PROMPTS = 6
REPLY_TOKENS, PROMPT_TOKENS = 32, 40

# What an adjustment or a new size is called when the user says it by a verb or a complaint.
LOOKS = (
    "brighter", "darker", "more contrast", "less contrast", "more vivid", "less saturated", "warmer", "cooler",
    "greener", "less green", "redder", "black and white", "blurred",
)  # fmt: skip
SIZES = ("bigger", "smaller")

_OBJECT = frozenset(Op) - {Op.replace_background, Op.vary, Op.expand}
_OBJECT_REF = frozenset(
    {Op.remove, Op.replace, Op.move, Op.scale, Op.style, Op.mood, Op.adjust, Op.describe, Op.restore}
)
_NEEDS_OBJECT = frozenset({Op.remove, Op.replace, Op.move, Op.scale})
_TARGET_REF = frozenset({Op.add, Op.replace, Op.replace_background, Op.style, Op.mood, Op.generate, Op.fill})
_TARGET = frozenset({Op.replace, Op.replace_background, Op.style, Op.mood, Op.adjust, Op.fill, Op.expand, Op.scale})
_NEEDS_TARGET = frozenset({Op.replace, Op.style, Op.mood, Op.adjust})
_WHERE = frozenset({Op.add, Op.remove, Op.replace, Op.move, Op.scale, Op.expand, Op.adjust, Op.fill})
_AMOUNT = frozenset({Op.add, Op.move, Op.scale, Op.adjust, Op.mood, Op.style, Op.expand, Op.replace, Op.restore})
_APPEARS = frozenset({Op.add, Op.replace, Op.generate, Op.fill})


def subs_of(operations: Iterable[Operation]) -> tuple[int, ...]:
    """References that must appear in the result: new content, never what is removed, nor a style or mood."""
    numbers = [
        o.ref
        for o in operations
        if o.ref is not None and (o.op in _APPEARS or (o.op == Op.replace_background)) and o.object != marker(o.ref)
    ]
    return tuple(dict.fromkeys(numbers))


# Words that seldom go on a field: a guess for drafting only, it never changes what is chosen.
_SMALL_WORDS = frozenset(
    "a an and as at away be but by for from in instead into is it like look more of off on or out over please so "
    "than that the then this to under up was were with".split()
)


@dataclass
class _Span:
    """Positions in the sources at which a field being copied may stand: (source, first, piece, token in piece)."""

    at: list[tuple[int, int, int, int]]
    words: int = 0

    def ends(self, sources: Sequence[Source]) -> tuple[int, int, int] | None:
        """The first span that is complete here, as (source, first piece, last piece)."""
        for source, first, piece, offset in self.at:
            p = sources[source].pieces[piece]
            if offset == len(p.tokens) and p.kind == "word":
                return source, first, piece
        return None


@dataclass
class Grammar:
    """What may come next, given what has been written.

    Parameters
    ----------
    vocabulary
        Token ids.
    sources
        Texts to copy from; the instruction first.
    references
        Numbers of the references that exist.
    has_photo
        Whether a photo is given: the base may be it.
    pictures
        References that are pictures and may be the base; all of them when absent.
    """

    vocabulary: Vocabulary
    sources: tuple[Source, ...]
    references: tuple[int, ...]
    has_photo: bool
    pictures: tuple[int, ...] | None = None
    state: str = "line"
    operations: list[Operation] = field(default_factory=list)
    reply: list[int] = field(default_factory=list)
    prompts: list[list[int]] = field(default_factory=list)
    base: str = ""
    subs: tuple[int, ...] = ()
    # Positions in the output whose hidden states are the plan's embeddings.
    marks: dict[str, int] = field(default_factory=dict)
    length: int = 0
    reply_tokens: int = REPLY_TOKENS
    prompt_tokens: int = PROMPT_TOKENS
    _draft: dict[str, object] = field(default_factory=dict)
    _ops: dict[Op, tuple[int, ...]] = field(default_factory=dict)
    _queue: tuple[int, ...] = ()
    _span: _Span | None = None
    _digits: str = ""
    _after: str = ""

    # -- what may come -------------------------------------------------------------------------------------------

    def allowed(self) -> Collection[int]:
        """Token ids that may come next; never empty until :attr:`done`."""
        return {self._queue[0]} if self._queue else getattr(self, f"_allow_{self.state}")()

    @property
    def done(self) -> bool:
        """Whether the plan is complete."""
        return self.state == "done"

    @property
    def operations_done(self) -> bool:
        """Whether the last operation is complete."""
        return self.state not in {"line", "word", "object", "to", "where", "amount", "number"} or self._after == "base"

    def _allow_line(self) -> set[int]:
        v = self.vocabulary
        out = {v.newline}
        if len(self.operations) < MOST_OPERATIONS:
            out |= {tokens[0] for op, tokens in v.op_words.items() if self._possible(op)}
        return out

    def _allow_word(self) -> set[int]:
        return {rest[0] for rest in self._ops.values()}

    def _possible(self, op: Op) -> bool:
        words = self._has_words
        if op in _NEEDS_OBJECT and not (words or (self.references and op in _OBJECT_REF)):
            return False
        if op in _NEEDS_TARGET and not (words or op == Op.adjust or (self.references and op in _TARGET_REF)):
            return False
        return not (op == Op.add and not words and not self.references)

    @property
    def _has_words(self) -> bool:
        return any(p.kind == "word" for s in self.sources for p in s.pieces)

    def _starts(self, extra: Sequence[str] = ()) -> set[int]:
        out = {p.tokens[0] for s in self.sources for p in s.pieces if p.kind == "word"}
        return out | {self.vocabulary.encode(f" {e}")[0] for e in extra}

    @property
    def _op(self) -> Op:
        op = self._draft["op"]
        assert isinstance(op, Op)
        return op

    def _closers(self, field_name: str) -> set[int]:
        """Tokens that may end the field named: the separators of later fields, and the line break."""
        v, op = self.vocabulary, self._op
        out: set[int] = set()
        has_target = "target" in self._draft or "ref" in self._draft
        words = self._has_words
        named = (op in _TARGET and (words or op in (Op.adjust, Op.scale))) or (op in _TARGET_REF and self.references)
        if field_name == "object" and named:
            out.add(v.to)
        needs_target = op in _NEEDS_TARGET and not has_target and field_name == "object"
        if needs_target:
            return out
        if field_name in ("object", "to") and op in _WHERE and words:
            out.add(v.at)
        if field_name in ("object", "to", "where") and op in _AMOUNT and words:
            out.add(v.by)
        out.add(v.newline)
        return out

    def _extras(self) -> tuple[str, ...]:
        if self.state != "to":
            return ()
        return {Op.adjust: LOOKS, Op.scale: SIZES}.get(self._op, ())

    def _allow_object(self) -> set[int]:
        return self._allow_field("object")

    def _allow_to(self) -> set[int]:
        return self._allow_field("to")

    def _allow_where(self) -> set[int]:
        return self._allow_field("where")

    def _allow_amount(self) -> set[int]:
        return self._allow_field("amount")

    def _allow_field(self, name: str) -> set[int]:
        op = self._op
        if self._span is None:
            out: set[int] = set()
            if name == "object":
                if op in _OBJECT:
                    out |= self._starts()
                if op in _OBJECT_REF and self.references:
                    out.add(self.vocabulary.ref)
                if op not in _NEEDS_OBJECT:
                    out |= self._closers("object")
                if op == Op.add:
                    out -= {self.vocabulary.newline, self.vocabulary.at, self.vocabulary.by}
                return out
            if name == "to":
                if op in _TARGET:
                    out |= self._starts(self._extras())
                if op in _TARGET_REF and self.references:
                    out.add(self.vocabulary.ref)
                return out
            return self._starts()
        out = set()
        sources = self._all_sources()
        for source, _first, piece, offset in self._span.at:
            pieces = sources[source].pieces
            p = pieces[piece]
            if offset < len(p.tokens):
                out.add(p.tokens[offset])
            elif self._span.words < MOST_WORDS and piece + 1 < len(pieces) and self._joins(pieces, piece + 1):
                out.add(pieces[piece + 1].tokens[0])
        if self._span.ends(sources):
            out |= self._closers(name)
        return out

    @staticmethod
    def _joins(pieces: Sequence[t.Piece], index: int) -> bool:
        """Whether a field may run on into piece ``index``: a word, or glue with a word close behind."""
        if pieces[index].kind == "word":
            return True
        after = index + 1
        return pieces[index].kind == "glue" and after < len(pieces) and pieces[after].kind == "word"

    def _all_sources(self) -> tuple[Source, ...]:
        extras = self._extras()
        if not extras:
            return self.sources
        # A look's name is one piece, so that it is written whole.
        whole = (Source(e, (t.Piece(0, len(e), self.vocabulary.encode(f" {e}"), "word"),)) for e in extras)
        return (*self.sources, *whole)

    def _allow_number(self) -> set[int]:
        known = self.pictures if self._after == "base" and self.pictures is not None else self.references
        names = [str(n) for n in known]
        out = {
            self.vocabulary.digits[int(n[len(self._digits)])]
            for n in names
            if n.startswith(self._digits) and len(n) > len(self._digits)
        }
        if self._digits in names:
            out |= self._after_number()
        return out

    def _after_number(self) -> set[int]:
        if self._after == "base":
            return {self.vocabulary.sub} if subs_of(self.operations) else {self.vocabulary.gen}
        return self._closers(self._after)

    @property
    def free(self) -> int | None:
        """In free text the token that ends it (0 while it must not end yet); otherwise nothing."""
        if self._queue:
            return None
        if self.state == "reply" and len(self.reply) < self.reply_tokens:
            return self._after_reply if self.reply else 0
        if self.state == "prompt" and len(self.prompts[-1]) < self.prompt_tokens:
            return self.vocabulary.close if self.prompts[-1] else 0
        return None

    def _allow_reply(self) -> Collection[int]:
        end = self.free
        return {self._after_reply} if end is None else self.vocabulary.plain | ({end} if end else set())

    @property
    def _after_reply(self) -> int:
        """What ends the reply: the first prompt's tag, or the plan's end where no picture is asked for."""
        end = self.vocabulary.end
        talk = all(operation.op is Op.describe for operation in self.operations)
        return self.vocabulary.open if end is None or not talk else end

    def _allow_prompt(self) -> Collection[int]:
        end = self.free
        return {self.vocabulary.close} if end is None else self.vocabulary.plain | ({end} if end else set())

    def _allow_closed(self) -> set[int]:
        return (
            {self.vocabulary.base, self.vocabulary.open} if len(self.prompts) < MOST_PROMPTS else {self.vocabulary.base}
        )

    def _allow_base(self) -> set[int]:
        out = {self.vocabulary.photo} if self.has_photo else {self.vocabulary.none}
        if self.references if self.pictures is None else self.pictures:
            out.add(self.vocabulary.ref)
        return out

    def _allow_based(self) -> set[int]:
        return {self.vocabulary.sub} if self.subs else {self.vocabulary.gen}

    def _allow_sub(self) -> set[int]:
        number = self.vocabulary.number(self.subs[0])
        return {number[len(self._digits)]}

    # -- what is likely -------------------------------------------------------------------------------------------

    def forced(self) -> int | None:
        """The only token that may come, if there is only one."""
        if self.free is not None:
            return None
        allowed = self.allowed()
        return next(iter(allowed)) if len(allowed) == 1 else None

    def fork(self) -> Grammar:
        """A copy that can be advanced on trial."""
        return replace(
            self,
            operations=list(self.operations),
            reply=list(self.reply),
            prompts=[list(p) for p in self.prompts],
            marks=dict(self.marks),
            _draft=dict(self._draft),
        )

    def likely(self) -> int | None:
        """A guess at the next token of a copied field: the word that follows in its source, or the field's end."""
        if self._span is None or self.state not in {"object", "to", "where", "amount"}:
            return None
        sources = self._all_sources()
        source, _first, piece, offset = self._span.at[0]
        pieces = sources[source].pieces
        if offset < len(pieces[piece].tokens):
            return pieces[piece].tokens[offset]
        closers = self._closers(self.state)
        following = pieces[piece + 1] if piece + 1 < len(pieces) else None
        if following is not None and following.kind == "word":
            word = sources[source].text[following.start : following.end].lower()
            if self.state == "where" or word not in _SMALL_WORDS:
                return following.tokens[0]
        if self.vocabulary.newline in closers:
            return self.vocabulary.newline
        return self.vocabulary.to if self.vocabulary.to in closers else None

    # -- what has come -------------------------------------------------------------------------------------------

    def advance(self, token: int) -> None:
        """Take one token, which must be among :meth:`allowed`."""
        if self._queue:
            self._queue = self._queue[1:]
        else:
            getattr(self, f"_take_{self.state}")(token)
        self.length += 1

    def _take_line(self, token: int) -> None:
        if token == self.vocabulary.newline:
            self.state, self.subs = "reply", subs_of(self.operations)
            return
        self._ops = {op: tokens for op, tokens in self.vocabulary.op_words.items() if self._possible(op)}
        self._take_word(token)

    def _take_word(self, token: int) -> None:
        self._ops = {op: rest[1:] for op, rest in self._ops.items() if rest[0] == token}
        whole = next((op for op, rest in self._ops.items() if not rest), None)
        if whole is None:
            self.state = "word"
            return
        self._draft = {"op": whole}
        self.state, self._span = "object", None

    def _take_object(self, token: int) -> None:
        self._take_field("object", token)

    def _take_to(self, token: int) -> None:
        self._take_field("to", token)

    def _take_where(self, token: int) -> None:
        self._take_field("where", token)

    def _take_amount(self, token: int) -> None:
        self._take_field("amount", token)

    def _take_field(self, name: str, token: int) -> None:
        if self._span is None and token == self.vocabulary.ref:
            self.state, self._digits, self._after = "number", "", name
            return
        sources = self._all_sources()
        if self._span is None:
            at = [
                (s, p, p, 1)
                for s, source in enumerate(sources)
                for p, piece in enumerate(source.pieces)
                if piece.kind == "word" and piece.tokens[0] == token
            ]
            if at:
                self._span = _Span(at, 1)
                return
            self._close(token)
            return
        moved = []
        crossed = False
        for s, first, piece, offset in self._span.at:
            pieces = sources[s].pieces
            p = pieces[piece]
            if offset < len(p.tokens):
                if p.tokens[offset] == token:
                    moved.append((s, first, piece, offset + 1))
            elif piece + 1 < len(pieces) and self._joins(pieces, piece + 1) and pieces[piece + 1].tokens[0] == token:
                moved.append((s, first, piece + 1, 1))
                crossed = True
        if moved:
            self._span = _Span(moved, self._span.words + crossed)
            return
        end = self._span.ends(sources)
        assert end is not None
        s, first, last = end
        text = sources[s].text[sources[s].pieces[first].start : sources[s].pieces[last].end]
        self._draft["target" if name == "to" else name] = " ".join(text.split())
        self._close(token)

    def _close(self, token: int) -> None:
        v = self.vocabulary
        self._span = None
        if token == v.newline:
            values = dict(self._draft)
            if isinstance(values.get("object"), int):
                number = values["object"]
                values["object"] = marker(number)  # type: ignore[arg-type]
                if "ref" not in values and self._op in (
                    Op.remove,
                    Op.move,
                    Op.scale,
                    Op.describe,
                    Op.adjust,
                    Op.restore,
                ):
                    values["ref"] = number
            self.operations.append(Operation(**values))  # type: ignore[arg-type]
            self.state = "line"
        else:
            self.state = {v.to: "to", v.at: "where", v.by: "amount"}[token]

    def _take_number(self, token: int) -> None:
        v = self.vocabulary
        if token in v.digits:
            self._digits += str(v.digits.index(token))
            if self._after == "base":
                self.marks["base"] = self.length
            return
        number = int(self._digits)
        if self._after == "base":
            self.base = marker(number)
            self._take_based(token)
            return
        self._draft["object" if self._after == "object" else "ref"] = number
        self._close(token)

    def _open(self) -> None:
        self.prompts.append([])
        self.state, self._queue = "prompt", self.vocabulary.open_rest

    def _take_reply(self, token: int) -> None:
        if token == self.vocabulary.end:
            self.state = "done"
        elif token == self.vocabulary.open:
            self._open()
        else:
            self.reply.append(token)

    def _take_prompt(self, token: int) -> None:
        if token == self.vocabulary.close:
            self.state, self._queue = "closed", self.vocabulary.close_rest
        else:
            self.prompts[-1].append(token)

    def _take_closed(self, token: int) -> None:
        if token == self.vocabulary.open:
            self._open()
        else:
            self.state = "base"

    def _take_base(self, token: int) -> None:
        if token == self.vocabulary.ref:
            self.state, self._digits, self._after = "number", "", "base"
            return
        self.base = "[photo]" if token == self.vocabulary.photo else ""
        if token == self.vocabulary.photo:
            self.marks["base"] = self.length
        self.state = "based"

    def _take_based(self, token: int) -> None:
        if token == self.vocabulary.gen:
            self.marks["gen"] = self.length
            self.state = "done"
        else:
            self._digits = ""
            self.state = "sub"

    def _take_sub(self, token: int) -> None:
        self._digits += str(self.vocabulary.digits.index(token))
        if self._digits == str(self.subs[0]):
            self.marks[f"sub{self.subs[0]}"] = self.length
            self.subs = self.subs[1:]
            self.state = "based"
