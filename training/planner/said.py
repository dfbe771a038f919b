"""What the planner answers: the reply, the generation prompt and the base that go with a sample's operations."""

from __future__ import annotations

import random
from dataclasses import replace as changed
from typing import TYPE_CHECKING

from engine.values import MARKER, Op, Operation
from training.planner import words as w
from training.planner.spans import article

if TYPE_CHECKING:
    from training.planner.generate import Sample


def scene_of(rng: random.Random) -> str:
    """What a photo shows, in words."""
    return rng.choice(w.SCENES)


def visible(kind: str, noun: str) -> str:
    """What a picture made from the reference would show."""
    return w.SOUNDS.get(noun, noun) if kind == "sound" else noun


def music_mood(noun: str) -> str:
    """The mood of a piece of music."""
    for word in noun.split():
        if word in w.MUSIC_MOODS:
            return w.MUSIC_MOODS[word]
    return noun


def indefinite(noun: str) -> str:
    """The noun with an article where it takes one."""
    plural = noun.rsplit(maxsplit=1)[-1] in w.PLURAL_WORDS or noun.rsplit(maxsplit=1)[-1] in w.MASS_WORDS
    return (
        noun
        if plural or (noun.endswith("s") and not noun.endswith("ss")) or noun in ("rain", "wind")
        else article(noun)
    )


def _name(sample: Sample, operation: Operation) -> str:
    """The new thing in words: what the reference shows, or what the user called it."""
    if operation.ref is not None and operation.ref in sample.references:
        kind, noun = sample.references[operation.ref]
        return music_mood(noun) if kind == "music" else visible(kind, noun)
    return operation.target or operation.object


def _object(sample: Sample, operation: Operation) -> str:
    match = MARKER.fullmatch(operation.object)
    if match:
        kind, noun = sample.references[int(match[1])]
        return visible(kind, noun)
    return operation.object or "picture"


def _say(sample: Sample, operation: Operation) -> tuple[str, str]:
    """What is done, as "removing the boat"; and what the prompt gains by it."""
    op, thing, new = operation.op, _object(sample, operation), _name(sample, operation)
    kind = sample.references.get(operation.ref or 0, ("", ""))[0]
    if op == Op.remove:
        return f"removing the {thing}", ""
    if op == Op.replace:
        return f"replacing the {thing} with {indefinite(new)}", f"with {indefinite(new)}"
    if op == Op.add:
        place = f" {operation.where}" if operation.where else ""
        return f"adding {indefinite(new)}{place}", f"with {indefinite(new)}{place}"
    if op == Op.replace_background:
        return (
            f"putting {indefinite(new) if new else 'something new'} behind it",
            f"in front of {indefinite(new)}" if new else "",
        )
    if op == Op.move:
        return f"moving the {thing} {operation.where}".strip(), f"with the {thing} {operation.where}".strip()
    if op == Op.scale:
        return f"making the {thing} {operation.target}", f"with a {operation.target} {thing}"
    if op == Op.style:
        return (
            (f"taking the style of the {new} picture", f"in the style of the {new} picture")
            if kind
            else (f"giving it the {new} style", f"{new} style")
        )
    if op == Op.mood:
        if kind == "music":
            return f"giving it the {new} mood of the music", f"{new} mood"
        return f"making it feel like {new}", f"{new} mood" if not kind else f"feeling of {new}"
    if op == Op.adjust:
        return (
            f"making the {thing} {operation.target}",
            f"{operation.target} {operation.object}".strip()
            if not MARKER.fullmatch(operation.object)
            else f"{operation.target} {thing}",
        )
    if op == Op.fill:
        return "filling the area", f"with {operation.target}" if operation.target else ""
    if op == Op.expand:
        return f"extending the picture {operation.where}".strip(), "wide view"
    if op == Op.restore:
        return f"restoring the {thing}", "sharp and clean"
    if op == Op.vary:
        return "making variations", ""
    if op == Op.describe:
        return f"describing the {thing}", ""
    return f"drawing {indefinite(new)}", indefinite(new)


def complete(rng: random.Random, sample: Sample, full: bool) -> Sample:
    """The sample with reply, prompts and base."""
    if not full:
        return sample
    base = "[photo]" if sample.photo else ""
    if not sample.photo:
        for operation in sample.operations:
            match = MARKER.fullmatch(operation.object)
            if match and sample.references[int(match[1])][0] == "picture":
                base = operation.object
                break
    said = [_say(sample, o) for o in sample.operations]
    did = [s for s, _ in said]
    if not did:
        reply = rng.choice(["Tell me what to change in the photo.", "Nothing changes for now."])
    else:
        reply = (", ".join(did[:-1]) + " and " + did[-1] if len(did) > 1 else did[0]) + "."
        reply = " ".join(reply[0].upper().__add__(reply[1:]).split()[:20])
    gained = [g for _, g in said if g]
    start = sample.photo or ("a photo" if any(o.op != Op.generate for o in sample.operations) or not said else "")
    prompt = start
    for gain in gained:
        joint = " " if gain.startswith(("with", "in front", "in the style")) else ", "
        prompt = f"{prompt}{joint if prompt else ''}{gain}"
    prompts = (" ".join(prompt.split()[:26]) or "a photo",)
    story = any(k in sample.instruction.lower() for k in ("story", "comic"))
    if story and sample.operations and sample.operations[0].op == Op.generate:
        hero = indefinite(_name(sample, sample.operations[0]))
        ends = rng.sample(
            [
                "waking up at home",
                "walking through a forest",
                "meeting a friend",
                "in a storm",
                "crossing a river",
                "at sunset on a hill",
                "at a big party",
                "sleeping under the stars",
            ],
            4,
        )
        prompts = tuple(f"{hero} {e}" for e in ends)
        reply = f"Once there was {hero}."
    return changed(sample, reply=reply, prompts=prompts, base=base)
