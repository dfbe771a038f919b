"""The ``overtone`` command: loads its commands from the entry-point group ``overtone.commands``."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from importlib.metadata import entry_points

import typer

from engine.entry import entered
from engine.errors import OvertoneError

GROUP = "overtone.commands"
SECTION = re.compile(r"\n\s*\n[A-Z][\w ,]*\n-{3,}\s*\n")  # where the words for users end and those for readers begin


def build() -> typer.Typer:
    """The application with every registered command; each entry point is a function that takes the application."""
    app = typer.Typer(
        name="overtone",
        help="A photo editor told what to do in words, pictures and sounds, on your own machine.",
        no_args_is_help=False,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # markup would take [ref#1] for a style and leave it out
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        entry.load()(app)
    _describe(app)
    return app


def _describe(app: typer.Typer) -> None:
    """Give every command its docstring's words for users as help, and in lists of commands the whole first paragraph.

    Typer would show the numpydoc sections too, and in lists cut a sentence in its middle.
    """
    for command in app.registered_commands:
        command.help = command.help or _words_for_users(command.callback)
        command.short_help = command.short_help or command.help.partition("\n\n")[0]
    for group in app.registered_groups:
        if group.typer_instance is not None:
            group.short_help = group.typer_instance.info.help
            _describe(group.typer_instance)


def _words_for_users(command: Callable[..., object] | None) -> str:
    return SECTION.split((inspect.getdoc(command) or "") + "\n", maxsplit=1)[0].strip()


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; errors become one line on stderr."""
    usage_error: type[Exception] = typer.BadParameter.__bases__[0]  # of the click that this typer carries
    no_command = getattr(sys.modules[usage_error.__module__], "NoArgsIsHelpError", ())
    try:
        code = build()(arguments, standalone_mode=False)
    except OvertoneError as error:
        print(f"overtone: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    except usage_error as error:
        if isinstance(error, no_command):  # its message is the whole help
            print(error.format_message(), file=sys.stderr)  # type: ignore[attr-defined]  # noqa: T201
            return 2
        message = " ".join(error.format_message().split())  # type: ignore[attr-defined]
        print(f"overtone: {message} See `overtone --help`.", file=sys.stderr)  # noqa: T201
        return 2
    except (KeyboardInterrupt, typer.Abort):
        print("overtone: Cancelled; nothing was written.", file=sys.stderr)  # noqa: T201
        return 130
    except MemoryError:
        print("overtone: Not enough memory. Close other programs or use a smaller photo.", file=sys.stderr)  # noqa: T201
        return 4
    return code if isinstance(code, int) else 0


def main() -> None:
    """Console entry point."""
    with entered():
        code = run(sys.argv[1:])
    sys.exit(code)
