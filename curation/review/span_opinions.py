"""What functions think of the spans of each example: evidence for the queue of `extract`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.types import ProbableSpans

UNKNOWN = 0.5
"""How uncertain an example is in which no span stands: nothing says that there is none."""


@dataclass(frozen=True)
class SpanOpinions:
    """What functions think of some examples' spans.

    Attributes
    ----------
    suggestions : tuple of (str or None), length n
        The spans as JSON; None where none stands.
    probabilities : float array, shape (n,)
        Of the least probable span; `UNKNOWN` where none stands.
    disputed : tuple of tuple of str, length n
        The labels that overlapping marks disagree about; empty where they agree.
    """

    suggestions: tuple[str | None, ...]
    probabilities: NDArray[np.float64]
    disputed: tuple[tuple[str, ...], ...]

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Where some span stands, shape (n,)."""
        return np.array([said is not None for said in self.suggestions], dtype=np.bool_)

    @property
    def uncertainty(self) -> NDArray[np.float64]:
        """How unsure the least sure span is, 0 to 1, shape (n,)."""
        return 1.0 - self.probabilities

    def reason(self, row: int) -> str:
        """Return why a person should look at an example, in words."""
        if self.disputed[row]:
            return f"Functions disagree: {' or '.join(self.disputed[row])}"
        if self.suggestions[row] is None:
            return "No function marks anything in it"
        return f"Functions are {self.probabilities[row]:.0%} sure of a span in it"


def span_opinions(example_ids: Sequence[str], probable: ProbableSpans) -> SpanOpinions:
    """Return what functions think of the examples, in their order.

    Examples
    --------
    >>> eight = '[{"start":0,"end":2,"label":"time"}]'
    >>> probable = ProbableSpans(("a",), (eight,), (0.75,), aggregator="majority")
    >>> opinions = span_opinions(["a", "b"], probable)
    >>> opinions.uncertainty.tolist(), opinions.reason(1)
    ([0.25, 0.5], 'No function marks anything in it')
    """
    rows = {id_: row for row, id_ in enumerate(probable.example_ids)}
    best = [probable.best(rows[id_]) if id_ in rows else None for id_ in example_ids]
    return SpanOpinions(
        suggestions=tuple(found[0] if found else None for found in best),
        probabilities=np.array([found[1] if found else UNKNOWN for found in best]),
        disputed=tuple(probable.disputed.get(id_, ()) for id_ in example_ids),
    )
