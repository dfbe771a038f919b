"""Whether a follow-up's words speak of an edit that was accepted, or wish for something more.

What is accepted stays, as a rule: an edit gives way only to words that need it to be understood, because they do not
say themselves what is to be done ("a bit less"), or that take it back ("no, cooler"). Whatever they say anew goes on
top, and so does what is told from the photo as it is seen now ("even warmer", "a bit further to the left").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import takewhile

from engine.errors import RegionNotFound
from engine.values import TONE_OPS, EditRequest, Op, Operation, Plan, Turn, marker

CORRECTS = re.compile(  # takes back what was done
    r"""^\W*(?:(?:no|nope|sorry)\s*[,.;:!–—-]|rather\b|instead\b|not\s(?:that|this|like)\b|wrong\b|i\s(?:meant|said)\b)
    |\binstead\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
ANEW = re.compile(  # one more, or once more
    r"\b(?:add|insert|another|one\smore|also|as\swell|again)\b|\btoo\W*$|^\W*and\s(?!.*\b(?:bit|little|more|less)\b)",
    re.IGNORECASE,
)
LESS = re.compile(r"\b(?:less|half|not\s(?:so|as|that|quite)|too\s\w+)\b", re.IGNORECASE)
PRONOUN = re.compile(r"\b(?:it|its|this|that|them|they|these|those|one)\b", re.IGNORECASE)
HOW_MUCH = frozenset(
    "a bit little lot more less much even so too that this it of as half twice double times not quite way far slightly "
    "very really strong stronger weak weaker soft softer subtle subtler gentle gentler intense tone toned down go "
    "further again big small percent x please".split()
)
FROM_HERE = frozenset({Op.move, Op.scale, Op.expand})  # go on from what is seen: more of it comes on top


def gives_way(text: str, new: Operation, old: Operation) -> bool:
    """Whether the accepted ``old`` gives way to ``new``, which was planned from the words ``text``.

    Parameters
    ----------
    text
        The follow-up as it was written.
    new
        What it is planned as, with what the planner took over from ``old``.
    old
        The last operation of the edit accepted last.

    Returns
    -------
    False for a wish of its own, which goes on top.
    """
    if new.op is not old.op:
        return False
    if CORRECTS.search(text):
        return True
    if ANEW.search(text):
        return False
    if new.op in TONE_OPS:
        wish = (new.target, _marker(new)) if new.target or new.ref else (new.object,)
        same = (new.object, new.ref, new.target) == (old.object, old.ref, old.target)
        return same and new != old and not _named(wish, text)
    if new.op in FROM_HERE:
        return (new.object, new.target) == (old.object, old.target) and LESS.search(text) is not None
    thing = new.object or _marker(new)
    if not thing or thing != (old.object or _marker(old)):
        return False
    return not _named((thing,), text) or (new.op is Op.add and bool(new.amount))


def taken_over(text: str, new: Operation, old: Operation) -> bool:
    """Whether ``new`` works on the thing of ``old`` that the words ``text`` do not name ("make it darker")."""
    return bool(new.object) and new.object == old.object and not _named((new.object,), text)


def misread(text: str, plan: Plan, history: Sequence[Turn]) -> bool:
    """Whether a plan goes on about the turn before though the words do not: they are then to be read by themselves.

    A small planner does the same again where it saw neither a follow-up nor a wish ("perfect") or missed a wish, or
    takes a wish for an amount (watercolour, "warmer"). Words that only say how much ("more") mean nothing by themselves
    and are left to it.
    """
    if not history or not plan.operations or text == history[-1].instruction.text:
        return False
    before = history[-1].plan.operations
    if plan.operations == before:
        return not _only_how_much(text)
    new, old = plan.operations[-1], before[-1] if before else None
    same = old is not None and new.op in TONE_OPS and replace(new, amount=old.amount) == old
    return same and not _only_how_much(new.amount, new.target)


@contextmanager
def telling_of_it(phrase: str, request: EditRequest) -> Iterator[None]:
    """Where ``phrase`` is not found, say so in the user's words if it was taken over from the turn before.

    Raises
    ------
    RegionNotFound
        The one that came, where the instruction has the phrase itself or no operation of that turn has.
    """
    try:
        yield
    except RegionNotFound as error:
        text = request.instruction.text
        before = request.history[-1].plan.operations if request.history else ()
        if _named((phrase,), text) or all(each.object != phrase for each in before):
            raise
        pronoun = PRONOUN.search(text)
        said = f'"{pronoun[0]}"' if pronoun else "The instruction"
        raise RegionNotFound(
            f'{said} was taken to mean "{phrase}", as before, but nothing in the photo is surely that.',
            'Name what you mean, e.g. "the photo", or paint it with the brush.',
        ) from error


def added(plan: Plan, last: Plan) -> Plan:
    """``plan`` without the operations of ``last`` that it begins with; all of it when it has nothing else.

    A planner that is told of several operations writes them all again when the last of them is spoken of. On top of
    ``last`` they are done already.
    """
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(plan.operations, last.operations, strict=False))
    rest = plan.operations[len(list(pairs)) :]
    return replace(plan, operations=rest) if rest else plan


def _marker(operation: Operation) -> str:
    return "" if operation.ref is None else marker(operation.ref)


def _named(things: tuple[str, ...], text: str) -> bool:
    """Whether the words name one of the things."""
    return any(thing and re.search(rf"(?<!\w){re.escape(thing)}(?!\w)", text, re.IGNORECASE) for thing in things)


def _only_how_much(words: str, target: str = "") -> bool:
    """Whether words say nothing but how much, of ``target`` perhaps ("a bit less warm" of warmer)."""
    return all(word in HOW_MUCH or word[:4] in target.lower() for word in re.findall(r"[a-z]+", words.lower()))
