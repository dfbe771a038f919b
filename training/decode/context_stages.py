"""What the two stages of context attention are made from: a decoder, a data folder and settings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from engine.bundle import Bundle
from engine.bundle.manifest import STARTER
from engine.decode.extractors import load as load_extractors
from engine.encode import Encoder
from engine.errors import BadInput
from engine.parts import Parts
from engine.values import STRICT
from training.core.recipe import Count, validated
from training.data import items
from training.data.clusters import MEMBERS, Looks
from training.data.items import LicenceClass, PhotoItem
from training.decode.base import Base
from training.decode.context import Contextual, Pair, Retrieval, explained
from training.decode.material import ROOM
from training.decode.mixture import Drops, Mixture
from training.decode.stage import take_over
from training.decode.tasks import Album, Extract, Shown, Writer
from training.evaluate.trials import aside
from training.restore.samples import read_photos
from training.scenes import Stock

RETRIEVAL, INSTRUCTION = "context-retrieval", "context-instruction"
_ASIDE = 10  # every tenth cut-out is judged by
_JUDGED = 8  # instructions of each set


@dataclass(frozen=True)
class RetrievalSettings:
    """Settings of ``context-retrieval``.

    Attributes
    ----------
    base
        Bundle whose decoder is trained further; empty for the starter's own, fresh.
    begin
        Folder of an earlier run of the same network whose best weights are begun with; empty for none.
    drops
        How often conditions are dropped.
    """

    __pydantic_config__: ClassVar = STRICT

    base: str = ""
    begin: str = ""
    drops: Drops = field(default_factory=Drops)


@dataclass(frozen=True)
class InstructionSettings:
    """Settings of ``context-instruction``.

    Attributes
    ----------
    base, drops
        As those of ``context-retrieval``.
    first
        Folder of the run of ``context-retrieval`` with whose best weights this one begins.
    each
        Instructions that are written for each task.
    """

    __pydantic_config__: ClassVar = STRICT

    base: str = ""
    drops: Drops = field(default_factory=Drops)
    first: Path = Path(f"training-{RETRIEVAL}")
    each: Count = 400


@dataclass(frozen=True, eq=False)
class Opened:
    """A decoder, what embeds its words, and what extracts depth where its bundle can."""

    base: Base
    embed: Callable[[Sequence[str]], np.ndarray]
    depth: Extract | None


@dataclass(frozen=True, eq=False)
class Photographs:
    """What may be trained on: all of it, and rows of what is large enough, apart from what is judged by.

    Attributes
    ----------
    folder
        The data folder.
    items
        Its trainable photographs.
    learnt, judged
        Rows of them.
    """

    folder: Path
    items: Sequence[PhotoItem]
    learnt: Sequence[int]
    judged: Sequence[int]

    @classmethod
    def of(cls, data: Path | None, side: int) -> Photographs:
        """Of a data folder, or of the one that the environment names; ``side`` of the squares that are made."""
        folder = items.data_folder(data)
        found = [each for each in items.photos(folder) if each.trainable]
        apart = {each.file for each in aside(folder, list(LicenceClass))}
        large = [row for row, each in enumerate(found) if min(each.width, each.height) >= side]
        judged = [row for row in large if found[row].file in apart]
        return cls(folder, found, [row for row in large if row not in judged], judged)

    def shown(self, rows: Sequence[int], side: int) -> list[Shown]:
        """Some of them as pixels."""
        pixels = read_photos([self.items[row] for row in rows], round(ROOM * side))
        return [Shown(rgb, self.items[row].caption) for row, rgb in zip(rows, pixels, strict=True)]


def build_retrieval(data: Path | None, settings: Mapping[str, Any], seed: int) -> Contextual:
    """``context-retrieval``: clusters of photographs of the same kind.

    Raises
    ------
    BadInput
        When a setting is unknown, the base cannot be told anything, or the data gives too few clusters.
    """
    chosen = validated(RetrievalSettings, dict(settings), f"{RETRIEVAL} settings")
    made = _opened(chosen.base, chosen.begin, seed)
    photos = Photographs.of(data, made.base.side)
    looks = Looks.of(photos.folder, photos.items, lambda: Encoder.load(Bundle.open(STARTER)))
    everything = sorted([*photos.learnt, *photos.judged])
    clusters = looks.clusters(photos.learnt, photos.learnt)
    judged = looks.clusters(photos.judged, everything)
    print(f"{len(clusters)} clusters of {MEMBERS} photographs, {len(judged)} to judge by", file=sys.stderr)
    if not clusters or len(judged) < 2:
        raise BadInput(
            f"The data gives {len(clusters)} clusters of photographs alike and {len(judged)} to judge by: too few.",
            "Add photographs of the same kinds of thing.",
        )
    album = Album(made.base.side)
    pairs = {
        row: Pair(shown.caption, album.cropped(shown.rgb), album.whole(shown.rgb))
        for row, shown in zip(everything, photos.shown(everything, made.base.side), strict=True)
    }
    source = Retrieval([[pairs[row] for row in cluster] for cluster in clusters])
    judging = {"retrieval": [explained([pairs[row] for row in cluster]) for cluster in judged]}
    return Contextual(RETRIEVAL, made.base, album.tensor(), source, judging, chosen.drops, made.embed, seed)


def build_instruction(data: Path | None, settings: Mapping[str, Any], seed: int) -> Contextual:
    """``context-instruction``: multi-modal instructions of several tasks, after ``context-retrieval``.

    Raises
    ------
    BadInput
        When a setting is unknown, the base cannot be told anything, the data gives too little of everything, or the
        run of ``context-retrieval`` is absent or of another network.
    """
    chosen = validated(InstructionSettings, dict(settings), f"{INSTRUCTION} settings")
    made = _opened(chosen.base, "", seed)
    take_over(made.base, chosen.first)
    side = made.base.side
    photos, album = Photographs.of(data, side), Album(side)
    stocks = _stocks(photos, side)
    learnt, judged = (
        Writer(album, each, seed).sets(photos.shown(rows, side), stock, made.depth)
        for rows, each, stock in zip((photos.learnt, photos.judged), (chosen.each, _JUDGED), stocks, strict=True)
    )
    mixture = Mixture(learnt)
    print(f"instructions: {mixture}", file=sys.stderr)
    told = {name: those for name, those in judged.items() if len(those) > 1 and name in mixture.shares}
    if not told:
        raise BadInput("The data has too few photographs to write instructions of.", "Name another --data.")
    return Contextual(INSTRUCTION, made.base, album.tensor(), mixture, told, chosen.drops, made.embed, seed)


def _opened(name: str, begin: str, seed: int) -> Opened:
    """The decoder of a bundle, or the starter's own, with a context layer; ``begin`` as in the settings."""
    bundle = Bundle.open(name or STARTER)
    base = Base.of(bundle) if name else Base.fresh(seed)
    if begin:
        take_over(base, Path(begin))
    if base.text.towers:
        base = base.without_adapter()  # the words tell all
    elif base.embedding is None:
        raise BadInput(f"The decoder of {name} reads neither words nor embeddings.", "Name another base.")
    return Opened(
        base.with_context(seed),
        lambda texts: Parts(bundle).encoder_of(base.embedding).text(texts),
        load_extractors(bundle).get("depth"),
    )


def _stocks(photos: Photographs, side: int) -> tuple[Stock, Stock]:
    """Cut-outs with photographs to place them on: to learn from, to be judged by."""
    stock = Stock.load(photos.folder, side)
    judged = {photos.items[row].file for row in photos.judged}

    def part(*, apart: bool) -> Stock:
        grounds = [each for each in stock.grounds if (each.file in judged) is apart]
        things = [
            each for number, each in enumerate(stock.things) if (each.file in judged or not number % _ASIDE) is apart
        ]
        return replace(stock, grounds=tuple(grounds), things=tuple(things))

    return part(apart=False), part(apart=True)
