"""``python -m training.bars A``: measure every bar of a letter, print the table, exit 0 only when every must holds."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from dataclasses import asdict
from importlib.metadata import entry_points
from pathlib import Path

import platformdirs

from training.bars import Bar, Ground
from training.data.build import build
from training.data.items import DATA_VARIABLE, data_folder

GROUP = "overtone.bars"  # entry points: a letter to a package whose TOPICS name its modules
NEEDS_DATA = {"A", "B", "C"}
TOPICS = {
    "A": (
        "setup",
        "plan",
        "encode",
        "select",
        "remove",
        "adjust",
        "mood",
        "exactness",
        "start",
        "large",
    ),
    "B": ("agreement", "context", "inversion", "prompts", "retrieval", "diffrir", "faults", "overhead"),
    "C": ("stages", "ratios", "told", "harmonise", "chain", "prior", "judge"),
    "E": ("roundtrip", "jpeg", "colour", "large_tiff", "kill", "disk", "fuzz", "soak"),
    "F": ("shapes", "studio", "importing", "hub", "policy", "gpu"),
}


def modules(letter: str) -> dict[str, str]:
    """Topic to module of one letter: this package's own, or those of the package registered for the letter."""
    if letter in TOPICS:
        return {topic: f"training.bars.{topic}" for topic in TOPICS[letter]}
    package = importlib.import_module(entry_points(group=GROUP)[letter].value)
    return {topic: f"{package.__name__}.{topic}" for topic in package.TOPICS}


def table(bars: list[Bar]) -> str:
    """The bars as a Markdown table."""
    lines = ["| | what | bar | figure | |", "|---|---|---|---|---|"]
    lines += [
        f"| {bar.level} | {bar.what} | {bar.goal} | {bar.figure} | {'holds' if bar.ok else 'MISSED'} |" for bar in bars
    ]
    return "\n".join(lines)


def prepared(named: Path | None) -> Path:
    """The data folder: the one named, the environment's, or one built now in the user's cache."""
    if named is not None or os.environ.get(DATA_VARIABLE):
        return data_folder(named)
    folder = platformdirs.user_cache_path("overtone") / "data"
    if not (folder / "music" / "music.jsonl").is_file():
        print(f"building the public test data in {folder} (about ten minutes, once) …", flush=True)
        build(folder, ("photos", "objects", "sounds", "music"))
    return folder


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements of one letter, or only the topics named after it."""
    parser = argparse.ArgumentParser(prog="run.py bars", description=__doc__)
    parser.add_argument("letter", choices=sorted({*TOPICS, *entry_points(group=GROUP).names}))
    parser.add_argument("topics", nargs="*", help="only these topics")
    parser.add_argument("--data", type=Path, default=None, help="folder made by the data command")
    parser.add_argument("--out", type=Path, default=Path("bars"), help="folder for pictures and details")
    options = parser.parse_args(arguments)
    topics = modules(options.letter)
    unknown = set(options.topics) - set(topics)
    if unknown:
        parser.error(f"no topic {', '.join(sorted(unknown))}; there are {', '.join(topics)}")
    data = prepared(options.data) if options.letter in NEEDS_DATA else options.data or Path()
    ground = Ground(data, options.out)
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    bars: list[Bar] = []
    for topic in options.topics or topics:
        start = time.perf_counter()
        print(f"{topic} …", flush=True)
        bars += importlib.import_module(topics[topic]).measure(ground)
        print(f"{topic} took {time.perf_counter() - start:.0f} s", flush=True)
    (options.out / f"{options.letter}.json").write_text(json.dumps([asdict(bar) for bar in bars], indent=1) + "\n")
    print(table(bars))
    return 0 if all(bar.ok for bar in bars if bar.level == "must") else 1


if __name__ == "__main__":
    sys.exit(main())
