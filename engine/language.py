"""Whether an instruction is in a language the loaded planner was tuned on."""

from __future__ import annotations

import re
import unicodedata

ENGLISH = frozenset(
    "a an the and or but with without of in on to from for it its this that these those my me i you is are be as by at "
    "make add remove put change turn more less bit like feel look into out up please can could would not no".split()
)
# The commonest small words of other languages in Latin script, less those that are English words too.
OTHERS = {
    "German": "der das den dem des ein eine einen und mit ohne von im auf zu aus für es bitte mach nicht ist durch wie",
    "French": "le les un une et avec sans du dans sur pour ce cette ces mon ma est au aux plus pas en par ajoute",
    "Spanish": "el los las un una y con sin del sobre para este esta por haz más como al quita añade pon cambia",
    "Italian": "il lo gli un una con senza del della nel sul per questo questa più come al rimuovi aggiungi metti",
    "Portuguese": "um uma e com sem do da na para este esta mais como ao remova adicione coloque faça troque o os",
    "Dutch": "de het een en met zonder van op naar voor dit dat deze meer niet als maak verwijder voeg toe aub",
    "Polish": "i z bez na do dla ten ta to jest nie jak usuń dodaj zmień proszę bardziej",
    "Swedish": "en ett och med utan av på till för det den mer inte som ta bort lägg gör",
}
LEAST_FOREIGN = 2


def foreign_language(text: str) -> str | None:
    """The language of a text that is plainly not English, or nothing.

    Text in another script counts as foreign when most of its letters are in it; text in Latin script when it holds at
    least two small words of another language and more of them than English ones. Doubtful texts pass.
    """
    letters = [c for c in text if c.isalpha()]
    latin = sum("LATIN" in unicodedata.name(c, "") for c in letters)
    if letters and latin * 2 < len(letters):
        return "another script than Latin"
    words = re.findall(r"[^\W\d_]+", text.lower())
    english = sum(word in ENGLISH for word in words)
    counts = {name: sum(word in set(table.split()) for word in words) for name, table in OTHERS.items()}
    name, count = max(counts.items(), key=lambda item: item[1])
    return name if count >= LEAST_FOREIGN and count > english else None
