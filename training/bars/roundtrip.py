"""Bar: files of every type, depth, profile, orientation and metadata come back as they went in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from engine.clock import now
from engine.errors import OvertoneError
from engine.files import Original, next_free_path, read_photo, write_photo
from engine.picture import HistoryStep
from training.bars import Bar, Ground
from training.bars.tools import PROFILES, missing, run, samples, tags, turned

LEAST = 60
WIDTH, HEIGHT = 150, 101
TOOLS = ("exiftool", "vips", "convert", "djxl", "cjxl", "heif-enc")
LOSSY = frozenset({"webp-lossy", "avif-lossy", "heic", "jxl-lossy", "jpg-cmyk"})
PLAIN = ("-define", "png:exclude-chunks=gAMA,cHRM,date")  # sRGB without saying so
BARE = frozenset({"gif", "tif-bigtiff"})  # into which exiftool writes nothing
WITHOUT_IPTC = frozenset({"jxl", "jxl16", "jxl-lossy", "avif-lossy", "heic"})
EXIF = (
    *("-EXIF:Make=Fuji", "-EXIF:Model=X-T5", "-EXIF:Artist=Ada Byron", "-EXIF:Copyright=(c) Ada", "-EXIF:ISO=400"),
    *("-EXIF:DateTimeOriginal=2026:05:04 03:02:01", "-EXIF:OffsetTimeOriginal=+02:00", "-EXIF:ExposureTime=1/250"),
    *("-EXIF:FNumber=2.8", "-EXIF:FocalLength=35", "-EXIF:LensModel=XF35mm", "-EXIF:UserComment=a day out"),
    *("-EXIF:ImageDescription=boats", "-EXIF:XResolution=300", "-EXIF:YResolution=300", "-EXIF:ColorSpace=1"),
    *("-EXIF:GPSLatitude=48.2", "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=16.4", "-EXIF:GPSLongitudeRef=E"),
    *("-EXIF:SerialNumber=1234", "-EXIF:SubSecTimeOriginal=42", "-EXIF:Software=Darkroom 3"),
)
XMP = (
    *("-XMP-dc:Title=Boats", "-XMP-dc:Subject=sea", "-XMP-dc:Subject=boat", "-XMP-xmp:Rating=4", "-XMP-xmp:Label=Red"),
    *("-XMP-photoshop:City=Wien", "-XMP-xmpRights:UsageTerms=ask", "-XMP-lr:HierarchicalSubject=sea|boat"),
    *("-XMP-xmpMM:DocumentID=xmp.did:1", "-XMP-xmpMM:HistoryAction=saved", "-XMP-xmpMM:HistorySoftwareAgent=Darkroom"),
)
IPTC = (
    *("-IPTC:Keywords=sea", "-IPTC:Keywords=boat", "-IPTC:By-line=Ada", "-IPTC:Caption-Abstract=Boats"),
    "-IPTC:City=Wien",
)
GROUPS = ("IFD0", "ExifIFD", "GPS", "InteropIFD", "IPTC", "Photoshop", "MakerNotes", "PNG-pHYs", "XMP-")
# What may differ, and why.
LISTED = {
    "orientation, applied": ("Orientation",),
    "the history and source that are added": (
        "DigitalSourceType",
        "XMPToolkit",
        "IPTCDigest",
    ),
    "how a TIFF stores its samples": (
        *(
            "StripOffsets",
            "StripByteCounts",
            "RowsPerStrip",
            "TileOffsets",
            "TileByteCounts",
            "TileWidth",
            "TileLength",
        ),
        *("Compression", "Predictor", "PlanarConfiguration", "SubfileType", "PageNumber", "FillOrder", "SampleFormat"),
        *("PhotometricInterpretation", "SamplesPerPixel", "BitsPerSample", "ImageWidth", "ImageHeight", "ExtraSamples"),
        *("MinSampleValue", "MaxSampleValue", "WhitePoint", "PrimaryChromaticities", "ColorMap"),
    ),
    "the old thumbnail": ("ThumbnailOffset", "ThumbnailLength", "ThumbnailImage"),
}
MAY_DIFFER = frozenset(name for names in LISTED.values() for name in names)


@dataclass(frozen=True)
class Case:
    """One file and how it was made."""

    name: str
    kind: str
    path: Path
    orientation: int
    lossless: bool


def measure(ground: Ground) -> list[Bar]:
    """Make the files with other programs, pass each through a step that changes nothing, and compare with exiftool."""
    lacking = missing(*TOOLS)
    if lacking:
        return [Bar("must", "round trip", "files made with independent tools", f"not measured: {lacking}", ok=False)]
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        cases = list(_cases(folder))
        results: dict[Path, Path] = {}
        faults: list[str] = []
        for case in cases:
            try:
                photo = read_photo(case.path).with_step(HistoryStep("nothing", "none", 0, now()))
                out = next_free_path(case.path)
                write_photo(photo, out, Original.at(case.path))
                results[case.path] = out
            except OvertoneError as error:
                faults.append(f"{case.name}: {error}")
        said = tags([*results, *results.values()])
        equal, lossless, kept = 0, 0, 0
        for case in cases:
            if case.path not in results:
                continue
            out = results[case.path]
            lost = _lost(said[case.path], said[out])
            faults += [f"{case.name}: {each}" for each in lost]
            kept += not lost
            if case.lossless:
                lossless += 1
                same = _same(case, out, said[out], folder)
                equal += same
                faults += [] if same else [f"{case.name}: pixels differ"]
    (ground.out / "roundtrip.txt").write_text("\n".join(faults) + "\n")
    listed = "; ".join(LISTED)
    return [
        Bar(
            "must",
            "round trip: pixels",
            f"no-op edit of ≥ {LEAST} files bit-equal where lossless",
            f"{equal} of {lossless} lossless ones among {len(cases)} files",
            equal == lossless and len(cases) >= LEAST,
        ),
        Bar(
            "must",
            "round trip: tags",
            f"every EXIF, XMP and IPTC tag kept but {listed}",
            f"{kept} of {len(cases)} files" + (f"; first: {faults[0][:120]}" if faults else ""),
            kept == len(cases) >= LEAST,
        ),
    ]


def _cases(folder: Path) -> Iterator[Case]:
    """Files of all types, one by one."""
    base = folder / "base.png"
    run("convert", "-seed", 7, "-size", f"{WIDTH}x{HEIGHT}", "plasma:tan-steelblue", "-depth", 16, *PLAIN, base)
    profiles = _profiles(folder)
    makers = _makers()
    number = 0

    def case(kind: str, orientation: int = 1, profile: str = "", metadata: tuple[str, ...] = ()) -> Case:
        nonlocal number
        number += 1
        suffix, command, lossless = makers[kind]
        path = folder / f"{number:02d}-{kind}-{orientation}-{profile or 'untagged'}{suffix}"
        command(base, path, folder)
        words: list[str] = [*metadata]
        if orientation != 1:
            words.append(f"-EXIF:Orientation#={orientation}")
        if profile:
            words.append(f"-icc_profile<={profiles[profile]}")
        if words:
            run("exiftool", "-q", "-q", "-m", "-overwrite_original", *words, path)
        return Case(path.stem, kind, path, orientation, lossless)

    everything = (*EXIF, *XMP, *IPTC)
    for kind in makers:
        yield case(kind, 1, "", () if kind in BARE else (*EXIF, *XMP) if kind in WITHOUT_IPTC else everything)
    for orientation in range(2, 9):
        for kind in ("jpg-444", "jpg-420", "tif16", "png8"):
            yield case(kind, orientation, "", EXIF if orientation % 2 else (*EXIF, *XMP))
    for profile in profiles:
        for kind in ("jpg-444", "png16", "tif16", "webp"):
            yield case(kind, 1, profile, XMP)


def _profiles(folder: Path) -> dict[str, Path]:
    display = folder / "p3.icc"
    display.write_bytes(pyvips.Operation.call("profile_load", "p3"))
    found = {"adobe-rgb": PROFILES / "a98.icc", "prophoto": PROFILES / "rommrgb.icc", "linear": PROFILES / "scrgb.icc"}
    return {**{name: path for name, path in found.items() if path.exists()}, "display-p3": display}


def _makers() -> dict[str, tuple[str, Any, bool]]:
    """Kind of file to its suffix, what makes it, and whether writing it loses nothing."""

    def magick(*options: object):
        return lambda base, path, _folder: run("convert", base, *options, path)

    def vips(operation: str, *options: object):
        return lambda base, path, folder: run("vips", operation, _eight(base, folder), path, *options)

    def vips16(operation: str, *options: object):
        return lambda base, path, _folder: run("vips", operation, base, path, *options)

    def heif(*options: object):
        return lambda base, path, folder: run("heif-enc", *options, "-o", path, _eight(base, folder))

    return {
        "jpg-420": (".jpg", magick("-depth", 8, "-sampling-factor", "2x2", "-quality", 88), True),
        "jpg-444": (".jpg", magick("-depth", 8, "-sampling-factor", "1x1", "-quality", 95), True),
        "jpg-422": (".jpg", magick("-depth", 8, "-sampling-factor", "2x1", "-quality", 80), True),
        "jpg-progressive": (".jpg", magick("-depth", 8, "-interlace", "JPEG", "-quality", 90), True),
        "jpg-grey": (".jpg", magick("-depth", 8, "-colorspace", "Gray", "-quality", 90), True),
        "jpg-cmyk": (".jpg", magick("-depth", 8, "-colorspace", "CMYK", "-quality", 90), False),
        "jpg-vips": (".jpg", vips("jpegsave", "--Q", 75), True),
        "png8": (".png", magick("-depth", 8), True),
        "png16": (".png", magick("-depth", 16), True),
        "png-alpha": (".png", magick("-depth", 8, "-alpha", "set", "-channel", "A", "-evaluate", "set", "60%"), True),
        "png-grey": (".png", magick("-depth", 8, "-colorspace", "Gray"), True),
        "png-palette": (".png", magick("-depth", 8, "-colors", 40, "-type", "Palette"), True),
        "png-interlaced": (".png", vips("pngsave", "--interlace"), True),
        "tif8": (".tif", magick("-depth", 8, "-compress", "None"), True),
        "tif16": (".tif", magick("-depth", 16, "-compress", "Zip"), True),
        "tif-big-endian": (".tif", magick("-depth", 16, "-endian", "MSB", "-compress", "None"), True),
        "tif-lzw": (".tif", magick("-depth", 8, "-compress", "LZW"), True),
        "tif-grey16": (".tif", magick("-depth", 16, "-colorspace", "Gray"), True),
        "tif-tiled": (".tif", vips16("tiffsave", "--tile", "--tile-width", 32, "--tile-height", 32), True),
        "tif-bigtiff": (".tif", vips16("tiffsave", "--bigtiff", "--compression", "deflate"), True),
        "tif-alpha16": (
            ".tif",
            magick("-depth", 16, "-alpha", "set", "-channel", "A", "-evaluate", "set", "50%"),
            True,
        ),
        "webp": (".webp", vips("webpsave", "--lossless"), True),
        "webp-lossy": (".webp", vips("webpsave", "--Q", 80), False),
        "gif": (".gif", magick("-depth", 8, "-colors", 64), True),
        "jxl": (
            ".jxl",
            lambda base, path, folder: run("cjxl", _eight(base, folder), path, "-q", 100, "--container=1"),
            True,
        ),
        "jxl16": (".jxl", lambda base, path, _folder: run("cjxl", base, path, "-q", 100, "--container=1"), True),
        "jxl-lossy": (
            ".jxl",
            lambda base, path, folder: run("cjxl", _eight(base, folder), path, "--container=1"),
            False,
        ),
        "avif-lossy": (".avif", heif("--avif", "-q", 60), False),
        "heic": (".heic", heif("-q", 80), False),
    }


def _eight(base: Path, folder: Path) -> Path:
    path = folder / "base8.png"
    if not path.exists():
        run("convert", base, "-depth", 8, *PLAIN, path)
    return path


def _lost(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Tags that went or changed and are not among the listed."""
    return [
        f"{name} was {str(value)[:40]!r}, is {str(after.get(name))[:40]!r}"
        for name, value in before.items()
        if name.startswith(GROUPS) and name.split(":")[1] not in MAY_DIFFER and not _kept(name, value, after)
    ]


def _kept(name: str, value: Any, after: dict[str, Any]) -> bool:
    found = after.get(name)
    if name.endswith(":History") and isinstance(found, list):
        return found[: len(value)] == value
    if isinstance(value, float) and isinstance(found, int | float):
        return abs(value - found) <= 1e-6 * abs(value)
    return found == value


def _same(case: Case, out: Path, said: dict[str, Any], folder: Path) -> bool:
    """Whether both files hold the same upright samples, as other programs decode them."""
    before = turned(samples(case.path, folder), case.orientation)
    after = turned(samples(out, folder), int(said.get("IFD0:Orientation", 1)))
    return (
        before.shape[:2] == after.shape[:2]
        and np.array_equal(before[..., :3], after[..., :3])
        and _covered(before, after)
    )


def _covered(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether the transparency is the same; none is the same as opaque everywhere."""
    first, second = (
        each[..., 3] if each.shape[2] == 4 else np.full(each.shape[:2], 65535, np.uint16) for each in (before, after)
    )
    return np.array_equal(first, second)
