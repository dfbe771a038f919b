"""The core commands, one module each; heavy libraries are imported when a command runs."""

from __future__ import annotations

import typer

from engine.commands.crop import crop
from engine.commands.demo import demo
from engine.commands.describe import describe, embed
from engine.commands.edit import edit
from engine.commands.expand import expand
from engine.commands.generate import generate
from engine.commands.inspect import inspect
from engine.commands.plan import plan
from engine.commands.restore import restore
from engine.commands.select import select


def register(app: typer.Typer) -> None:
    """Add the commands of the main job."""
    for command in (edit, generate, expand, crop, restore, plan, select, describe, embed, inspect, demo):
        app.command()(command)
