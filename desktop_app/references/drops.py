"""What is dragged or pasted: files, pictures and addresses from outside, and references from a bin."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from PySide6.QtCore import QByteArray, QMimeData, QUrl
from PySide6.QtGui import QImage

from engine.values import marker

REFERENCE = "application/x-overtone-reference"
SELECTION = "application/x-overtone-selection"
EMBEDDED = "data:image/"  # an address that holds its picture
WEB = ("http", "https", "ftp")


@dataclass(frozen=True, eq=False)
class Incoming:
    """What came in by a drop or a paste.

    Attributes
    ----------
    files
        On this machine.
    folders
        On this machine.
    image
        A picture without a file, as browsers and screenshot tools give it.
    encoded
        The same as the bytes of a file, not yet looked at: they are read where all files are.
    name
        What to call the picture: the last part of its address, without an ending.
    remote
        Addresses that only a network could read; they are left alone.
    selection
        Whether it is the painted part of the photo, dragged off the canvas.
    """

    files: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    image: QImage | None = None
    encoded: bytes = b""
    name: str = ""
    remote: tuple[str, ...] = ()
    selection: bool = False

    def __bool__(self) -> bool:
        pictures = self.image is not None or self.encoded
        return bool(self.files or self.folders or pictures or self.remote or self.selection)


def incoming(data: QMimeData) -> Incoming:
    """Sort what is dragged or pasted; nothing when it is one of our own references or mere text."""
    if data.hasFormat(REFERENCE):
        return Incoming()
    if data.hasFormat(SELECTION):
        return Incoming(selection=True)
    urls = data.urls() or _written(data)
    local = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    folders = tuple(path for path in local if path.is_dir())
    files = tuple(path for path in local if path not in folders)
    remote = tuple(url.toString() for url in urls if url.scheme().lower() in WEB)
    image = None if files else _image(data)
    if image is not None:
        return Incoming((), folders, image, name=QUrl(remote[0]).fileName().partition(".")[0] if remote else "")
    encoded = b"" if files else next(filter(None, map(_embedded, urls)), b"")
    return Incoming(files, folders, encoded=encoded, remote=remote)


def local_files(data: QMimeData) -> list[Path]:
    """The files on this machine that are dragged, folders left out; none when it is one of our own references."""
    return list(incoming(data).files)


def reference_data(number: int, path: Path | None = None) -> QMimeData:
    """What a dragged reference carries: its number, its marker for any text field, and its file for other programs."""
    data = QMimeData()
    data.setData(REFERENCE, QByteArray(str(number).encode()))
    data.setText(marker(number))
    if path is not None:
        data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def selection_data() -> QMimeData:
    """What the painted part of the photo carries: only that it is meant."""
    data = QMimeData()
    data.setData(SELECTION, QByteArray(b"1"))
    return data


def reference_number(data: QMimeData) -> int | None:
    """The number of a dragged reference, or nothing."""
    return int(bytes(data.data(REFERENCE).data())) if data.hasFormat(REFERENCE) else None


def _written(data: QMimeData) -> list[QUrl]:
    """An address that stands alone in the text, as some browsers give it."""
    text = data.text().strip()
    alone = text.startswith(("file://", EMBEDDED)) or text.partition("://")[0] in WEB
    return [QUrl(text)] if alone and len(text.split()) == 1 else []


def _image(data: QMimeData) -> QImage | None:
    """The picture that another program has handed over."""
    image = QImage(data.imageData()) if data.hasImage() else QImage()
    return None if image.isNull() else image


def _embedded(url: QUrl) -> bytes:
    """The bytes of the picture that an address holds; none when it holds none."""
    head, _, body = url.toString(QUrl.ComponentFormattingOption.FullyEncoded).partition(",")
    if not (head.startswith(EMBEDDED) and head.endswith(";base64")):
        return b""
    try:
        return base64.b64decode(unquote(body))
    except ValueError:  # no base64, or not even ASCII
        return b""
