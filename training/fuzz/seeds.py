"""Small whole inputs of every kind, made from numbers with the libraries that the program already has."""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.fuzz import containers

if TYPE_CHECKING:
    import torch

    from engine.project.document import Document
    from engine.project.store import Store

KEY = re.compile(r"\b[0-9a-f]{32}\b|(?<=references/)[0-9a-f]{12}\b")  # of an edit, a mask or a reference
TOKENIZER = b'{"model": {}}'  # the one file of a bundle's description
WIDTH, HEIGHT = 44, 36  # pixels; enough for tiles of 16 and for halved colours
HEIC = Path(__file__).with_name("small.heic")  # no library here writes one


@dataclass(frozen=True)
class Seed:
    """One input: the suffix of its file's name, and its bytes."""

    suffix: str
    data: bytes


def picture() -> np.ndarray:
    """``(HEIGHT, WIDTH, 3)`` uint8 with slopes, an edge and some grain."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    grain = np.random.default_rng(5).integers(0, 24, (HEIGHT, WIDTH))
    bands = [rows * 6 % 256, columns * 5 % 256, (rows // 9 + columns // 11) % 2 * 180 + grain]
    return np.stack(bands, axis=2).astype(np.uint8)


def pictures() -> list[Seed]:
    """Every type that is read, in several ways of coding."""
    import imagecodecs
    import pyvips

    rgb = picture()
    plain: Any = pyvips.Image.new_from_array(rgb).copy(interpretation="srgb")
    told = plain.copy()
    told.set_type(pyvips.GValue.blob_type, "icc-profile-data", pyvips.Operation.call("profile_load", "p3"))
    told.set_type(pyvips.GValue.blob_type, "xmp-data", XMP)
    told.set_type(pyvips.GValue.blob_type, "iptc-data", b"\x1c\x02\x78\x00\x05lake.")
    told.set_type(pyvips.GValue.gint_type, "orientation", 6)
    for name, text in (
        ("ifd0-Artist", "Ada"),
        ("ifd2-DateTimeOriginal", "2026:01:02 03:04:05"),
        ("ifd3-GPSAltitude", "9/1"),
    ):
        told.set_type(pyvips.GValue.gstr_type, f"exif-{name}", f"{text} ({text}, ASCII, {len(text)} components)")
    deep = (plain.cast("ushort") * 257).cast("ushort").copy(interpretation="rgb16")
    clear = plain.bandjoin(plain.extract_band(1))
    grey = plain.colourspace("b-w")
    cmyk = plain.bandjoin(plain.extract_band(0)).copy(interpretation="cmyk")
    moving = plain.join(plain.invert(), "vertical").copy()
    moving.set_type(pyvips.GValue.gint_type, "page-height", HEIGHT)
    made = [
        (".jpg", told, {"Q": 80}),
        (".jpg", told, {"Q": 90, "interlace": True, "subsample_mode": "off"}),
        (".jpg", grey, {"optimize_coding": True, "restart_interval": 4}),
        (".jpg", cmyk, {}),
        (".png", told, {}),
        (".png", deep, {"interlace": True}),
        (".png", clear, {"palette": True}),
        (".png", grey, {"bitdepth": 1}),
        *((".tif", told, {"compression": packing}) for packing in ("none", "lzw", "deflate", "packbits", "jpeg")),
        (".tif", deep, {"tile": True, "tile_width": 16, "tile_height": 16, "bigtiff": True, "compression": "deflate"}),
        (".tif", clear, {"compression": "lzw", "predictor": "horizontal", "pyramid": True, "tile": True}),
        (".webp", told, {"Q": 70}),
        (".webp", clear, {"lossless": True}),
        (".webp", moving, {"lossless": True}),
        (".gif", moving, {}),
        (".avif", told, {"Q": 60, "effort": 0}),
        (".avif", deep, {"bitdepth": 12, "effort": 0, "lossless": True}),
    ]
    seeds = [Seed(suffix, image.write_to_buffer(suffix, **options)) for suffix, image, options in made]
    seeds += [
        Seed(".jxl", bytes(imagecodecs.jpegxl_encode(rgb, level=90))),
        Seed(".jxl", bytes(imagecodecs.jpegxl_encode(rgb.astype(np.uint16) * 257, lossless=True, usecontainer=True))),
        Seed(".heic", HEIC.read_bytes()),
        Seed(".dng", raw_picture(rgb)),
    ]
    return seeds


XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/jpeg"><dc:subject><rdf:Bag><rdf:li>lake</rdf:li></rdf:Bag>
</dc:subject></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def raw_picture(rgb: np.ndarray) -> bytes:
    """A small DNG: a Bayer pattern of 16-bit samples, uncompressed."""
    height, width = rgb.shape[0] // 2 * 2, rgb.shape[1] // 2 * 2
    sensor = np.zeros((height, width), np.uint16)
    for row, column, band in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        sensor[row::2, column::2] = rgb[row:height:2, column:width:2, band].astype(np.uint16) * 200
    one = struct.pack("<iiiiii", 1, 1, 0, 1, 0, 1)
    matrix = b"".join(one[8 * (k % 3 != k // 3) : 8 * (k % 3 != k // 3) + 8] for k in range(9))
    tags: list[tuple[int, int, int, bytes]] = [
        (254, 4, 1, struct.pack("<I", 0)),
        (256, 4, 1, struct.pack("<I", width)),
        (257, 4, 1, struct.pack("<I", height)),
        (258, 3, 1, struct.pack("<H", 16)),
        (259, 3, 1, struct.pack("<H", 1)),
        (262, 3, 1, struct.pack("<H", 32803)),
        (271, 2, 8, b"Camera1\0"),
        (272, 2, 8, b"Model 1\0"),
        (273, 4, 1, b"PIXL"),
        (274, 3, 1, struct.pack("<H", 1)),
        (277, 3, 1, struct.pack("<H", 1)),
        (278, 4, 1, struct.pack("<I", height)),
        (279, 4, 1, struct.pack("<I", sensor.nbytes)),
        (33421, 3, 2, struct.pack("<HH", 2, 2)),
        (33422, 1, 4, bytes((0, 1, 1, 2))),
        (50706, 1, 4, bytes((1, 4, 0, 0))),
        (50708, 2, 8, b"Model 1\0"),
        (50717, 4, 1, struct.pack("<I", 65535)),
        (50721, 10, 9, matrix),
        (50728, 5, 3, struct.pack("<6I", 1, 2, 1, 1, 1, 2)),
        (50778, 3, 1, struct.pack("<H", 21)),
    ]
    after = 8 + 2 + 12 * len(tags) + 4
    more = b"".join(value for _, _, _, value in tags if len(value) > 4)
    entries, at = b"", after
    for tag, kind, count, value in tags:
        if value == b"PIXL":
            value = struct.pack("<I", after + len(more))  # noqa: PLW2901
        entries += struct.pack("<HHI", tag, kind, count)
        entries += value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", at)
        at += len(value) if len(value) > 4 else 0
    head = struct.pack("<2sHIH", b"II", 42, 8, len(tags))
    return head + entries + bytes(4) + more + sensor.tobytes()


def sounds() -> list[Seed]:
    """Every type that is read."""
    import soundfile

    time = np.arange(900) / 8000
    tone = np.stack([np.sin(2800 * time), np.sin(4100 * time)], axis=1) * 0.5
    made = [
        ("WAV", "PCM_16", ".wav"),
        ("WAV", "FLOAT", ".wav"),
        ("WAV", "IMA_ADPCM", ".wav"),
        ("WAV", "MS_ADPCM", ".wav"),
        ("RF64", "PCM_24", ".wav"),
        ("FLAC", "PCM_16", ".flac"),
        ("OGG", "VORBIS", ".ogg"),
        ("OGG", "OPUS", ".opus"),
        ("MP3", "MPEG_LAYER_III", ".mp3"),
        ("AIFF", "PCM_16", ".aiff"),
        ("AU", "ULAW", ".au"),
        ("CAF", "ALAC_16", ".caf"),
    ]
    seeds = []
    for form, coding, suffix in made:
        out = io.BytesIO()
        soundfile.write(out, tone, 8000, format=form, subtype=coding)
        data = out.getvalue()
        seeds.append(Seed(suffix, _numbered(data) if form == "OGG" else data))
    return seeds


def _numbered(data: bytes) -> bytes:
    """An Ogg whose stream has the number 1 instead of one drawn by chance."""
    pages = containers.ogg(data)
    return pages.join([(head[:14] + struct.pack("<I", 1) + head[18:], content) for head, content in pages.parts])


PLAN = {
    "reply": "I will replace the boat.",
    "prompt": "a swan on a lake",
    "source_prompt": "a boat on a lake",
    "prompts": ["a swan", "two swans"],
    "operations": [
        {"op": "replace", "object": "boat", "ref": 1, "where": "left of the pier", "target": "swan"},
        {"op": "adjust", "target": "warmer", "amount": "a little"},
        {"op": "remove", "object": "buoy"},
    ],
    "base": [],
    "subs": [1],
}
INSTRUCTION = {
    "text": "replace the boat with [ref#1] and make it feel like [ref#2]",
    "references": [
        {"marker": "[ref#1]", "media": "image", "file": "swan.png", "text": ""},
        {"marker": "[ref#2]", "media": "sound", "file": "rain.wav", "text": ""},
    ],
}


def plans() -> list[Seed]:
    """Plans as ``overtone plan`` prints them."""
    whole = {name: value for name, value in PLAN.items() if name != "base"}
    values = [whole, {"reply": "", "prompt": "", "operations": [{"op": "mood", "ref": 1}]}]
    return [Seed(".json", json.dumps(value).encode()) for value in values]


def instructions() -> list[Seed]:
    """Instructions and histories of turns."""
    history = [{"instruction": INSTRUCTION, "plan": json.loads(plans()[0].data)}]
    values = [INSTRUCTION, {"text": "brighter", "references": []}, history, history * 3]
    return [Seed(".json", json.dumps(value).encode()) for value in values]


def manifests() -> list[Seed]:
    """Descriptions of bundles."""
    from engine.bundle.manifest import Component, Entry, Manifest, Origin

    origin = Origin("encoder", "Apache-2.0", "somewhere", "package", "1.0", "ab" * 32)
    entry = Entry("text/tokenizer.json", hashlib.sha256(TOKENIZER).hexdigest(), len(TOKENIZER))
    whole = Manifest("starter", "1", (Component("text", "ef" * 32, 4096, (origin,), (entry,)),))
    extending = Manifest("studio", "2", (Component("decoder", "", 1, (origin, origin), ()), *whole.components))
    return [Seed(".json", each.to_bytes()) for each in (whole, extending)]


def tensors() -> list[Seed]:
    """Files of tensors in every form that bundles store."""
    from engine.bundle import storage

    numbers = np.random.default_rng(6)
    table = numbers.normal(size=(64, 64)).astype(np.float32)
    vocabulary = storage.pack_vocabulary(np.ones((2, 64), np.int8), np.ones((2, 2), np.float16), table[:4])
    packs = [
        storage.write({"w": table, "b": table[0], "ids": np.arange(9)}, "int8"),
        storage.write({"w": table}, "half"),
        storage.write({"table": vocabulary}, "plain"),
    ]
    return [Seed(".safetensors", data) for data in packs]


def weights() -> list[Seed]:
    """Files of weights as others publish them: PyTorch's zip, bare and as a checkpoint, and safetensors."""
    import torch

    tensors = {"a.weight": torch.arange(64.0).reshape(8, 8), "a.bias": torch.ones(8, dtype=torch.float16)}
    seeds = [tensors_file(tensors)]
    for value in (tensors, {"state_dict": tensors, "epoch": 3}):
        out = io.BytesIO()
        torch.save(value, out)
        seeds.append(Seed(".pth", out.getvalue()))
    return seeds


def tensors_file(tensors: dict[str, torch.Tensor]) -> Seed:
    """A safetensors file."""
    from safetensors.torch import save

    return Seed(".safetensors", save(tensors))


def archives() -> list[Seed]:
    """Zip archives as project files are, before a project's own checks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.json", json.dumps(PLAN))
        archive.writestr("original/lake.png", picture().tobytes())
        archive.writestr(zipfile.ZipInfo("masks/0.patch"), bytes(300))
    return [Seed(".overtone", out.getvalue())]


def patches() -> list[Seed]:
    """Patches of whole and of changed pictures, of both depths, with and without a profile."""
    from engine.project.patches import write_patch

    rgb = picture()
    deep = rgb.astype(np.uint16) * 257
    changed = deep.copy()
    changed[10:20, 8:30] //= 2
    large = np.tile(rgb, (16, 14, 1))  # two tiles
    seeds = []
    for after, before, profile in ((rgb, None, b"profile"), (changed, deep, None), (large, large // 2, None)):
        out = io.BytesIO()
        write_patch(out, after, before, profile=profile)
        seeds.append(Seed(".patch", out.getvalue()))
    return seeds


def projects() -> list[Seed]:
    """A project with two edits, a reference, a mask and a plan; names and keys drawn by chance are made the same."""
    from engine.files import write_photo
    from engine.picture import Photo
    from engine.project.journal import Journal, snapshot
    from engine.project.project_file import save

    with tempfile.TemporaryDirectory(prefix="overtone-") as name:
        folder = Path(name)
        write_photo(Photo(picture()), folder / "lake.png")
        write_photo(Photo(picture()[::-1].copy()), folder / "swan.png")
        journal = Journal.fresh(folder / "journals")
        document = _document(folder, journal.store)
        save(journal, snapshot(document), folder / "lake.overtone")
        journal.discard()
        with zipfile.ZipFile(folder / "lake.overtone") as archive:
            members = {each: archive.read(each) for each in archive.namelist()}
        text = members.pop("project.json").decode().replace(name, "/photos")
        keys = {key: f"{number:0{len(key)}x}" for number, key in enumerate(dict.fromkeys(KEY.findall(text)), 1)}
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(zipfile.ZipInfo("project.json"), KEY.sub(lambda each: keys[each[0]], text))
            for member, data in members.items():
                archive.writestr(zipfile.ZipInfo(KEY.sub(lambda each: keys[each[0]], member)), data)
    return [Seed(".overtone", out.getvalue())]


def _document(folder: Path, store: Store) -> Document:
    from engine.files import read_photo
    from engine.project.accepting import Pending
    from engine.project.document import Document
    from engine.serial import plan_from_json
    from engine.values import EditRequest, EditResult, Media, Settings

    document = Document(read_photo(folder / "lake.png"), folder / "lake.png", store=store)
    document.add_references({folder / "swan.png": Media.image})
    for number in (1, 2):
        pixels = document.photo.pixels.copy()
        pixels[5 * number : 20, 8:30] = 255 - pixels[5 * number : 20, 8:30]
        after = document.photo.with_pixels(pixels)
        instruction = document.instruction("replace the boat with [ref#1]")
        request = EditRequest(instruction, document.photo, settings=Settings(seed=number))
        result = EditResult((after,), plan_from_json(json.loads(plans()[0].data)), None, number, {})
        document.pending = Pending(instruction, result, after, request)
        document.accept()
    document.mask.begin()
    document.mask.line((9, 9), (30, 20), 5, erase=False)
    document.painted(document.mask.end())
    return document
