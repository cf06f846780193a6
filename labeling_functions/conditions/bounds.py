"""Lower and upper bounds, both inclusive, that must single something out."""

from __future__ import annotations

from math import isnan
from typing import Any

from curation.exceptions import FunctionError


def between(at_least: float | None, at_most: float | None, what: str) -> None:
    """Refuse bounds that nothing or everything is within.

    Raises
    ------
    FunctionError
    """
    numbers = [bound for bound in (at_least, at_most) if bound is not None]
    if any(isinstance(n, bool) or not isinstance(n, (int, float)) or isnan(n) for n in numbers):
        raise FunctionError(f"Bounds are numbers, not {numbers}.", remedy="Give numbers.")
    nothing = at_most is not None and at_most < max(at_least or 0, 0)
    if nothing or (at_most is None and (at_least is None or at_least <= 0)):
        raise FunctionError(
            f"No text is singled out by {at_least or 0} to {at_most} {what}.",
            remedy="Give at_least, at_most, or both with at_least below at_most.",
        )


def within(size: Any, at_least: float | None, at_most: float | None) -> Any:  # noqa: ANN401
    """Return whether a number, or a whole column of them, is within bounds; one is given.

    Examples
    --------
    >>> within(3, 1, None), within(3, None, 2), within(3, 3, 3)
    (True, False, True)
    """
    if at_least is None:
        return size <= at_most
    enough = size >= at_least
    return enough if at_most is None else enough & (size <= at_most)
