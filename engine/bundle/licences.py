"""What the licences of weights allow, in one table, and which of them the user has accepted."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter, ValidationError

from engine import strict_json
from engine.bundle.disk import write
from engine.bundle.resources import resource
from engine.errors import BadInput, BundleError
from engine.values import STRICT

TABLE = "bundles/licences.json"
ACCEPTED = "licences.json"  # in the folder of the bundles


@dataclass(frozen=True)
class Licence:
    """One licence.

    Attributes
    ----------
    id, name, url
        Its identifier (as the hub writes it), its name, and where its text is.
    covers
        Models under it.
    commercial
        Whether paid work is allowed.
    allows, asks
        In a sentence each: what it allows, and what it asks in return.
    accept
        Whether the user has to accept it before weights under it are pulled.
    checker
        What it asks of the model's own safety checker; empty where there is none.
    """

    __pydantic_config__: ClassVar = STRICT

    id: str
    name: str
    url: str
    covers: tuple[str, ...]
    commercial: Literal["yes", "with conditions", "no", "unclear"]
    allows: str
    asks: str
    accept: bool
    checker: str = ""

    @property
    def fingerprint(self) -> str:
        """Hash of what the user was shown; another wording has to be accepted anew."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def lines(self) -> list[str]:
        """The licence in words, a line each."""
        text = [f"{self.name}: commercial use {self.commercial}", f"  {self.allows}", f"  {self.asks}"]
        return [*text, *([f"  {self.checker}"] if self.checker else []), *([f"  {self.url}"] if self.url else [])]


@dataclass(frozen=True)
class _Table:
    __pydantic_config__: ClassVar = STRICT

    schema: Literal[1]
    licences: tuple[Licence, ...]


def table() -> dict[str, Licence]:
    """Every licence by its identifier.

    Raises
    ------
    BundleError
        The shipped table is damaged.
    """
    try:
        read = TypeAdapter(_Table).validate_python(strict_json.loads(resource(TABLE).read_bytes()))
    except (ValueError, ValidationError) as fault:
        raise BundleError(f"The table of licences is damaged ({fault}).", "Install Overtone again.") from fault
    return {licence.id: licence for licence in read.licences}


def unaccepted(ids: Iterable[str], home: Path) -> list[Licence]:
    """Those of the licences ``ids`` that ask to be accepted and have not been yet."""
    known, accepted = table(), _read(home)
    wanted = [known[one] for one in sorted(set(ids))]
    return [one for one in wanted if one.accept and accepted.get(one.id, {}).get("text") != one.fingerprint]


def accept(licences: Iterable[Licence], home: Path) -> None:
    """Remember that the user accepts ``licences``, with the day.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    accepted = _read(home)
    today = datetime.date.today().isoformat()
    accepted |= {licence.id: {"text": licence.fingerprint, "day": today} for licence in licences}
    home.mkdir(parents=True, exist_ok=True)
    write(home / ACCEPTED, (json.dumps(accepted, indent=1, sort_keys=True) + "\n").encode())


def require(ids: Iterable[str], home: Path) -> None:
    """See that all of them are accepted.

    Raises
    ------
    BadInput
        Some are not; they are named.
    """
    if open_ones := unaccepted(ids, home):
        names = ", ".join(licence.name for licence in open_ones)
        raise BadInput(f"Not accepted yet: {names}.", "Read them with models show, then pull with --accept-licence.")


def _read(home: Path) -> dict[str, Any]:
    try:
        record = strict_json.loads((home / ACCEPTED).read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
