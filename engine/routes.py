"""The three routes by which a plan reaches the decoder: words, embeddings, and context pictures; alone or mixed.

Words are LLMGA's way (section 3.1), embeddings InstructAny2Pix' (section 3.2), pairs of words and picture
Instruct-Imagen's (section 3.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np

from engine.errors import BadInput
from engine.picture import Photo
from engine.values import MARKER, Op, Plan, marker

NEGATIVE = "low quality, worst quality, distorted"  # of every picture; names no look that a user may ask for
MOST_CONTEXT = 8  # pairs that are given; further references are left out, the last first
ROLES = {Op.style: "style", Op.mood: "mood", Op.replace_background: "background"}  # of a reference, for its pair
SUBJECT = "subject"


@dataclass(frozen=True)
class Routes:
    """Which of the three are taken; at least one.

    Attributes
    ----------
    prompt
        The plan's generation prompt, and the negative prompt.
    embeddings
        [gen], and the embedding of each reference that must appear.
    context
        References that are pictures, each with its marker and role in words.
    """

    prompt: bool = True
    embeddings: bool = True
    context: bool = True

    def __post_init__(self) -> None:
        if not (self.prompt or self.embeddings or self.context):
            raise BadInput("No route to the decoder is on.", f"Name at least one of {_NAMES}.")

    @classmethod
    def parse(cls, text: str) -> Routes:
        """From names joined by ``+``, e.g. ``prompt+context``; spaces and case are free.

        Raises
        ------
        BadInput
            When a name is unknown or there is none.
        """
        known = [field.name for field in fields(cls)]
        named = [name.strip().lower() for name in text.split("+") if name.strip()]
        for name in named:
            if name not in known:
                raise BadInput(f"There is no route {name!r} to the decoder.", f"Choose from {_NAMES}, joined by +.")
        return cls(**{name: name in named for name in known})

    def __str__(self) -> str:
        """As :meth:`parse` reads it."""
        return "+".join(field.name for field in fields(self) if getattr(self, field.name))


_NAMES = ", ".join(field.name for field in fields(Routes))


class Given(Protocol):
    """What is needed of an encoded reference: its embedding ``(D,)``, and its pixels when it is a picture."""

    @property
    def vector(self) -> np.ndarray:
        """``(D,)`` float32, unit norm."""
        ...

    @property
    def picture(self) -> Photo | None:
        """Absent for a sound or a reference in words."""
        ...


@dataclass(frozen=True, eq=False)
class Subject:
    """A reference that must appear: its number, its own embedding ``(D,)``, and its pixels if it is a picture."""

    number: int
    vector: np.ndarray
    picture: Photo | None


@dataclass(frozen=True, eq=False)
class Told:
    """What the decoder is told of a plan, over the routes taken; the rest is empty.

    Attributes
    ----------
    prompt, negative
        Empty off the prompt route.
    gen
        ``(D,)``, the wanted picture; absent off the embeddings route and for a plan without embeddings.
    subjects
        In the plan's order; empty off the embeddings route.
    context
        Pairs of words with the marker and picture; empty off the context route.
    from_noise
        Whether the decoder starts from noise: the plan has no picture to start from. Where a photo was replaced by its
        caption (InstructAny2Pix' ``<base_null>``), the caption leads the prompt.
    """

    prompt: str
    negative: str
    gen: np.ndarray | None
    subjects: tuple[Subject, ...]
    context: tuple[tuple[str, Photo], ...]
    from_noise: bool


def told(plan: Plan, materials: Mapping[int, Given], routes: Routes) -> Told:
    """What ``plan`` says to the decoder.

    A subject is told by its reference's own embedding, which the plan's number names, and not by the planner's [sub]
    state: that one only says which reference is meant (InstructAny2Pix, section 3.2). References in ``subs`` that are
    not among the materials are passed over one by one.

    Parameters
    ----------
    plan
        Written by the planner, or edited.
    materials
        Number to encoded reference.
    routes
        Which are taken.

    Raises
    ------
    BadInput
        When the routes taken have nothing to tell, e.g. ``context`` alone without a picture.
    """
    subjects = tuple(
        Subject(number, materials[number].vector, materials[number].picture)
        for number in plan.subs
        if number in materials
    )
    out = Told(
        prompt=prompt_of(plan) if routes.prompt else "",
        negative=NEGATIVE if routes.prompt else "",
        gen=plan.embeddings.gen if routes.embeddings and plan.embeddings else None,
        subjects=subjects if routes.embeddings else (),
        context=context_of(plan, materials) if routes.context else (),
        from_noise=not plan.base,
    )
    if not (out.prompt or out.gen is not None or out.subjects or out.context):
        raise BadInput(
            f"The plan has nothing to tell the decoder by {routes}.",
            "Add the route prompt, or give a picture for context.",
        )
    return out


def prompt_of(plan: Plan) -> str:
    """The generation prompt; behind the photo's caption where the caption stands for the photo (text-only mode)."""
    caption, prompt = plan.source_prompt.strip(), plan.prompt.strip()
    if plan.base or not caption or caption.lower() in prompt.lower():
        return prompt
    return f"{caption}, {prompt}" if prompt else caption


def context_of(plan: Plan, materials: Mapping[int, Given]) -> tuple[tuple[str, Photo], ...]:
    """Pairs for the references that the plan uses and that are pictures, in the order of their numbers, 8 at most.

    The words are the marker and what the reference is there for, e.g. ``[ref#2] style`` (Instruct-Imagen,
    section 3.1). One that goes (``remove [ref#1]``) or only names its object is no part of the wanted picture.
    """
    roles: dict[int, str] = {}
    for operation in plan.operations:
        if operation.ref is not None and operation.object != marker(operation.ref):
            roles.setdefault(operation.ref, ROLES.get(operation.op, SUBJECT))
    for number in plan.subs:
        roles.setdefault(number, SUBJECT)
    based = MARKER.fullmatch(plan.base)
    if based:
        roles.pop(int(based[1]), None)  # the draft starts from it
    pairs = []
    for number in sorted(roles):
        picture = materials[number].picture if number in materials else None
        if picture is not None:
            pairs.append((f"{marker(number)} {roles[number]}", picture))
    return tuple(pairs[:MOST_CONTEXT])
