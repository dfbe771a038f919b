"""The planner's token vocabulary: SmolLM2's byte-level BPE, with unused special tokens given meanings of our own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from tokenizers import Tokenizer

from engine.values import Op

# SmolLM2 keeps ids 0 to 16 for special tokens; those of its code corpus never occur in chat and are ours.
START, END = 1, 2
PHOTO, PICTURE, SOUND, MUSIC, REF, TURN = 3, 5, 6, 7, 8, 9
GEN_OPEN, GEN_CLOSE, BASE, SUB, GEN, NONE = 10, 11, 12, 13, 14, 16
SOFT = 15  # stands where a projected embedding enters
FIRST_TEXT = 17
TRAINED_ROWS = (START, END, PHOTO, PICTURE, SOUND, MUSIC, REF, TURN, GEN_OPEN, GEN_CLOSE, BASE, SUB, GEN, NONE, SOFT)
KINDS = {"picture": PICTURE, "sound": SOUND, "music": MUSIC}

_WORDS = {op: op.value for op in Op} | {Op.replace_background: "background"}
_ASIAN = "぀-ヿ㐀-鿿가-힯"
_PIECE = re.compile(
    rf"\[ref#\d+\]|\[photo\]|[{_ASIAN}]|['’]s(?!\w)|[^\W_{_ASIAN}]+(?:(?!['’]s(?!\w))['’.:/&-][^\W_{_ASIAN}]+)*%?|[^\s]",
    re.UNICODE,
)
_GLUE = frozenset(",&-/'’\"#+")


@dataclass(frozen=True)
class Piece:
    """A word, marker or punctuation mark of a text.

    Attributes
    ----------
    start, end
        Characters of the text, half-open.
    tokens
        Its tokens behind a space, as it stands in a plan's field.
    kind
        ``word`` may begin and end a field, ``glue`` may stand inside one, ``break`` ends it; ``ref`` and ``photo``
        are markers.
    number
        Of the reference, 0 otherwise.
    """

    start: int
    end: int
    tokens: tuple[int, ...]
    kind: str
    number: int = 0


@dataclass(frozen=True)
class Source:
    """A text that fields may be copied from, cut into pieces."""

    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Vocabulary:
    """Token ids of everything that the plan's grammar names."""

    tokenizer: Tokenizer

    # Control tokens, and what is forced behind those that open and close a prompt.
    ref: ClassVar[int] = REF
    photo: ClassVar[int] = PHOTO
    none: ClassVar[int] = NONE
    open: ClassVar[int] = GEN_OPEN
    close: ClassVar[int] = GEN_CLOSE
    base: ClassVar[int] = BASE
    sub: ClassVar[int] = SUB
    gen: ClassVar[int] = GEN
    open_rest: ClassVar[tuple[int, ...]] = ()
    close_rest: ClassVar[tuple[int, ...]] = ()
    end: ClassVar[int | None] = None  # ends a plan without a prompt, where the model may just talk

    _cache: dict[str, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Read ``tokenizer.json``."""
        return cls(Tokenizer.from_file(str(path)))

    def encode(self, text: str) -> tuple[int, ...]:
        """Tokens of ordinary text; text that looks like a special token is broken up so that it stays text."""
        found = self._cache.get(text)
        if found is None:
            ids = self.tokenizer.encode(text, add_special_tokens=False).ids
            if any(i < FIRST_TEXT for i in ids):
                ids = [i for part in text for i in self.tokenizer.encode(part, add_special_tokens=False).ids]
            found = tuple(ids)
            self._cache[text] = found
        return found

    def decode(self, ids: list[int]) -> str:
        """Text of ordinary tokens."""
        return self.tokenizer.decode([i for i in ids if i >= FIRST_TEXT], skip_special_tokens=False)

    def one(self, text: str) -> int:
        """The id of a text that is a single token."""
        (token,) = self.encode(text)
        return token

    @cached_property
    def op_words(self) -> dict[Op, tuple[int, ...]]:
        """Tokens of each operation's word; none begins with another's."""
        return {op: self.encode(f" {word}") for op, word in _WORDS.items()}

    @cached_property
    def op_tokens(self) -> dict[Op, int]:
        """The single token of each operation's word, where every word is one."""
        return {op: self.one(f" {word}") for op, word in _WORDS.items()}

    @cached_property
    def newline(self) -> int:
        """Ends a line."""
        return self.one("\n")

    @cached_property
    def to(self) -> int:
        """Stands before the new content."""
        return self.one(" >")

    @cached_property
    def at(self) -> int:
        """Stands before the place."""
        return self.one(" @")

    @cached_property
    def by(self) -> int:
        """Stands before the amount."""
        return self.one(" ~")

    @cached_property
    def digits(self) -> tuple[int, ...]:
        """Tokens of 0 to 9."""
        return tuple(self.one(str(d)) for d in range(10))

    def number(self, value: int) -> tuple[int, ...]:
        """Digit tokens of a reference's number."""
        return tuple(self.digits[int(d)] for d in str(value))

    @cached_property
    def plain(self) -> frozenset[int]:
        """Tokens allowed in a reply or prompt: printable, whole characters, no line break."""
        out = []
        for i in range(FIRST_TEXT, self.tokenizer.get_vocab_size()):
            text = self.tokenizer.decode([i], skip_special_tokens=False)
            if text and text.isprintable() and text.isascii() and not set(text) & set("[]<>{}|\\"):
                out.append(i)
        return frozenset(out)

    @cached_property
    def joined(self) -> frozenset[int]:
        """Plain tokens that go on with the word before them, but for a plural's ending."""
        texts = {i: self.tokenizer.decode([i], skip_special_tokens=False) for i in self.plain}
        return frozenset(i for i, text in texts.items() if text[0].isalpha() and text not in ("s", "es"))

    def source(self, text: str) -> Source:
        """Cut a text into pieces."""
        separators = {self.to, self.at, self.by}
        pieces = []
        for match in _PIECE.finditer(text):
            shown = match[0]
            if shown == "[photo]":
                pieces.append(Piece(match.start(), match.end(), (PHOTO,), "photo"))
            elif shown.startswith("[ref#"):
                pieces.append(Piece(match.start(), match.end(), (), "ref", int(shown[5:-1])))
            else:
                spaced = match.start() == 0 or text[match.start() - 1].isspace()
                is_word = shown[0].isalnum()
                tokens = self.encode(f" {shown}" if spaced or is_word else shown)
                glue = shown in _GLUE or shown in ("'s", "’s")
                kind = "word" if is_word else "glue" if glue else "break"
                if separators & set(tokens):
                    kind = "break"
                pieces.append(Piece(match.start(), match.end(), tokens, kind))
        return Source(text, tuple(pieces))
