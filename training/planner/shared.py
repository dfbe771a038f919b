"""Several wishes behind one verb, and second wishes that say "it": where one clause gives more than one operation."""

from __future__ import annotations

import random
from collections.abc import Mapping

from training.planner import words as w
from training.planner.looks import part
from training.planner.phrases import Scene, content, core, join_list, place, pointed, removed, the
from training.planner.spans import Clause, expand, mark

_WHOLE = "it|the photo|this picture|the image|everything|the whole thing|this".split("|")


def _look(rng: random.Random, key: str) -> str:
    words = rng.choice(list(w.LOOKS.values())) if rng.random() < 0.65 else "|".join(w.COLOURS)
    return mark(key, rng.choice(words.split("|")))


def _looks(rng: random.Random, i: int) -> Clause:
    """Make the sky bluer and the grass greener; make it brighter and warmer; brighten the sky and the faces."""
    n = rng.choice([2, 2, 2, 3])
    form = rng.random()
    if form < 0.4:
        parts = [f"{part(rng, f'{i + k}o')} {_look(rng, f'{i + k}t')}" for k in range(n)]
        return Clause(
            f"{rng.choice(['make', 'make', 'turn', 'get', 'I want', 'paint', 'have'])} {join_list(rng, parts)}",
            (("adjust", {}),) * n,
            False,
        )
    if form < 0.75:
        words = rng.sample(list(w.LOOKS), n)
        parts = [mark(f"{i + k}t", rng.choice(w.LOOKS[x].split("|"))) for k, x in enumerate(words)]
        if rng.random() < 0.5:
            thing, fixed = rng.choice(_WHOLE), {}
        else:
            name = core(rng, 0.15) if rng.random() < 0.5 else rng.choice(w.SURFACES)
            thing, fixed = the(rng, f"{i}o", name), {"same": i}
        lead = rng.choice(["make {x} ", "make {x} ", "", "{x} should be ", "I want {x} ", "can {x} be ", "{x} "])
        if not fixed and rng.random() < 0.3:
            lead = ""
        if fixed and not lead:
            lead = "make {x} "
        return Clause(
            lead.replace("{x}", thing) + join_list(rng, parts),
            tuple(("adjust", fixed if k else {}) for k in range(n)),
            lead.startswith("make"),
        )
    canonical = rng.choice(list(w.LOOK_VERBS))
    verb = rng.choice(w.LOOK_VERBS[canonical].split("|"))
    return Clause(
        f"{verb} {join_list(rng, [part(rng, f'{i + k}o') for k in range(n)])}", (("adjust", {"target": canonical}),) * n
    )


def _moves(rng: random.Random, scene: Scene, i: int) -> Clause:
    parts = [f"{the(rng, f'{i + k}o', core(rng, 0.2))} {mark(f'{i + k}w', rng.choice(w.MOVES))}" for k in range(2)]
    return Clause(
        f"{rng.choice(['move', 'shift', 'put', 'bring', 'push'])} {join_list(rng, parts)}", (("move", {}),) * 2
    )


def _sizes(rng: random.Random, i: int) -> Clause:
    parts, operations = [], []
    for k in range(2):
        up = rng.random() < 0.5
        parts.append(
            f"{the(rng, f'{i + k}o', core(rng, 0.2))} {mark(f'{i + k}a', rng.choice(w.BIGGER if up else w.SMALLER))}"
        )
        operations.append(("scale", {"target": "bigger" if up else "smaller"}))
    return Clause(f"make {join_list(rng, parts)}", tuple(operations))


def _swaps(rng: random.Random, scene: Scene, i: int) -> Clause:
    """Replace the car with a bike and the dog with [ref#1]."""
    joint = rng.choice(["with", "with", "by", "for"])
    verb = rng.choice(["replace", "swap", "exchange", "substitute", "replace"])
    parts, operations = [], []
    for k in range(rng.choice([2, 2, 2, 3])):
        before, fixed = removed(rng, scene, i + k, 0.03, 0.2)
        after, more = content(rng, scene, i + k)
        parts.append(f"{before} {joint} {after}")
        operations.append(("replace", more | ({"object": fixed["object"]} if "object" in fixed else {})))
    return Clause(f"{verb} {join_list(rng, parts)}", tuple(operations))


def _style_and_mood(rng: random.Random, scene: Scene, i: int) -> Clause:
    """Give it the style of [ref#1] and the mood of [ref#2]."""
    style, number, _ = scene.ref("picture")
    feel, other, noun = scene.ref("music", "music", "picture", "sound")
    kind = scene.refs[other][0]
    feel = pointed(rng, scene, other, feel, noun, kind) if kind == "music" else feel
    parts = [
        f"the {rng.choice(['style', 'look', 'art style', 'technique'])} of {style}",
        f"the {rng.choice(['mood', 'feeling', 'atmosphere', 'vibe'])} of {feel}",
    ]
    operations = [("style", {"ref": number}), ("mood", {"ref": other})]
    if rng.random() < 0.4:
        parts.reverse()
        operations.reverse()
    return Clause(
        f"{rng.choice(['give it', 'use', 'combine', 'with', 'I want', 'apply', 'take'])} {join_list(rng, parts)}",
        tuple(operations),
        False,
    )


def _pronoun(rng: random.Random, scene: Scene, i: int) -> Clause:
    """A second wish about the same thing, which it calls "it"."""
    number = 0
    first = rng.choice(["scale", "move", "adjust", "add", "add", "add ref"])
    fixed: dict[str, object] = {"same": i}
    thing = the(rng, f"{i}o", core(rng, 0.25))
    if first == "scale":
        up = rng.random() < 0.5
        head = expand(
            rng, "(enlarge {x}|make {x} bigger|blow up {x})" if up else "(shrink {x}|make {x} smaller|scale down {x})"
        ).replace("{x}", thing)
        operation: tuple[str, Mapping[str, object]] = ("scale", {"target": "bigger" if up else "smaller"})
        if head.startswith("make"):
            head = head.replace("bigger", mark(f"{i}a", "bigger")).replace("smaller", mark(f"{i}a", "smaller"))
    elif first == "move":
        head, operation = (
            f"{rng.choice(['move', 'shift', 'bring', 'drag'])} {thing} {mark(f'{i}w', rng.choice(w.MOVES))}",
            ("move", {}),
        )
    elif first == "adjust":
        head, operation = (
            f"{rng.choice(['make', 'paint', 'turn', 'colour'])} {thing} {_look(rng, f'{i}t')}",
            ("adjust", {}),
        )
    else:
        where = f" {mark(f'{i}w', place(rng))}" if rng.random() < 0.5 else ""
        verb = rng.choice(["add", "put", "insert", "place", "paste", "drop in"])
        if first == "add":
            head, operation = f"{verb} a {mark(f'{i}o', core(rng, 0.25))}{where}", ("add", {})
        else:
            marker, number, _ = scene.ref("picture", "picture", "sound")
            head, operation = f"{verb} {marker}{where}", ("add", {"ref": number})
            fixed = {"object": marker, "ref": number}
    if rng.random() < 0.25:
        # "Make it warmer and brighten the steps": the second wish is of something else.
        canonical = rng.choice(list(w.LOOK_VERBS))
        tail = f"{rng.choice(w.LOOK_VERBS[canonical].split('|'))} {part(rng, f'{i + 1}o')}"
        if rng.random() < 0.6:
            head = f"make {rng.choice(_WHOLE)} {rng.choice(['', 'a bit ', 'slightly ', 'much '])}{_look(rng, f'{i}t')}"
            operation = ("adjust", {})
            scene.refs.pop(number, None) if first == "add ref" else None
        return Clause(
            f"{head} {rng.choice(['and', 'and', 'then', 'and then', 'but', '&'])} {tail}",
            (operation, ("adjust", {"target": canonical})),
        )
    joint = rng.choice([" and ", " and ", ", then ", " and then ", ", ", ". Then ", ". ", " but "])
    it = rng.choice(["it", "it", "it", "them", "that", "him"])
    second = rng.choice([k for k in ("scale", "move", "adjust") if k != first.split()[0]])
    if second == "scale":
        up = rng.random() < 0.5
        tail = expand(rng, "(make {i} {a}|make {i} {a}|{i} should be {a}|scale {i} to be {a})").replace("{i}", it)
        tail = tail.replace("{a}", mark(f"{i + 1}a", rng.choice(w.BIGGER if up else w.SMALLER)))
        more = {"target": "bigger" if up else "smaller"}
    elif second == "move":
        verb = rng.choice(["move", "shift", "put", "bring", "place", "drag"])
        tail, more = f"{verb} {it} {mark(f'{i + 1}w', rng.choice(w.MOVES))}", {}
    else:
        tail, more = f"{rng.choice(['make', 'paint', 'colour', 'turn', 'make'])} {it} {_look(rng, f'{i + 1}t')}", {}
    return Clause(head + joint + tail, (operation, (second, fixed | more)))


def together(scene: Scene, i: int = 0) -> Clause:
    """Several operations in one clause."""
    rng = scene.rng
    draw = rng.random()
    if draw < 0.38:
        return _looks(rng, i)
    if draw < 0.48:
        return _moves(rng, scene, i)
    if draw < 0.55:
        return _sizes(rng, i)
    if draw < 0.7:
        return _swaps(rng, scene, i)
    if draw < 0.78:
        return _style_and_mood(rng, scene, i)
    return _pronoun(rng, scene, i)
