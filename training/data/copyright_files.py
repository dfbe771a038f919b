"""Debian's machine-readable copyright files (DEP-5): which licence covers which file."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

FIELD = re.compile(r"^([A-Za-z-]+):\s?(.*)$")
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".svg", ".svgz", ".gif"})
SOUNDS = frozenset({".ogg", ".wav", ".mp3", ".flac", ".oga"})


@dataclass(frozen=True)
class Stanza:
    """One ``Files:`` paragraph: its patterns, the short licence name and the first copyright line."""

    patterns: tuple[str, ...]
    licence: str
    copyright: str


def read_stanzas(text: str) -> tuple[Stanza, ...]:
    """The ``Files:`` paragraphs of a copyright file; a file that is not machine-readable has none."""
    stanzas: list[Stanza] = []
    for paragraph in re.split(r"\n\s*\n", text):
        fields: dict[str, str] = {}
        current = ""
        for line in paragraph.split("\n"):
            match = FIELD.match(line)
            if match:
                current = match[1]
                fields[current] = match[2]
            elif current and line.strip():
                fields[current] += "\n" + line.strip()
        if "Files" in fields and "License" in fields:
            stanzas.append(
                Stanza(
                    tuple(fields["Files"].split()),
                    fields["License"].split("\n")[0].strip(),
                    fields.get("Copyright", "").split("\n")[0].strip(),
                )
            )
    return tuple(stanzas)


def load_stanzas(file: Path) -> tuple[Stanza, ...]:
    """The paragraphs of a copyright file on disk; none when there is no such file."""
    if not file.is_file():
        return ()
    return read_stanzas(file.read_text(encoding="utf-8", errors="replace"))


def _without_format(path: str) -> str:
    """The path with its extension replaced by its kind, since packages convert files to other formats."""
    pure = PurePosixPath(path)
    kind = pure.suffix.lower()
    kind = ".PICTURE" if kind in PICTURES else ".SOUND" if kind in SOUNDS else kind
    return path[: len(path) - len(pure.suffix)] + kind


def find_in_source(stanzas: Sequence[Stanza], path: str) -> Stanza | None:
    """The paragraph that covers a file of the source tree: the last match wins; first by exact format, then by kind."""
    fallback: Stanza | None = None
    for exact in (True, False):
        found: Stanza | None = None
        for stanza in stanzas:
            for pattern in stanza.patterns:
                if pattern == "*":
                    fallback = fallback or stanza
                    continue
                wanted = pattern if exact else _without_format(pattern)
                given = path if exact else _without_format(path)
                if fnmatch.fnmatchcase(given, wanted) or fnmatch.fnmatchcase(given, "*/" + wanted):
                    found = stanza
        if found:
            return found
    return fallback


def find_installed(stanzas: Sequence[Stanza], path: str) -> Stanza | None:
    """The paragraph that covers an installed file, matched by the tail of its path, since packages move files."""
    name = PurePosixPath(path).name
    found: Stanza | None = None
    for stanza in stanzas:
        for pattern in stanza.patterns:
            if pattern == "*":
                found = found or stanza
            elif _tail_matches(pattern, path, name):
                found = stanza
    return found


def _tail_matches(pattern: str, path: str, name: str) -> bool:
    tail = "*" + pattern.split("*", 1)[-1] if pattern.startswith("*") else "*/" + pattern
    if fnmatch.fnmatch(path, tail):
        return True
    last = pattern.rsplit("/", 1)[-1]
    if not last.startswith("*") and fnmatch.fnmatchcase(name, last):
        return True
    if not pattern.endswith("/*"):
        return False
    folder = "/".join(pattern[:-2].split("/")[-2:])
    return f"/{folder}/" in "/" + path
