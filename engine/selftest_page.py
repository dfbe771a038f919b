"""The outcome of a self-test as one HTML page with its pictures inside."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape

import cv2
import numpy as np

from engine.selftest import Outcome

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#222;background:#fafaf8}
h1{font-size:1.5rem}
section{display:grid;grid-template-columns:16rem 1fr;gap:1.5rem;padding:1.2rem 0;border-top:1px solid #ddd}
figure{margin:0;display:flex;gap:.6rem;flex-wrap:wrap}img{max-width:24rem;height:auto}
.ok{color:#176b2c}.off{color:#a11;font-weight:600}.none{color:#777}small{color:#666}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#1d1d1f}section{border-color:#444}small,.none{color:#aaa}
.ok{color:#7ccf8e}.off{color:#ff8a80}}
"""


def page(name: str, version: str, device: str, plan: str, outcomes: Iterable[Outcome]) -> str:
    """The page.

    Parameters
    ----------
    name, version, device
        The bundle, and where it computed.
    plan
        What its run needs of memory, in a sentence; may be empty.
    outcomes
        In the order in which they are shown.
    """
    rows = list(outcomes)
    reasoned = any(not each.expected.measured for each in rows)
    notes = [f"{escape(name)} {escape(version)} on {escape(device)}", *([escape(plan)] if plan else []), summary(rows)]
    if reasoned:
        notes.append("Ranges marked “reasoned” have not been measured by us with real weights: judge by your eyes too.")
    text = "".join(f"<p>{note}</p>" for note in notes)
    body = "".join(_section(each) for each in rows)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Self-test of {escape(name)}</title>'
        f"<style>{STYLE}</style></head><body><h1>Self-test of {escape(name)}</h1>{text}{body}</body></html>\n"
    )


def summary(outcomes: Iterable[Outcome]) -> str:
    """How many cases are as expected, in a sentence."""
    rows = list(outcomes)
    run = [each for each in rows if not each.skipped]
    good = sum(each.ok for each in run)
    skipped = len(rows) - len(run)
    rest = f"; {skipped} not run for want of weights" if skipped else ""
    return f"{good} of {len(run)} checks are as expected{rest}."


def verdict(outcome: Outcome) -> str:
    """The score beside its range, in words."""
    expected = outcome.expected
    told = "" if expected.measured else ", reasoned"
    wanted = f"expected {expected.low:g} to {expected.high:g}{told}"
    return f"{outcome.score:.3g} ({wanted})" if outcome.score is not None else f"{outcome.said} ({wanted})"


def _section(outcome: Outcome) -> str:
    state = "none" if outcome.skipped else "ok" if outcome.ok else "off"
    word = {"none": "not run", "ok": "as expected", "off": "not as expected"}[state]
    case = outcome.case
    given = ", ".join([*([case.file] if case.file else []), *case.refs])
    shown = "".join(f'<img src="{_data(picture)}" alt="{escape(case.words)}">' for picture in outcome.pictures)
    return (
        f'<section><div><strong>{escape(case.id)}</strong> <span class="{state}">{word}</span><br>'
        f"{escape(case.what)}<br>{escape(verdict(outcome))}<br><small>“{escape(case.words)}” {escape(given)}, "
        f"{outcome.seconds:.1f} s</small></div><figure>{shown}</figure></section>"
    )


def _data(picture: np.ndarray) -> str:
    """A picture as a data address."""
    made, coded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])
    assert made
    return f"data:image/jpeg;base64,{base64.b64encode(coded.tobytes()).decode('ascii')}"
