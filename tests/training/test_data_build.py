from __future__ import annotations

import struct
import zlib
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from PIL import Image

from engine.errors import BadInput, MachineError
from training.data import sources
from training.data.build import build, main
from training.data.clipart import caption_of as clipart_caption
from training.data.clipart import noun_of
from training.data.clips import RATE, title_of, traits_of
from training.data.copyright_files import find_in_source, find_installed, read_stanzas
from training.data.cutouts import cropped
from training.data.pairing import nouns_of, pair_by_name
from training.data.qt_resources import read_resources
from training.data.sound_files import EFFECT_RATE, tidy_effect
from training.data.stamps import caption_of, category_of
from training.data.tables import Names, grouped, packages, slug

COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2001 Everyone
License: GPL-2+

Files: art/pictures/*
Copyright: 2002 Painter
License: CC-BY-3.0

Files: art/pictures/star.svg
Copyright: 2003 Stargazer
License: CC0-1.0

Files: sounds/bell.wav
Copyright: 2004 Ringer
License: MIT
"""


def test_the_last_matching_stanza_wins_and_formats_may_differ() -> None:
    stanzas = read_stanzas(COPYRIGHT)
    assert [stanza.licence for stanza in stanzas] == ["GPL-2+", "CC-BY-3.0", "CC0-1.0", "MIT"]
    paths = ("src/art/pictures/star.svg", "art/pictures/moon.png", "sounds/bell.ogg", "main.c")
    found = [find_in_source(stanzas, path) for path in paths]
    assert [stanza and stanza.licence for stanza in found] == ["CC0-1.0", "CC-BY-3.0", "MIT", "GPL-2+"]
    installed = find_installed(stanzas, "usr/share/game/art/pictures/moon.png")
    assert installed
    assert installed.copyright == "2002 Painter"
    assert find_installed((), "usr/share/x.png") is None


def resource(content: bytes, compressed: bool) -> bytes:
    """A Qt resource of version 1 with the one file ``folder/a.txt``."""
    payload = struct.pack(">I", len(content)) + zlib.compress(content) if compressed else content
    data = struct.pack(">I", len(payload)) + payload
    names = b"".join(struct.pack(">HI", len(name), 0) + name.encode("utf-16-be") for name in ("folder", "a.txt"))
    folder_name, file_name = 0, 6 + 12
    nodes = struct.pack(">IHII", 0, 2, 1, 1)
    nodes += struct.pack(">IHII", folder_name, 2, 1, 2)
    nodes += struct.pack(">IHHHI", file_name, 1 if compressed else 0, 0, 0, 0)
    start = 20
    header = struct.pack(">IIII", 1, start, start + len(nodes), start + len(nodes) + len(data))
    return b"qres" + header + nodes + data + names


@pytest.mark.parametrize("compressed", [False, True])
def test_qt_resources_are_unpacked(compressed: bool) -> None:
    content = b"a picture" * 20
    assert list(read_resources(resource(content, compressed))) == [(PurePosixPath("folder/a.txt"), content)]


def test_other_files_are_no_qt_resources() -> None:
    with pytest.raises(BadInput, match="Not a Qt resource"):
        list(read_resources(b"PNG" + bytes(40)))


def test_names_are_never_given_twice() -> None:
    names = Names()
    assert [names.take("cat", ".png") for _ in range(3)] == ["cat.png", "cat_2.png", "cat_3.png"]
    assert slug("A Cat — (sitting)!") == "a_cat_sitting"


def test_the_tables_are_whole() -> None:
    assert len(packages()) == 36
    assert all(len(package.sha256) == 64 for package in packages())
    photos = list(grouped("photos"))
    assert len(photos) == 430
    assert all(prefix and line.count("|") == 1 for prefix, line in photos)
    assert all(line.count("|") == 2 for _, line in grouped("sounds"))


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("A frog (Rana temporaria).", "a frog"),
        ("The moon.", "the moon"),
        ("Saturn’s rings!", "Saturn's rings"),
        ("An owl — at night", "an owl"),
    ],
)
def test_stamp_texts_become_captions(text: str, caption: str) -> None:
    assert caption_of(text) == caption


@pytest.mark.parametrize(
    ("stamp", "category"),
    [
        ("animals/amphibians/frog", "animal"),
        ("hobbies/music/string/cello", "instrument"),
        ("military/vehicles/tank", "vehicle"),
        ("military/fireman240a", "person"),
        ("people/body_parts/eye", "body_part"),
        ("people/toys/doll", "thing"),
        ("town/roadsigns/stop", "sign"),
        ("seasonal/easter/chick-in-egg", "animal"),
        ("seasonal/easter/painted_egg", "thing"),
        ("seasonal/easter/daffodil", "plant"),
        ("seasonal/christmas/candy_cane", "food"),
        ("seasonal/christmas/elfhat", "clothing"),
    ],
)
def test_stamps_are_sorted_by_their_folders(stamp: str, category: str) -> None:
    assert category_of(stamp) == category


def test_drawings_are_named_by_the_longest_words_known() -> None:
    table = {"fire": "fire|nature", "fire_truck": "fire truck|vehicle"}
    assert noun_of(["red", "fire", "truck"], table) == "fire truck|vehicle"
    assert noun_of(["red"], table) is None
    assert clipart_caption("fire truck", ["red", "fire", "truck"]) == "a drawn red fire truck"
    assert clipart_caption("swans", ["two", "swans"]) == "drawn swans"


def test_opaque_empty_and_tiny_pictures_are_no_cut_outs() -> None:
    picture = np.zeros((60, 80, 4), np.uint8)
    assert cropped(Image.fromarray(picture)) is None
    picture[..., 3] = 255
    assert cropped(Image.fromarray(picture)) is None
    picture[..., 3] = 0
    picture[20:50, 10:60] = 200
    cut = cropped(Image.fromarray(picture))
    assert cut
    assert cut.size == (50, 30)
    assert cropped(Image.fromarray(picture), smallest=51) is None


def test_effects_are_trimmed_and_brought_to_one_peak() -> None:
    samples = np.zeros(3 * EFFECT_RATE, np.float32)
    samples[EFFECT_RATE : EFFECT_RATE + 800] = 0.25
    tidied = tidy_effect(samples)
    assert tidied is not None
    assert np.abs(tidied).max() == pytest.approx(0.9)
    assert len(tidied) == 800 + EFFECT_RATE // 50 + EFFECT_RATE // 20 - 1
    assert tidy_effect(np.zeros(1000, np.float32)) is None
    long = tidy_effect(np.ones(12 * EFFECT_RATE, np.float32))
    assert long is not None
    assert len(long) == 10 * EFFECT_RATE
    assert long[-1] == 0


def test_sounds_are_paired_with_what_makes_them() -> None:
    assert nouns_of("Cows mooing") == [("cow", "animal")]
    assert nouns_of("rubber duck") == []
    assert nouns_of("fire truck") == [("fire truck", "vehicle"), ("fire engine", "vehicle")]
    sounds = [{"file": "sounds/a.flac", "name": "cow", "object_files": ["objects/own.png"]}]
    objects = [
        {"file": "objects/own.png", "name": "cow", "category": "animal"},
        {"file": "objects/black.png", "name": "black cow standing in the grass", "category": "animal"},
        {"file": "objects/toy.png", "name": "toy cow", "category": "animal"},
        {"file": "objects/bell.png", "name": "cow bell", "category": "thing"},
    ]
    photos = [{"file": "photos/p.jpg", "caption": "two cows on a meadow"}, {"file": "photos/q.jpg", "caption": "a dog"}]
    pair_by_name(sounds, objects, photos)
    assert sounds[0]["object_files_by_name"] == ["objects/black.png"]
    assert sounds[0]["photo_files_by_name"] == ["photos/p.jpg"]
    assert [row["sounds_by_name"] for row in objects] == [[], ["sounds/a.flac"], [], []]


def test_traits_follow_pace_and_pitch() -> None:
    time = np.arange(10 * RATE) / RATE
    low = np.sin(2 * np.pi * 220 * time) * (np.sin(2 * np.pi * 0.5 * time) > 0)
    high = np.sin(2 * np.pi * 2200 * time) * (np.sin(2 * np.pi * 3 * time) > 0)
    slow, fast = traits_of(low), traits_of(high)
    assert fast.onsets > 2 * slow.onsets
    assert fast.centroid > 2 * slow.centroid
    assert title_of("rybky07") == "Fish Fillets theme 7"


def test_unknown_kinds_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", str(tmp_path), "--only", "films"]) == 2
    assert "films" in capsys.readouterr().out
    with pytest.raises(BadInput, match="paired with photos"):
        build(tmp_path, ["sounds"])
    assert list(tmp_path.iterdir()) == []


def test_a_missing_tool_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources.shutil, "which", lambda _name: None)
    with pytest.raises(MachineError, match=r"rsvg-convert is missing.*apt-get install librsvg2-bin"):
        sources.run("rsvg-convert", "a.svg")
