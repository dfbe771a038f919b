"""``overtone models selftest``: fixed prompts and photos, scores in their ranges, one page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.common import JsonOption, say, say_json
from engine.errors import BundleError


def selftest(
    name: Annotated[str, typer.Argument(help="The bundle.")] = "starter",
    out: Annotated[Path | None, typer.Option("--out", help="Where the page goes; may overwrite.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Try a bundle with fixed prompts and photos, compare its scores with what is expected, and write an HTML page.

    Raises
    ------
    BundleError
        Some scores are out of their range, or a check failed.
    """
    from engine.bundle import Bundle
    from engine.files import next_free_path
    from engine.files.writing import write_bytes
    from engine.parts import Parts
    from engine.selftest import run
    from engine.selftest_page import page, summary, verdict

    bundle = Bundle.open(name)
    outcomes = []
    for outcome in run(name):
        outcomes.append(outcome)
        if not as_json:
            mark = "--  " if outcome.skipped else "ok  " if outcome.ok else "OFF "
            say(f"{mark}{outcome.case.id}: {verdict(outcome)}, {outcome.seconds:.1f} s")
    from engine.device import best_device

    path = out or next_free_path(Path(f"{name}-selftest.html"), "page")
    text = page(name, bundle.manifest.version, best_device().type, Parts(bundle).memory.sentence(), outcomes)
    write_bytes(path, text.encode())
    off = [each.case.id for each in outcomes if not each.ok]
    if as_json:
        rows = [
            {"id": each.case.id, "score": each.score, "low": each.expected.low, "high": each.expected.high}
            | {"measured": each.expected.measured, "seconds": round(each.seconds, 2), "ok": each.ok, "said": each.said}
            for each in outcomes
        ]
        say_json({"bundle": name, "page": str(path), "cases": rows, "ok": not off})
    else:
        say(f"{summary(outcomes)} Look at {path.resolve()}")
    if off:
        raise BundleError(
            f"Not as expected: {', '.join(off)}.", f"Look at {path}, then run: overtone models verify {name}"
        )
