"""From a folder that holds a project to the document."""

from __future__ import annotations

from pathlib import Path

from engine.errors import BadInput
from engine.files import read_photo
from engine.files.options import AS_SHOT
from engine.project.document import Document
from engine.project.edits import Edit, Edits
from engine.project.journal import Journal
from engine.project.manifest import Manifest
from engine.project.references import Reference
from engine.project.store import Store, mask_member, patch_member
from engine.project.storing import loaded_edit


def load(journal: Journal, manifest: Manifest) -> tuple[Document, tuple[str, ...]]:
    """The document that a folder holds.

    Parameters
    ----------
    journal
        Over the folder; it goes on from there.
    manifest
        What the folder says of itself.

    Returns
    -------
    The document, and what could not be had back, a sentence each: one damaged edit does not take the others along.

    Raises
    ------
    BadInput
        When the original itself is damaged or gone.
    """
    folder = journal.folder
    photo = read_photo(folder / manifest.original.member, manifest.raw or AS_SHOT)
    edits, notes = _edits(manifest, folder, journal.store)
    references = []
    for stored in manifest.references:
        path = folder / stored.file.member if stored.file is not None else Path(stored.path)
        references.append(Reference(stored.number, stored.media, path, stored.name, stored.role))
    session = manifest.session
    document = Document(photo, Path(manifest.original.path), tuple(references), journal.store, edits)
    document.raw = manifest.raw
    document.written = manifest.written
    document.planned = manifest.planned
    if session is not None:
        document.project = Path(session.project) if session.project else None
        document.saved_to = Path(session.saved_to) if session.saved_to else None
        if session.modified:
            document.unsaved()
        elif document.project is not None:
            document.saved_project(edits, document.project)
    if manifest.mask is not None:
        notes += _paint(document, manifest.mask)
    journal.adopt(manifest)
    return document, tuple(notes)


def _edits(manifest: Manifest, folder: Path, store: Store) -> tuple[Edits, list[str]]:
    edits: list[Edit] = []
    notes: list[str] = []
    for number, stored in enumerate(manifest.edits, 1):
        try:
            edit = loaded_edit(stored, folder)
            if edit.framing is None:
                for _ in store.open(patch_member(edit.key)).tiles():  # read whole: what is damaged is found out now
                    pass
            edits.append(edit)
        except BadInput:
            notes.append(f"Edit {number} (“{stored.instruction.text}”) is damaged and was left out.")
    return tuple(edits), notes


def _paint(document: Document, key: str) -> list[str]:
    try:
        values = document.store.mask(key)
    except BadInput:
        return [f"The mask ({mask_member(key)}) is damaged and was left out."]
    if values.shape == document.mask.values.shape:
        document.mask.replace(values)
    return []
