"""XMP packets: what Overtone did to a picture is written into them, and everything else in them is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from xml.dom import minidom
from xml.parsers.expat import ExpatError

from engine.picture import HistoryStep

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MEDIA = "http://ns.adobe.com/xap/1.0/mm/"
EVENT = "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
EXTENSION = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
TIFF = "http://ns.adobe.com/tiff/1.0/"
EXIF = "http://ns.adobe.com/exif/1.0/"
OWN = "urn:overtone:xmp:1"
PREFIXES = {RDF: "rdf", MEDIA: "xmpMM", EVENT: "stEvt", EXTENSION: "Iptc4xmpExt", TIFF: "tiff", OWN: "overtone"}
SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
EDITED = SOURCES + "compositeWithTrainedAlgorithmicMedia"
MADE = SOURCES + "trainedAlgorithmicMedia"
NEW = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="' + RDF.encode("ascii") + b'"/></x:xmpmeta>'
PACKET = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n{0}\n<?xpacket end="w"?>'
LARGEST = 50_000_000  # bytes


class BadPacket(ValueError):
    """It is no XMP that can be understood."""


@dataclass(frozen=True)
class Provenance:
    """What a packet says of how the picture came about.

    Attributes
    ----------
    source
        IPTC's digital source type, an address; empty when it is not said.
    steps
        What Overtone did, oldest first.
    """

    source: str = ""
    steps: tuple[HistoryStep, ...] = ()


def updated(
    packet: bytes | None, steps: Sequence[HistoryStep], place: bool = True, upright: bool = True
) -> bytes | None:
    """The packet with ``steps`` added to its history and, for a picture that is stored ``upright`` now, saying so.

    Unless ``place`` is kept, EXIF's GPS fields in it go. Nothing comes back when there is no packet and nothing to
    say.

    Raises
    ------
    BadPacket
        When the packet is damaged.
    """
    if packet is None and not steps:
        return None
    document = _parsed(packet if packet is not None else NEW)
    root = _rdf(document)
    turned = upright and bool(_remove(root, TIFF, "Orientation"))
    if turned:
        _set(root, TIFF, "Orientation", "1")
    if any(each.engine for each in steps):  # framing by hand leaves the source what it was
        said = _remove(root, EXTENSION, "DigitalSourceType")
        made = MADE in said or any(each.made for each in steps)
        _set(root, EXTENSION, "DigitalSourceType", MADE if made else EDITED)
    if steps:
        events = _history(root)
        for each in steps:
            events.appendChild(_event(document, each))
    moved = not place and _remove_places(root)
    if packet is not None and not (turned or steps or moved):
        return packet
    element = document.documentElement
    assert element is not None
    return PACKET.format(element.toxml()).encode("utf-8")


def provenance(packet: bytes | None) -> Provenance:
    """What a packet says of the picture's source and of Overtone's steps; nothing of a damaged one."""
    if packet is None:
        return Provenance()
    try:
        root = _rdf(_parsed(packet))
    except BadPacket:
        return Provenance()
    source = next(iter(_values(root, EXTENSION, "DigitalSourceType")), "")
    steps = []
    for event in root.getElementsByTagNameNS(RDF, "li"):
        said = {name: _field(event, OWN, name) for name in ("instruction", "engine", "seed", "made")}
        if said["engine"] or said["instruction"]:
            seed = int(said["seed"]) if said["seed"].isdecimal() else 0
            when = _field(event, EVENT, "when")
            steps.append(HistoryStep(said["instruction"], said["engine"], seed, when, said["made"] == "True"))
    return Provenance(source, tuple(steps))


def _parsed(packet: bytes) -> minidom.Document:
    if len(packet) > LARGEST or b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        raise BadPacket("too large, or with entities")
    try:
        return minidom.parseString(packet.strip(b"\0 \r\n\t"))
    except (ExpatError, UnicodeError, ValueError) as error:
        raise BadPacket("not well formed") from error


def _rdf(document: minidom.Document) -> minidom.Element:
    roots = document.getElementsByTagNameNS(RDF, "RDF")
    if not roots:
        raise BadPacket("no RDF")
    return roots[0]


def _descriptions(root: minidom.Element) -> list[minidom.Element]:
    return [
        each
        for each in root.childNodes
        if isinstance(each, minidom.Element) and (each.namespaceURI, each.localName) == (RDF, "Description")
    ]


def _values(root: minidom.Element, namespace: str, name: str) -> list[str]:
    """The simple values of a property, given as an attribute or as an element."""
    found = []
    for each in _descriptions(root):
        if each.hasAttributeNS(namespace, name):
            found.append(each.getAttributeNS(namespace, name))
        found += [_text(child) for child in each.getElementsByTagNameNS(namespace, name)]
    return found


def _remove(root: minidom.Element, namespace: str, name: str) -> list[str]:
    """Take a simple property out; its values come back."""
    found = _values(root, namespace, name)
    for each in _descriptions(root):
        if each.hasAttributeNS(namespace, name):
            each.removeAttributeNS(namespace, name)
        for child in list(each.getElementsByTagNameNS(namespace, name)):
            if child.parentNode is not None:
                child.parentNode.removeChild(child)
    return found


def _remove_places(root: minidom.Element) -> bool:
    """Take EXIF's GPS fields out; whether there were any."""
    found = False
    for each in _descriptions(root):
        names = [
            attribute.localName
            for attribute in each.attributes.values()
            if attribute.namespaceURI == EXIF and str(attribute.localName).startswith("GPS")
        ]
        for name in names:
            each.removeAttributeNS(EXIF, name)
        children = [
            child
            for child in each.childNodes
            if isinstance(child, minidom.Element)
            and child.namespaceURI == EXIF
            and str(child.localName).startswith("GPS")
        ]
        for child in children:
            each.removeChild(child)
        found = found or bool(names or children)
    return found


def _set(root: minidom.Element, namespace: str, name: str, value: str) -> None:
    child = _element(root.ownerDocument, namespace, name, value)
    _own_description(root).appendChild(child)


def _own_description(root: minidom.Element) -> minidom.Element:
    """A description to put properties into, about the same resource as the others."""
    there = _descriptions(root)
    if there:
        return there[0]
    made = _element(root.ownerDocument, RDF, "Description")
    made.setAttributeNS(RDF, "rdf:about", "")
    root.appendChild(made)
    return made


def _history(root: minidom.Element) -> minidom.Element:
    """The list of events, made when there is none."""
    for history in root.getElementsByTagNameNS(MEDIA, "History"):
        for events in history.getElementsByTagNameNS(RDF, "Seq"):
            return events
    history = _element(root.ownerDocument, MEDIA, "History")
    events = _element(root.ownerDocument, RDF, "Seq")
    history.appendChild(events)
    _own_description(root).appendChild(history)
    return events


def _event(document: minidom.Document, step: HistoryStep) -> minidom.Element:
    """One step as a resource event, with its parameters in words and in fields of our own."""
    event = _element(document, RDF, "li")
    event.setAttributeNS(RDF, "rdf:parseType", "Resource")
    event.setAttribute("xmlns:rdf", RDF)
    words = f"{step.instruction} (engine {step.engine}, seed {step.seed})" if step.engine else step.instruction
    for namespace, name, value in (
        (EVENT, "action", "created" if step.made else "edited"),
        (EVENT, "softwareAgent", f"Overtone {version('overtone')}"),
        (EVENT, "when", step.when),
        (EVENT, "parameters", words),
        (OWN, "instruction", step.instruction),
        (OWN, "engine", step.engine),
        (OWN, "seed", str(step.seed)),
        (OWN, "made", str(step.made)),
    ):
        if value:
            event.appendChild(_element(document, namespace, name, value))
    return event


def _element(document: minidom.Document | None, namespace: str, name: str, value: str = "") -> minidom.Element:
    """An element that declares its own prefix, whatever the packet calls that namespace."""
    assert document is not None, "elements of a parsed packet belong to a document"
    prefix = PREFIXES[namespace]
    made = document.createElementNS(namespace, f"{prefix}:{name}")
    made.setAttribute(f"xmlns:{prefix}", namespace)
    if value:
        made.appendChild(document.createTextNode(_plain(value)))
    return made


def _plain(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(each for each in text if each >= " " or each in "\n\t")


def _field(event: minidom.Element, namespace: str, name: str) -> str:
    if event.hasAttributeNS(namespace, name):
        return event.getAttributeNS(namespace, name)
    return next((_text(each) for each in event.getElementsByTagNameNS(namespace, name)), "")


def _text(element: minidom.Element) -> str:
    return "".join(each.data for each in element.childNodes if isinstance(each, minidom.Text))
