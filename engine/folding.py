"""Size and place that are said after a thing was brought in are how it is brought in, not an edit of the new photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.amounts import lengths, merged, resized, scale_of, share_of_photo, told, ways, without_ways
from engine.values import Op, Operation, marker


def folded(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """The operations with each change of size, and each plain move of an added thing, in the one that brought it in.

    "Add [ref#1], twice as big" is planned as two operations. Done one after the other, the thing would have to be found
    again in the photo and cut out of it, which leaves traces that its own pixels do not.
    """
    result: list[Operation] = []
    for operation in operations:
        last = result[-1] if result else None
        if last is not None and _speaks_of(operation, last) and _fits(operation, last):
            result[-1] = replace(last, amount=_amount(operation, last))
        else:
            result.append(operation)
    return tuple(result)


def _speaks_of(operation: Operation, last: Operation) -> bool:
    names = {last.object, last.target, "" if last.ref is None else marker(last.ref)} - {""}
    return operation.object in names


def _fits(operation: Operation, last: Operation) -> bool:
    if last.place is not None:  # chosen by hand
        return False
    if operation.op is Op.scale:
        return last.op in (Op.add, Op.replace)
    return operation.op is Op.move and last.op is Op.add and bool(ways(operation.where, operation.amount))


def _amount(operation: Operation, last: Operation) -> str:
    """How large and how far from its place the thing is put."""
    size, shifts = without_ways(last.amount), lengths(last.amount)
    if operation.op is Op.move:
        shifts = merged([*shifts, *ways(operation.where, operation.amount)])
    elif share_of_photo(operation.amount) is not None:
        size = operation.amount
    else:
        size = resized(size, scale_of(operation.target, operation.amount))
    return ", ".join(each for each in (size, told(shifts)) if each)
