"""Second turns: what people say after they have seen the first result."""

# ruff: noqa: E501 (tables of phrases read best with one phrase a line)

from __future__ import annotations

import random
from dataclasses import replace

from engine.values import Op, Operation
from training.planner import words as w
from training.planner.noise import noisy
from training.planner.phrases import Scene
from training.planner.spans import collect, mark

_MORE = """more|a bit more|less|a bit less|stronger|weaker|even more|much more|not so much|not that strong|too much|too strong|stronger please|a little less|way less|softer|twice as much|half as much|more of that|more intense|tone it down|a lot more|slightly less|go further|subtler""".split(
    "|"
)
_WHERE = """to the left|to the right|up|down|left|right|closer|further back|higher|lower|further away|to the middle|further to the left|further right|closer to the tree|nearer to the door""".split(
    "|"
)
_NUDGE = [
    "a bit more",
    "a little",
    "more",
    "slightly",
    "a bit",
    "much more",
    "a touch",
    "a little more",
    "even further",
    "way more",
    "just a bit",
    "200 pixels",
]


def follow_up(rng: random.Random) -> tuple | None:
    """Fields of a sample with an earlier turn: instruction, operations, references, photo, earlier."""
    from training.planner import generate, said

    scene = Scene(rng)
    _, wanted = (text := generate.edit_clauses(rng, scene, rng.choices([1, 2], [85, 15])[0]))
    first = generate.finish(rng, scene, text[0], wanted, None)
    if not first.operations:
        return None
    earlier = first.operations
    last = earlier[-1]
    photo = said.scene_of(rng) if rng.random() < 0.9 else None
    if rng.random() < 0.33:
        # Something new: only the new operations are written.
        text, wanted = generate.edit_clauses(rng, scene, rng.choices([1, 2], [85, 15])[0])
        lead = rng.choice(
            [
                "now",
                "and",
                "also",
                "next,",
                "then",
                "ok, now",
                "great, now",
                "good.",
                "nice.",
                "",
                "",
                "now please",
                "thanks! now",
                "and now",
                "perfect, next",
            ]
        )
        made = generate.finish(rng, scene, f"{lead} {text}".strip(), wanted, photo)
        return made.instruction, made.operations, made.references, photo, earlier
    revised = _revise(rng, scene, last)
    if revised is None:
        return None
    text, last = revised
    plain, found = collect(noisy(rng, text))
    fields = {
        k: " ".join(found[m].split())
        for m, k in (("0o", "object"), ("0t", "target"), ("0w", "where"), ("0a", "amount"))
        if m in found
    }
    operations = (*earlier[:-1], replace(last, **fields))
    references = {n: (kind, noun) for n, (kind, noun, _) in scene.refs.items()}
    return " ".join(plain.split()), operations, references, photo, earlier


def _revise(rng: random.Random, scene: Scene, last: Operation) -> tuple[str, Operation] | None:
    """Marked words of the follow-up, and the last operation with what is not in the words already changed."""
    kinds = []
    if last.op in (Op.add, Op.move):
        kinds += ["where", "where", "nudge", "nudge"]
    if last.op in (Op.add, Op.scale, Op.replace):
        kinds += ["size", "size"]
    if last.op in (Op.adjust, Op.mood, Op.style):
        kinds += ["more", "more", "more"]
    if last.op in (Op.replace, Op.add, Op.style, Op.mood, Op.replace_background):
        kinds += ["target", "target", "ref"]
    if last.op == Op.adjust:
        kinds += ["colour"]
    if (
        last.op in (Op.remove, Op.replace, Op.move, Op.scale, Op.adjust)
        and last.object
        and not last.object.startswith("[")
    ):
        kinds += ["object"]
    if not kinds:
        return None
    no = rng.choice(
        ["no, ", "no ", "not like that, ", "hmm, ", "", "", "", "sorry, ", "actually ", "wait, ", "rather ", "nope, "]
    )
    kind = rng.choice(kinds)
    if kind == "where":
        where = mark("0w", rng.choice(w.MOVES if last.op == Op.move else w.WHERES))
        text = rng.choice(
            [
                "{n}{w}",
                "{n}{w} please",
                "{n}put it {w}",
                "{n}{w} instead",
                "{n}it should be {w}",
                "move it {w}",
                "{n}I meant {w}",
                "{n}rather {w}",
                "place it {w}",
                "can it be {w}?",
                "{n}I want it {w}",
            ]
        )
        return text.replace("{n}", no).replace("{w}", where), replace(last, where="")
    if kind == "nudge":
        where, amount = mark("0w", rng.choice(_WHERE)), mark("0a", rng.choice(_NUDGE))
        text = rng.choice(
            [
                "{a} {w}",
                "{a} {w}",
                "{n}{a} {w}",
                "{a} {w} please",
                "move it {a} {w}",
                "{w} {a}",
                "can you move it {a} {w}",
                "shift it {a} {w}",
                "{a} {w} would be better",
                "it should go {a} {w}",
                "and {a} {w}",
            ]
        )
        return text.replace("{n}", no).replace("{w}", where).replace("{a}", amount), replace(last, where="", amount="")
    if kind == "size":
        up = rng.random() < 0.5
        amount = mark("0a", rng.choice(w.BIGGER if up else w.SMALLER))
        text = rng.choice(
            [
                "{a}",
                "make it {a}",
                "{a} please",
                "{n}{a}",
                "{n}it should be {a}",
                "can it be {a}?",
                "I want it {a}",
                "a bit too much, {a}",
                "but {a}",
                "it needs to be {a}",
            ]
        )
        target = ("bigger" if up else "smaller") if last.op == Op.scale else last.target
        return text.replace("{n}", no).replace("{a}", amount), replace(last, amount="", target=target)
    if kind == "more":
        amount = mark("0a", rng.choice(_MORE))
        text = rng.choice(
            [
                "{a}",
                "{a}",
                "{a} please",
                "make it {a}",
                "{n}{a}",
                "that's {a}",
                "I'd like {a}",
                "can you do {a}?",
                "it could be {a}",
                "do it {a}",
            ]
        )
        return text.replace("{n}", no).replace("{a}", amount), replace(last, amount="")
    if kind == "ref":
        marker, number, _ = (
            scene.ref("picture", "sound") if last.op in (Op.replace, Op.add) else scene.ref("picture", "music")
        )
        text = rng.choice(
            [
                "use {m} instead",
                "{n}{m}",
                "{n}I meant {m}",
                "{m} instead",
                "try {m}",
                "with {m} please",
                "better take {m}",
                "{n}not that one, {m}",
                "how about {m}?",
                "what about {m} instead",
                "now with {m}",
            ]
        )
        return text.replace("{n}", no).replace("{m}", marker), replace(
            last, ref=number, target="", object="" if last.op == Op.add else last.object
        )
    if kind == "target":
        from training.planner import phrases

        pool = {Op.style: w.STYLES, Op.mood: w.MOOD_ADJECTIVES, Op.replace_background: w.BACKGROUNDS}.get(last.op) or [
            phrases.core(rng, 0.3)
        ]
        key = "0o" if last.op == Op.add else "0t"
        text = rng.choice(
            [
                "{n}a {t}",
                "{n}make it a {t}",
                "{n}a {t} instead",
                "{t} instead",
                "use a {t} instead",
                "{n}I said a {t}",
                "{n}I want a {t}",
                "rather a {t}",
                "how about a {t}?",
                "try a {t}",
                "{n}{t}",
                "I meant a {t}",
            ]
        )
        return text.replace("{n}", no).replace("{t}", mark(key, rng.choice(pool))), replace(
            last, ref=None, target="", object="" if last.op == Op.add else last.object
        )
    if kind == "colour":
        text = rng.choice(
            [
                "{n}{t}",
                "{n}make it {t}",
                "{t} instead",
                "{n}I want it {t}",
                "rather {t}",
                "{n}{t} please",
                "try {t}",
                "or {t}?",
            ]
        )
        looks = [p for v in w.LOOKS.values() for p in v.split("|")]
        return text.replace("{n}", no).replace("{t}", mark("0t", rng.choice([*w.COLOURS, *looks]))), replace(
            last, target="", amount=""
        )
    from training.planner import phrases

    text = rng.choice(
        [
            "{n}the {o}",
            "{n}I meant the {o}",
            "{n}not that one, the {o}",
            "the {o} instead",
            "wrong one, the {o}",
            "{n}the {o}, not this",
            "{n}do it with the {o}",
            "I said the {o}",
        ]
    )
    return text.replace("{n}", no).replace("{o}", mark("0o", phrases.core(rng, 0.4))), replace(
        last, object="", where=""
    )
