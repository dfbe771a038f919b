"""Aim: a 24-megapixel photo with a 600-pixel region on two cores."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import pyvips

from engine.bundle.resources import resource
from engine.files import read_photo, write_photo
from engine.picture import Photo
from training.bars import Bar, Ground

WIDTH, HEIGHT, REGION = 6000, 4000, 600
MOST_SECONDS, MOST_MEMORY, MOST_RATIO = 8, 3, 1.5
EDIT = "import sys; from engine.cli import run; sys.exit(run(sys.argv[1:]))"


def measure(_ground: Ground) -> list[Bar]:
    """Enlarge a sample to 24 MP, run remove and add through the command line, compare file work with libvips."""
    samples = resource("samples")
    bars = []
    with tempfile.TemporaryDirectory() as folder:
        photo, mask, picture = _inputs(samples, Path(folder))
        plain = _median_seconds(lambda: _plain_copy(photo, Path(folder) / "plain.jpg"))
        for name, instruction, references in (
            ("remove", "remove this", []),
            ("add", "add [ref#1]", ["--ref", picture]),
        ):
            plan = Path(folder) / f"{name}.json"
            operation = {"op": name, **({"object": "[ref#1]", "ref": 1} if references else {})}
            plan.write_text(json.dumps({"reply": "", "prompt": "", "operations": [operation]}))
            out = Path(folder) / f"{name}.jpg"
            command = [sys.executable, "-c", EDIT, "edit", photo, instruction, *references, "--mask", mask]
            command += ["--plan", plan, "--out", out, "--json"]
            start = time.perf_counter()
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
            seconds = time.perf_counter() - start
            if done.returncode:
                bars.append(Bar("aim", f"24 MP {name}", "runs", done.stderr.strip(), ok=False))
                continue
            report = json.loads(done.stdout)
            memory = report["peak_memory"] / 2**30
            figure = f"{seconds:.1f} s with start-up, peak {memory:.2f} GB"
            ok = seconds <= MOST_SECONDS and memory <= MOST_MEMORY
            bars.append(Bar("aim", f"24 MP {name}", f"≤ {MOST_SECONDS} s, ≤ {MOST_MEMORY} GB", figure, ok))
        files = _median_seconds(lambda: write_photo(read_photo(photo), Path(folder) / "own.jpg"))
    ratio = files / plain
    goal = f"≤ {MOST_RATIO} × libvips load + save"
    bars.append(Bar("aim", "24 MP file work", goal, f"{files:.2f} s = {ratio:.2f} ×", ratio <= MOST_RATIO))
    return bars


def _inputs(samples: Path, folder: Path) -> tuple[Path, Path, Path]:
    entries = json.loads((samples / "samples.json").read_text())
    scene = samples / next(entry["file"] for entry in entries if entry["kind"] == "photo")
    picture = samples / next(entry["file"] for entry in entries if entry["kind"] == "reference")
    large = cv2.resize(read_photo(scene).pixels, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    write_photo(Photo(large), folder / "large.jpg")
    mask = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    mask[2200 : 2200 + REGION, 2600 : 2600 + REGION] = 255
    write_photo(Photo(mask), folder / "mask.png")
    return folder / "large.jpg", folder / "mask.png", picture


def _plain_copy(source: Path, target: Path) -> None:
    image = pyvips.Image.new_from_file(str(source))
    image.copy_memory().jpegsave(str(target), Q=95, subsample_mode="off", optimize_coding=True)


def _median_seconds(work) -> float:
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)[1]
