"""Spins the table of looks into many phrasings, each with the look it names and the strength it asks for."""

from __future__ import annotations

import random
from dataclasses import dataclass

from engine.draft.look import Look
from training.look.heldout import PARAPHRASES, TUNED_ON
from training.look.table import read


@dataclass(frozen=True)
class Example:
    """One phrasing: the look it asks for at ordinary strength, and how strongly (below 0 only while spinning)."""

    phrase: str
    named: Look
    sign: float


PLAIN = (
    "{}",
    "a {} shade",
    "a {} version",
    "I'd like it {}",
    "more of a {} tone",
    "the {noun} should be {}",
    "{} {noun}",
    "make it {}",
    "{} please",
    "make the {noun} {}",
    "I want it {}",
    "could you make it {}",
    "it should be {}",
    "{} overall",
    "turn it {}",
)
MORE_OF = (
    "more {}",
    "increase the {}",
    "boost the {}",
    "raise the {}",
    "add {}",
    "higher {}",
    "turn up the {}",
    "push the {}",
    "stronger {}",
    "more {} please",
    "it needs more {}",
    "give it more {}",
    "extra {}",
    "crank up the {}",
    "bump up the {}",
    "not enough {}",
    "it lacks {}",
    "enhance the {}",
    "greater {}",
    "{} up",
    "the {} is too low",
    "the {} is too weak",
    "the {} should be higher",
    "a bit of {}",
    "some {}",
    "a lot of {}",
    "it wants {}",
    "bring the {} up",
    "take the {} up",
    "there is too little {}",
    "{} is missing",
    "a stronger {}",
    "some extra {} would help",
)
LESS_OF = (
    "less {}",
    "reduce the {}",
    "lower the {}",
    "decrease the {}",
    "lower {}",
    "turn down the {}",
    "tone down the {}",
    "weaker {}",
    "take away some {}",
    "too much {}",
    "with less {}",
    "way too much {}",
    "not so much {}",
    "cut the {}",
    "drop the {}",
    "dial back the {}",
    "dial down the {}",
    "ease off the {}",
    "there is too much {}",
    "bring the {} down",
    "take the {} down",
    "{} down",
    "the {} is too high",
    "the {} is too strong",
    "the {} is over the top",
    "the {} should be lower",
    "half the {}",
    "get rid of the {}",
    "remove the {}",
    "no {}",
    "without {}",
    "weaken the {}",
    "less of the {}",
    "halve the {}",
    "soften the {}",
    "the {} is excessive",
)
TOO = (
    "too {}",
    "it is too {}",
    "the {noun} is too {}",
    "far too {}",
    "way too {}",
    "a bit too {}",
    "much too {}",
    "it looks too {}",
    "it came out too {}",
    "this is rather too {}",
    "the {noun} looks a little too {}",
    "overly {}",
    "terribly {}",
    "awfully {}",
    "so {}",
    "it feels too {}",
    "it feels {}",
    "it looks {}",
    "it is quite {}",
    "the {noun} is terribly {}",
    "the {noun} looks {}",
    "everything is so {}",
    "it turned out {}",
    "it is really {}",
    "the {noun} is {}",
    "rather {} for my taste",
    "unpleasantly {}",
    "excessively {}",
    "it came out {}",
    "why is it so {}",
    "a bit {} for me",
    "it all looks {} to me",
    "it seems {}",
    "horribly {}",
    "it is simply too {}",
)
NOT_SO = (
    "not so {}",
    "less {}",
    "not as {}",
    "make it less {}",
    "a {} look is not what I want",
    "don't leave it so {}",
    "the {noun} should be less {}",
    "it should not be so {}",
    "not that {}",
    "stop it being so {}",
    "make it not so {}",
    "no longer {}",
    "take off the {} look",
    "I don't like how {} it is",
    "get rid of the {} feel",
    "take the {} out",
    "remove the {} tone",
    "half as {}",
    "without the {} look",
    "not as {} please",
    "lose the {} look",
    "make it look less {}",
    "it shouldn't be {}",
    "not {}",
    "get rid of the {} tint",
    "remove the {} tinge",
    "reduce the {} tones",
    "tone down the {}",
    "make the {noun} less {}",
)
BOTH = (
    "too {low}, make it {more}",
    "it is {low}, I want it {more}",
    "this turned out {low}, make it {more}",
    "{low}, give it some {more}",
    "so {low}, could it be {more}",
    "make it {more}, it is too {low}",
    "{more}, not so {low}",
    "{more} instead of {low}",
)
ENOUGH = (
    "not {} enough",
    "more {}",
    "it is not {} enough",
    "{} enough to notice",
    "it could be more {}",
    "it isn't {} enough",
    "even more {}",
)
MOOD = (
    "{}",
    "make it {}",
    "{} look",
    "{} mood",
    "a {} atmosphere",
    "make it feel {}",
    "give it a {} feeling",
    "make it look {}",
    "as if it were {}",
    "like {}",
    "a {} style of light",
    "more {}",
    "turn it into {}",
    "make the {noun} feel {}",
    "{} vibes",
    "with a {} feel",
    "I want a {} picture",
    "{} please",
)
SOUND = ("{}", "the sound of {}", "a {}", "{} sounds")
AMOUNTS = (
    (
        0.5,
        (
            "a bit {}",
            "a little {}",
            "slightly {}",
            "{} a bit",
            "a touch {}",
            "somewhat {}",
            "{} a tad",
            "just a hint {}",
            "a tiny bit {}",
            "subtly {}",
        ),
    ),
    (
        1.6,
        (
            "much {}",
            "a lot {}",
            "way {}",
            "far {}",
            "{} by a lot",
            "significantly {}",
            "considerably {}",
            "noticeably {}",
            "very much {}",
            "so much {}",
        ),
    ),
    (2.0, ("extremely {}", "as {} as possible", "super {}", "drastically {}")),
)
AMOUNT_WORDS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (
        0.3,
        (
            "a tiny bit",
            "barely",
            "a hint",
            "just a hint",
            "very slightly",
            "ever so slightly",
            "minimally",
            "a smidge",
            "the tiniest bit",
            "hardly",
            "a whisper",
        ),
    ),
    (
        0.5,
        (
            "a bit",
            "a little",
            "slightly",
            "a touch",
            "somewhat",
            "a tad",
            "a little bit",
            "subtly",
            "gently",
            "a bit more",
            "a little more",
            "just a bit",
            "mildly",
            "lightly",
            "softly",
            "slight",
            "little",
            "a shade",
            "half",
        ),
    ),
    (0.8, ("moderately", "fairly", "a fair bit", "medium", "reasonably", "rather", "quite")),
    (1.0, ("normal", "more", "as usual", "enough", "some", "clearly")),
    (
        1.6,
        (
            "much",
            "a lot",
            "very",
            "lots",
            "much more",
            "a lot more",
            "way more",
            "far more",
            "strongly",
            "really",
            "considerably",
            "significantly",
            "noticeably",
            "plenty",
            "heavily",
            "very much",
            "a great deal",
            "so much",
            "strong",
            "big time",
        ),
    ),
    (
        2.0,
        (
            "extremely",
            "twice",
            "double",
            "twice as much",
            "drastically",
            "as much as possible",
            "massively",
            "super",
            "hugely",
            "totally",
            "completely",
            "to the max",
            "maximum",
            "full",
            "dramatically",
            "a hell of a lot",
            "incredibly",
        ),
    ),
)


def examples(seed: int = 0, each: int = 10) -> list[Example]:
    """All phrasings, ``each`` of them for every phrase of the table; the same list for the same seed.

    Whatever is kept out for measuring is left out.
    """
    dice = random.Random(seed)
    table = read()
    out: list[Example] = []

    def spin(templates: tuple[str, ...], phrase: str, named: Look, sign: float, count: int) -> None:
        for template in dice.sample(templates, min(count, len(templates))):
            out.append(Example(template.replace("{noun}", dice.choice(table.nouns)).replace("{}", phrase), named, sign))

    for axis in table.axes:
        for phrases, look in ((axis.more, axis.look), (axis.less, axis.opposite)):
            for phrase in phrases:
                spin(PLAIN, phrase, look, 1.0, each)
                out.append(Example(phrase, look, 1.0))
                out.append(Example(f"{phrase} {dice.choice(table.nouns)}", look, 1.0))
                for strength, templates in AMOUNTS:
                    spin(templates, phrase, look, strength, max(1, each // 3))
        for adjectives, look in ((axis.high, axis.look), (axis.low, axis.opposite)):
            for adjective in adjectives:
                spin(PLAIN, adjective, look, 1.0, each // 2)
                spin(ENOUGH, adjective, look, 1.0, each // 2)
                spin(TOO, adjective, look, -0.8, len(TOO))
                spin(NOT_SO, adjective, look, -0.7, len(NOT_SO))
        for phrases, adjectives, look in ((axis.more, axis.low, axis.look), (axis.less, axis.high, axis.opposite)):
            for adjective in adjectives:
                for template in BOTH:
                    phrase = template.replace("{low}", adjective).replace("{more}", dice.choice(phrases))
                    out.append(Example(phrase, look, 1.0))
        for noun in axis.nouns:
            out.append(Example(noun, axis.look, 1.0))
            spin(MORE_OF, noun, axis.look, 1.0, len(MORE_OF))
            spin(LESS_OF, noun, axis.look, -0.9, len(LESS_OF))
    for look, phrases in table.moods:
        for phrase in phrases:
            out += [Example(template.replace("{}", phrase), look, 1.0) for template in SOUND]
            spin(MOOD, phrase, look, 1.0, each)
            spin(NOT_SO, phrase, look, -0.6, 2)
            spin(TOO, phrase, look, -0.6, 2)
            spin(ENOUGH, phrase, look, 1.0, 1)
            for strength, templates in AMOUNTS:
                spin(templates, phrase, look, strength, 1)
    for phrase in table.neutral:
        out += [Example(template.replace("{}", phrase), Look(), 1.0) for template in SOUND]
    kept_out = {phrase.lower() for phrase, _, _ in (*TUNED_ON, *PARAPHRASES)}
    # "less saturated" is both a phrase of its own and "less" of "saturated". Two ways to split the same words would
    # cancel out, so the direction always belongs to the look, and of equal phrases the first, more direct one stands.
    first: dict[str, Example] = {}
    for example in out:
        named = example.named.scaled(-1) if example.sign < 0 else example.named
        first.setdefault(example.phrase.lower(), Example(example.phrase, named, abs(example.sign)))
    kept = [example for phrase, example in first.items() if phrase not in kept_out]
    # What says nothing about tone is rare in the table and common in the world.
    return kept + 5 * [example for example in kept if example.named.is_identity]
