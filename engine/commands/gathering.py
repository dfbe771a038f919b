"""Options that several commands share and receive as one value."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

Command = Callable[..., None]


def option(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    """A keyword-only parameter that typer makes an option of."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def gathers(
    name: str, options: Sequence[inspect.Parameter], made: Callable[[Mapping[str, Any]], Any]
) -> Callable[[Command], Command]:
    """Give a command ``options`` in the place of its parameter ``name``, which gets what ``made`` makes of them.

    Parameters
    ----------
    name
        Of the command's keyword-only parameter; typer does not see it.
    options
        As :func:`option` gives them.
    made
        From option name to value, to the one value.
    """

    def decorate(command: Command) -> Command:
        own = inspect.signature(command, eval_str=True)
        kept = [parameter for parameter in own.parameters.values() if parameter.name != name]

        @wraps(command)
        def run(**given: Any) -> None:
            told = {each.name: given.pop(each.name) for each in options}
            command(**{name: made(told)}, **given)

        run.__dict__["__signature__"] = own.replace(parameters=[*kept, *options])
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in (*kept, *options)}
        return run

    return decorate
