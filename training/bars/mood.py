"""Mood by music: a tune fast and major against the same tune slow and minor, heard one file at a time."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from training.bars import Bar, Ground
from training.bars.adjust import photo
from training.look.scores import RATE, render, scores, white_noise

Edit = Callable[[np.ndarray, np.ndarray, int], np.ndarray]
"""From a picture ``(H, W, 3)`` float32, samples and their rate to the edited picture."""

PHOTO = "palapeli_castle_maintenon"
LEAST = 0.5
"""A move smaller than this, in units of CIE Lab, counts as none."""


def place(rgb: np.ndarray) -> np.ndarray:
    """Warmth (mean b), brightness (mean L) and saturation (mean chroma) in CIE Lab."""
    lab = cv2.cvtColor(np.ascontiguousarray(rgb, np.float32), cv2.COLOR_RGB2LAB).reshape(-1, 3)
    return np.array([lab[:, 2].mean(), lab[:, 0].mean(), np.hypot(lab[:, 1], lab[:, 2]).mean()])


def sound_to_look() -> Edit:
    """The path sound, encoder, look, picture, without planner and files."""
    from engine.bundle import Bundle
    from engine.draft import look, mood
    from engine.draft.look_predict import Predictor
    from engine.encode import Encoder

    bundle = Bundle.open("starter")
    encoder, predictor = Encoder.load(bundle), Predictor.load(bundle)

    def edit(rgb: np.ndarray, samples: np.ndarray, rate: int) -> np.ndarray:
        heard = encoder.sound(samples, rate)
        return look.apply(rgb, mood.from_sound(heard.mood, heard.vector, heard.labels, predictor))

    return edit


def measure(ground: Ground, edit: Edit | None = None) -> list[Bar]:
    """Ten scores in two characters, and white noise."""
    edit = edit or sound_to_look()
    rgb = photo(ground.data, PHOTO, 512)
    start = place(rgb)
    opposite, moves, told, synthesizer = 0, [], [], ""
    for score in scores():
        happy, rate, synthesizer = render(score, "fast major")
        sad, _rate, _name = render(score, "slow minor")
        up, down = place(edit(rgb, happy, rate)) - start, place(edit(rgb, sad, rate)) - start
        sides = int(((up > LEAST) & (down < -LEAST)).sum())
        opposite += sides >= 2
        moves += [float(np.linalg.norm(up)), float(np.linalg.norm(down))]
        told.append(f"{score.name}: major {up.round(1).tolist()} minor {down.round(1).tolist()}")
    noise = float(np.linalg.norm(place(edit(rgb, white_noise(), RATE)) - start))
    mean = float(np.mean(moves))
    (ground.out / "mood.txt").write_text("\n".join(told) + "\n")
    return [
        Bar(
            "must",
            "mood by music",
            "opposite sides in two of warmth, brightness, saturation for ≥ 8 of 10 scores",
            f"{opposite} of 10 ({synthesizer})",
            opposite >= 8,
        ),
        Bar(
            "must",
            "mood: white noise",
            "moves the photo < 20 % of what music does",
            f"{noise / max(mean, 1e-9):.1%}",
            noise < 0.2 * mean,
        ),
    ]
