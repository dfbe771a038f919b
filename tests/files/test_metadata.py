"""Tags and XMP packets: changed where they must be, kept to the byte elsewhere, and refused when they are broken."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.files import containers, metadata, tags, xmp
from engine.files.sniffing import Kind
from engine.picture import HistoryStep

STEP = HistoryStep("remove <the> & \x07boat", "starter", 7, "2026-11-27T12:00:00+00:00")
FOREIGN = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="uuid:1" '
    b'xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
    b'xmlns:exif="http://ns.adobe.com/exif/1.0/" crs:Exposure2012="+0.35" tiff:Orientation="6" '
    b'exif:GPSLatitude="48,12.0N"><crs:Look><rdf:Description crs:Name="Vivid"/></crs:Look></rdf:Description>'
    b'</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def test_a_step_is_added_and_foreign_properties_stay():
    packet = xmp.updated(FOREIGN, [STEP])
    assert packet is not None
    for kept in (b'crs:Exposure2012="+0.35"', b'crs:Name="Vivid"', b"48,12.0N", b'rdf:about="uuid:1"'):
        assert kept in packet
    assert b'Orientation="6"' not in packet
    told = xmp.provenance(packet)
    assert told.source == xmp.EDITED
    assert [(step.instruction, step.engine, step.seed) for step in told.steps] == [
        ("remove <the> & boat", "starter", 7)
    ]
    again = xmp.updated(packet, [STEP])
    assert len(xmp.provenance(again).steps) == 2


def test_a_picture_made_from_words_stays_one():
    made = xmp.updated(None, [HistoryStep("a lake", "studio", 1, made=True)])
    assert xmp.provenance(made).source == xmp.MADE
    assert xmp.provenance(xmp.updated(made, [STEP])).source == xmp.MADE


def test_a_packet_is_left_as_it_is_when_nothing_is_to_be_said():
    assert xmp.updated(FOREIGN, [], upright=False) == FOREIGN
    assert xmp.updated(None, []) is None


def test_the_place_goes_from_a_packet():
    packet = xmp.updated(FOREIGN, [], place=False, upright=False)
    assert packet is not None
    assert b"GPS" not in packet
    assert b"Exposure2012" in packet


@pytest.mark.parametrize("broken", [b"", b"<x", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"\0" * 40])
def test_broken_packets_are_refused_and_tell_nothing(broken):
    with pytest.raises(xmp.BadPacket):
        xmp.updated(broken, [STEP])
    assert xmp.provenance(broken) == xmp.Provenance()


def block(order: str) -> bytes:
    pack = lambda code, *values: struct.pack(order + code, *values)  # noqa: E731
    return tags.write(
        tags.Tags(
            order,
            {271: (2, 5, b"Fuji\0"), 274: (3, 1, pack("H", 6)), 282: (5, 1, pack("II", 300, 1))},
            {0xA002: (3, 1, pack("H", 640)), 0xA003: (4, 1, pack("I", 480)), 0x927C: (7, 40, bytes(range(40)))},
            {1: (2, 2, b"N\0"), 2: (5, 3, pack("6I", 48, 1, 12, 1, 0, 1))},
            {1: (2, 4, b"R98\0")},
        )
    )


@pytest.mark.parametrize("order", ["<", ">"])
def test_tags_are_renewed_in_place(order):
    before = block(order)
    after = tags.renewed(before, (1000, 700))
    assert len(after) == len(before)
    layout, found = tags.Layout.of(after), tags.read(after)
    assert struct.unpack(order + "H", found.main[274][2]) == (1,)
    assert struct.unpack(order + "H", found.exif[0xA002][2]) == (1000,)
    assert struct.unpack(order + "I", found.exif[0xA003][2]) == (700,)
    assert found.exif[0x927C][2] == bytes(range(40))
    assert after.index(bytes(range(40))) == before.index(bytes(range(40)))
    assert found.interop[1][2] == b"R98\0"
    assert layout.order == order
    bare = tags.read(tags.renewed(before, None, place=False))
    assert not bare.gps
    assert struct.unpack(order + "H", bare.main[274][2]) == (6,)
    assert struct.pack(order + "I", 48) not in tags.renewed(before, None, place=False)


def test_the_order_of_bytes_can_be_turned():
    assert tags.little(tags.read(block(">"))) == tags.read(block("<"))


@given(st.data())
def test_broken_tags_never_lead_astray(data):
    damaged = bytearray(block(data.draw(st.sampled_from("<>"))))
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    try:
        tags.renewed(cut, (10, 10), place=False)
    except tags.BadTags:
        return
    assert len(tags.renewed(cut, (10, 10))) <= len(cut)


@given(
    st.sampled_from(list(Kind)),
    st.binary(max_size=300),
    st.sampled_from([b"", b"II*\0", b"\xff\xd8\xff\xe1", b"RIFF\0\0\0\0WEBP"]),
)
def test_reading_blocks_of_noise_gives_nothing_or_something(kind, noise, head):
    assert isinstance(metadata.read(kind, head + noise), dict)


def test_photoshop_resources_lose_only_their_thumbnail():
    def resource(number: int, content: bytes) -> bytes:
        return (
            b"8BIM"
            + struct.pack(">H", number)
            + b"\0\0"
            + struct.pack(">I", len(content))
            + content
            + bytes(len(content) % 2)
        )

    irb = resource(0x0404, b"\x1c\x02\x19") + resource(0x040C, b"old picture") + resource(0x03ED, b"dpi!")
    assert containers.iptc_of(irb) == b"\x1c\x02\x19"
    assert containers.photoshop_with(irb, b"\x1c\x02\x19") == resource(0x0404, b"\x1c\x02\x19") + resource(
        0x03ED, b"dpi!"
    )
