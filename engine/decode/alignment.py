"""Which token of one prompt takes the attention of which token of another, over prompts of several chunks.

Prompt-to-Prompt's own aligner reads one frame of 77 tokens; here a prompt is a row of frames (see
:mod:`engine.decode.prompts`), words are aligned through all of them, and the marks of each frame to their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import torch
from torch import Tensor

from engine.decode.prompts import CHUNK, FRAME

END_OF_WORD = "</w>"  # CLIP's tokenizer closes a word's last piece with it


@dataclass(frozen=True)
class FramedPrompt:
    """A prompt's tokens in the places that they have among its text states.

    Attributes
    ----------
    pieces
        Its tokens as CLIP's tokenizer cuts them (``tokenizer.tokenize``), without marks and without a limit of
        length; the last piece of a word ends in ``</w>``.
    frames
        How many frames of 77 its states have; more than the tokens fill where an SDXL tower needs more.
    """

    pieces: tuple[str, ...]
    frames: int

    @classmethod
    def of(cls, pieces: Iterable[str], frames: int = 1) -> FramedPrompt:
        """A prompt of at least so many frames, and of as many as its tokens fill."""
        pieces = tuple(pieces)
        return cls(pieces, max(frames, -(-len(pieces) // CHUNK)))

    @property
    def length(self) -> int:
        """Text states that it has."""
        return self.frames * FRAME

    @cached_property
    def words(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Each word with its places among the states; a word cut by the end of a frame has places in both."""
        words: list[tuple[str, tuple[int, ...]]] = []
        text, places = "", ()
        for index, piece in enumerate(self.pieces):
            text, places = text + piece, (*places, _place(index))
            if piece.endswith(END_OF_WORD):
                words.append((text.removesuffix(END_OF_WORD), places))
                text, places = "", ()
        return tuple(words)

    def marks(self, frame: int) -> tuple[int, ...]:
        """Places of a frame's begin mark, its end mark and what pads it, in this order."""
        filled = min(max(len(self.pieces) - frame * CHUNK, 0), CHUNK)
        start = frame * FRAME
        return (start, *range(start + filled + 1, start + FRAME))

    def places(self, phrase: FramedPrompt) -> tuple[int, ...]:
        """Where the words of a phrase stand among the states, each wherever it occurs."""
        wanted = {word for word, _ in phrase.words}
        return tuple(chain.from_iterable(places for word, places in self.words if word in wanted))


def _place(index: int) -> int:
    """Place among the states of the token that is ``index``-th in the text."""
    return index // CHUNK * FRAME + 1 + index % CHUNK


@dataclass(frozen=True, eq=False)
class Alignment:
    """How a target prompt's tokens take over the attention that a source prompt's tokens get.

    Attributes
    ----------
    mapper
        ``(source length, target length)``: a target token's attention is this mix of the source tokens'.
    given
        ``(target length,)`` bool: false for tokens that are new and attend as they would by themselves.
    """

    mapper: Tensor
    given: Tensor

    @classmethod
    def refine(cls, source: FramedPrompt, target: FramedPrompt) -> Alignment:
        """Words that both prompts have, in order, keep the source's attention; new ones get their own.

        Prompt-to-Prompt (Hertz et al. 2022), section 3.2, "adding a new phrase".
        """
        common = _common([word for word, _ in source.words], [word for word, _ in target.words])
        pairs = ((source.words[one][1], target.words[two][1]) for one, two in common)
        return cls._of(source, target, pairs)

    @classmethod
    def replace(cls, source: FramedPrompt, target: FramedPrompt) -> Alignment:
        """The n-th word takes the attention of the n-th word, whether it is the same or another.

        Prompt-to-Prompt (Hertz et al. 2022), section 3.2, "word swap". Prompts of different numbers of words have no
        such pairs and are refined.
        """
        if len(source.words) != len(target.words):
            return cls.refine(source, target)
        pairs = ((one, two) for (_, one), (_, two) in zip(source.words, target.words, strict=True))
        return cls._of(source, target, pairs)

    @classmethod
    def _of(
        cls,
        source: FramedPrompt,
        target: FramedPrompt,
        words: Iterable[tuple[Sequence[int], Sequence[int]]],
    ) -> Alignment:
        mapper = torch.zeros(source.length, target.length)
        for one, two in words:
            if len(one) == len(two):
                mapper[one, two] = 1
            else:  # all the attention that the source's word gets, shared evenly
                mapper[torch.tensor(one)[:, None], torch.tensor(two)] = 1 / len(two)
        for frame in range(min(source.frames, target.frames)):
            for one, two in zip(source.marks(frame), target.marks(frame), strict=False):
                mapper[one, two] = 1
        return cls(mapper, mapper.sum(dim=0) > 0)


def _common(source: Sequence[str], target: Sequence[str]) -> list[tuple[int, int]]:
    """Index pairs of the longest common subsequence, of those the one in the fewest separate runs.

    Needleman and Wunsch's alignment with match 1, gap 0 and no mismatches; of equally long ones an unbroken run is
    right: "a dog" in "a cat and a dog" is its last two words.
    """
    rows, columns = len(source) + 1, len(target) + 1
    run = 1 / (rows + columns)  # worth of one run's continuing, less than one match in all
    best = [[0.0] * columns for _ in range(rows)]  # of the words before each pair
    matched = [[float("-inf")] * columns for _ in range(rows)]  # of those, where the last two are matched
    for i in range(1, rows):
        for j in range(1, columns):
            if source[i - 1] == target[j - 1]:
                matched[i][j] = 1 + max(best[i - 1][j - 1], matched[i - 1][j - 1] + run)
            best[i][j] = max(best[i - 1][j], best[i][j - 1], matched[i][j])
    pairs: list[tuple[int, int]] = []
    i, j, inside = rows - 1, columns - 1, False
    while i and j:
        if inside or best[i][j] == matched[i][j]:
            pairs.append((i - 1, j - 1))
            inside = matched[i - 1][j - 1] + run > best[i - 1][j - 1]
            i, j = i - 1, j - 1
        elif best[i][j] == best[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]
