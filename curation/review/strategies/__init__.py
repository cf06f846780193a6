"""Ways to choose what a person is asked next: each a file, and each knows why it chose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from curation.registry import Registry
from curation.review.evidence import Evidence, Floats, Mask, Rows

STRATEGIES = Registry(
    "strategy",
    {
        "uncertain": "curation.review.strategies.uncertain:UNCERTAIN",
        "random": "curation.review.strategies.random:RANDOM",
    },
)


@dataclass(frozen=True)
class Choice:
    """What a strategy would ask.

    Attributes
    ----------
    rows : int array
        Rows of the evidence, the best first.
    why : callable
        A row to the reason, in words with numbers.
    silent : str
        Why there are none, for want of evidence.
    """

    rows: Rows
    why: Callable[[int], str]
    silent: str = ""


@dataclass(frozen=True)
class Strategy:
    """A way to choose what is asked.

    Attributes
    ----------
    name, title : str
        In records, and on the page.
    help : str
        What it is good for, in a sentence.
    choose : callable
        Returns up to so many rows, the best first.
    blind : bool
        Its answers measure: no suggestion may lead the person who gives them.
    again : bool
        It may ask what somebody has answered before.
    """

    name: str
    title: str
    help: str
    choose: Callable[[Evidence, int], Choice]
    blind: bool = False
    again: bool = False


def silent(why: str) -> Choice:
    """Return the choice of a strategy that has nothing to go by."""
    return Choice(np.empty(0, dtype=np.int64), str, why)


def least(values: Floats, among: Mask, number: int) -> Rows:
    """Return the rows with the least values among some, least first; equals as they came.

    Examples
    --------
    >>> least(np.array([0.5, 0.1, 0.3, 0.0]), np.array([True, True, True, False]), 2).tolist()
    [1, 2]
    """
    rows = np.flatnonzero(among)
    if len(rows) > number:
        rows = rows[np.argpartition(values[rows], number - 1)[:number]]
        rows.sort()
    return rows[np.argsort(values[rows], kind="stable")]
