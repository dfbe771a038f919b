"""Aim: a 100-megapixel TIFF of 16 bits with a region edit, through the command line."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyvips

from training.bars import Bar, Ground

WIDTH, HEIGHT = 12_000, 8_400
REGION = (5_000, 4_000, 700)  # left, top, side
MOST_SECONDS, MOST_MEMORY = 40, 3
EDIT = "import sys; from engine.cli import run; sys.exit(run(sys.argv[1:]))"


def measure(_ground: Ground) -> list[Bar]:
    """Remove a 700-pixel region from a 16-bit TIFF with a profile, and compare the rest strip by strip."""
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        photo, mask, plan, out = (folder / name for name in ("large.tif", "mask.png", "plan.json", "out.tif"))
        _make(photo, mask)
        plan.write_text(json.dumps({"reply": "", "prompt": "", "operations": [{"op": "remove"}]}))
        command = [sys.executable, "-c", EDIT, "edit", photo, "remove this", "--mask", mask, "--plan", plan]
        start = time.perf_counter()
        done = subprocess.run(
            list(map(str, [*command, "--out", out, "--json"])), capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - start
        goal = f"≤ {MOST_SECONDS} s, ≤ {MOST_MEMORY} GB, rest bit-equal"
        if done.returncode:
            return [Bar("aim", "100 MP 16-bit TIFF", goal, done.stderr.strip()[-200:], ok=False)]
        memory = json.loads(done.stdout)["peak_memory"] / 2**30
        same = _same(photo, out, json.loads(done.stdout)["changed_box"])
    figure = f"{seconds:.1f} s with start-up, peak {memory:.2f} GB, rest {'bit-equal' if same else 'CHANGED'}"
    ok = seconds <= MOST_SECONDS and memory <= MOST_MEMORY and same
    return [Bar("aim", "100 MP 16-bit TIFF", goal, figure, ok)]


def _make(photo: Path, mask: Path) -> None:
    coarse = np.random.default_rng(2).integers(5_000, 60_000, (84, 120, 3)).astype(np.uint16)
    image = pyvips.Image.new_from_array(coarse).copy(interpretation="rgb16")
    large = image.resize(WIDTH / 120, kernel="linear")
    noise = pyvips.Image.gaussnoise(WIDTH, HEIGHT, sigma=120)
    textured = (large + noise).cast("ushort").copy(interpretation="rgb16")
    textured.set_type(pyvips.GValue.blob_type, "icc-profile-data", pyvips.Operation.call("profile_load", "p3"))
    textured.tiffsave(str(photo), tile=True, compression="none")
    left, top, side = REGION
    black = pyvips.Image.black(WIDTH, HEIGHT)
    black.draw_rect([255], left, top, side, side, fill=True).pngsave(str(mask), compression=1)


def _same(photo: Path, out: Path, box: dict[str, int]) -> bool:
    """Whether both files hold the same samples outside the box."""
    before, after = (pyvips.Image.new_from_file(str(path), access="random") for path in (photo, out))
    if (before.width, before.height, before.format) != (after.width, after.height, after.format):
        return False
    for top in range(0, HEIGHT, 400):
        rows = min(400, HEIGHT - top)
        first, second = (each.crop(0, top, WIDTH, rows).numpy() for each in (before, after))
        differs = (first != second).any(axis=2)
        low, high = max(box["top"] - top, 0), max(box["bottom"] - top, 0)
        differs[low:high, box["left"] : box["right"]] = False
        if differs.any():
            return False
    return True
