"""The nearest_gold family: the label of the gold rows that are most like the text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curation.corpus import Corpus
from curation.exceptions import FunctionError
from curation.types import ABSTAIN, JsonObject, Votes
from labeling_functions.conditions.condition import Condition
from labeling_functions.function import LabelingFunction
from labeling_functions.resources import Resources, Vectors
from labeling_functions.served import in_parts, nobody, number, rows_in_scope, serve


def nearest_gold(
    name: str,
    *,
    k: int = 5,
    at_least: float = 0.5,
    agreement: float = 0.6,
    scope: Condition | None = None,
) -> LabelingFunction:
    """Vote the label of the nearest gold rows of the training split, else abstain.

    A gold row is never its own neighbour, so that its precision on gold is that on rows it has not
    seen. Near-duplicates of one another are neighbours though, and make it look better than it is
    on new texts; so does gold that was chosen from one corner of the data.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    k : int
        How many of the nearest rows are asked.
    at_least : float
        The least similarity, from -1 to 1, of rows that are asked at all.
    agreement : float
        The least share of the rows asked that must have the label, from 0 to 1.
    scope : condition, optional
        Vote only where it holds.

    Raises
    ------
    FunctionError
        A number is out of its range.

    Examples
    --------
    >>> nearest_gold("like_gold", k=3).family
    'nearest_gold'
    """
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise FunctionError(f"k={k!r}: it is a whole number from 1 up.", where=name)
    bounds = {
        "at_least": number(name, "at_least", at_least, -1),
        "agreement": number(name, "agreement", agreement, 0),
    }
    return serve(name, "nearest_gold", {"k": k, **bounds}, label=None, scope=scope)


def votes(rule: JsonObject, corpus: Corpus, labels: Sequence[str], resources: Resources) -> Votes:
    """Return the votes of a nearest_gold function, shape (n,).

    Raises
    ------
    FunctionError
        There is no gold, or there are no embeddings.
    """
    gold = {id_: labels.index(said) for id_, said in resources.gold.items() if said in labels}
    if not gold:
        raise FunctionError(
            "There is no gold to be near to.",
            remedy="Answer some training examples in Review first.",
        )
    cast, ids = nobody(corpus, labels), list(gold)
    known, answers = resources.vectors_of(ids), np.array(list(gold.values()))
    itself = _rows_of(corpus, ids)
    for part in in_parts(rows_in_scope(rule, corpus), len(ids)):
        near = resources.vectors_of(corpus.take(part).ids) @ known.T
        own = itself[part]
        near[own >= 0, own[own >= 0]] = -np.inf
        cast[part] = _said(near, answers, rule, len(labels))
    return cast


def _rows_of(corpus: Corpus, gold: Sequence[str]) -> NDArray[np.int64]:
    """Return each row's place among the gold rows, -1 for rows without gold."""
    places, mine = corpus.ids.places(gold), np.full(len(corpus), -1)
    here = places >= 0
    mine[places[here]] = np.flatnonzero(here)
    return mine


def _said(
    near: Vectors, answers: NDArray[np.int64], rule: JsonObject, labels: int
) -> NDArray[np.int64]:
    """Return what the nearest gold rows agree on, given similarities of shape (n, g)."""
    k = min(rule["k"], near.shape[1])
    nearest = np.argpartition(-near, k - 1, axis=1)[:, :k]
    asked = np.take_along_axis(near, nearest, axis=1) >= rule["at_least"]
    counts = np.zeros((len(near), labels), dtype=np.int64)
    rows, columns = np.nonzero(asked)
    np.add.at(counts, (rows, answers[nearest[rows, columns]]), 1)
    most = counts.max(axis=1)
    tied = (counts == most[:, None]).sum(axis=1) > 1
    agreed = (most > 0) & ~tied & (most >= rule["agreement"] * asked.sum(axis=1) - 1e-9)
    return np.where(agreed, counts.argmax(axis=1), ABSTAIN)
