"""The document's values by the names that the window's modules use."""

from engine.project.changes import Change, Touched
from engine.project.document import Document, Pending
from engine.project.references import Reference, numbered

__all__ = ["Change", "Document", "Pending", "Reference", "Touched", "numbered"]
