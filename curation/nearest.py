"""What may have been meant by a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST = 20
"""Names listed when none is near."""


def nearest(name: str, there: Iterable[str]) -> str:
    """Return the names that are near to `name` in either case, or else those there are.

    Examples
    --------
    >>> nearest("Refnud", ["refund", "other"])
    'Did you mean refund?'
    >>> nearest("x", ["refund", "other"]), nearest("x", [])
    ('There is: refund, other.', 'There is none yet.')
    """
    names = list(there)
    folded = {known.casefold(): known for known in names}
    near = [folded[known] for known in get_close_matches(name.casefold(), folded)]
    if near:
        return f"Did you mean {', '.join(near)}?"
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"There is: {', '.join(names[:MOST])}{more}." if names else "There is none yet."
