"""Ways to choose what a person is asked next: each a file, and each knows why it chose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from curation.registry import Registry
from curation.review.evidence import Evidence, Rows

_HERE = "curation.review.strategies"
STRATEGIES = Registry(
    "strategy",
    {
        "uncertain": f"{_HERE}.uncertain:UNCERTAIN",
        "model": f"{_HERE}.model:MODEL",
        "disagree": f"{_HERE}.disagree:DISAGREE",
        "label_errors": f"{_HERE}.label_errors:LABEL_ERRORS",
        "diverse": f"{_HERE}.diverse:DIVERSE",
        "length": f"{_HERE}.length:LENGTH",
        "compare": f"{_HERE}.compare:COMPARE",
        "random": f"{_HERE}.random:RANDOM",
        "gold": f"{_HERE}.gold:GOLD",
        "rest": f"{_HERE}.rest:REST",
    },
)
"""`rest` has no share: it asks what is left when the others have nothing more to ask."""


@dataclass(frozen=True)
class Choice:
    """What a strategy would ask.

    Attributes
    ----------
    rows : int array
        Rows of the evidence, the best first.
    why : callable
        A row to the reason, in words with numbers.
    """

    rows: Rows
    why: Callable[[int], str]


def never(_evidence: Evidence) -> str:
    """Return that a strategy needs no evidence: it is never silent."""
    return ""


@dataclass(frozen=True)
class Strategy:
    """A way to choose what is asked.

    Attributes
    ----------
    name, title : str
        In settings and records, and on the page.
    help : str
        What it is good for, in a sentence.
    choose : callable
        Returns up to so many rows, the best first.
    silent : callable
        Says what evidence it lacks; empty where it has something to go by.
    blind : bool
        Its answers measure: no suggestion may lead the person who gives them.
    again : bool
        It asks what has been answered before.
    """

    name: str
    title: str
    help: str
    choose: Callable[[Evidence, int], Choice]
    silent: Callable[[Evidence], str] = never
    blind: bool = False
    again: bool = False
