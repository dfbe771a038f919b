"""The plan's tokens in a language model's own tokenizer, of which none was kept free for us.

Control tokens are single characters that never stand in free text; a prompt stands between LLMGA's tags, which are
ordinary text and forced once begun (LLMGA, section 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tokenizers import Tokenizer

from engine.errors import BundleError
from engine.plan.tokens import Vocabulary

OPEN, CLOSE = "<gen_image>", "</gen_image>"
SPACE = "▁"  # how sentencepiece writes the space before a word
FORBIDDEN = frozenset("[]<>{}|\\")


@dataclass(frozen=True)
class ForeignVocabulary(Vocabulary):
    """Token ids of what the grammar names.

    Attributes
    ----------
    tokenizer
        The fast tokenizer behind transformers' one.
    stop
        Id of the token that ends an answer.
    """

    stop: int = 0
    _known: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, tokenizer: Any) -> ForeignVocabulary:
        """From transformers' tokenizer.

        Raises
        ------
        BundleError
            When it is not a fast one, or has no token that ends an answer.
        """
        inner = getattr(tokenizer, "backend_tokenizer", None)
        if not isinstance(inner, Tokenizer) or tokenizer.eos_token_id is None:
            raise BundleError(
                "The language model's tokenizer is of a kind that cannot be steered.", "Take another model."
            )
        return cls(inner, stop=int(tokenizer.eos_token_id))

    @cached_property
    def _pieces(self) -> bool:
        """Whether it writes the space before a word as part of the word, and adds one in front."""
        return self.tokenizer.encode("a", add_special_tokens=False).tokens[0].startswith(SPACE)

    @cached_property
    def special(self) -> frozenset[int]:
        """Ids that are no text."""
        return frozenset(i for i, token in self.tokenizer.get_added_tokens_decoder().items() if token.special)

    def _plainly(self, text: str) -> tuple[int, ...]:
        return tuple(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def encode(self, text: str) -> tuple[int, ...]:
        """Tokens of ordinary text as they stand inside a sentence; what looks like a special token stays text."""
        found = self._cache.get(text)
        if found is None:
            found = self._inside(text)
            if self.special & set(found):
                found = tuple(i for sign in text for i in self._inside(sign))
            self._cache[text] = found
        return found

    def _inside(self, text: str) -> tuple[int, ...]:
        if not self._pieces:
            return self._plainly(text)
        if text.startswith(" "):
            return self._plainly(text[1:])
        before, whole = self._plainly("x"), self._plainly(f"x{text}")
        return whole[len(before) :] if whole[: len(before)] == before else self._plainly(text)

    def decode(self, ids: list[int]) -> str:
        """Text of ordinary tokens."""
        return self.tokenizer.decode([i for i in ids if i not in self.special], skip_special_tokens=False)

    def _single(self, *texts: str) -> int:
        for text in texts:
            ids = self.encode(text)
            if len(ids) == 1:
                return ids[0]
        raise BundleError(f"The language model's tokenizer has no token for {texts[0]!r}.", "Take another model.")

    def _mark(self, name: str, *texts: str) -> int:
        if name not in self._known:
            self._known[name] = self._single(*texts)
        return self._known[name]

    @cached_property
    def to(self) -> int:
        """Stands before the new content."""
        return self._single(" >", ">")

    @cached_property
    def at(self) -> int:
        """Stands before the place."""
        return self._single(" @", "@")

    @cached_property
    def by(self) -> int:
        """Stands before the amount."""
        return self._single(" ~", "~")

    @property
    def ref(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Stands before a reference's number."""
        return self._mark("ref", " [", "[")

    @property
    def photo(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The base is the photo."""
        return self._mark("photo", "@")

    @property
    def none(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        """There is no base."""
        return self._mark("none", "-")

    @property
    def open(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        """First token of a prompt's opening tag."""
        return self._opening[0]

    @property
    def open_rest(self) -> tuple[int, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The tag's other tokens."""
        return self._opening[1:]

    @property
    def close(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        """First token of the closing tag."""
        return self.encode(CLOSE)[0]

    @property
    def close_rest(self) -> tuple[int, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The tag's other tokens."""
        return self.encode(CLOSE)[1:]

    @property
    def base(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Ends the prompts, as it ends an answer."""
        return self.stop

    @property
    def end(self) -> int | None:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Ends an answer without a picture."""
        return self.stop

    @property
    def sub(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Stands before the number of a reference that must appear."""
        return self._mark("sub", "+")

    @property
    def gen(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Ends a plan."""
        return self._mark("gen", "=")

    @cached_property
    def _opening(self) -> tuple[int, ...]:
        """The opening tag, behind a space where that is no token of its own."""
        spaced = self.encode(f" {OPEN}")
        return spaced if OPEN[0] in self.tokenizer.decode([spaced[0]]) else self.encode(OPEN)

    @cached_property
    def plain(self) -> frozenset[int]:
        """Tokens allowed in a reply or prompt: whole characters of any script, no line break, no control sign."""
        out = []
        banned = {self.open, self.close, self.stop, *self.special}
        for i in range(self.tokenizer.get_vocab_size(with_added_tokens=True)):
            text = "" if i in banned else self.tokenizer.decode([i], skip_special_tokens=False)
            text = " " if self.tokenizer.id_to_token(i) == SPACE else text
            if text and "\ufffd" not in text and text.isprintable() and not set(text) & FORBIDDEN:
                out.append(i)
        return frozenset(out)

    @cached_property
    def joined(self) -> frozenset[int]:
        """Plain tokens that go on with the word before them, but for a plural's ending."""
        out = []
        for i in self.plain:
            text = self.tokenizer.decode([i], skip_special_tokens=False)
            begins = self._pieces and str(self.tokenizer.id_to_token(i)).startswith(SPACE)
            if text[:1].isalpha() and not begins and text not in ("s", "es"):
                out.append(i)
        return frozenset(out)
