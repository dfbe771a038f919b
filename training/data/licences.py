"""The licence and author of every source file, from Debian copyright files, READMEs and a few known cases."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from training.data.copyright_files import Stanza, find_in_source, find_installed, load_stanzas
from training.data.items import LicenceClass
from training.data.sources import Sources

SPELLINGS = {
    "public domain": "public-domain",
    "Public Domain": "public-domain",
    "Public domain": "public-domain",
    "GPLv3": "GPL-3",
    "GPLv2+": "GPL-2+",
    "GPLv3+": "GPL-3+",
    "CC-BY-SA 4.0": "CC-BY-SA-4.0",
    "CC-BY-SA 3.0": "CC-BY-SA-3.0",
    "CC-BY 2.0": "CC-BY-2.0",
    "CC-BY 3.0": "CC-BY-3.0",
    "CC0": "CC0-1.0",
}

# package: licence and author, where its Debian copyright file is not machine-readable or coarser than the upstream one
WHOLE_PACKAGES = {
    "scratch": ("CC-BY-SA-3.0", "MIT Lifelong Kindergarten (Scratch)"),
    "puzzle-jigsaw": ("CC0-1.0", "Pexels"),
    "lxqt-themes": ("CC-BY-SA-3.0", "LXQt project (wallpapers/License)"),
    "forensics-samples-files": ("CC-BY-SA-4.0", "Joao Eriberto Mota Filho"),
    "openclipart-png": ("public-domain", "Open Clip Art Library"),
    "tuxpaint-stamps-default": ("GPL-2", "Tux Paint project"),
    "tuxpaint-data": ("GPL-2+", "Tux Paint project"),
    "wesnoth-1.16-data": ("GPL-2+", "Battle for Wesnoth project"),
    "fillets-ng-data": ("GPL-2", "ALTAR interactive"),
    "freedink-data": ("free, per file (see copyright)", ""),
    "gnome-audio": ("CC-BY-SA-2.0 / CC-BY-3.0", ""),
    "frozen-bubble-data": ("GPL-2", "Frozen-Bubble"),
    "openttd-openmsx": ("GPL-2", "OpenMSX authors"),
    "planetblupi-music-midi": ("GPL-3+", "EPSITEC SA"),
    "tomatoes-data": ("Zlib", "Mika Halttunen"),
    "simutrans-pak64": ("Artistic-1.0", "Simutrans team"),
    "ri-li-data": ("GPL-2 or GPL-3", "Ri-li authors"),
    "sound-icons": ("GPL-2+", "Brailcom"),
}
PALAPELI = {
    "castle-maintenon": ("GFDL", "Eric Pouhier"),
    "cincinnati-bridge": ("public-domain", "Derek Jensen"),
    "citrus-fruits": ("public-domain", "US Department of Agriculture"),
    "european-honey-bee": ("public-domain", "John Severns"),
    "panther-chameleon-female": ("GFDL", "B. Navez"),
}
SCIKIT_IMAGE = {
    "astronaut": ("public-domain", "NASA"),
    "chelsea": ("CC0-1.0", "Stefan van der Walt"),
    "coffee": ("CC0-1.0", "Rachel Michetti"),
    "camera": ("CC0-1.0", "Lav Varshney"),
    "rocket": ("CC0-1.0", "SpaceX"),
    "hubble_deep_field": ("public-domain", "NASA"),
    "moon": ("public-domain", "NASA"),
    "brick": ("CC0-1.0", ""),
    "grass": ("CC0-1.0", ""),
    "gravel": ("CC0-1.0", ""),
    "coins": ("public-domain", "Brooklyn Museum"),
    "motorcycle_left": ("CC0-1.0", "Middlebury"),
}
README_FIELD = re.compile(r"^(Copyright|License|Source|Files|Comments?)\s*:\s*(.*)$")


@dataclass(frozen=True)
class Credit:
    """Where a file is from, what its licence is and whom to credit."""

    package: str
    licence: str
    author: str
    url: str = ""

    @property
    def licence_class(self) -> LicenceClass:
        """The licence's class."""
        return classify(self.licence)


def classify(licence: str) -> LicenceClass:
    """The class of a licence name; what is not known as permissive or share-alike counts as copyleft."""
    name = licence.lower()
    if "public-domain" in name or "cc0" in name:
        return LicenceClass.public_domain
    if "by-sa" in name:
        return LicenceClass.share_alike
    if "cc-by" in name or name.startswith(("bsd", "mit", "zlib", "isc", "apache", "artistic")):
        return LicenceClass.attribution
    return LicenceClass.copyleft


def read_readme(text: str) -> dict[str, Credit]:
    """Credits of the files named in a GCompris README, whose paragraphs hold Files, Copyright, License and Source."""
    credits: dict[str, Credit] = {}
    for paragraph in re.split(r"\n\s*\n", text):
        fields: dict[str, str] = {}
        current = ""
        for line in paragraph.split("\n"):
            match = README_FIELD.match(line)
            if match:
                current = match[1]
                fields[current] = match[2]
            elif current:
                fields[current] += "\n" + line
        licence = fields.get("License", "")
        for file in fields.get("Files", "").split():
            if licence:
                credits[file.strip(",")] = Credit(
                    "gcompris-qt-data",
                    licence.strip(),
                    fields.get("Copyright", "").strip(),
                    fields.get("Source", "").strip(),
                )
    return credits


@dataclass
class Licences:
    """Looks up credits; remembers the copyright files and READMEs it has read."""

    sources: Sources
    _stanzas: dict[str, tuple[Stanza, ...]] = field(default_factory=dict)
    _readmes: dict[Path, dict[str, Credit]] = field(default_factory=dict)

    def credit(self, path: Path) -> Credit:
        """The credit of a file of the unpacked tree, or of a wheel's sample picture."""
        if self.sources.wheels in path.parents:
            return _wheel_credit(path)
        relative = self.sources.relative(path)
        package, inside = relative.split("/", 1)
        if package == "gcompris-rcc":
            return self._gcompris(path, inside)
        if package == "palapeli-data":
            return Credit(package, *PALAPELI[path.stem])
        if package == "plasma-workspace-wallpapers":
            return Credit(package, "LGPL-3", self._plasma_author(inside))
        if package in WHOLE_PACKAGES:
            return Credit(package, *WHOLE_PACKAGES[package])
        found = find_installed(self._of_package(package), inside)
        if found is None:
            return Credit(package, "see copyright", "")
        return Credit(package, SPELLINGS.get(found.licence, found.licence), found.copyright)

    def _of_package(self, package: str) -> tuple[Stanza, ...]:
        if package not in self._stanzas:
            file = self.sources.tree / package / "usr/share/doc" / package / "copyright"
            self._stanzas[package] = load_stanzas(file)
        return self._stanzas[package]

    def _plasma_author(self, inside: str) -> str:
        wallpaper = inside.split("/")[3]
        folder = self.sources.tree / "plasma-workspace-wallpapers" / "usr/share/wallpapers" / wallpaper
        described = folder / "metadata.json"
        if not described.is_file():
            return ""
        return json.loads(described.read_text(encoding="utf-8"))["KPlugin"]["Authors"][0]["Name"]

    def _readme(self, folder: Path) -> dict[str, Credit]:
        if folder not in self._readmes:
            file = folder / "README"
            text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
            self._readmes[folder] = read_readme(text)
        return self._readmes[folder]

    def _gcompris(self, path: Path, inside: str) -> Credit:
        """From the nearest README above the file that names it, else from the package's copyright file."""
        for folder in path.parents:
            if folder == self.sources.gcompris or self.sources.gcompris not in folder.parents:
                break
            named = self._readme(folder)
            found = named.get(path.relative_to(folder).as_posix()) or named.get(path.name)
            if found:
                licence = SPELLINGS.get(found.licence, found.licence)
                return Credit(found.package, licence, found.author.replace("\n", " "), found.url)
        if "memory-sound/resource/LR" in path.as_posix():
            return Credit("gcompris-qt-data", "Free-Art-1.2", "LA sound library")
        source_path = inside.removeprefix("gcompris/")
        stanza = find_in_source(self._of_package("gcompris-qt-data"), source_path)
        if stanza is None:
            return Credit("gcompris-qt-data", "GPL-3+", "")
        return Credit("gcompris-qt-data", SPELLINGS.get(stanza.licence, stanza.licence), stanza.copyright)


def _wheel_credit(path: Path) -> Credit:
    if "skimage" in path.parts:
        return Credit("pypi:scikit-image", *SCIKIT_IMAGE[path.stem])
    return Credit("pypi:scikit-learn", "CC-BY-2.0", "danielbuechele" if "china" in path.name else "vultilion")
