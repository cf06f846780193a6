"""What a selection of rows is called, and a key for it."""

from __future__ import annotations

from curation.types import fingerprint
from labeling_functions.analysis.selection import Selection

OF_ONE = {
    "covered": "{f} votes",
    "uncovered": "{f} says nothing",
    "correct": "{f} is right",
    "incorrect": "{f} is wrong",
    "missed": "{f} misses",
    "faults": "{f} broke",
    "overlap": "{f} and {o} both vote",
    "agree": "{f} and {o} agree",
    "conflict": "{f} is contradicted by {o}",
    "all": "All rows",
}
OF_ALL = {
    "covered": "Covered rows",
    "uncovered": "Rows no function votes on",
    "correct": "Right on gold",
    "incorrect": "Wrong on gold",
    "missed": "Gold rows without the right answer",
    "faults": "Rows a function broke on",
    "overlap": "Rows several functions vote on",
    "agree": "Rows functions agree on",
    "conflict": "Rows functions disagree on",
    "tied": "Tied rows",
    "all": "All rows",
}


def of(selection: Selection) -> str:
    """Return what a selection is called.

    Examples
    --------
    >>> of(Selection(what="conflict", function="asks_hours", gold="billing"))
    'asks_hours is contradicted by another function, gold billing'
    """
    words = OF_ONE if selection.function else OF_ALL
    other = selection.other or "another function"
    parts = [words[selection.what].format(f=selection.function, o=other)]
    if selection.label:
        parts.append(f"for {'not ' * selection.against}{selection.label}")
    said = [*selection.labels, *(f"not {label}" for label in selection.denied)]
    if said:
        parts.append(" against ".join(said))
    if selection.gold:
        parts.append(f"gold {selection.gold}")
    return ", ".join(parts)


def key(selection: Selection) -> str:
    """Return a short name for a selection, different for different ones."""
    return fingerprint(selection.model_dump_json(), length=8)
