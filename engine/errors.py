"""The one family of errors: each carries a sentence for the user, a hint how to mend it, and an exit code."""

from __future__ import annotations


class OvertoneError(Exception):
    """Base of every error that a user may see.

    Parameters
    ----------
    message
        One sentence that says what is wrong, naming the file, marker or field.
    hint
        How to mend it; shown after the message. May be empty.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """The single line printed by the command line."""
        return f"{self.message} {self.hint}".strip()


class BadInput(OvertoneError):
    """A file, value or instruction cannot be used as given."""

    exit_code = 2


class BundleError(OvertoneError):
    """A bundle or one of its files is missing, damaged or of another version."""

    exit_code = 3


class MachineError(OvertoneError):
    """This machine cannot do it: memory, disk space, device or a missing system library."""

    exit_code = 4


class RegionNotFound(OvertoneError):
    """The words name nothing that was found in the photo."""

    exit_code = 5


class Cancelled(OvertoneError):
    """The user stopped the run."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__("Cancelled; nothing was written.")
