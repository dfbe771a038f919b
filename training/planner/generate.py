"""Fresh training samples without end: an instruction, its references, earlier turns, and the plan it asks for."""

# ruff: noqa: E501 (tables of phrases read best with one phrase a line)

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.plan.grammar import subs_of
from engine.values import Operation
from training.planner import follow, looks, phrases, said, scenes, shared, words
from training.planner.noise import noisy
from training.planner.phrases import Scene
from training.planner.spans import Clause, collect, gerund, renumber


@dataclass(frozen=True)
class Sample:
    """One training sample.

    Attributes
    ----------
    instruction
        With markers.
    operations
        What it asks for, its words copied from the instruction.
    references
        Number to (kind, noun).
    photo
        What the photo shows, in words; absent in text-to-image.
    earlier
        Operations of the turn before.
    reply, prompts, base
        The rest of the plan.
    """

    instruction: str
    operations: tuple[Operation, ...]
    references: dict[int, tuple[str, str]]
    photo: str | None
    earlier: tuple[Operation, ...] = ()
    reply: str = ""
    prompts: tuple[str, ...] = ()
    base: str = ""

    @property
    def subs(self) -> tuple[int, ...]:
        """References that must appear."""
        return subs_of(self.operations)


SAMPLERS: dict[Callable[..., Clause], float] = {
    phrases.remove: 16, phrases.replace: 13, phrases.add: 15, looks.adjust: 15, looks.style: 7, looks.mood: 9,
    scenes.background: 7, scenes.move: 7, scenes.scale: 7, scenes.fill: 3, scenes.expand_canvas: 4, scenes.restore: 4,
    scenes.vary: 1.5, scenes.describe: 3, scenes.change_with: 2.5, phrases.introduce: 3.5, shared.together: 10,
}  # fmt: skip
_ALONE = {scenes.vary, scenes.describe}
_BEFORE = """can you|could you|please|would you|can you please|could you please|I want you to|I'd like you to|please can you|let's|could we
maybe|maybe|would it be possible to|is it possible to|try to|I need you to|hey,|hi, please|ok now|just|kindly|go ahead and|can we|could we|you should|I want to|help me|help me to|I need to|i would
like to|first|now|how do I|is there a way to|would you be so kind as to|be so nice and|your task is to|I'd like to|let us|we should|you could|would you please|feel free to|we need to|do me a favor and|quickly|simply|next,|alright,|so,|please just|can u|pls|plz|it would be great if you could|I was wondering if you could|do you think you could|what if we|might be nice to|I think you should|I think we should|why don't you""".replace(
    "\n", " "
).split("|")
_GERUND = [
    "how about",
    "would you mind",
    "what about",
    "do you mind",
    "I suggest",
    "try",
    "consider",
    "I was thinking of",
    "maybe try",
    "start by",
    "I'm thinking about",
    "it might help",
]
_AFTER = """ please| thanks| thank you| if you can| for me| pls| asap|, thanks!|, please|!|, thank you so much| if possible| ok?|, would you?| - thanks| :)| ty| and that's it| nothing else| and leave the rest as it is|, the rest is fine|, everything else should stay|, that's all| without touching anything else|, but make it look natural|, it should look realistic| seamlessly| so it looks natural| in a realistic way""".split(
    "|"
)
_CONTEXT = """I took this photo in Rome last summer.|This is for my mum's birthday card.|We want to print it.|Nice shot but|It was raining that day.|I love this picture!|my boss wants it for the website,|Here is a photo of my garden.|I'm selling my {n}.|This was taken at our wedding.|The light was bad.|It's for Instagram.|My kids took it.|This is my favourite photo of the {n}.|hello!|Hi there,|so I have this photo of a {n} and|Look at this one.|As you can see there is a {n}.|I like the {n}.|The {n} is great.|The {n} came out well.|okay so|I'm not a professional, but|Not bad, but|Last year we visited a {n} and I shot this from a moving bus, so it is not perfect.|My {n} is in the picture.|I have been thinking about this for a while:|We were standing next to a {n} when I took this.|this pic is for a poster,|good morning,|This photo is almost perfect.""".split(
    "|"
)
_REASON = """ because it ruins the composition| because it distracts from the {n}| since it's for a card| because I don't like it| so that the {n} stands out| to make the {n} look better| because my wife says so| as it draws too much attention| since we sold it last year| because nobody should see it| so I can use it as a wallpaper| before I print it| for the cover of my book|, it's just wrong| as my {n} would like that|, it would match the {n}| to give it more balance| so the {n} is the star| because it hides the {n}|, it makes me think of a {n}| so we can see the {n}| for the {n} club website""".split(
    "|"
)
_KEEP = """ but keep the {n}| but don't touch the {n}| but leave the {n} alone|, don't change the {n}| without changing the {n}| and leave the {n} as it is|, the {n} must stay|, keep the {n} though| but not the {n}|. Do not touch the {n}.|. The {n} should stay.|, but the {n} stays| while keeping the {n}|, just not the {n}|. Leave the {n} where it is| but please keep the {n} in the picture| and do nothing to the {n}| (not the {n})| without affecting the {n}|, but never the {n}|. I like the {n}, so leave it|, preserve the {n}| - keep the {n} unchanged| but make sure the {n} isn't changed|. don't remove the {n}|. don't replace the {n} though|, no changes to the {n}""".split(
    "|"
)
_JOIN = [" and ", " and ", " and ", ", ", ", and ", ", then ", " and then ", " then ", ". ", ". ", "; ", ", also ", " & ", ". Then ", ". Also, ", " plus ", " and also ", ", afterwards ", ". After that ", "\n", ", ", ". And ", " while you're at it ", ", next ", " as well as "]  # fmt: skip


def sample(rng: random.Random, *, full: bool, nouns: Sequence[str] = (), captions: Sequence[str] = ()) -> Sample:
    """A fresh sample; ``full`` ones have reply, prompts and controls too.

    ``nouns`` and ``captions`` are further things that references and photos may show.
    """
    made = _draw(rng)
    if nouns:
        text = made.instruction.lower()
        for number, (kind, noun) in made.references.items():
            if kind == "picture" and noun not in text and rng.random() < 0.35:
                made.references[number] = (kind, rng.choice(nouns))
    if captions and made.photo is not None and rng.random() < 0.35:
        made = replace(made, photo=rng.choice(captions))
    return said.complete(rng, made, full)


def _draw(rng: random.Random) -> Sample:
    draw = rng.random()
    if draw < 0.09:
        made = follow.follow_up(rng)
        if made is not None:
            return Sample(*made)
    if draw < 0.11:
        return _chat(rng)
    if draw < 0.145:
        return _generated(rng)
    return _edit(rng)


def samples(
    seed: int, *, full_share: float = 0.4, nouns: Sequence[str] = (), captions: Sequence[str] = ()
) -> Iterator[Sample]:
    """Samples without end."""
    rng = random.Random(seed)
    while True:
        yield sample(rng, full=rng.random() < full_share, nouns=nouns, captions=captions)


def edit_clauses(rng: random.Random, scene: Scene, count: int) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    """Marked text of ``count`` wishes and their operations."""
    parts: list[Clause] = []
    operations: list[tuple[str, dict[str, Any]]] = []
    while len(parts) < count:
        sampler = rng.choices(list(SAMPLERS), list(SAMPLERS.values()))[0]
        if sampler in _ALONE and (count > 1 and rng.random() < 0.9):
            continue
        clause = sampler(scene, 0)
        parts.append(replace(clause, text=renumber(clause.text, len(operations))))
        # "same" names the operation of the clause whose object is meant; both count from the clause's beginning.
        start = len(operations)
        operations += [(n, {k: v + start if k == "same" else v for k, v in f.items()}) for n, f in clause.operations]
    text = _polite(rng, parts[0])
    for clause in parts[1:]:
        joint = rng.choice(_JOIN)
        if not clause.imperative and rng.random() < 0.6:
            joint = rng.choice([". ", ". ", ", ", ". Also ", " and ", "; ", ". And "])
        text += joint + (_polite(rng, clause) if rng.random() < 0.15 else clause.text)
    return text, operations


def _polite(rng: random.Random, clause: Clause) -> str:
    if not clause.imperative:
        return clause.text
    draw = rng.random()
    if draw < 0.38:
        return f"{' '.join(rng.choice(_BEFORE).split())} {clause.text}"
    if draw < 0.44:
        return f"{rng.choice(_GERUND)} {gerund(clause.text)}"
    return clause.text


def _edit(rng: random.Random) -> Sample:
    scene = Scene(rng)
    if rng.random() < 0.12:
        scene.numbers = rng.sample(range(1, 4), 3)
    count = rng.choices([1, 2, 3, 4], [60, 25, 10, 4])[0]
    text, operations = edit_clauses(rng, scene, count)
    noun = phrases.any_noun(rng)[1]
    other = rng.choice([noun, noun, "people", "sky", "colours", "rest", "background", "light", "faces", "animals"])
    draw = rng.random()
    if draw < 0.07:
        text = f"{rng.choice(_CONTEXT)} {text}"
    elif draw < 0.13:
        text += rng.choice(_REASON)
    elif draw < 0.22:
        text += rng.choice(_KEEP).replace("{n}", other)
    elif draw < 0.32:
        text += rng.choice(_AFTER)
    elif draw < 0.34:
        text = f"{rng.choice(['keep the', 'leave the', 'do not touch the', 'without touching the', 'I love the', 'besides the'])} {other}{rng.choice([', but', ' but', ',', ' and'])} {text}"
    if rng.random() < 0.04:
        text = f"{rng.choice(_CONTEXT)} {text}"
    text = text.replace("{n}", noun)
    photo = said.scene_of(rng) if rng.random() < 0.9 else None
    return finish(rng, scene, text, operations, photo)


def finish(
    rng: random.Random,
    scene: Scene,
    text: str,
    operations: list[tuple[str, dict[str, Any]]],
    photo: str | None,
) -> Sample:
    """Noise, then the fields as they stand in the noisy text."""
    text = noisy(rng, text)
    plain, found = collect(text)
    made = []
    for index, (name, fixed) in enumerate(operations):
        fields: dict[str, Any] = {
            field: " ".join(found[f"{index}{letter}"].split())
            for letter, field in (("o", "object"), ("t", "target"), ("w", "where"), ("a", "amount"))
            if f"{index}{letter}" in found and field not in fixed
        }
        if "same" in fixed:
            fields["object"] = " ".join(found[f"{fixed['same']}o"].split())
        made.append(
            Operation(op=words.OPS[name], **{k: v for k, v in fixed.items() if k not in ("number", "same")}, **fields)
        )
    references = {n: (kind, noun) for n, (kind, noun, _) in scene.refs.items()}
    return Sample(re.sub(r"[ \t]+", " ", plain).strip(), tuple(made), references, photo)


def _generated(rng: random.Random) -> Sample:
    scene = Scene(rng)
    clause = scenes.generate(scene, 0)
    text = clause.text if rng.random() < 0.7 else f"{rng.choice(_BEFORE)} {clause.text}"
    bare = not re.match(r"(a|generate|create|make|draw|paint|imagine|render|produce|design|I|one) ", clause.text)
    photo = None if bare or rng.random() < 0.8 else said.scene_of(rng)
    return finish(rng, scene, " ".join(text.split()), [(name, dict(fixed)) for name, fixed in clause.operations], photo)


def _chat(rng: random.Random) -> Sample:
    scene = Scene(rng)
    if rng.random() < 0.45:
        hero = f"[ref#{1}]"
        if rng.random() < 0.6:
            hero, _, _ = scene.ref("picture")
            fixed: dict[str, object] = {"ref": 1}
            body = hero
        else:
            from training.planner.spans import mark

            fixed, body = {}, f"a {mark('0o', phrases.core(rng, 0.3))}"
        lead = rng.choice(
            [
                "tell a story about",
                "make a story of",
                "a story in four pictures about",
                "write and illustrate a story with",
                "a comic of three pictures about",
                "tell me a bedtime story with pictures about",
                "illustrate a short story about",
            ]
        )
        return finish(rng, scene, f"{lead} {body}", [("generate", fixed)], None)
    text = rng.choice(
        """hello|hi|thanks|thank you!|great, I like it|who are you?|what can you do?|how does this work?|nice|perfect|wow|good morning|ok|cool, thanks|that looks great|are you a robot?|I'm done|goodbye|what is your name|can you help me?|help|how are you?|that's all for now|no thanks|looks good to me|what formats can you read?|yes|no|lol|you are great|I am happy with it|never mind|just testing|asdf|test|nothing|don't change anything|leave it as it is|keep it like this|do nothing|it is perfect as it is|how do I use this?|awesome work|what time is it?|tell me a joke""".split(
            "|"
        )
    )
    return finish(rng, scene, text, [], said.scene_of(rng) if rng.random() < 0.8 else None)
