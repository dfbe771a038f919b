"""Select by words: the right region of planted and of real photographs, and a refusal where the thing is absent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from engine.bundle import Bundle
from engine.encode import Encoder
from engine.ground import Selector
from training.bars import Bar, Ground
from training.evaluate.selecting import RIGHT, Answer, Asked, Case, ask, planted_cases
from training.ground.labels import read_rgb

MASKS = Path(__file__).parents[2] / "tests" / "ground" / "masks.jsonl"
CASES, SEED = 100, 2024
SIDE = 1024  # long side that the pipeline hands a photo over at
PRECISION, ACCEPTED, AIMED, REFUSED = 0.80, 0.40, 0.65, 0.90


def real_cases(data: Path) -> Iterator[Case]:
    """Photographs with masks made by hand."""
    for line in MASKS.read_text().splitlines():
        item = json.loads(line)
        rgb = read_rgb(data / item["photo"], SIDE)
        drawn = cv2.imread(str(MASKS.parent / item["mask"]), cv2.IMREAD_GRAYSCALE)
        assert drawn is not None, item["mask"]
        mask = cv2.resize(drawn, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_AREA) > 127
        yield Case(
            Path(item["photo"]).stem, rgb.astype(np.float32) / 255, ((item["phrase"], mask),), tuple(item["absent"])
        )


def _draw(case: Case, asked: Asked, out: Path) -> None:
    """The photo dimmed outside what was found, the truth outlined in green."""
    phrase, found, truth = asked.answer.phrase, asked.found, asked.truth
    if found is None and truth is None:
        return
    shown = case.rgb * (np.where(found, 1.0, 0.3)[..., None] if found is not None else 0.7)
    picture = np.ascontiguousarray((shown[..., ::-1] * 255).astype(np.uint8))
    if truth is not None:
        edges, _ = cv2.findContours(truth.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        cv2.drawContours(picture, edges, -1, (0, 255, 0), 2)
    label = phrase if found is not None else f"{phrase}: refused"
    cv2.putText(picture, label, (8, picture.shape[0] - 10), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2)
    path = out / f"{case.name}-{phrase.replace(' ', '_').replace('/', '_')}.jpg"
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 85])


def bars_of(answers: list[Answer], what: str) -> list[Bar]:
    """The four lines of one set."""
    present = [answer for answer in answers if answer.present]
    accepted = [answer for answer in present if answer.accepted]
    right = sum(answer.right for answer in accepted)
    absent = [answer for answer in answers if not answer.present]
    refused = sum(not answer.accepted for answer in absent)
    precision = right / max(len(accepted), 1)
    share = len(accepted) / max(len(present), 1)
    kept = refused / max(len(absent), 1)
    return [
        Bar(
            "must",
            f"select by words, {what}: right among accepted",
            f">= {PRECISION:.0%} with IoU >= {RIGHT}",
            f"{right} of {len(accepted)}: {precision:.1%}",
            precision >= PRECISION,
        ),
        Bar(
            "must",
            f"select by words, {what}: accepted",
            f">= {ACCEPTED:.0%} of {len(present)}",
            f"{share:.1%}",
            share >= ACCEPTED,
        ),
        Bar("aim", f"select by words, {what}: accepted", f">= {AIMED:.0%}", f"{share:.1%}", share >= AIMED),
        Bar(
            "must",
            f"select by words, {what}: absent things refused",
            f">= {REFUSED:.0%} of {len(absent)}",
            f"{kept:.1%}",
            kept >= REFUSED,
        ),
    ]


def measure(ground: Ground) -> list[Bar]:
    """100 planted and 40 real photographs."""
    bundle = Bundle.open("starter")
    encoder, selector = Encoder.load(bundle), Selector.load(bundle)
    out = ground.out / "select"
    out.mkdir(parents=True, exist_ok=True)
    bars, lines = [], []
    planted = planted_cases(ground.data, CASES, SEED)
    for what, cases in (("planted", planted), ("real photographs", real_cases(ground.data))):
        answers = []
        for case in cases:
            for asked in ask(selector, encoder, case):
                answers.append(asked.answer)
                _draw(case, asked, out)
        lines += [json.dumps(answer.__dict__) for answer in answers]
        bars += bars_of(answers, what)
    (out / "answers.jsonl").write_text("\n".join(lines) + "\n")
    return bars
