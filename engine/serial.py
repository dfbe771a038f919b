"""Values to and from JSON at the file and command-line boundary: strict, unknown fields refused."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from engine import strict_json
from engine.errors import BadInput
from engine.files.sniffing import first_bytes
from engine.values import Box, EditResult, Instruction, Operation, Plan, StepReport, Turn

T = TypeVar("T")


def _names(value: Plan | Operation) -> list[str]:
    return [field.name for field in fields(value)]


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan without its embeddings, which are saved beside it as safetensors."""
    values = {name: getattr(plan, name) for name in _names(plan) if name != "embeddings"}
    values["operations"] = [operation_to_json(operation) for operation in plan.operations]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def operation_to_json(operation: Operation) -> dict[str, Any]:
    """One operation as a JSON object; ``place`` only where one was chosen."""
    values = {name: getattr(operation, name) for name in _names(operation) if name != "place"}
    place = {"place": asdict(operation.place)} if operation.place is not None else {}
    return {**values, "op": str(operation.op), **place}


def instruction_to_json(instruction: Instruction) -> dict[str, Any]:
    """The instruction with its references."""
    references = [
        {
            "marker": reference.marker,
            "media": str(reference.media),
            "file": str(reference.file) if reference.file else None,
            "text": reference.text,
        }
        for reference in instruction.references
    ]
    return {"text": instruction.text, "references": references}


def history_to_json(history: tuple[Turn, ...]) -> list[dict[str, Any]]:
    """Earlier turns, oldest first."""
    return [{"instruction": instruction_to_json(turn.instruction), "plan": plan_to_json(turn.plan)} for turn in history]


def history_bytes(history: tuple[Turn, ...]) -> bytes:
    """Earlier turns as the JSON file that :func:`history_from_json` reads, from whatever folder."""
    return (json.dumps(history_to_json(tuple(map(_placed, history))), ensure_ascii=False, indent=2) + "\n").encode()


def _placed(turn: Turn) -> Turn:
    """The turn with the whole paths of its reference files."""
    references = tuple(
        replace(each, file=each.file.absolute() if each.file else None) for each in turn.instruction.references
    )
    return replace(turn, instruction=replace(turn.instruction, references=references))


def box_to_json(box: Box | None) -> dict[str, int] | None:
    """The changed box, or null when nothing changed."""
    return box and {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}


def steps_to_json(steps: dict[str, StepReport]) -> dict[str, dict[str, Any]]:
    """Status and seconds of each step."""
    return {name: {"status": step.status, "seconds": round(step.seconds, 3)} for name, step in steps.items()}


def result_to_json(result: EditResult, outputs: list[Path], peak_memory: int) -> dict[str, Any]:
    """The one object that ``--json`` prints; ``peak_memory`` in bytes."""
    return {
        "outputs": [str(path) for path in outputs],
        "plan": plan_to_json(result.plan),
        "seed": result.seed,
        "engine": result.engine,
        "device": result.device,
        "changed_box": box_to_json(result.changed_box),
        "steps": steps_to_json(dict(result.steps)),
        "notes": list(result.notes),
        "peak_memory": peak_memory,
    }


def _validated(kind: type[T], data: Any, what: str) -> T:
    try:
        return TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "it"
        raise BadInput(
            f"{what}: {place}: {first['msg'].lower()}.", "See the fields that `overtone plan` prints."
        ) from error


def plan_from_json(data: Any, what: str = "the plan") -> Plan:
    """A plan from its JSON object.

    Raises
    ------
    BadInput
        For an unknown, missing or ill-typed field, naming it.
    """
    if isinstance(data, dict) and "embeddings" in data:
        raise BadInput(f"{what}: embeddings: not a field of the file.", "Remove it; embeddings lie beside the plan.")
    return _validated(Plan, data, what)


def instruction_from_json(data: Any, what: str = "the instruction") -> Instruction:
    """An instruction from its JSON object; raises BadInput as :func:`plan_from_json`."""
    return _validated(Instruction, data, what)


def history_from_json(data: Any, what: str = "the history") -> tuple[Turn, ...]:
    """Earlier turns from a JSON list; raises BadInput as :func:`plan_from_json`."""
    if not isinstance(data, list):
        raise BadInput(f"{what} is not a list of turns.", 'Each turn is {"instruction": …, "plan": …}.')
    turns = []
    for index, turn in enumerate(data, 1):
        if not isinstance(turn, dict) or set(turn) != {"instruction", "plan"}:
            raise BadInput(f"{what}: turn {index} must have exactly instruction and plan.", "Mend the file.")
        turns.append(
            Turn(
                instruction_from_json(turn["instruction"], f"{what}, turn {index}"),
                plan_from_json(turn["plan"], f"{what}, turn {index}"),
            )
        )
    return tuple(turns)


def read_json(path: Path) -> Any:
    """Parse a JSON file.

    Raises
    ------
    BadInput
        When it is absent, empty, over 4 MB, no JSON, or nested beyond what any plan is.
    """
    first_bytes(path)
    if path.stat().st_size > strict_json.LARGEST:
        raise BadInput(
            f"{path.name} is over {strict_json.LARGEST // 10**6} MB.", "Name a plan or history that Overtone wrote."
        )
    try:
        return strict_json.loads(path.read_bytes())
    except ValueError as error:
        raise BadInput(f"{path.name} is not JSON.", "Name a plan or history that Overtone wrote.") from error
