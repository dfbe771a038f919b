"""What a project says of itself: the one JSON file of a project or journal, its checks, and its older versions."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from engine.errors import BadInput
from engine.files.options import RawOptions
from engine.framing import Framing
from engine.project.edits import Under
from engine.project.patches import LARGEST as MOST_PIXELS
from engine.project.patches import SIDE
from engine.values import STRICT, Box, Instruction, Margins, Media, Plan, Settings

VERSION = 3
NAME = "project.json"
LARGEST = 64 * 2**20  # bytes of that file; an edit takes about two kilobytes
KEY = re.compile(r"[0-9a-f]{32}")
MEMBER = re.compile(r"(original|references/[0-9a-f]{12})/[^/\\]{1,120}")
AGAIN = "Use another copy of the file."
Json = dict[str, Any]


@dataclass(frozen=True)
class StoredFile:
    """A file that a project holds.

    Attributes
    ----------
    member
        Its name inside the project.
    sha256, size
        Of its bytes, hexadecimal and in bytes.
    path
        Where it lay when it was taken in.
    """

    __pydantic_config__: ClassVar = STRICT

    member: str
    sha256: str
    size: int
    path: str

    @property
    def name(self) -> str:
        """Its own name, for the user."""
        return PurePosixPath(self.member).name


@dataclass(frozen=True)
class StoredReference:
    """A reference in a bin; ``file`` is absent when it was gone before it could be taken in."""

    __pydantic_config__: ClassVar = STRICT

    number: int
    media: Media
    name: str
    role: str
    path: str
    file: StoredFile | None


@dataclass(frozen=True)
class StoredEdit:
    """An :class:`~engine.project.edits.Edit` without its pixels, mask and embeddings, which lie in files of its key.

    The files of the instruction's references are names inside the project.
    """

    __pydantic_config__: ClassVar = STRICT

    key: str
    instruction: Instruction
    plan: Plan
    settings: Settings
    seed: int
    engine: str
    margins: Margins | None
    masked: bool
    embedded: bool
    context: Box | None
    box: Box | None
    visible: bool
    opacity: float
    shift: tuple[int, int] | None
    made_on: tuple[Under, ...]
    framing: Framing | None


@dataclass(frozen=True)
class SessionState:
    """What only a journal says: where the user last saved to, and whether all was saved then."""

    __pydantic_config__: ClassVar = STRICT

    project: str | None
    saved_to: str | None
    modified: bool


@dataclass(frozen=True)
class Manifest:
    """The whole of a project.

    Attributes
    ----------
    version
        Of this layout.
    original
        The photo as it was opened.
    references, edits
        In order.
    mask
        Key of the mask being painted; absent when it is empty.
    written, planned
        The instruction being written and the plan on the table.
    session
        In a journal only.
    raw
        How the original was developed; absent when it is no camera RAW file.
    """

    __pydantic_config__: ClassVar = STRICT

    version: int
    original: StoredFile
    references: tuple[StoredReference, ...] = ()
    edits: tuple[StoredEdit, ...] = ()
    mask: str | None = None
    written: str = ""
    planned: Plan | None = None
    session: SessionState | None = None
    raw: RawOptions | None = None


@functools.cache
def _adapter() -> Any:
    """Made when first wanted: it takes long."""
    from pydantic import TypeAdapter

    return TypeAdapter(Manifest)


def to_bytes(manifest: Manifest) -> bytes:
    """The manifest as a JSON file."""
    return _adapter().dump_json(manifest, indent=1)


def from_bytes(data: bytes, name: str) -> Manifest:
    """Read a manifest of this version or an older one.

    Parameters
    ----------
    data
        The JSON file.
    name
        Of the project, for messages.

    Raises
    ------
    BadInput
        When it is no JSON, of a newer version, has unknown, missing, ill-typed or impossible fields, or names members
        outside.
    """
    from pydantic import ValidationError

    try:
        values = json.loads(data)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadInput(f"{name} is damaged: its description is no JSON.", AGAIN) from error
    if not isinstance(values, dict):
        raise BadInput(f"{name} is damaged: its description is no object.", AGAIN)
    values = migrated(values, name)
    try:
        manifest = _adapter().validate_python(values)
    except BadInput as error:  # a value that is itself checked, such as a framing
        said = error.message[:1].lower() + error.message[1:]
        raise BadInput(f"{name} is damaged: {said}", AGAIN) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "it"
        raise BadInput(f"{name} is damaged: {place}: {first['msg'].lower()}.", AGAIN) from error
    _check(manifest, name)
    return manifest


def _check(manifest: Manifest, name: str) -> None:
    """What types alone do not say."""

    def claim(holds: bool, what: str) -> None:
        if not holds:
            raise BadInput(f"{name} is damaged: {what}.", AGAIN)

    files = [manifest.original, *(each.file for each in manifest.references if each.file is not None)]
    claim(all(MEMBER.fullmatch(file.member) and file.size >= 0 for file in files), "a file's name")
    claim(manifest.original.member.startswith("original/"), "the original's name")
    keys = [edit.key for edit in manifest.edits]
    named = [*keys, *([manifest.mask] if manifest.mask is not None else [])]
    claim(all(KEY.fullmatch(key) for key in named) and len(set(keys)) == len(keys), "an edit's key")
    claim(all(0 <= edit.opacity <= 1 for edit in manifest.edits), "an opacity")
    claim(len({each.number for each in manifest.references}) == len(manifest.references), "a reference's number")
    for edit in manifest.edits:
        inside = [reference.file for reference in edit.instruction.references if reference.file is not None]
        claim(all(MEMBER.fullmatch(Path(file).as_posix()) for file in inside), "a reference's file")
        claim(edit.framing is None or (edit.margins is None and not edit.masked), "an edit's framing")
        claim(edit.framing is None or _possible(edit.framing.width, edit.framing.height), "an edit's framing")
        claim(edit.margins is None or _fits(edit.margins), "an edit's margins")


def _fits(margins: Margins) -> bool:
    """Whether a picture may have grown by so much."""
    across, down = margins.left + margins.right, margins.top + margins.bottom
    return min(vars(margins).values()) >= 0 and _possible(1 + across, 1 + down)


def _possible(width: int, height: int) -> bool:
    """Whether a picture of an edit may be so large."""
    return 0 < width <= SIDE and 0 < height <= SIDE and width * height <= MOST_PIXELS


def _from_flat(old: Json) -> Json:
    """Version 0: every edit was one flat list of fields, shown or hidden, and the photo was called so."""
    edits = []
    for step in old["edits"]:
        settings = {name: step[name] for name in ("seed", "steps", "keep", "guidance") if name in step}
        box = [step[side] for side in ("left", "top", "right", "bottom")]
        edits.append(
            {
                "key": step["key"],
                "instruction": {"text": step["text"], "references": step.get("references", [])},
                "plan": {"reply": "", "prompt": step["prompt"], "operations": step.get("operations", [])},
                "settings": settings,
                "seed": step["seed"],
                "engine": "starter",
                "margins": {"left": 0, "right": 0, "top": 0, "bottom": 0},
                "masked": step["masked"],
                "embedded": False,
                "context": None,
                "box": dict(zip(("left", "top", "right", "bottom"), box, strict=True)) if any(box) else None,
                "visible": not step["hidden"],
                "opacity": 1.0,
                "shift": [0, 0],
                "made_on": [{"key": below["key"], "opacity": 1.0} for below in _below(old, step)],
            }
        )
    return {"version": 1, "original": old["photo"], "references": old["references"], "edits": edits}


def _below(old: Json, step: Json) -> list[Json]:
    """The edits of version 0 that were shown below one of them."""
    return [each for each in old["edits"][: old["edits"].index(step)] if not each["hidden"]]


def _without_raw(old: Json) -> Json:
    """Version 1: camera RAW files were developed as shot, and nothing said so."""
    return {**old, "version": 2}


def _without_framings(old: Json) -> Json:
    """Version 2: no edit framed the picture."""
    return {**old, "version": 3, "edits": [{**edit, "framing": None} for edit in old.get("edits", [])]}


MIGRATIONS: dict[int, Callable[[Json], Json]] = {0: _from_flat, 1: _without_raw, 2: _without_framings}


def migrated(values: Json, name: str) -> Json:
    """The values in the present layout; raises BadInput for a newer version or when an older one is damaged."""
    version = values.get("version", 0)
    if not isinstance(version, int) or version < 0:
        raise BadInput(f"{name} is damaged: its version.", AGAIN)
    if version > VERSION:
        raise BadInput(f"{name} was made by a newer Overtone.", "Update Overtone to open it.")
    while version < VERSION:
        try:
            values = MIGRATIONS[version](values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadInput(f"{name} is damaged: fields of version {version} are missing.", AGAIN) from error
        version = values["version"]
    return values
