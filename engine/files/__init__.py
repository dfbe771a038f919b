"""Files in and out: photos at their own depth with what travels in them, sounds as samples."""

from engine.files.options import RawOptions, SaveOptions
from engine.files.original import Original
from engine.files.reading import read_photo, read_reference, read_sound
from engine.files.saving import encode, write_photo
from engine.files.sniffing import sniff
from engine.files.sounds import Sound
from engine.files.writing import next_free_path, write_bytes

__all__ = [
    "Original",
    "RawOptions",
    "SaveOptions",
    "Sound",
    "encode",
    "next_free_path",
    "read_photo",
    "read_reference",
    "read_sound",
    "sniff",
    "write_bytes",
    "write_photo",
]
