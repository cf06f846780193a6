"""Browse: find examples by what is known of them, and act on many of them at once."""

from __future__ import annotations

from typing import Literal

import numpy as np

from curation.project import Project
from studio.stations.browsing.answers import Asked
from studio.stations.browsing.bulk import Act, Batch, carry_out, plan_batch
from studio.stations.browsing.facts import NONE, OTHER, SPLITS, WORDS, Facts, Mask, Rows
from studio.stations.browsing.filters import (
    ABSTAINS,
    KINDS,
    KNOWING,
    NOBODY,
    UNLISTED,
    Filter,
    Part,
    as_line,
    filter_from,
    from_line,
    in_words,
)
from studio.stations.browsing.gathering import facts_of
from studio.stations.browsing.parts import mask_of
from studio.stations.browsing.rules import TEXTUAL, condition_of, function_code, rule_of
from studio.stations.browsing.undo import Done, Undone, recent_batches, undo_batch

__all__ = [
    "ABSTAINS",
    "KINDS",
    "KNOWING",
    "NOBODY",
    "NONE",
    "ORDERS",
    "OTHER",
    "SPLITS",
    "TEXTUAL",
    "UNLISTED",
    "WORDS",
    "Act",
    "Batch",
    "Done",
    "Facts",
    "Filter",
    "Order",
    "Part",
    "Rows",
    "Undone",
    "as_line",
    "carry_out",
    "condition_of",
    "facts_of",
    "filter_from",
    "find",
    "from_line",
    "function_code",
    "in_words",
    "plan_batch",
    "recent_batches",
    "rule_of",
    "undo_batch",
]

Order = Literal["arrival", "newest", "least sure", "most sure", "shortest", "longest"]
ORDERS: tuple[Order, ...] = (
    "arrival",
    "newest",
    "least sure",
    "most sure",
    "shortest",
    "longest",
)
"""How found rows may be ordered; those without a confidence come last when it orders them."""


def find(
    project: Project, filter_: Filter, facts: Facts | None = None, *, order: Order = "arrival"
) -> Rows:
    """Return the rows of the facts that a filter holds for.

    Parameters
    ----------
    project : Project
    filter_ : Filter
    facts : Facts, optional
        What `facts_of` returned, with the votes for parts that ask about them.
    order : str
        One of `ORDERS`.

    Returns
    -------
    int64 array, shape (n found,)
        Places in `facts`; they mean nothing in other facts, so keep ids.

    Raises
    ------
    FilterError
        If a part names a function, label, slice or version that is not there, or asks about votes
        and there are none.
    """
    facts = facts or facts_of(project)
    key = f"{order} {as_line(filter_)}"
    if key not in facts.found:
        mask = mask_of(Asked(project, facts), filter_)
        facts.found[key] = _ordered(facts, mask, order)
    return facts.found[key]


def _ordered(facts: Facts, mask: Mask, order: Order) -> Rows:
    arrival = facts.shelf.arrival
    rows: Rows = arrival[mask[arrival]]
    if order == "arrival":
        return rows
    if order == "newest":
        return rows[::-1]
    by = facts.shelf.lengths if order in ("shortest", "longest") else facts.confidence
    value = by[rows].astype(np.float64)
    value = value if order in ("least sure", "shortest") else -value
    return rows[np.argsort(value, kind="stable")]
