"""``overtone models pull`` and ``remove``: the only commands that fetch or delete whole bundles."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import say
from engine.errors import BadInput

NameArgument = Annotated[str, typer.Argument(help="The bundle.")]


def pull(
    name: NameArgument,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the licences that ask for it; `models show` prints them.")
    ] = False,
    wanted: Annotated[
        list[str] | None, typer.Option("--with", help="Also an optional part; may be given several times.")
    ] = None,
    unwanted: Annotated[list[str] | None, typer.Option("--without", help="Leave a part out.")] = None,
    update: Annotated[bool, typer.Option("--update", help="Take the newest revisions, not the pinned ones.")] = False,
) -> None:
    """Fetch a bundle from the Hugging Face hub, or go on where an earlier pull stopped.

    Mirrors, proxies and tokens follow the hub's environment variables: HF_ENDPOINT, HTTPS_PROXY, HF_TOKEN.
    """
    from engine.bundle import default_home
    from engine.bundle.catalogue import offer
    from engine.bundle.progress import Transfer
    from engine.bundle.pull import Order
    from engine.bundle.pull import pull as run

    order = Order(name, tuple(wanted or ()), tuple(unwanted or ()), update)
    parts = offer(name).chosen(order.wanted, order.unwanted)
    _licences({part.licence for part in parts}, default_home(), accept_licence)
    bundle = run(order, on_status=Transfer())
    size = sum(component.size for component in bundle.manifest.components)
    say(f"{name} {bundle.manifest.version}: {size / 1e9:.2f} GB in {bundle.root}, every file verified")
    if not offer(name).tried:
        say(f"We have not run this bundle with its real weights yet. Try: overtone models selftest {name}")


def remove(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a bundle and what of it was fetched, after asking."""
    from engine.bundle import default_home
    from engine.bundle.removing import remove as run
    from engine.bundle.removing import what_goes

    home = default_home()
    going = what_goes(name, home)
    asked = f"Delete {name} ({going.size / 1e6:,.0f} MB in {', '.join(str(place) for place in going.places)})?"
    if not yes and not _asked(asked, "Add --yes to delete it without being asked."):
        say("Nothing was deleted.")
        return
    run(going)
    say(f"{name} is deleted: {going.size / 1e6:,.0f} MB are free again.")


def _licences(ids: set[str], home: Path, accepted: bool) -> None:
    """Show the licences that are not accepted yet, and have them accepted."""
    from engine.bundle import licences

    open_ones = licences.unaccepted(ids, home)
    for licence in open_ones:
        for line in licence.lines():
            say(line)
    if not open_ones:
        return
    names = ", ".join(licence.name for licence in open_ones)
    if not accepted and not _asked(f"Accept {names}?", "Read them above, then add --accept-licence."):
        raise BadInput("Without the licences nothing is fetched.")
    licences.accept(open_ones, home)


def _asked(question: str, otherwise: str) -> bool:
    """The user's answer; where nobody can be asked, an error that says what to do instead.

    Raises
    ------
    BadInput
        Nobody sits at a terminal.
    """
    if not sys.stdin.isatty():
        raise BadInput(f"{question} Nobody can answer here.", otherwise)
    return typer.confirm(question, err=True)
