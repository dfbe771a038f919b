"""``overtone doctor``: what this machine has and lacks, each lack with its fix."""

from __future__ import annotations

import typer

from engine.commands.common import JsonOption, say, say_json
from engine.errors import MachineError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(as_json: JsonOption = False) -> None:
    """Say what this machine has and lacks, each lack with its fix.

    Raises
    ------
    MachineError
        Something that editing needs is lacking.
    """
    from dataclasses import asdict

    from engine.machine import examine

    findings = examine()
    if as_json:
        say_json({"findings": [asdict(finding) for finding in findings], "ok": all(f.ok for f in findings)})
    else:
        for finding in findings:
            mark = "ok  " if finding.ok else ("LACK" if finding.needed else "note")
            say(f"{mark}  {finding.what}: {finding.found}")
            if finding.fix:
                say(f"      {finding.fix}")
    lacking = [finding.what for finding in findings if finding.needed and not finding.ok]
    if lacking:
        raise MachineError(f"Lacking: {', '.join(lacking)}.", "" if as_json else "The fixes are listed above.")
