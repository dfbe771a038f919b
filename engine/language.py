"""Whether an instruction is in a language the loaded planner was tuned on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise

ENGLISH = frozenset(
    "a an the and or but with without of in on to from for it its this that these those my me i you is are be as by at "
    "make add remove put change turn more less bit like feel look into out up please can could would not no".split()
)
# The commonest small words of other languages in Latin script, and what one says to an editor in them, less those that
# are English words too.
OTHERS = {
    "German": "der das den dem des ein eine einen und mit ohne von im auf zu aus für es bitte mach mache nicht ist "
    "durch wie entferne ersetze füge",
    "French": "le les un une et avec sans du dans sur pour ce cette ces mon ma est au aux plus pas en par ajoute fais "
    "rends enlève supprime remplace mets",
    "Spanish": "el los las un una y con sin del sobre para este esta por haz hazlo hazla más como al quita añade pon "
    "cambia elimina reemplaza",
    "Italian": "il lo gli un una con senza del della nel sul per questo questa più come al rimuovi aggiungi metti "
    "rendi rendilo togli sostituisci",
    "Portuguese": "um uma e com sem do da na para esta este mais como ao remova adicione coloque faça troque o os "
    "deixe",
    "Dutch": "de het een en met zonder van op naar voor dit dat deze meer niet als maak verwijder voeg toe aub",
    "Polish": "i z bez na do dla ten ta to jest nie jak usuń dodaj zmień proszę bardziej",
    "Swedish": "en ett och med utan av på till för det den mer inte som ta bort lägg gör",
}
# Of them those that English text has too, in names, loans and other senses: one alone says nothing.
DOUBTFUL = frozenset(
    "das den dem des im es aus sans et du sur pour ce ma mon est au aux plus pas en par y con sin del para este como "
    "al pon lo per come um uma e com do da na ao o os de met van op dit dat als toe aub i z ten ta to jest jak med av "
    "det mer som bort".split()
)
TABLES = {name: frozenset(table.split()) for name, table in OTHERS.items()}
FOREIGN = frozenset().union(*TABLES.values())
LEAST_FOREIGN = 2
# Photographers' words that a list of common English lacks.
TERMS = frozenset(
    "bokeh sepia hdr desaturated vignette lomo polaroid kodachrome cyanotype daguerreotype tintype halftone risograph "
    "chiaroscuro sfumato impasto gouache vaporwave cyberpunk steampunk synthwave grunge cinematic underexposed "
    "overexposed pixelated solarized solarised posterized posterised duotone monochrome".split()
)
WORD = re.compile(r"[^\W\d_]+")
WHOLE = re.compile(r"(?<![\w'’-])[^\W\d_]+(?![\w'’-])")  # no part of a compound, "lo-fi"


def foreign_language(text: str) -> str | None:
    """The language of a text that is plainly not English, or nothing.

    Text in another script counts as foreign when most of its letters are in it; text in Latin script when it holds
    more small words of another language than English ones, at least two, or one that no English text has. Doubtful
    texts pass, and words within names ("el Greco").
    """
    letters = [c for c in text if c.isalpha()]
    latin = sum("LATIN" in unicodedata.name(c, "") for c in letters)
    if letters and latin * 2 < len(letters):
        return "another script than Latin"
    words = WORD.findall(text.lower())
    english = sum(word in ENGLISH for word in words)
    counts = {name: sum(word in table for word in words) for name, table in TABLES.items()}
    name, count = max(counts.items(), key=lambda item: item[1])
    if count >= LEAST_FOREIGN and count > english:
        return name
    plain = _plain(text)
    sure = next((name for name, table in TABLES.items() if plain & table - DOUBTFUL), None)
    return sure if not english else None


def unread(text: str, target: str, knows: Callable[[str], bool]) -> bool:
    """Whether the starter cannot read what a tone operation should make of the photo.

    Parameters
    ----------
    text
        The whole instruction, without markers.
    target
        What the operation should come to: a look, a mood, a style.
    knows
        Whether a word, in lower case, is a common English one.

    Returns
    -------
    True when no word of the target is known and nothing else of the instruction is either. A single word, a compound
    and what is written as a name pass.
    """
    words, meant = WHOLE.findall(text), [word for word in WHOLE.findall(target) if len(word) > 1]
    if not meant or len(words) < LEAST_FOREIGN or any(word[0].isupper() for word in words[1:]):
        return False
    common = {word.lower() for word in (*words, *meant)}
    return not any(
        word in ENGLISH or word in TERMS or (word not in FOREIGN and knows(word)) for word in common if len(word) > 1
    )


def _plain(text: str) -> frozenset[str]:
    """The words of a text in lower case, less parts of compounds, abbreviations, and what begins a name."""
    found = [match[0] for match in WHOLE.finditer(text)]
    pairs = pairwise([*found, ""])
    return frozenset(
        word.lower() for word, after in pairs if not (len(word) > 1 and word.isupper()) and not after[:1].isupper()
    )
