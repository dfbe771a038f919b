"""``overtone train data``: the public data and the user's own, in the tables that every stage reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import say
from engine.errors import BadInput

_KINDS = "photos,objects,sounds,music"


def data(
    folder: Annotated[Path, typer.Argument(help="The data folder; made when absent.")],
    only: Annotated[
        str, typer.Option("--only", help="Kinds of public data to build, separated by commas; none for none.")
    ] = "",
    own: Annotated[
        list[Path] | None,
        typer.Option("--own", help="A folder of your own photographs, cut-outs, sounds and music; may be repeated."),
    ] = None,
    licence: Annotated[str, typer.Option("--licence", help="Of what is in --own, e.g. CC0-1.0 or CC-BY-4.0.")] = "own",
    author: Annotated[str, typer.Option("--author", help="Of what is in --own, to be credited.")] = "",
) -> None:
    """Make what is learnt from: public packages, and folders of your own with captions in .txt files beside them.

    Without --own all public data is built; with it, only what --only names. Building a kind anew removes what was
    brought in of it: name --own again.
    """
    from training.data.build import build
    from training.data.own import bring_in

    wanted = only or ("none" if own else _KINDS)
    kinds = [] if wanted == "none" else [kind.strip() for kind in wanted.split(",") if kind.strip()]
    if not kinds and not own:
        raise BadInput("There is nothing to make.", "Name kinds with --only or a folder with --own.")
    if kinds:
        build(folder, kinds)
    for each in own or ():
        say(f"{each}: {bring_in(each, folder, licence, author)}")
    say(summary(folder))


def scenes(
    folder: Annotated[Path, typer.Argument(help="A built data folder.")],
    count: Annotated[int, typer.Option("--count", min=1, help="Scenes to compose; about one a second.")] = 2000,
    side: Annotated[int, typer.Option("--side", min=64, help="Of the scenes, in pixels: the decoder's square.")] = 128,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of everything drawn.")] = 0,
) -> None:
    """Compose edits whose truth is known and pack them into the folder, for the decoder's stages to learn from.

    Without them these stages compose their own when they begin, fewer and anew each time.
    """
    from training.decode.composed import PACKED, pack_scenes

    shards = pack_scenes(folder, side, count, seed)
    say(f"{count} scenes in {shards} shards: {folder / PACKED}")


def drafts(
    folder: Annotated[Path, typer.Argument(help="A built data folder.")],
    count: Annotated[int, typer.Option("--count", min=1, help="Samples; about two a second and process.")] = 6000,
    aside: Annotated[
        bool, typer.Option("--aside", help="Of the photographs aside, by which the restorer is judged.")
    ] = False,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Of the first process; the others have the following ones.")
    ] = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes.")] = 2,
) -> None:
    """Make drafts of every kind of edit and shifts of tone, with their truth, for the restorer's stages to learn from.

    Without --aside and with it once each; drafts of other seeds are added to those that are there.
    """
    from training.restore.packed import PACKED, pack_drafts

    made = pack_drafts(folder, "aside" if aside else "learnt", count, seed, workers)
    say(f"{made} drafts: {folder / PACKED}")


def summary(folder: Path) -> str:
    """How many items of each kind a data folder holds, and for what they may serve; a line each."""
    from training.data import items

    readers = {"photos": items.photos, "objects": items.objects, "sounds": items.sounds, "music": items.music}
    lines = []
    for kind, read in readers.items():
        if not (folder / kind / f"{kind}.jsonl").is_file():
            continue
        found = list(read(folder))
        shipped = sum(item.trainable for item in found)
        aside = sum(item.held_out for item in found)
        lines.append(f"{kind:8} {len(found):6}  {shipped:6} for weights that are shipped  {aside:6} held out")
    return "\n".join(lines)


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(data)
