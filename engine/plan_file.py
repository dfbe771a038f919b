"""A plan in files: its JSON, for people to edit, and its embeddings beside it as safetensors.

The embeddings say which plan they were made for, so that those of a plan that was edited since are left alone.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import strict_json
from engine.errors import BadInput
from engine.files.writing import write_bytes
from engine.project.storing import plan_bytes, plan_from_bytes
from engine.serial import plan_from_json, plan_to_json, read_json
from engine.values import Plan, PlanEmbeddings

SUFFIX = ".safetensors"
OF = "plan"  # the metadata entry that says which plan the embeddings are of
LARGEST = 16 << 20  # bytes; a thousand embeddings of the widest space


def embeddings_path(path: Path) -> Path:
    """Where the embeddings of the plan in ``path`` lie."""
    return path.with_suffix(SUFFIX)


def save_plan(path: Path, plan: Plan) -> list[Path]:
    """Write a plan, and beside it its embeddings where it has some; both or neither.

    Parameters
    ----------
    path
        Of the JSON; whatever lies there is replaced.
    plan
        With or without embeddings.

    Returns
    -------
    The files written.

    Raises
    ------
    BadInput, MachineError
        When one cannot be written, or another's file has the name that the embeddings would take.
    """
    beside, written = embeddings_path(path), []
    with ExitStack() as undo:
        if plan.embeddings is not None:
            new = not beside.exists()
            if not new and not _mark(beside):
                raise BadInput(f"{beside.name} is there and holds no plan's embeddings.", "Choose another name.")
            write_bytes(beside, plan_bytes(plan.embeddings, {OF: _digest(plan)}))
            if new:
                undo.callback(beside.unlink, missing_ok=True)
            written.append(beside)
        write_bytes(path, (json.dumps(plan_to_json(plan), ensure_ascii=False, indent=2) + "\n").encode())
        undo.pop_all()
    return [path, *written]


def load_plan(path: Path) -> Plan:
    """A plan, with the embeddings beside it when they are of this very plan.

    Raises
    ------
    BadInput
        As :func:`engine.serial.plan_from_json`; or the embeddings are damaged.
    """
    plan = plan_from_json(read_json(path), path.name)
    beside = embeddings_path(path)
    if beside == path or not beside.is_file() or _mark(beside) != _digest(plan):
        return plan
    return replace(plan, embeddings=_read(beside))


def _digest(plan: Plan) -> str:
    """A hash of all that the plan says, less its words to the user."""
    said: dict[str, Any] = {**plan_to_json(plan), "reply": ""}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _mark(path: Path) -> str:
    """Which plan the embeddings in a file are of; empty when it is not a file of embeddings."""
    data = _bytes(path)
    length = int.from_bytes(data[:8], "little")
    try:
        header = strict_json.loads(data[8 : 8 + length])
    except ValueError:
        return ""
    told = header.get("__metadata__") if isinstance(header, dict) else None
    mark = told.get(OF) if isinstance(told, dict) else None
    return mark if isinstance(mark, str) else ""


def _read(path: Path) -> PlanEmbeddings:
    damaged = BadInput(f"{path.name} is damaged.", "Remove it, or run `overtone plan --out` again.")
    try:
        embeddings = plan_from_bytes(_bytes(path), path.name)
    except BadInput as fault:
        raise damaged from fault
    base = () if embeddings.base is None else (embeddings.base,)
    if any(
        each.shape != embeddings.gen.shape or each.ndim != 1
        for each in (embeddings.gen, *base, *embeddings.subs.values())
    ):
        raise damaged
    return embeddings


def _bytes(path: Path) -> bytes:
    """What a file holds; nothing of one that is too large to be a plan's embeddings."""
    try:
        return path.read_bytes() if path.stat().st_size <= LARGEST else b""
    except OSError as fault:
        raise BadInput(f"{path.name} cannot be read ({fault.strerror}).", "Check its rights.") from fault
