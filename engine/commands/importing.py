"""``overtone models import``: published checkpoints and the model folders of other programs into bundles."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.common import JsonOption, say, say_json
from engine.errors import BadInput

if TYPE_CHECKING:
    from engine.importing.importer import Imported
    from engine.importing.webui import Found


def register(to: typer.Typer) -> None:
    """Add ``import`` to the commands of ``models``."""
    to.command("import")(import_checkpoint)


def import_checkpoint(
    path: Annotated[
        Path, typer.Argument(help="File or folder of one model, or the model folder of AUTOMATIC1111 or ComfyUI.")
    ],
    kind: Annotated[str, typer.Option("--as", help="What it is; found from the names in it by default.")] = "",
    name: Annotated[
        str, typer.Option("--name", help="The bundle it goes into; made when there is none. By default studio.")
    ] = "",
    link: Annotated[
        bool, typer.Option("--link", help="Leave the weights in your file; the bundle only says where they are.")
    ] = False,
    take: Annotated[
        list[str] | None,
        typer.Option("--take", help="Of a model folder: this file, by name; may be given several times."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Of a model folder: every checkpoint.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Import a published checkpoint: check it without trust and write it into a bundle.

    Every name and shape in it is compared with what the engine's classes take; what is missing, unexpected or of
    another shape is named, and nothing is written then. Of a model folder of AUTOMATIC1111 or ComfyUI the checkpoints
    are listed; those that you take are linked, each into a bundle of its own, and stay where they are.
    """
    from engine.bundle.progress import Lines
    from engine.importing import folders, webui
    from engine.importing.importer import DEFAULT, import_path, look
    from engine.importing.layouts import Misfitting

    progress = Lines()
    if path.is_dir() and not folders.is_folder(path) and webui.is_webui(path):
        found = look(path, progress)
        if not take and not everything:
            _list(path, found, webui.unused(path), as_json)
            return
        wishes = _named(_chosen(found, take or [], everything), name)
        link = True
    elif take or everything:
        raise BadInput(f"{path.name} is no model folder of AUTOMATIC1111 or ComfyUI.", "Leave out --take and --all.")
    else:
        wishes = [(path, name or DEFAULT, kind)]
    records = []
    for file, bundle, known in wishes:
        try:
            done = import_path(file, bundle, known, progress=progress, link=link)
        except Misfitting as misfit:
            if as_json:
                say_json({"error": misfit.message, **misfit.misfit.record()})
            raise
        records.append(asdict(done))
        if not as_json:
            _tell(done, link)
    if as_json:
        say_json(records[0] if len(records) == 1 and not (take or everything) else {"imported": records})


def _tell(done: Imported, link: bool) -> None:
    """What became of a file, and what the user has to know of it."""
    size = f"{sum(done.files.values()) / 1e6:.1f} MB in the bundle {done.bundle}"
    if link and done.linked:
        size = f"linked into the bundle {done.bundle}; the file stays where it is and must stay there"
    elif link:
        size = f"converted into a copy, {size}: it is not a single safetensors file of a decoder, which alone is linked"
    say(f"{done.source}: {done.what}, {size}, licence {done.licence}")
    if done.notice:
        say(done.notice)


def _chosen(found: tuple[Found, ...], names: list[str], everything: bool) -> list[Found]:
    """The files that the user named, or every checkpoint.

    Raises
    ------
    BadInput
        When a name is of none or of several of them, or of one that is not read.
    """
    out = [each for each in found if everything and each.whole]
    for name in names:
        fitting = [each for each in found if name in (each.path.name, each.path.stem, str(each.path))]
        if len(fitting) != 1:
            count = f"{len(fitting)} files have the name" if fitting else "No file has the name"
            raise BadInput(f"{count} {name!r}.", "Leave out --take to see what is there; a whole path is a name too.")
        if fitting[0].why:
            raise BadInput(fitting[0].why, "Take another one.")
        out += [each for each in fitting if each not in out]
    if not out:
        raise BadInput("There is no checkpoint that can be used.", "Leave out --all to see what is there.")
    return out


def _named(chosen: list[Found], name: str) -> list[tuple[Path, str, str]]:
    """Each file with the bundle it goes into and its kind.

    Raises
    ------
    BadInput
        When one name is given for several checkpoints, or none for what is only a part.
    """
    from engine.bundle import default_home
    from engine.importing.bundles import of_others
    from engine.importing.webui import bundle_name

    whole = [each for each in chosen if each.whole]
    if name and len(whole) > 1:
        raise BadInput("Several checkpoints cannot share a bundle.", "Leave out --name, or take one of them.")
    if not name and len(whole) < len(chosen):
        part = next(each for each in chosen if not each.whole)
        raise BadInput(f"{part.path.name} is only a part of a bundle.", "Say with --name which one it goes into.")
    home, taken, out = default_home(), set[str](), []
    for each in sorted(chosen, key=lambda each: not each.whole):
        bundle = name or bundle_name(each.path, taken | of_others(home, each.path))
        taken.add(bundle)
        out.append((each.path, bundle, each.kind))
    return out


def _list(path: Path, found: tuple[Found, ...], others: dict[str, int], as_json: bool) -> None:
    """What lies in a model folder, a line each, and how to import it."""
    if as_json:
        rows: list[dict[str, Any]] = [{**asdict(each), "path": str(each.path)} for each in found]
        say_json({"found": rows, "not_used": others})
        return
    for each in (each for each in found if not each.why):
        how = "can be linked" if each.linkable else "would be converted into a copy"
        more = "" if each.whole else ", add it to a bundle with --name"
        say(f"{each.path.name}: {each.what}, {each.size / 1e9:.2f} GB, {how}{more}")
    for each in (each for each in found if each.why):
        say(f"{each.path.name}: not used. {each.why}")
    if others:
        say(f"Not used: {', '.join(f'{count} {what}' for what, count in others.items())}.")
    first = next((each for each in found if each.whole), None)
    if first is not None:
        say(f'Import one: overtone models import "{path}" --take "{first.path.stem}"')
        say(f'Import all checkpoints: overtone models import "{path}" --all')
