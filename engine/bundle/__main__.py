"""``python -m engine.bundle`` assembles the starter, as ``overtone models assemble starter`` does, and little else."""

from __future__ import annotations

import sys

from engine.bundle.assemble import assemble
from engine.bundle.progress import Lines
from engine.errors import OvertoneError


def main() -> int:
    """Assemble the starter; a fault becomes one line and its exit code."""
    try:
        assemble(progress=Lines())
    except OvertoneError as error:
        print(f"overtone: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
