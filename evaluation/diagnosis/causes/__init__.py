"""Causes of errors: one file each, with the claims it may make and what speaks for it at a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from curation.registry import Registry
from evaluation.diagnosis.claim import Claim
from evaluation.diagnosis.scene import Scene

CAUSES = Registry(
    "cause",
    {
        "leakage": "evaluation.diagnosis.causes.leakage:CAUSE",
        "format": "evaluation.diagnosis.causes.format:CAUSE",
        "suspect_gold": "evaluation.diagnosis.causes.suspect_gold:CAUSE",
        "wrong_function": "evaluation.diagnosis.causes.wrong_function:CAUSE",
        "conflict": "evaluation.diagnosis.causes.conflict:CAUSE",
        "missing_data": "evaluation.diagnosis.causes.missing_data:CAUSE",
        "uncovered": "evaluation.diagnosis.causes.uncovered:CAUSE",
        "capacity": "evaluation.diagnosis.causes.capacity:CAUSE",
    },
)
"""Cause name to cause. In doubt an earlier one explains a row: it makes the later ones moot."""


@dataclass(frozen=True)
class Evidence:
    """What speaks for a cause in the neighbourhood of one error.

    Attributes
    ----------
    strength : float
        0 to 1; from a half on it may be named as the cause.
    words : str
    rows : tuple of str
        Ids of the rows behind it, of training where not said otherwise.
    """

    strength: float
    words: str = ""
    rows: tuple[str, ...] = ()


NOTHING = Evidence(0.0)


@dataclass(frozen=True)
class Cause:
    """A kind of cause.

    Attributes
    ----------
    name : str
    title : str
        As people read it.
    claims : callable
        Takes a scene and yields what is certain enough to act on.
    speaks : callable
        Takes a scene and a validation row the run got wrong; returns the evidence there.
    """

    name: str
    title: str
    claims: Callable[[Scene], Iterable[Claim]]
    speaks: Callable[[Scene, int], Evidence] = field(default=lambda _scene, _row: NOTHING)
