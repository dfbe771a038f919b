"""Follow-ups: which earlier turns an instruction may speak of, and from which picture a plan that revises one runs."""

from __future__ import annotations

from dataclasses import replace

from desktop_app.work.document import Document
from engine.errors import BadInput
from engine.following import carried_on, follow_up
from engine.project.edits import Edit, below, placed
from engine.revising import added, gives_way, taken_over
from engine.values import EditRequest, Instruction, Plan, Turn

MOST = 3  # turns; the planner reads the last one, and every reference of the others costs time


def history_of(document: Document, instruction: Instruction) -> tuple[Turn, ...]:
    """The turns before ``instruction``, the oldest first: accepted edits that are shown, then the result that waits.

    A result of the same words is no turn before them: it is what they give when they are run again. Turns whose
    reference files have gone are left out, and so are crops: nothing was said.
    """
    shown = [place.edit for place in placed(document.edits)]
    turns = [Turn(edit.instruction, edit.plan) for edit in shown if edit.framing is None]
    pending = document.pending
    if pending is not None and pending.instruction.text != instruction.text:
        turns.append(Turn(pending.instruction, pending.result.plan))
    there = [turn for turn in turns if all(r.file is None or r.file.exists() for r in turn.instruction.references)]
    return tuple(there[-MOST:])


def revised(document: Document, request: EditRequest, plan: Plan, *, fresh: bool) -> tuple[EditRequest, str]:
    """The request that carries ``plan`` out, and the key of the accepted edit whose place its result takes.

    A plan to which the last accepted edit gives way ("a bit less", see :func:`engine.revising.gives_way`) runs from the
    picture below that edit and replaces it, with that edit's mask. Every other plan runs from the request's own
    picture: one under a mask, which was painted since and is a place of its own, and one that revises a waiting result
    too, because the document's picture is the one before it. What the last edit has done already is left out of it, and
    where it goes on about that edit's thing ("make it darker"), it has that edit's mask. The amounts of a ``fresh``
    plan, one that comes from the planner, are then told from what was done before (:mod:`engine.following`); one that
    was looked at or run before has them already.
    """
    carried, words = replace(request, plan=plan), request.instruction.text
    last = _last(document)
    if document.pending is not None and document.pending.instruction.text != words:
        return replace(carried, plan=follow_up(words, plan, request.history)) if fresh else carried, ""
    if last is None or not request.history or request.history[-1].plan != last.plan:
        return carried, ""
    on_top = replace(carried, plan=added(plan, last.plan))
    before = last.plan.operations[-1] if last.plan.operations else None
    if request.mask is not None or before is None:
        return on_top, ""
    revises = any(gives_way(words, each, before) for each in plan.operations)
    try:
        stack = below(document.edits, last.key) if revises else document.edits
        base = document.picture(stack)
        document.remember(stack, base)
        mask = document.store.mask(last.key) if last.masked else None
    except BadInput:  # what lies below is damaged: the edit goes on top instead
        return on_top, ""
    if mask is not None and mask.shape != (base.height, base.width):
        return on_top, ""
    if revises:
        plan = carried_on(words, plan, last.plan) if fresh else plan
        return replace(request, plan=plan, photo=base, mask=mask), last.key
    spoken_of = any(taken_over(words, each, before) for each in plan.operations)
    return replace(on_top, mask=mask) if spoken_of else on_top, ""


def _last(document: Document) -> Edit | None:
    """The uppermost edit that is shown in its place: those that wait above a hidden turn are older than it may be."""
    places = placed(document.edits)
    return places[-1].edit if places else None
