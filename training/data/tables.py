"""Readers of the hand-made tables, and the names that built files get."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TABLES = Path(__file__).with_name("tables")


@dataclass(frozen=True)
class Package:
    """A Debian package with the version and sha256 of its archive that the tables were made from."""

    name: str
    version: str
    sha256: str


def lines(name: str) -> Iterator[str]:
    """The lines of a table without comments and blank ones."""
    for line in (TABLES / f"{name}.txt").read_text(encoding="utf-8").split("\n"):
        if line.strip() and not line.startswith("#"):
            yield line


def packages() -> tuple[Package, ...]:
    """The packages that everything is built from."""
    return tuple(Package(*line.split()) for line in lines("packages"))


def grouped(name: str) -> Iterator[tuple[str, str]]:
    """Lines of a table under the ``@prefix`` line before them, the leading ``>`` taken off."""
    prefix = ""
    for line in lines(name):
        if line.startswith("@"):
            prefix = line[1:]
        else:
            yield prefix, line.removeprefix(">")


def pairs(name: str) -> dict[str, str]:
    """A table of ``key=value`` lines."""
    return dict(line.split("=", 1) for line in lines(name) if "=" in line)


def slug(text: str) -> str:
    """A file name of lower-case letters, digits and underscores, at most 60 long."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:60]


@dataclass
class Names:
    """Gives ``base``, then ``base_2``, ``base_3``…: never the same name twice."""

    used: set[str] = field(default_factory=set)

    def take(self, base: str, extension: str) -> str:
        """The next free name with its extension."""
        name, count = base, 1
        while name in self.used:
            count += 1
            name = f"{base}_{count}"
        self.used.add(name)
        return name + extension


def read_rows(root: Path, kind: str) -> list[dict[str, Any]]:
    """The lines of a built table."""
    return [json.loads(line) for line in (root / kind / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()]


def write_rows(root: Path, kind: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a table, one JSON object a line."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (root / kind / f"{kind}.jsonl").write_text(text, encoding="utf-8")
