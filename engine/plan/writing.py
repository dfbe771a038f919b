"""Plans and instructions as token sequences: what the model reads and what it is taught to write."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from engine.plan import tokens as t
from engine.plan.grammar import Grammar
from engine.plan.tokens import Source, Vocabulary
from engine.values import MARKER, Op, Operation

SOFT_PER_REFERENCE = 3
SOFT_PER_PHOTO = 3


def read_tokens(
    vocabulary: Vocabulary,
    source: Source,
    kinds: Mapping[int, str],
    *,
    photo: bool,
    earlier: Sequence[Operation] = (),
    known: Collection[int] = (),
) -> tuple[list[int], list[tuple[int, int]]]:
    """Tokens that the model reads.

    Parameters
    ----------
    vocabulary
        Token ids.
    source
        The instruction.
    kinds
        Number of each reference to picture, sound or music.
    photo
        Whether a photo is given.
    earlier
        Operations of the turn before.
    known
        Numbers of references whose embeddings are there; the others stand as bare markers.

    Returns
    -------
    tokens, soft
        ``soft`` lists ``(position, number)`` of the first soft token of each reference, number 0 for the photo.
    """
    out = [t.START]
    soft: list[tuple[int, int]] = []
    seen: set[int] = set()

    def enter(number: int, count: int) -> None:
        soft.append((len(out), number))
        out.extend([t.SOFT] * count)

    def refer(number: int) -> None:
        out.append(t.KINDS[kinds.get(number, "picture")])
        out.extend(vocabulary.number(number))
        if number in known and number not in seen:
            seen.add(number)
            enter(number, SOFT_PER_REFERENCE)

    if photo:
        out.append(t.PHOTO)
        enter(0, SOFT_PER_PHOTO)
    if earlier:
        out.append(t.TURN)
        for operation in earlier:
            for token in line_tokens(vocabulary, operation):
                if isinstance(token, int):
                    out.append(token)
                else:
                    refer(token[0])
        out.append(t.TURN)
    for piece in source.pieces:
        if piece.kind == "ref":
            refer(piece.number)
        else:
            out.extend(piece.tokens)
    out.append(t.END)
    return out, soft


def line_tokens(vocabulary: Vocabulary, operation: Operation) -> list[int | tuple[int]]:
    """An operation's line; a reference stands as a tuple of its number."""
    v = vocabulary
    out: list[int | tuple[int]] = [v.op_tokens[operation.op]]

    def words(text: str) -> None:
        for piece in v.source(text).pieces:
            out.extend(piece.tokens)

    named = MARKER.fullmatch(operation.object)
    if named:
        out.append((int(named[1]),))
    elif operation.object:
        words(operation.object)
    if operation.ref is not None and not (named and int(named[1]) == operation.ref):
        out += [v.to, (operation.ref,)]
    elif operation.target:
        out.append(v.to)
        words(operation.target)
    if operation.where:
        out.append(v.at)
        words(operation.where)
    if operation.amount:
        out.append(v.by)
        words(operation.amount)
    out.append(v.newline)
    return out


def operation_tokens(vocabulary: Vocabulary, operations: Sequence[Operation]) -> list[int]:
    """The lines of all operations and the empty line behind them, as the model writes them."""
    out: list[int] = []
    for operation in operations:
        for token in line_tokens(vocabulary, operation):
            out.extend([token] if isinstance(token, int) else [t.REF, *vocabulary.number(token[0])])
    return [*out, vocabulary.newline]


def closing_tokens(
    vocabulary: Vocabulary, reply: str, prompts: Sequence[str], base: str, subs: Sequence[int]
) -> tuple[list[int], dict[str, int]]:
    """Reply, prompts and control tokens; and where the embeddings of base, subs and gen are read."""
    out = list(vocabulary.encode(f" {reply}"))
    for prompt in prompts:
        out += [t.GEN_OPEN, *vocabulary.encode(f" {prompt}"), t.GEN_CLOSE]
    out.append(t.BASE)
    marks = {}
    if base == "[photo]":
        out.append(t.PHOTO)
        marks["base"] = len(out) - 1
    elif base:
        number = MARKER.fullmatch(base)
        assert number
        out += [t.REF, *vocabulary.number(int(number[1]))]
        marks["base"] = len(out) - 1
    else:
        out.append(t.NONE)
    for sub in subs:
        out += [t.SUB, *vocabulary.number(sub)]
        marks[f"sub{sub}"] = len(out) - 1
    out.append(t.GEN)
    marks["gen"] = len(out) - 1
    return out, marks


def is_writable(grammar: Grammar, output: Sequence[int]) -> bool:
    """Whether the grammar can write these tokens; a teacher that asks for others would teach in vain."""
    for token in output:
        if grammar.done or token not in grammar.allowed():
            return False
        grammar.advance(token)
    return True


def sources_of(vocabulary: Vocabulary, instruction: Source, earlier: Sequence[Operation]) -> tuple[Source, ...]:
    """What fields may be copied from: the instruction, then the fields of the turn before."""
    fields = [f for o in earlier for f in (o.object, o.target, o.where, o.amount) if f and not MARKER.fullmatch(f)]
    return (instruction, *(vocabulary.source(f) for f in dict.fromkeys(fields)))


__all__ = [
    "SOFT_PER_PHOTO", "SOFT_PER_REFERENCE", "Op", "closing_tokens", "is_writable", "line_tokens", "operation_tokens",
    "read_tokens", "sources_of",
]  # fmt: skip
