"""What is dragged: files from outside, and references from a bin to the instruction."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData

from engine.values import marker

REFERENCE = "application/x-overtone-reference"


def local_files(data: QMimeData) -> list[Path]:
    """The files on this machine that are dragged, folders left out; none when it is one of our own references."""
    if data.hasFormat(REFERENCE):
        return []
    return [
        Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile() and not Path(url.toLocalFile()).is_dir()
    ]


def reference_data(number: int) -> QMimeData:
    """What a dragged reference carries: its number, and its marker for any text field."""
    data = QMimeData()
    data.setData(REFERENCE, QByteArray(str(number).encode()))
    data.setText(marker(number))
    return data


def reference_number(data: QMimeData) -> int | None:
    """The number of a dragged reference, or nothing."""
    return int(bytes(data.data(REFERENCE).data())) if data.hasFormat(REFERENCE) else None
