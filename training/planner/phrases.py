"""How people ask for edits: one sampler for each operation, each giving marked text and what it means."""

# ruff: noqa: E501 (tables of phrases read best with one phrase a line)

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from training.planner import words as w
from training.planner.spans import Clause, article, expand, mark

_BASES = w.CATEGORIES
_WEIGHTS = {"animal": 3, "person": 3, "vehicle": 2, "plant": 1.5, "food": 1, "thing": 4, "building": 1.5, "nature": 1}


@dataclass
class Scene:
    """What one instruction draws from: its random numbers and the references made so far.

    Attributes
    ----------
    refs
        Number to (kind, noun, category).
    numbers
        Numbers still to be given out, in the order in which markers are written.
    """

    rng: random.Random
    refs: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    nouns: list[str] = field(default_factory=list)

    def ref(self, *kinds: str, noun: str = "") -> tuple[str, int, str]:
        """A new reference: its marker, number and noun."""
        rng = self.rng
        kind = rng.choice(kinds)
        number = self.numbers.pop(0) if self.numbers else len(self.refs) + 1
        while number in self.refs:
            number += 1
        if kind == "picture":
            category, noun = ("any", noun) if noun else any_noun(rng)
        elif kind == "sound":
            category, noun = "sound", rng.choice(list(w.SOUNDS))
        else:
            category, noun = "music", rng.choice(w.MUSIC)
        self.refs[number] = (kind, noun, category)
        return f"[ref#{number}]", number, noun


def any_noun(rng: random.Random, *categories: str) -> tuple[str, str]:
    """A category and a noun of it."""
    names = list(categories or _BASES)
    category = rng.choices(names, [_WEIGHTS[n] for n in names])[0]
    return category, rng.choice(_BASES[category])


def is_plural(noun: str) -> bool:
    """Whether the noun takes no singular article."""
    last = noun.rsplit(maxsplit=1)[-1]
    return last in w.PLURAL_WORDS or last in w.MASS_WORDS


_OWNERS = (
    "grandma's|wife's|neighbour's|man's|woman's|dog's|kid's|brother's|mum's|boss's|driver's|girl's|boy's|friend's|bride's|"
    "baby's|dad's|cat's|company's|tourist's"
).split("|")


def core(rng: random.Random, rich: float = 0.35, *categories: str) -> str:
    """A noun phrase without its article: now and then with adjectives or a clause."""
    _, noun = any_noun(rng, *categories)
    if not categories and rng.random() < 0.05:
        return rng.choice(w.GROUPS)
    if not categories and rng.random() < 0.012:
        who = rng.choice(["her", "him", "me", "us", "the car", "the house", "them", "the couple"])
        where = rng.choice(["behind", "next to", "in front of", "around", "above", "beside", "under"])
        return f"{rng.choice(['what is', 'whatever is', 'everything', 'stuff', 'thing', 'area', 'wall', 'things'])} {where} {who}"
    if not categories and rng.random() < 0.04:
        noun = rng.choice([x for x in w.SURFACES if x not in ("background", "foreground")])
    if rng.random() < 0.12 and not is_plural(noun) and " " not in noun and noun[-1] not in "shy":
        noun += "s"
    if rng.random() < rich:
        noun = f"{rng.choice(w.ADJECTIVES)} {noun}"
        if rng.random() < 0.12:
            noun = f"{rng.choice(w.ADJECTIVES)} {noun}"
    if not categories and rng.random() < 0.035:
        noun = f"{rng.choice(_OWNERS)} {noun}"
    if rng.random() < rich * 0.45:
        noun = f"{noun} {rng.choice(w.CLAUSES)}"
    return noun


def the(rng: random.Random, key: str, phrase: str) -> str:
    """The phrase marked, behind a determiner or (rarely) none."""
    determiner = rng.choices(
        [
            "the",
            "that",
            "this",
            "my",
            "those",
            "these",
            "all the",
            "all",
            "his",
            "our",
            "",
            "a",
            "both",
            "the whole",
            "any",
            "every",
            "one of the",
            "the two",
            "the 2",
            "the three",
            "your",
            "their",
            "everyone's",
        ],
        [52, 9, 6, 6, 3, 2, 3, 1.5, 1.5, 1.5, 8, 1, 0.6, 0.5, 0.4, 0.4, 0.3, 1.2, 0.4, 0.5, 0.4, 1.0, 0.1],
    )[0]
    return f"{determiner} {mark(key, phrase)}".strip()


def new(rng: random.Random, key: str, phrase: str) -> str:
    """A new thing, marked, with a or an or nothing."""
    if is_plural(phrase) or phrase.endswith("s"):
        determiner = rng.choice(["", "", "some", "some", "a few", "two", "three"])
    else:
        determiner = rng.choices(
            [article(phrase).split()[0], "", "the", "another", "one", "some kind of"], [80, 8, 2, 5, 2, 1]
        )[0]
    return f"{determiner} {mark(key, phrase)}".strip()


def pointed(rng: random.Random, scene: Scene, number: int, marker: str, noun: str, kind: str) -> str:
    """A marker as people write it, sometimes with words around it."""
    if rng.random() < 0.6:
        return marker
    if kind == "picture":
        return expand(
            rng,
            "(the (thing|object|one|subject) (in|from|of|shown in) {m}|{m} here|this {m}|what is in {m}|what you see in {m}|picture {m}|the "
            "picture {m}|this thing {m}|the content of {m}|what's in {m}|image {m}|({m})|my {m}|the {m})",
            m=marker,
        )
    if kind == "sound":
        return expand(
            rng,
            "(the (thing|animal|one) (you hear in|that makes|making) {m}|whatever makes (this sound|the noise) {m}|what you hear in {m}|the sound {m}|what "
            "sounds like {m}|the source of {m}|the thing heard in {m}|the thing from {m}|{m} sound)",
            m=marker,
        )
    return expand(
        rng,
        "(the (music|song|tune|track|melody) (in|from|of|) {m}|{m}|this (song|music|track) {m}|the (feeling|vibe|mood) of {m}|the soundtrack {m})",
        m=marker,
    )


def content(
    rng: random.Random, scene: Scene, i: int, key: str = "t", by_ref: float = 0.5
) -> tuple[str, dict[str, object]]:
    """New content, by reference or in words: its text and the fixed fields that it brings."""
    if rng.random() < by_ref:
        kind = rng.choices(["picture", "sound"], [4, 1.4])[0]
        marker, number, noun = scene.ref(kind)
        if kind == "picture" and rng.random() < 0.3:
            # The user names the thing and points to its picture.
            name = (
                noun
                if rng.random() < 0.8
                else rng.choice(["guy", "one", "pet", "animal", "vehicle", "logo", "building"])
            )
            text = expand(
                rng,
                "(the|this|my|a) "
                + mark(f"{i}{key}", name)
                + " (from|in|of|shown in|as in|like in|you see in) "
                + marker,
            )
            return text, {"ref": number}
        return pointed(rng, scene, number, marker, noun, kind), {"ref": number}
    if key == "t" and rng.random() < 0.06:
        return (
            f"a {mark(f'{i}t', rng.choice([*w.COLOURS, 'new', 'bigger', 'nicer', 'modern', 'wooden', 'different', 'younger']) + ' one')}",
            {},
        )
    return new(rng, f"{i}{key}", core(rng, 0.4)), {}


_BESIDE = (
    "on|on|on|next to|behind|in front of|under|above|beside|near|left of|right of|to the left of|to the right of|on top of|inside|over|below|at|by|"
    "close to|in|around|against|across from|underneath|along|opposite|between the wall and"
).split("|")


def place(rng: random.Random, *more: str) -> str:
    """A place in words: a usual one, or beside some thing."""
    if rng.random() < 0.5:
        return rng.choice(w.WHERES)
    thing = rng.choice(w.SURFACES) if rng.random() < 0.2 else core(rng, 0.12)
    return f"{rng.choice([*_BESIDE, *more])} {rng.choice(['the', 'the', 'the', 'the', 'my', 'his', 'her', 'that', 'a', 'our', 'your'])} {thing}"


def removed(
    rng: random.Random, scene: Scene, i: int, where: float = 0.15, rich: float = 0.35
) -> tuple[str, dict[str, object]]:
    """The thing acted on: words, sometimes a place, sometimes a reference."""
    if rng.random() < 0.06:
        kind = rng.choices(["picture", "sound"], [4, 1])[0]
        marker, number, noun = scene.ref(kind)
        return pointed(rng, scene, number, marker, noun, kind), {"object": marker, "number": number}
    if rng.random() < 0.04:
        text = rng.choice(["everything", "everybody", "everyone", "all", "anything"]) + rng.choice(
            [" but the ", " except the ", " except for the ", " apart from the "]
        )
        return mark(f"{i}o", text + core(rng, 0.2)), {}
    text = the(rng, f"{i}o", core(rng, rich))
    if rng.random() < where:
        text += " " + mark(f"{i}w", place(rng, "off", "from") if rng.random() < 0.8 else "from the " + core(rng, 0.1))
    return text, {}


REMOVE = (
    "(remove|remove|remove|delete|erase|get rid of|take out|take away|lose|clone out|edit out|paint out|photoshop out|cut out|eliminate|"
    "wipe out|heal away|clean away|clear away|drop|rub out|scrub|zap|hide|strip out|clear|scrap|make invisible|take off|airbrush out|cover up|wipe|ditch|"
    "leave out|discard|retouch away|make disappear|get|remove away|clean up|trim away|spot heal) {o}(||||| (please|completely|entirely|from the (picture|photo|image|shot|scene)|from (here|this "
    "one|my photo|[photo]|it)|for me|if (possible|you can)|out of (there|the (picture|shot|frame))|altogether|cleanly|as if it was never there))",
    "(wipe|take|get|clean|scrape|peel|rub|remove|erase|lift|pull) {o} (off|from|off of|out of) (the|my|his|her|that|this) {p}",
    "(there is|there's|I see|we have|I've got|there are) {o}(| there| in it| in the picture)(, fix (that|it) by taking it out|, (please |)(remove|delete|erase) (it|them|that)|, get rid of it|. (remove|take|lose) it(| out| away)|, take it out| that should go| which has to go| and I want it gone)",
    "(my|the) {n} (is|was) (here|in this picture|in the photo|standing there). (can you |could you |please |)(make (him|her|it) disappear|remove (him|her|it)|take (him|her) out|get rid of (him|her|it)|erase (him|her))",
    "(take|get|edit|cut|crop|paint|clone|photoshop|airbrush|move|keep|leave) {o} (out|away|out of (here|there|the (picture|photo|frame|shot|image|way))|off( the (picture|photo))?)",
    "make {o} (disappear|vanish|go away|invisible|gone)",
    "have {o} (removed|gone|taken out|deleted|erased)",
)
REMOVE_SENT = (
    "{o} (has|have|needs|need|must|should|ought) to (go|disappear|be removed|vanish|be gone)",
    "(I|i|we) (don't|dont|do not|really don't|don't really) (want|like|need|want to see|need to see) {o}( here| in (the|this|my) (picture|photo|shot)| anymore| there||)",
    "{o} (spoils|spoil|ruins|ruin|kills|wrecks) (it|the (shot|picture|photo|view|mood|scene|composition)|everything|this otherwise nice picture|my photo)",
    "{o} (is|are|looks|seems|is so|are really|is really|is very|are) (distracting|ugly|annoying|in the way|unnecessary|awful|disturbing|not needed|an eyesore|unwanted|out of place|superfluous|bothering me)",
    "(I|we) (could|can|would) do without {o}",
    "(no|no more|without|minus|sans|less) {o}(|| please|, please)",
    "{o} (bothers|annoys|bother|irritates|disturbs|distracts) me",
    "(I|i) (hate|can't stand|wish I could get rid of|would rather not see|am tired of|never wanted|didn't want) {o}",
    "(why is|what is|how come there is|who put) {o} (there|doing there|here|in my photo)? (it should not be there|take it away|remove it|not nice)",
    "{o} (shouldn't|should not|was not supposed to|wasn't meant to|doesn't need to) be (there|here|in the (picture|shot)|visible)",
    "(I'd|i would|I would) (like|love|prefer|rather have) (it|the picture|this photo|this) without {o}",
    "{o} - (remove|delete|gone|out|away|get rid of it)",
    "(see|do you see|you see|spot|notice) {o}? (remove it|get rid of it|it has to go|I want it gone|take it out|please delete|lose it|erase it)",
    "(if only|I wish) {o} (wasn't|weren't|were not|was not) (there|here|in the shot)",
    "(nobody|no one) (needs|wants) to see {o}",
    "(pretend|imagine|act like|act as if|as if|make it look like|make it as if|it should look as if) {o} (was|were|had) never (there|been there|here)",
    "{o} (removed|gone|deleted|out)( please||)",
    "{o} (please remove|to remove|please delete|must to be removed|please take away|remove please|away please|begone|out of there|be gone|off please)",
    "(this|the|my) (lovely|nice|great|beautiful|perfect|) (view|photo|shot|scene|picture) is (spoiled|ruined|spoilt|destroyed) by {o}",
    "(I'm|I am|we are) not a fan of {o}",
    "(what a pity|too bad|sadly|unfortunately) (there is|there are|we have|I got) {o}( here| in the shot| in it||)",
    "{o} (was|were) (never meant to be|not supposed to be) (here|in it)",
    "(don't|dont|do not) (show|include|keep|leave) {o}",
    "{o} (is|are) (still|always) in the way",
    "(it|this|the photo|the picture) (would|will|looks|would look) (be |look |)(nicer|better|cleaner|calmer|great) without {o}",
    "{o} (has|have) no (business|place) (here|in this photo)",
    "{o} (is|are) (bugging|driving) me( crazy|)(, please fix|; remove|)",
    "{o} (is|are) (photobombing|blocking the view|covering the view|stealing the show|cluttering the frame)",
)


def remove(scene: Scene, i: int = 0) -> Clause:
    """Remove something."""
    rng = scene.rng
    imperative = rng.random() < 0.68
    if imperative and rng.random() < 0.16:
        # Several things behind one verb.
        n = rng.choice([2, 2, 2, 3, 3, 4])
        parts = [removed(rng, scene, i + k, 0.06, 0.25) for k in range(n)]
        listed = join_list(rng, [p[0] for p in parts])
        verb = expand(rng, "(remove|delete|erase|get rid of|take out|lose|clone out|edit out|take away|clean away|cut)")
        return Clause(f"{verb} {listed}", tuple(("remove", numbered(p[1])) for p in parts))
    text, fixed = removed(rng, scene, i, 0.17)
    template = rng.choices(REMOVE, [6, 0.6, 0.5, 0.25, 1.2, 0.7, 0.4])[0] if imperative else rng.choice(REMOVE_SENT)
    where = rng.choice(w.SURFACES) if rng.random() < 0.4 else core(rng, 0.1)
    named = mark(
        f"{i}o", rng.choice([*w.PEOPLE, "ex", "boss", "mother in law", "colleague", "neighbour", "teacher", "cousin"])
    )
    if "{n}" in template and scene.refs:
        template = "remove {o}"
    if "{n}" in template:
        fixed = {}
    text = expand(rng, template).replace("{o}", text).replace("{p}", where).replace("{n}", named)
    return Clause(
        text, (("remove", numbered(fixed)),), imperative and not text.startswith(("there", "I ", "my ", "we "))
    )


def numbered(fixed: dict[str, object]) -> dict[str, object]:
    """Remove, move and scale of a reference repeat its number."""
    return {"object": fixed["object"], "ref": fixed["number"]} if "number" in fixed else fixed


def join_list(rng: random.Random, parts: list[str]) -> str:
    """Parts as an enumeration."""
    last = rng.choice([" and ", " and ", " and ", ", and ", " & ", " as well as ", " plus ", " and also "])
    return ", ".join(parts[:-1]) + last + parts[-1]


REPLACE = (
    "(replace|replace|replace|swap|exchange|substitute|switch|change|trade|swap out|switch out|trade out|interchange) {o} (with|with|for|by|against) {t}",
    "(turn|change|transform|convert|make|morph|turn|modify) {o} (into|into|into|to) {t}",
    "(put|place|set|insert|use|have|show|give me|paste|stick|add) {t} (instead of|in place of|where|rather than|in lieu of) {o}",
    "(with|using|use) {t},? replace {o}",
    "(remove|take out|take away|delete|get rid of|take|lose|erase) {o} and (put|place|insert|have|add|use|set|show) {t} (there|in its place|instead|there instead|in that spot|in the same spot|in its stead|where it was)",
    "swap {o} and put {t}",
    "(replace|substitute|swap) {o} (using|through|->|=>|to|→) {t}",
)
REPLACE_SENT = (
    "{t} instead of {o}(| please| would be nice| would be better)",
    "instead of {o}(,|) (I want|put|I would like|we need|there should be|let there be|show|have|use|add|give me|place|) {t}",
    "{o} (should|must|could|needs to|has to) (be|become|turn into|be replaced by|be replaced with|be swapped for) {t}",
    "(I|i|we) (want|would like|need|would prefer|prefer|would rather have|wish to have|'d rather see) {t} (instead of|in place of|rather than|where there is|where I see) {o}",
    "{t} (in place of|instead of|for|where there is) {o}",
    "(what if|how about|imagine) {o} (was|were|became|would be|is) {t}",
    "{o} -> {t}",
    "(let|have|make) {t} take (the place of {o}|{o}'s place|over from {o}|the position of {o})",
    "(I'd|I would) (like|love) {t} to (sit|be|stand|go|lie) where {o} (is|sits|stands|was)",
    "(put|place|set) {t} where {o} (is|sits|stands|used to be|was)",
    "{o} out, {t} in",
    "{o} becomes {t}",
    "{t} for {o}(| please)",
    "{t} (replaces|replace|will replace|takes the place of|substitutes) {o}",
    "{o} (change|replace|swap) (to|with|by) {t}( please|)",
    "{o} (isn't|is not) (nice|good|what I want)(, I want|, use|; put|, better) {t}",
    "where {o} (is|sits|stands)(,|) (I'd love to see|I want to see|I'd prefer|could you put|please put) {t}",
    "(no|not) {o}(,|:| but) {t}(| please)",
    "where {o} (is|are|stands|sits|was)(,|) (put|I want|place|there should be|show) {t}",
    "(let|may) {o} (be|become) {t}",
    "(I wish|if only) {o} (was|were) {t}",
    "{t} should (take the place of|replace|stand in for|be where we see) {o}",
    "not {o}(, but| but|,) {t}",
    "(I|we) (don't|do not) (want|like|need) {o}(,|, but|;| but) (I want|rather|give me|make it|we want|put|use) {t}( instead|)",
)


def replace(scene: Scene, i: int = 0) -> Clause:
    """Replace something by something else."""
    rng = scene.rng
    template = rng.choices(REPLACE, [8, 3, 2.5, 0.8, 1.6, 0.2, 0.5])[0] if rng.random() < 0.72 else None
    target_first = False
    chosen = template or rng.choice(REPLACE_SENT)
    target_first = chosen.find("{t}") < chosen.find("{o}")
    if target_first:
        after, fixed_t = content(rng, scene, i)
        before, fixed_o = removed(rng, scene, i, 0.1, 0.3)
    else:
        before, fixed_o = removed(rng, scene, i, 0.1, 0.3)
        after, fixed_t = content(rng, scene, i)
    fixed = dict(fixed_t)
    if "object" in fixed_o:
        fixed["object"] = fixed_o["object"]
    text = expand(rng, chosen).replace("{o}", before).replace("{t}", after).replace("''", "'")
    return Clause(text, (("replace", fixed),), template is not None)


ADD = (
    "(add|add|add|put|place|insert|include|drop in|paste|paste in|drop|stick|draw|set|photoshop in|throw in|bring in|pop|plop|paint|install|plant|have|"
    "introduce|show|create|sneak in|give me|slap|position|park|make|append|squeeze in|hang|stand|overlay|import) {t}{w}",
    "(put|add|place|insert|paste|drop) {w} {t}",
    "{w}(,|) (put|add|place|insert|paste|draw|drop) {t}",
    "(let|have) {t} (stand|appear|sit|be|show up|lie|fly){w}",
)
ADD_SENT = (
    "(I|i|we) (want|would like|need|'d like|'d love|wish|want to see|would love|could use|am missing|miss) {t}{w}",
    "there (should|could|must|ought to|needs to|has to) be {t}{w}",
    "{t}{w}(| please|, please| would be nice| would be great| would be cool| would look good| is missing| wouldn't hurt)",
    "{w} (I|we) (want|would like|need|'d like) {t}",
    "{w} there (should|could|must) be {t}",
    "(it|the (picture|photo|scene)) (needs|could use|is missing|lacks|would be better with|deserves|wants) {t}{w}",
    "(what about|how about|maybe) {t}{w}?",
    "(if only|I wish) there (was|were) {t}{w}",
    "(more interesting|nicer|better|cooler) with {t}{w}",
    "{t} (should|could|must|belongs|needs to) (be|go|stand|appear|sit){w}",
    "(imagine|picture) {t}{w}",
    "with {t}{w}(| please)",
    "{t} (would look|would be|looks) (lovely|nice|great|fantastic|perfect|cute){w}",
    "(can|could|may) (we|I) (have|get|see) {t}{w}?",
    "(it|this) (looks|is|feels) (a bit |so |)(empty|bare|boring)(, add|, put in|; put|. Add|, I want) {t}{w}",
    "{t} (is|are) missing{w}",
    "(some|somebody put|someone should put) {t}{w}",
    "{t} (goes|go|belongs|has to go|please put){w}",
    "(don't you think|wouldn't it be nice if) {t} (was|were|stood|sat){w}?",
)


def add(scene: Scene, i: int = 0) -> Clause:
    """Add something."""
    rng = scene.rng
    if rng.random() < 0.1:
        parts = [content(rng, scene, i + k, "o", 0.55) for k in range(rng.choice([2, 2, 3]))]
        verb = expand(rng, "(add|put|place|insert|include|paste|drop in|I want|show)")
        where = " " + mark(f"{i + len(parts) - 1}w", place(rng)) if rng.random() < 0.3 else ""
        return Clause(
            f"{verb} {join_list(rng, [p[0] for p in parts])}{where}",
            tuple(("add", p[1]) for p in parts),
            verb != "I want",
        )
    imperative = rng.random() < 0.66
    template = rng.choices(ADD, [8, 0.6, 0.8, 0.5])[0] if imperative else rng.choice(ADD_SENT)
    after, fixed = content(rng, scene, i, "o", 0.55)
    spot = mark(f"{i}w", place(rng, "to", "into") if rng.random() < 0.88 else rng.choice(w.ADD_WHERES))
    needs = template.startswith("{w}") or " {w} " in template or ("|put" in template and "{w} {t}" in template)
    shown = spot if needs else (" " + spot if rng.random() < 0.62 else "")
    if rng.random() < 0.05:
        owner = mark(f"{i}w", f"{rng.choice(['the', 'my', 'this', 'that', 'his'])} {core(rng, 0.15)}")
        return Clause(f"give {owner} {after}", (("add", fixed),))
    return Clause(expand(rng, template).replace("{t}", after).replace("{w}", shown), (("add", fixed),), imperative)


Sampler = Callable[[Scene, int], Clause]


def introduce(scene: Scene, i: int = 0) -> Clause:
    """A reference is introduced first, then used by a pronoun or a second mention."""
    rng = scene.rng
    kind = rng.choices(["picture", "sound", "music"], [6, 1, 1.5])[0]
    marker, number, noun = scene.ref(kind)
    spoken = noun if kind == "picture" else ("song" if kind == "music" else "sound")
    lead = expand(
        rng,
        "({m} (is|shows|has) (my|a|the|our) {n}(.|,| and|;)|here is (my|a|our) {n}(:|,|) {m}(.|,|)|(this is|that's) (my|our|a) {n} {m}(.|,|)|(see|look at|take|open) {m}(.|,| and|:)|I attached {m}(.|,|)|I (have|added|uploaded) (a|my) {n} {m}(.|,| and)|(given|using|with|from) {m},|{m}:)",
        m=marker,
        n=spoken,
    )
    it = expand(rng, "(it|it|this|that|{m})", m=marker)
    if kind == "music":
        tail = expand(
            rng,
            "((make|let) (the photo|it|the picture|everything) feel like {i}|(match|fit) the mood to {i}|use {i} for the mood|the photo should have that mood|give the picture this feeling|same mood please)",
            i=it,
        )
        return Clause(f"{lead} {tail}", (("mood", {"ref": number}),), False)
    if kind == "picture" and rng.random() < 0.25:
        # "Take the dog from [ref#1] and put it on the grass."
        named = mark(f"{i}o", noun if rng.random() < 0.85 else rng.choice(["guy", "pet", "thing", "one"]))
        spot = mark(f"{i}w", place(rng))
        verb = expand(rng, "(take|cut out|grab|use|pick|get|copy|extract)")
        tail = expand(rng, "(and|, then|,) (put|place|paste|add|insert|drop|set) (it|him|her|them|that)")
        return Clause(
            f"{verb} the {named} {rng.choice(['from', 'in', 'of', 'out of', 'shown in'])} {marker} {tail} {spot}",
            (("add", {"ref": number}),),
        )
    if rng.random() < 0.5:
        spot = mark(f"{i}w", place(rng)) if rng.random() < 0.75 else ""
        tail = expand(
            rng,
            "((put|place|add|insert|paste|include|set|show) {i} {w}|I want {i} {w}|(please|can you) (add|put|insert) {i} {w}|{i} should be {w}|use {i} {w})",
            i=it,
        )
        tail = tail.replace(
            "{w}", spot or rng.choice(["into the picture", "in the photo", "in", "there", "into the scene"])
        )
        return Clause(f"{lead} {tail}", (("add", {"ref": number}),), False)
    old, fixed = removed(rng, scene, i, 0.05, 0.3)
    if "object" in fixed:
        old, fixed = the(rng, f"{i}o", core(rng, 0.3)), {}
    tail = expand(
        rng,
        "((put|use|take|place) {i} (instead of|in place of) {o}|(replace|swap) {o} (with|for) {i}|I want {i} (where {o} is|instead of {o})|(change|turn) {o} into {i}|{o} should become {i})",
        i=it,
    )
    return Clause(f"{lead} {tail.replace('{o}', old)}", (("replace", {"ref": number}),), False)
