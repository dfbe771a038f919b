"""How people ask for changes of light, colour, style and mood."""

# ruff: noqa: E501 (tables of phrases read best with one phrase a line)

from __future__ import annotations

import random

from training.planner import words as w
from training.planner.phrases import Scene, any_noun, core, pointed, the
from training.planner.spans import Clause, article, expand, mark

_PHOTO = "(the|this|my|the whole|the entire|) (photo|picture|image|shot|pic|scene|whole thing|photograph)"
_IT = f"(it|it|it all|everything|this|[photo]|{_PHOTO}|{_PHOTO}|{_PHOTO})"


def amount_of(rng: random.Random, i: int, p: float = 0.35) -> str:
    """An amount, marked, with probability ``p``."""
    return mark(f"{i}a", rng.choice(w.SLIGHT)) if rng.random() < p else ""


def part(rng: random.Random, key: str) -> str:
    """A part of the picture whose look can be changed."""
    if rng.random() < 0.6:
        noun = rng.choice(w.SURFACES)
        if rng.random() < 0.12:
            noun = f"{rng.choice(w.ADJECTIVES)} {noun}"
        if rng.random() < 0.08:
            noun = (
                rng.choice(
                    ["woman's", "man's", "dog's", "bride's", "girl's", "boy's", "cat's", "car's", "child's", "house's"]
                )
                + " "
                + noun
            )
        elif rng.random() < 0.08:
            noun = f"{noun} of the {any_noun(rng)[1]}"
    else:
        noun = core(rng, 0.25)
    if rng.random() < 0.05:
        noun = (
            rng.choice(["everything", "all"])
            + rng.choice([" but the ", " except the ", " except for the ", " around the ", " other than the "])
            + noun
        )
        return mark(key, noun)
    return the(rng, key, noun)


def adjust(scene: Scene, i: int = 0) -> Clause:
    """Change light or colour, everywhere or of a part."""
    rng = scene.rng
    form = rng.random()
    local = rng.random() < 0.55
    thing = part(rng, f"{i}o") if local else expand(rng, _IT)
    if local and rng.random() < 0.04:
        marker, number, _ = scene.ref("picture")
        return Clause(
            f"make {marker} {mark(f'{i}t', rng.choice(w.COLOURS))}", (("adjust", {"object": marker, "ref": number}),)
        )
    if form < 0.30:  # comparatives: make the sky bluer
        canonical = rng.choice(list(w.LOOKS))
        look = mark(f"{i}t", rng.choice(w.LOOKS[canonical].split("|")))
        amount = amount_of(rng, i, 0.4)
        template = rng.choices(
            [
                "(make|make|get|render|let's make|have|turn|keep) {x} {a} {t}",
                "{t} {x}",
                "{x} {a} {t}",
                "(give|bring|let) {x} {a} {t}",
                "{a} {t}",
                "{x} (should|could|must|needs to|has to|ought to|might) (be|look|get|become) {a} {t}",
                "(I|we) (want|need|would like|'d like|prefer|wish) {x} (to be |to look |) {a} {t}",
                "(can|could) {x} be {a} {t}?",
                "(make|get) {x} {t},? {a}",
            ],
            [7, 0.4, 0.7, 0.7, 0.0 if local else 3.0, 2, 1.2, 0.5, 0.6 if amount else 0],
        )[0]
        return Clause(
            filled(rng, template, x=thing, a=amount, t=look),
            (("adjust", {}),),
            template.startswith(("(make|", "(give")),
        )
    if form < 0.48:  # verbs: brighten the face
        canonical = rng.choice(list(w.LOOK_VERBS))
        verb = rng.choice(w.LOOK_VERBS[canonical].split("|"))
        text = filled(
            rng,
            rng.choice(
                ["{v} {x} {a}", "{v} {x} {a}", "{v} {x} (by|) {a}", "(slightly|) {v} {x}"]
                if rng.random() < 0.9
                else ["(a bit of|some) {v2} {x}"]
            ),
            v=verb,
            x=thing,
            a=amount_of(rng, i, 0.4),
            v2=f"{verb.split(' ')[0]} for",
        )
        return Clause(
            text.replace("slightly " + verb, mark(f"{i}a", "slightly") + " " + verb),
            (("adjust", {"target": canonical}),),
        )
    if form < 0.62:  # complaints: the sky looks dull
        canonical = rng.choice(list(w.COMPLAINTS))
        complaint = rng.choice(w.COMPLAINTS[canonical].split("|"))
        template = rng.choice(
            [
                "{x} (is|looks|seems|turned out|came out|feels|appears|are|look|is just|looks kind of|is really) {c}(| in my opinion| to me| here)",
                "{x} (is|looks|seems) {c}(,|, can you|;|.|, please) (fix that|fix it|correct it|help|do something|make it better|correct that|sort that out|adjust)",
                "{c}",
                "(why is|why does) {x} {c}?",
                "(fix|correct) {x}, (it's|it is|they are) {c}",
                "(I find|i think|I think|we find|i feel) {x} (is|looks|) {c}",
                "{x} {c}",
            ]
        )
        if template == "{c}" and local:
            template = "{x} is {c}"
        return Clause(filled(rng, template, x=thing, c=complaint), (("adjust", {"target": canonical}),), False)
    if form < 0.68 and True:  # there is too much contrast
        canonical = rng.choice(list(w.TOO_MUCH))
        quality = rng.choice(w.TOO_MUCH[canonical].split("|"))
        where = f" in {thing}" if local else ""
        template = rng.choice(
            [
                "(there is|there's|it has|that's|we have) too much {q}{x}",
                "too much {q}{x}",
                "(way|far) too much {q}{x}",
                "{x2} has (too much|way too much) {q}",
            ]
        )
        return Clause(filled(rng, template, q=quality, x=where, x2=thing), (("adjust", {"target": canonical}),), False)
    if form < 0.76 and not local:  # effects
        effect = mark(f"{i}t", rng.choice(w.EFFECTS))
        return Clause(
            filled(
                rng,
                "(add|give it|apply|put|I want|put in|bring in|needs|it needs|could use) {a} {t}(| to (it|the photo|the picture|this))",
                a="",
                t=effect,
            ),
            (("adjust", {}),),
        )
    if not local and form < 0.86:  # less contrast, more light
        look = rng.choice(
            ["more", "less", "some more", "a bit less", "a bit more", "increase", "reduce", "boost", "lower", "raise"]
        )
        quality = rng.choice(
            "contrast|saturation|brightness|colour|light|shadows|highlights|exposure|vibrance|warmth|temperature|blacks|clarity".split(
                "|"
            )
        )
        if look.split()[-1] in ("more", "less"):
            words = look.split()
            amount = mark(f"{i}a", " ".join(words[:-1])) + " " if len(words) > 1 and words[0] == "a" else ""
            return Clause(f"{amount}{mark(f'{i}t', words[-1] + ' ' + quality)}", (("adjust", {}),), False)
        direction = {"increase": "more", "boost": "more", "raise": "more", "reduce": "less", "lower": "less"}[look]
        targets = {"contrast": f"{direction} contrast", "brightness": "brighter" if direction == "more" else "darker",
                   "exposure": "brighter" if direction == "more" else "darker", "warmth": "warmer" if direction == "more" else "cooler",
                   "saturation": "more vivid" if direction == "more" else "less saturated"}  # fmt: skip
        quality = rng.choice(list(targets))
        return Clause(
            f"{look} the {quality} {('by ' + amount_of(rng, i, 1)) if rng.random() < 0.3 else ''}".strip(),
            (("adjust", {"target": targets[quality]}),),
        )
    # Colours: paint the door blue.
    thing = part(rng, f"{i}o")
    colour = mark(f"{i}t", rng.choice(w.COLOURS if rng.random() < 0.85 else [*w.LOOKS["black and white"].split("|")]))
    template = rng.choice(
        [
            "(make|make|paint|colour|color|turn|dye|tint|recolor|recolour|have|spray|render|get) {x} {t}",
            "(change|turn|switch|set|alter) {x} (to|into) {t}",
            "(change|set|switch) the (colour|color) of {x} (to|into|from whatever it is to) {t}",
            "{x} (should|must|could) be {t}",
            "{x} in {t}(| please)",
            "{x} {t}",
            "(I|we) want {x} (to be |in |){t}",
            "(can|could) {x} be {t}(?|)",
            "give {x} (a|some) {t} (colour|color|tint|shade|look)",
            "{x} (would look|looks) (better|nicer|great|cooler) (in|if it was) {t}",
            "(let|have) {x} be {t}",
            "I('d like| want| would like) {x} {t} (instead|rather than this|not that boring colour)",
        ]
    )
    return Clause(
        filled(rng, template, x=thing, t=colour, c=rng.choice(w.COLOURS)),
        (("adjust", {}),),
        template[1:4] in ("mak", "cha", "set"),
    )


def filled(rng: random.Random, template: str, **slots: str) -> str:
    """Expand the template before its slots are filled, so that bars and brackets of the fillings stay."""
    text = expand(rng, template)
    for name, filling in slots.items():
        text = text.replace("{" + name + "}", filling)
    return " ".join(text.split()).replace(" ,", ",")


def style(scene: Scene, i: int = 0) -> Clause:
    """Another style, from a picture or from words."""
    rng = scene.rng
    local = rng.random() < 0.15
    thing = part(rng, f"{i}o") if local else expand(rng, _IT)
    if rng.random() < 0.45:
        marker, number, _ = scene.ref("picture")
        template = rng.choice(
            [
                "(change|turn|convert|render|restyle|redo|repaint|transform|make|draw|paint|redraw|edit|bring) {x} (to|in|into|using|with|after) the (style|look|artistic style|manner|brush work|palette|technique|aesthetic|art style) of {m}",
                "(make|have|let) {x} look like {m}",
                "(use|apply|take|copy|borrow|transfer|put|steal) the (style|look|colours and texture|art style|technique|palette|visual style|treatment) (of|from|in) {m}(| (on|to|for) {x})",
                "(style|stylize|stylise|paint|render) {x} (like|as in|after|based on|with) {m}",
                "in the style of {m}",
                "(same|similar) style as {m}(| please)",
                "{m} style(| please)",
                "(I|we) want {x} (in the style of|styled like|painted like|to look like|drawn like) {m}",
                "{x} (as if|like) (it was|it were|) painted (by the artist of|like) {m}",
                "use {m} as (a|the) style(| reference| for {x}| guide)",
                "(match|imitate|mimic|follow) the (style|look) of {m}",
                "with {m} as style reference, (restyle|redo|repaint) {x}",
                "(give|lend) {x} the (look|style|feel) of {m}",
            ]
        )
        return Clause(
            filled(rng, template, x=thing, m=marker),
            (("style", {"ref": number}),),
            template.startswith(("(change", "(make", "(use", "(style", "use", "(match", "(give")),
        )
    name = rng.choice(w.STYLES)
    named = mark(f"{i}t", name)
    template = rng.choice(
        [
            "(make|have|let|get|I want) {x} (look like|into|resemble|look as|appear as|look like it is) {n}",
            "(turn|change|convert|transform|make) {x} (into|to) {n}",
            "in {t} style(| please)",
            "(render|paint|draw|redo|repaint|restyle|do|redraw|show) {x} (as|like|in the style of|in the manner of) {n}",
            "{t} style(| please|)",
            "(apply|use|try|put on) {n} (style|filter|effect|look)(| on {x}| to {x})",
            "(give|lend) {x} {n} (look|style|effect|feel|treatment)",
            "as {n}(| please)",
            "{x} (as|like|in the style of) {n}",
            "(I|we) (want|would like|need|fancy) {x} (in|as|to look like) {n}(| style)",
            "(make it|go|make this) {t}",
            "(a|some) {t} (look|effect|filter|version)( please|)",
            "like {n}",
            "(could|can) {x} (be|look like) {n}?",
            "(stylize|stylise) (it|{x}) as {n}",
            "what would {x} look like as {n}?",
        ]
    )
    bare = rng.random() < 0.35 or name[0].isupper() or "style" in template
    return Clause(
        filled(rng, template, x=thing, t=named, n=named if bare else f"{article(name).split()[0]} {named}"),
        (("style", {}),),
        template[0] == "(" and template[1] in "mtragh",
    )


def mood(scene: Scene, i: int = 0) -> Clause:
    """Another mood, time of day or weather, from music, sound, picture or words."""
    rng = scene.rng
    local = rng.random() < 0.05
    thing = part(rng, f"{i}o") if local else expand(rng, _IT)
    if rng.random() < 0.5:
        kind = rng.choices(["music", "sound", "picture"], [6, 1.3, 1.6])[0]
        marker, number, noun = scene.ref(kind)
        m = (
            pointed(rng, scene, number, marker, noun, kind)
            if kind == "music"
            else rng.choice([marker, f"this {marker}", f"what is in {marker}"])
        )
        template = rng.choice(
            [
                "(make|let|have) {x} (feel|look and feel|feel more) like {m}",
                "(modify|change|edit|transform|adapt|adjust|alter|tune|grade) {x} to (convey|match|reflect|fit|evoke|express|suit|capture|go with|carry|echo) "
                "(|the (feeling|mood|vibe|atmosphere|emotion|feel|spirit) of) {m}",
                "(match|fit|adapt|adjust|tune) {x} to (the (mood|feeling|tempo|vibe|atmosphere|rhythm) of|) {m}",
                "(give|lend) {x} the (mood|feel|feeling|atmosphere|vibe|emotion) of {m}",
                "(the|same|a) (mood|feeling|vibe|atmosphere) (of|as|like|from) {m}(| please)",
                "make it feel (the way {m} sounds|as {m} sounds|like listening to {m})",
                "{x} should feel like {m}",
                "(use|take) (the (mood|feeling|vibe) of|) {m} (for|as) the (mood|atmosphere)(| of {x})",
                "(set|bring) the mood (to|of|with|from) {m}",
                "(I|we) want (it|{x}) to feel like {m}",
                "(let|have) {m} (set|guide|inspire|define|determine) the (mood|atmosphere|light|colours)",
                "as if {m} (was|were|is) playing(| in the background)",
                "with the (mood|feel|atmosphere|vibe) of {m}",
                "(something|it) (that|which) (fits|matches|goes with) {m}",
                "(inspired by|in the mood of) {m}",
                "{x} (goes|should go) with {m}, (change|adapt) the (mood|colours)",
                "(feel|feels) like {m}",
                "colours that (fit|match) {m}",
                "match {m}",
                "(make|can you make|could) {x} (be |)(more|a bit more|much more) {j}(,|) (like|as in|the way|just like) {m}",
                "{j}(,|) like {m}",
                "(make|let) {x} as {j} as {m}",
            ]
        )
        feel = rng.choice([adjective for adjective in w.MOOD_ADJECTIVES if " " not in adjective])
        return Clause(
            filled(rng, template, x=thing, m=m, j=feel),
            (("mood", {"ref": number}),),
            template[:2] in ("(m", "(g", "(u", "(s", "ma"),
        )
    if rng.random() < 0.55:
        name = rng.choice(w.MOODS)
        head, _, rest = name.partition(" ")
        shown = f"{head} {mark(f'{i}t', rest)}" if head in ("a", "an", "the") and rest else mark(f"{i}t", name)
        template = rng.choice(
            [
                "(make|let|have) {x} (look|feel|seem|appear) (like|as if it (was|were|is)) {t}",
                "(turn|change|convert|transform|make) (|{x}) (into|to) {t}",
                "turn (the|) (day|night|scene|daylight|afternoon) into {t}",
                "as if (it (was|were|is)|taken (at|in|during|on)|shot (at|in|on)) {t}",
                "make it {t}(| time)",
                "(change|set) the (time|time of day|season|weather|lighting|atmosphere) to {t}",
                "like {t}",
                "(I|we) want (it|{x}) to (feel|look|be) like {t}",
                "(give|lend) (it|{x}) (the|a) (mood|feel|feeling|light|look|atmosphere) of {t}",
                "{t} (mood|light|atmosphere|lighting|vibe|vibes|feeling)(| please)",
                "{x} (at|in|during) {t}",
                "it should (be|look like|feel like) {t}",
                "(relight|grade) {x} (as|for|to look like) {t}",
                "what would (it|this|the place) look like (at|in|during) {t}?",
                "let it be {t}",
                "(let it|make it) {t}",
                "(I wish|if only) it (was|were) {t}",
                "it was {t} when we were there, (show|make it look like) that",
            ]
        )
        return Clause(
            filled(rng, template, x=thing, t=shown),
            (("mood", {}),),
            template[:2] in ("(m", "(t", "tu", "ma", "(g", "(r", "(c"),
        )
    name = mark(f"{i}t", rng.choice(w.MOOD_ADJECTIVES))
    amount = amount_of(rng, i, 0.2)
    template = rng.choice(
        [
            "(make|let|have) {x} (|feel|look|seem|appear) {a} {t}",
            "(a|some|give it a) {t} (mood|feeling|atmosphere|vibe|feel|look)( please|)",
            "(give|lend) {x} a {t} (mood|feel|feeling|atmosphere|vibe|touch|look)",
            "{x} should (feel|look|be) {a} {t}",
            "{a} {t}(| please)",
            "(I|we) want (it|{x}|this) (to feel|to look|to be|) {a} {t}",
            "(create|set|bring in|evoke) a {t} (mood|atmosphere|feeling|ambience)",
            "(it|this|{x}) (needs|could use) a {t} (mood|feeling|atmosphere)",
            "the (mood|atmosphere) should be {a} {t}",
            "something {a} {t}",
            "turn the (mood|atmosphere|vibe) {t}",
        ]
    )
    return Clause(
        filled(rng, template, x=thing, a=amount, t=name),
        (("mood", {}),),
        template[:2] in ("(m", "(c") or template.startswith("(give"),
    )
