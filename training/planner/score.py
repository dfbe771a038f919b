"""Scoring plans against hand-written instructions: ``python -m training.planner.score FILE`` prints the misses.

Operations and reference numbers must agree exactly, objects but for articles, case and the alternatives that the
file lists; the order in which independent operations are named is free.
"""

# ruff: noqa: E501 (tables of words and lines of a log)

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.bundle import Bundle, storage
from engine.plan import Planner
from engine.plan.names import Names
from engine.values import Instruction, Op, Operation, Plan, Turn

_LEADING = re.compile(
    r"^(?:(?:the|a|an|this|that|these|those|my|our|his|her|their|your|its|some|all|any|both|of|whole|entire|one|two|three|2|3)\s+)+"
)


@dataclass(frozen=True)
class Case:
    """One hand-written instruction.

    Attributes
    ----------
    instruction
        With markers.
    references
        Number to (kind, what it shows).
    wanted
        Accepted lists of operations, each operation with all its accepted objects.
    history
        Earlier turns.
    has_photo
        Whether a photo is open.
    """

    instruction: str
    references: Mapping[int, tuple[str, str]]
    wanted: tuple[tuple[tuple[str, frozenset[str], int | None], ...], ...]
    history: tuple[Turn, ...]
    has_photo: bool


def plain(text: str) -> str:
    """Lower case, no article or possessive at the front, no punctuation."""
    text = re.sub(r"[^\w\s#\[\]'%&-]", " ", text.lower()).replace("’", "'")
    return _LEADING.sub("", " ".join(text.split()))


def operations_of(items: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, frozenset[str], int | None], ...]:
    """Operations of a file's line with their accepted objects."""
    return tuple(
        (o["op"], frozenset(plain(x) for x in (o["object"], *o.get("objects_also", ()))), o.get("ref")) for o in items
    )


def as_operation(item: Mapping[str, Any]) -> Operation:
    """An earlier turn's operation."""
    return Operation(
        Op(item["op"]),
        item.get("object", ""),
        item.get("ref"),
        item.get("where", ""),
        item.get("amount", ""),
        item.get("target", ""),
    )


def read(path: Path) -> list[Case]:
    """Cases of a JSON-lines file."""
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        references = {
            int(n): (r["kind"], next((v for k, v in r.items() if k != "kind"), ""))
            for n, r in item.get("refs", {}).items()
        }
        wanted = (operations_of(item["operations"]), *(operations_of(o) for o in item.get("operations_also", ())))
        turns = tuple(
            Turn(
                Instruction(h["instruction"]), Plan("", "", operations=tuple(as_operation(o) for o in h["operations"]))
            )
            for h in item.get("history", ())
        )
        cases.append(Case(item["instruction"], references, wanted, turns, item.get("photo", True)))
    return cases


def agrees(operation: Operation, wanted: tuple[str, frozenset[str], int | None]) -> bool:
    """Whether operation, object and reference number are as wanted."""
    op, objects, ref = wanted
    thing = plain(operation.object)
    if (
        operation.ref is not None
        and thing == f"[ref#{operation.ref}]"
        and operation.op not in ("remove", "move", "scale")
    ):
        thing = thing if thing in objects else ""
    return operation.op == op and operation.ref == ref and thing in objects


def right(operations: Sequence[Operation], wanted: Sequence[tuple[str, frozenset[str], int | None]]) -> bool:
    """Whether the operations are the wanted ones, in any order."""
    left = list(operations)
    for want in wanted:
        found = next((o for o in left if agrees(o, want)), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def run(
    planner: Planner, embed: Callable[[list[str]], np.ndarray], cases: Sequence[Case], *, whole: bool = False
) -> list[tuple[Case, tuple[Operation, ...], bool]]:
    """Plan every case; references are embedded from their words, which are also their names.

    ``whole`` writes reply and prompt too.
    """
    results = []
    photo = embed(["a photo of a street with people, trees and the sky"])[0]
    for case in cases:
        inputs = {n: (embed([text])[0], kind) for n, (kind, text) in case.references.items()}
        names = {n: text for n, (_, text) in case.references.items()}
        seen = photo if case.has_photo else None
        if whole:
            operations = planner.plan(case.instruction, inputs, seen, case.history, names=names).operations
        else:
            source = planner.vocabulary.source(case.instruction)
            earlier = case.history[-1].plan.operations if case.history else ()
            grammar = planner.grammar(source, inputs, seen is not None, earlier)
            called = Names.of(planner.vocabulary, names)
            planner.write(source, inputs, seen, earlier, grammar, stop=lambda g: g.operations_done, names=called)
            operations = tuple(grammar.operations)
        results.append((case, operations, any(right(operations, w) for w in case.wanted)))
    return results


def main() -> None:
    """Print every miss and the share that is fully right."""
    from engine.encode import Encoder
    from engine.plan import show

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--adapter", type=Path, help="that of a run, in place of the bundle's")
    args = parser.parse_args()
    bundle = Bundle.open("starter")
    if args.adapter:
        planner = Planner.assemble(
            bundle.tensors("planner/model.safetensors"), bundle.json("planner/config.json"), storage.read(args.adapter),
            bundle.path("planner/tokenizer.json"),
        )  # fmt: skip
    else:
        planner = Planner.load(bundle)
    results = run(planner, Encoder.load(bundle).text, read(args.file))
    for case, operations, ok in results:
        if not ok:
            print(
                f"{case.instruction}\n    got    {'; '.join(show(o) for o in operations)}\n    wanted {[(o, sorted(x), r) for o, x, r in case.wanted[0]]}"
            )
    print(f"{sum(ok for *_, ok in results)} of {len(results)} fully right")


if __name__ == "__main__":
    main()
