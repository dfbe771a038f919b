"""What a general language model is told, so that it writes plans: LLMGA's conversation, or the model's own template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.plan.foreign import CLOSE, OPEN
from engine.values import MARKER, Operation, Turn

IMAGE = "<image>"
SYSTEM = (  # LLaVA's and Vicuna's, which LLMGA was tuned with
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)
TASK = f"""You plan edits of photos. Write one line for each operation, then an empty line, then an answer in the \
user's language with a long description of the wanted picture between {OPEN} and {CLOSE}.
A line is: operation object > new content @ place ~ amount. Copy the words of the request; leave out what it lacks.
Operations: add, remove, replace, background, move, scale, style, mood, adjust, fill, expand, generate, vary, \
restore, describe. A new picture is "generate". A story has one description for each picture, in order. Help with a \
design explains the choices first. A question or a talk is "describe", with an answer and no description.
Example: replace boat > [1 @ on the left"""
MOST_TURNS = 8


def request(text: str, names: Mapping[int, str], kinds: Mapping[int, str]) -> str:
    """The user's words, with what each reference is."""
    known = [
        f"[ref#{number}] is {'a picture' if kinds.get(number) == 'picture' else kinds.get(number, 'something')}"
        + (f" of {names[number]}." if names.get(number) else ".")
        for number in sorted({*names, *kinds})
    ]
    return "\n".join([*known, text])


def answer(turn: Turn) -> str:
    """An earlier turn as it was answered: its lines, its reply, its prompts."""
    plan = turn.plan
    prompts = plan.prompts or ((plan.prompt,) if plan.prompt else ())
    told = " ".join([plan.reply, *(f"{OPEN} {prompt} {CLOSE}" for prompt in prompts)]).strip()
    return "\n".join([*(line(operation) for operation in plan.operations), "", told])


def line(operation: Operation) -> str:
    """An operation as it is written."""
    word = {"replace_background": "background"}.get(operation.op.value, operation.op.value)

    def shown(text: str) -> str:
        named = MARKER.fullmatch(text)
        return f"[{named[1]}" if named else text

    parts = [word, shown(operation.object)]
    if operation.ref is not None and operation.object != f"[ref#{operation.ref}]":
        parts += [">", f"[{operation.ref}"]
    elif operation.target:
        parts += [">", operation.target]
    parts += ["@", operation.where] if operation.where else []
    parts += ["~", operation.amount] if operation.amount else []
    return " ".join(part for part in parts if part)


def turns_of(said: str, history: Sequence[Turn], *, sees: bool) -> list[tuple[str, str]]:
    """Role and words of every turn; the picture stands in the first, as LLMGA has it."""
    first = f"{IMAGE}\n" if sees else ""
    out: list[tuple[str, str]] = []
    for turn in history[-MOST_TURNS:]:
        out += [("user", turn.instruction.text), ("assistant", answer(turn))]
    out.append(("user", said))
    out[0] = ("user", f"{first}{TASK}\n\n{out[0][1]}")
    return out


def vicuna(turns: Sequence[tuple[str, str]], end: str) -> str:
    """LLaVA's and LLMGA's conversation, as far as the next answer."""
    out = SYSTEM
    for role, words in turns:
        out += f" USER: {words}" if role == "user" else f" ASSISTANT: {words}{end}"
    return f"{out} ASSISTANT:"


def own(processor: Any, turns: Sequence[tuple[str, str]]) -> str:
    """The conversation in the model's own template, as far as the next answer."""
    messages = []
    for role, words in turns:
        seen, text = words.startswith(IMAGE), words.removeprefix(f"{IMAGE}\n")
        content = [*([{"type": "image"}] if seen else []), {"type": "text", "text": text}]
        messages.append({"role": role, "content": content})
    return processor.apply_chat_template(messages, add_generation_prompt=True)
