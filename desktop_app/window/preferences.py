"""The user's preferences: one frozen model with a schema version, kept as JSON in the user's configuration folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import platformdirs
from pydantic import TypeAdapter, ValidationError

from desktop_app.canvas.canvas import BRUSH_SHARE
from desktop_app.tools.base import Brush
from engine.errors import BadInput, OvertoneError
from engine.files import write_bytes
from engine.values import STRICT

SCHEMA = 3
SMALLEST, LARGEST = 80, 200  # per cent of the system's text size
Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: Mapping[int, Migration] = {1: dict, 2: dict}  # from a schema to the next one; the first two remembered less

Theme = Literal["system", "light", "dark"]


@dataclass(frozen=True)
class Preferences:
    """What the user has chosen.

    Attributes
    ----------
    theme
        Light, dark, or as the system says.
    language
        A language code such as ``en``, or empty for the system's.
    text_size
        Per cent of the system's, 80 to 200.
    disk_budget
        GB that the history of a document may take before the user is told.
    engine
        Name of the bundle that does the work.
    hints
        Whether the first steps are shown.
    brush_share
        Diameter of the brush over the photo's short side, above 0.
    brush_hardness
        0 to 1.
    brush_pressure
        Whether a pen's pressure sets the brush's size.
    histogram
        Whether the histogram is shown.
    """

    __pydantic_config__: ClassVar = STRICT

    theme: Theme = "system"
    language: str = ""
    text_size: int = 100
    disk_budget: int = 8
    engine: str = "starter"
    hints: bool = True
    brush_share: float = BRUSH_SHARE
    brush_hardness: float = Brush.hardness
    brush_pressure: bool = Brush.pressure
    histogram: bool = False

    def __post_init__(self) -> None:
        if not SMALLEST <= self.text_size <= LARGEST:
            raise ValueError(f"text_size must be {SMALLEST} to {LARGEST}")
        if self.disk_budget < 1:
            raise ValueError("disk_budget must be at least 1")
        if not self.brush_share > 0:
            raise ValueError("brush_share must be above 0")
        if not 0 <= self.brush_hardness <= 1:
            raise ValueError("brush_hardness must be 0 to 1")


def config_folder() -> Path:
    """Where the editor keeps what the user has chosen."""
    return Path(platformdirs.user_config_dir("overtone", appauthor=False))


def decoded(data: bytes) -> Preferences:
    """Preferences from the bytes of their file, brought to the present schema.

    Raises
    ------
    BadInput
        When they are damaged or newer than this program.
    """
    hint = "The defaults are used; the file is kept beside."
    try:
        values = json.loads(data.decode())
        schema = values.pop("schema")
        if schema > SCHEMA:
            raise BadInput("The preferences are from a newer Overtone.", hint)
        for step in range(schema, SCHEMA):
            values = MIGRATIONS[step](values)
        return TypeAdapter(Preferences).validate_python(values)
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
        raise BadInput("The preferences are damaged.", hint) from error


def encoded(preferences: Preferences) -> bytes:
    """The bytes of the preferences' file."""
    return (json.dumps({"schema": SCHEMA, **asdict(preferences)}, indent=1) + "\n").encode()


class PreferencesFile:
    """Reads and writes the preferences; never in the way of the editor.

    Parameters
    ----------
    path
        A JSON file; one in the user's configuration folder by default.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or config_folder() / "preferences.json"
        self._first: tuple[Preferences, str] | None = None

    def read(self) -> tuple[Preferences, str]:
        """What was chosen when first asked, and a sentence when the file could not be used; it is then set aside."""
        if self._first is None:
            self._first = self._read()
        return self._first

    def _read(self) -> tuple[Preferences, str]:
        try:
            return decoded(self.path.read_bytes()), ""
        except FileNotFoundError:
            return Preferences(), ""
        except OSError:
            return Preferences(), "The preferences cannot be read; the defaults are used."
        except BadInput as error:
            try:
                self.path.replace(self.path.with_suffix(".kept.json"))
            except OSError:
                return Preferences(), error.message
            return Preferences(), str(error)

    def write(self, preferences: Preferences) -> str:
        """Write them in one step; a sentence when the disk refuses."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(self.path, encoded(preferences))
        except OSError:
            return "The preferences cannot be written; they hold until the window closes."
        except OvertoneError as error:
            return str(error)
        return ""
