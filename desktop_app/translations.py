"""The window's words in other languages: found, put to use, and brought up to date with the code.

``python -m desktop_app.translations [LANGUAGE]…`` collects every text of the window into
``resources/translations/overtone_LANGUAGE.ts`` for Qt Linguist, and makes the ``.qm`` file of each that is complete.
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from desktop_app.look.assets import resources

NAME = "overtone"
SOURCE = "en"  # what the code is written in


def folder() -> Path:
    """Where the translations lie."""
    return resources() / "translations"


def available() -> dict[str, str]:
    """Language codes to the languages' own names: English, and all that are completely translated."""
    codes = sorted({SOURCE, *(path.stem.removeprefix(f"{NAME}_") for path in folder().glob(f"{NAME}_*.qm"))})
    return {code: QLocale(code).nativeLanguageName() for code in codes}


def install(app: QCoreApplication, language: str = "") -> tuple[QTranslator, ...]:
    """Show the window's words, and Qt's own, in a language; ``""`` means the system's.

    Returns
    -------
    The translators in use; none for English, and for a language that is not there.
    """
    code = language or QLocale.system().name().split("_")[0]
    used = []
    if code != SOURCE and code in available():
        places = ((folder(), f"{NAME}_{code}"), (_qt_translations(), f"qtbase_{code}"))
        for place, name in places:
            translator = QTranslator(app)
            if translator.load(name, str(place)) and app.installTranslator(translator):
                used.append(translator)
    return tuple(used)


def _qt_translations() -> Path:
    return Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))


def sources() -> list[str]:
    """The files whose texts the user sees."""
    here = Path(__file__).parent
    return sorted(str(path) for path in here.rglob("*.py") if "bars" not in path.relative_to(here).parts)


def texts(path: Path) -> dict[tuple[str, str], str]:
    """Context and text of every message of a ``.ts`` file to its translation, empty where it is unfinished."""
    found: dict[tuple[str, str], str] = {}
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            done = translation is not None and translation.get("type") is None
            key = (context.findtext("name", ""), message.findtext("source", ""))
            found[key] = (translation.text or "") if done and translation is not None else ""
    return found


def collect(path: Path, language: str) -> None:
    """Bring a ``.ts`` file up to date with the code; raises CalledProcessError when Qt's tool fails."""
    command = [_tool("pyside6-lupdate"), *sources(), "-ts", str(path), "-target-language", language]
    subprocess.run([*command, "-source-language", SOURCE, "-no-obsolete", "-locations", "none"], check=True)


def release(path: Path) -> Path:
    """Make the ``.qm`` file of a ``.ts`` file beside it; raises CalledProcessError when Qt's tool fails."""
    made = path.with_suffix(".qm")
    subprocess.run([_tool("pyside6-lrelease"), str(path), "-qm", str(made)], check=True)
    return made


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def main(languages: list[str]) -> None:
    """Bring these languages up to date, or all that are there."""
    known = [path.stem.removeprefix(f"{NAME}_") for path in folder().glob(f"{NAME}_*.ts")]
    for language in languages or known:
        path = folder() / f"{NAME}_{language}.ts"
        collect(path, language)
        given = texts(path)
        left = sum(not text for text in given.values())
        if not left and language != SOURCE:
            release(path)
        sys.stdout.write(f"{language}: {len(given)} texts, {left} to translate\n")


if __name__ == "__main__":
    main(sys.argv[1:])
