"""Which of the steps after a draft run for an operation: those that a bundle's own record says help, or the user's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.errors import BadInput, BundleError
from engine.values import Op

RECORD = "own/chain.json"
AFTER = ("decode", "restore")  # steps that may follow a draft
AUTO, DRAFT = "auto", "draft"


class Files(Protocol):
    """What the record is read from."""

    def has(self, name: str, /) -> bool:
        """Whether there is such a file."""
        ...

    def json(self, name: str, /) -> Any:
        """The content of a JSON file."""
        ...


@dataclass(frozen=True)
class Chain:
    """What a bundle's weights are good for, as measured on validation pictures.

    Attributes
    ----------
    helps
        Step to the operations after whose draft it is worth running; a step that is not named always is.
    """

    helps: Mapping[str, frozenset[Op]] = field(default_factory=dict)

    @classmethod
    def load(cls, bundle: Files) -> Chain:
        """The bundle's record; without one every step runs.

        Raises
        ------
        BundleError
            When the record names an unknown step or operation.
        """
        if not bundle.has(RECORD):
            return cls()
        try:
            record = {step: frozenset(map(Op, names)) for step, names in bundle.json(RECORD).items()}
        except (AttributeError, TypeError, ValueError) as fault:
            raise BundleError(f"{RECORD} is no record of steps ({fault}).", "Assemble the bundle again.") from fault
        if unknown := record.keys() - set(AFTER):
            raise BundleError(f"{RECORD} names the unknown step {min(unknown)!r}.", "Assemble the bundle again.")
        return cls(record)

    def without(self, step: str) -> Chain:
        """The same with nothing said of ``step``, which then runs for every operation."""
        return Chain({each: ops for each, ops in self.helps.items() if each != step})

    def steps(self, op: Op, wished: str = AUTO) -> frozenset[str]:
        """The steps after the draft of an operation.

        Parameters
        ----------
        op
            The operation.
        wished
            ``auto``: as recorded. ``draft``: none. Else step names joined by ``+``, e.g. ``decode+restore``.

        Raises
        ------
        BadInput
            When ``wished`` names another step.
        """
        if wished == AUTO:
            return frozenset(step for step in AFTER if step not in self.helps or op in self.helps[step])
        names = frozenset(wished.split("+")) - {DRAFT}
        if unknown := names - set(AFTER):
            raise BadInput(
                f"There is no step {min(unknown)!r} after a draft.", f"Take {AUTO}, {DRAFT} or {'+'.join(AFTER)}."
            )
        return names
