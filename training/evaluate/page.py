"""An evaluation as JSON, and as one HTML page with its pictures inside."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import cv2
import numpy as np

from training.data.codes import codes
from training.evaluate.cards import Card
from training.evaluate.report import CHAINS, Comparison

_QUALITY = 88
_NONE = "<td>none</td><td>0</td>"
_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}}
table{{border-collapse:collapse;margin:.5rem 0 1rem}}th,td{{padding:.2rem .8rem;text-align:right;
border-bottom:1px solid #ccc}}
th:first-child,td:first-child{{text-align:left}}img{{width:100%;display:block;margin-bottom:4px}}</style>
<h1>{title}</h1><p>{about}</p>"""


def as_json(comparisons: Sequence[Comparison], cards: Sequence[Card] = ()) -> dict[str, Any]:
    """Every card's figures by part; every operation's by chain, of how many trials each is, and the better chain."""
    parts = {
        each.part: {"about": each.about, "figures": {name: _number(value) for name, value in each.figures.items()}}
        for each in cards
    }
    operations = {
        each.op.value: {
            "trials": each.trials,
            "better": each.best,
            "wins": asdict(each.wins),
            **{chain: {name: value for name, (value, _) in each.told(chain).items()} for chain in CHAINS},
            "n": {chain: {name: count for name, (_, count) in each.told(chain).items()} for chain in CHAINS},
        }
        for each in comparisons
    }
    return {"parts": parts, "operations": operations}


def as_page(comparisons: Sequence[Comparison], title: str, about: str, cards: Sequence[Card] = ()) -> str:
    """The page: cards first, then the operations, where each row of pictures is before, draft, restored, truth."""
    parts = [_HEAD.format(title=html.escape(title), about=html.escape(about)), *map(_card, cards)]
    for each in comparisons:
        wins = f"The restorer is closer to the truth in {each.wins.won:.0%}, as close in {each.wins.tied:.0%}"
        parts.append(f"<h2>{html.escape(each.op.value)}</h2><p>Better: {html.escape(each.best)}. {wins}.</p>")
        parts.append(f"{_figures(each)}<p>Before, draft, restored, truth:</p>")
        parts += [f'<img alt="{html.escape(each.op.value)}" src="{_inline(picture)}">' for picture in each.pictures]
    return "\n".join(parts) + "</html>\n"


def _figures(comparison: Comparison) -> str:
    """The table of an operation: a row for each figure, with a chain's value and the number of trials that it is of."""
    told = [comparison.told(chain) for chain in CHAINS]
    head = "".join(f"<th>{html.escape(chain)}</th><th>n</th>" for chain in CHAINS)
    rows = []
    for name in dict.fromkeys(name for each in told for name in each):
        cells = (f"<td>{each[name][0]:.4f}</td><td>{each[name][1]}</td>" if name in each else _NONE for each in told)
        rows.append(f"<tr><td>{html.escape(name)}</td>{''.join(cells)}</tr>")
    return f"<table><tr><th></th>{head}</tr>{''.join(rows)}</table>"


def _card(card: Card) -> str:
    """A part's figures, and what went wrong to open."""
    rows = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{'none asked' if _number(value) is None else f'{value:.2f}'}</td></tr>"
        for name, value in card.figures.items()
    )
    missed = "".join(f"<li>{html.escape(miss)}</li>" for miss in card.misses)
    more = f"<details><summary>Misses</summary><ul>{missed}</ul></details>" if missed else ""
    return f"<h2>{html.escape(card.part)}</h2><p>{html.escape(card.about)}</p><table>{rows}</table>{more}"


def _number(value: float) -> float | None:
    """As JSON has it, which knows no NaN."""
    return None if math.isnan(value) else value


def sheet(comparison: Comparison) -> np.ndarray:
    """``(h, w, 3)`` uint8: the operation's pictures one below the other, at half size."""
    shown = codes(np.concatenate(list(comparison.pictures)))
    return cv2.resize(shown, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


def _inline(picture: np.ndarray) -> str:
    _, coded = cv2.imencode(".jpg", codes(picture)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(coded.tobytes()).decode()
