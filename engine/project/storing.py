"""Edits to and from what a project stores of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from engine.errors import BadInput
from engine.project.edits import Edit
from engine.project.manifest import AGAIN, StoredEdit
from engine.values import Box, Instruction, Plan, PlanEmbeddings, Reference

PLANS = "plans"
UNSAFE = re.compile(r'[\x00-\x1f\\/:*?"<>|]')
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # names that Windows keeps for itself
LONGEST = 100  # characters of a name


def plan_member(key: str) -> str:
    """The name of the embeddings of an edit's plan inside a project."""
    return f"{PLANS}/{key}.safetensors"


def safe_name(name: str) -> str:
    """A file's name as every system takes it, its ending kept."""
    path = Path(UNSAFE.sub("_", name).strip(" ."))
    stem, suffix = (path.stem or "file")[: LONGEST - len(path.suffix[:16])], path.suffix[:16]
    plain = f"{stem.strip()}{suffix}"
    return f"_{plain}" if RESERVED.fullmatch(plain) else plain


def plan_bytes(embeddings: PlanEmbeddings, told: Mapping[str, str] | None = None) -> bytes:
    """A plan's embeddings as a safetensors file, with what is ``told`` of them in its metadata."""
    from safetensors.numpy import save

    tensors = {"gen": embeddings.gen, **({} if embeddings.base is None else {"base": embeddings.base})}
    return save(
        {**tensors, **{f"sub.{number}": vector for number, vector in embeddings.subs.items()}},
        metadata=dict(told) if told else None,
    )


def plan_from_bytes(data: bytes, name: str) -> PlanEmbeddings:
    """The embeddings of :func:`plan_bytes`; raises BadInput when they are damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(data)
        subs = {int(key[4:]): vector for key, vector in tensors.items() if key.startswith("sub.")}
        return PlanEmbeddings(tensors["gen"], tensors.get("base"), subs)
    except (SafetensorError, KeyError, ValueError) as error:
        raise BadInput(f"{name} is damaged.", AGAIN) from error


def without_embeddings(plan: Plan) -> Plan:
    """The plan as JSON can say it."""
    return replace(plan, embeddings=None)


def stored_edit(edit: Edit, members: Mapping[Path, str | None], box: Box | None, embedded: bool) -> StoredEdit:
    """An edit as the manifest has it. A control's own picture is not stored; it is made from the photo again.

    Parameters
    ----------
    edit
        The edit.
    members
        Where the files of its references are inside the project.
    box
        What it changed.
    embedded
        Whether its plan's embeddings are stored.
    """
    references = []
    for reference in edit.instruction.references:
        member = members.get(reference.file) if reference.file is not None else None
        references.append(replace(reference, file=Path(member) if member is not None else None))
    controls = tuple(replace(control, picture=None) for control in edit.settings.controls)
    return StoredEdit(
        edit.key,
        Instruction(edit.instruction.text, tuple(references)),
        without_embeddings(edit.plan),
        replace(edit.settings, controls=controls),
        edit.seed,
        edit.engine,
        edit.margins,
        edit.masked,
        embedded,
        edit.context,
        box,
        edit.visible,
        edit.opacity,
        edit.shift,
        edit.made_on,
        edit.framing,
    )


def loaded_edit(stored: StoredEdit, folder: Path) -> Edit:
    """An edit from what the manifest says and what lies in ``folder``; raises BadInput when its plan is damaged."""
    references: list[Reference] = []
    for reference in stored.instruction.references:
        references.append(replace(reference, file=folder / reference.file if reference.file is not None else None))
    plan = stored.plan
    if stored.embedded:
        member = plan_member(stored.key)
        try:
            data = (folder / member).read_bytes()
        except OSError as error:
            raise BadInput(f"{member} cannot be read.", AGAIN) from error
        plan = replace(plan, embeddings=plan_from_bytes(data, member))
    return Edit(
        stored.key,
        Instruction(stored.instruction.text, tuple(references)),
        plan,
        stored.settings,
        stored.seed,
        stored.engine,
        stored.margins,
        stored.masked,
        stored.context,
        stored.box,
        stored.visible,
        stored.opacity,
        stored.shift,
        stored.made_on,
        stored.framing,
    )
