"""The similar family: a label for every text that means about what some chosen texts mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from curation.corpus import Corpus
from curation.exceptions import FunctionError
from curation.types import JsonObject, Votes
from labeling_functions.conditions.condition import Condition
from labeling_functions.function import Label, LabelingFunction
from labeling_functions.resources import Resources, Vectors
from labeling_functions.served import in_parts, nobody, number, one_vote, rows_in_scope, serve


def similar(
    name: str,
    label: Label,
    examples: Iterable[str],
    *,
    at_least: float = 0.6,
    to: str = "nearest",
    scope: Condition | None = None,
) -> LabelingFunction:
    """Vote `label` where the text is as similar as that to one of `examples`, else abstain.

    Similarity is the cosine of the sentence embeddings; with the default model, texts that have
    nothing to do with each other are near 0.1, the same thing said otherwise is near 0.7.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    label : str
        One of the task's labels, or `not_("label")`.
    examples : iterable of str
        Texts that should get the label; they need not be examples of the project.
    at_least : float
        The least similarity that makes a vote, from -1 to 1.
    to : str
        "nearest": to whichever of the examples is most like the text; "mean": to their middle.
    scope : condition, optional
        Vote only where it holds.

    Raises
    ------
    FunctionError
        No examples, or an empty one, or a bound no text or every text keeps.

    Examples
    --------
    >>> asks_hours = similar("asks_hours", "store_hours", ["When do you open?"], at_least=0.7)
    >>> asks_hours.family
    'similar'
    """
    listed = [] if isinstance(examples, str) else list(examples)
    if not listed or not all(isinstance(text, str) and text.strip() for text in listed):
        raise FunctionError(
            f"similar needs a list of texts that are not empty, not {examples!r}.",
            where=name,
            remedy='Write it like similar("asks_hours", "store_hours", ["When do you open?"]).',
        )
    if to not in ("nearest", "mean"):
        raise FunctionError(f'to={to!r}: it is "nearest" or "mean".', where=name)
    rule = {"examples": listed, "at_least": number(name, "at_least", at_least, -1), "to": to}
    return serve(name, "similar", rule, label=label, scope=scope)


def votes(rule: JsonObject, corpus: Corpus, labels: Sequence[str], resources: Resources) -> Votes:
    """Return the votes of a similar function, shape (n,)."""
    cast, vote = nobody(corpus, labels), one_vote(rule, labels)
    rows = rows_in_scope(rule, corpus)
    if len(rows):
        resources.vectors_of(corpus.take(rows[:1]).ids)  # refused before a model is loaded
        examples = resources.embedded(rule["examples"])
        for part in in_parts(rows, len(examples)):
            near = similarity(resources.vectors_of(corpus.take(part).ids), examples, rule["to"])
            cast[part[near >= rule["at_least"]]] = vote
    return cast


def similarity(rows: Vectors, examples: Vectors, to: str = "nearest") -> NDArray[np.float32]:
    """Return how similar rows are to some examples.

    Parameters
    ----------
    rows, examples : float arrays, shapes (n, d) and (e, d)
        Of length one.
    to : str
        "nearest" or "mean".

    Returns
    -------
    float array, shape (n,)

    Examples
    --------
    >>> across, up = np.eye(2, dtype=np.float32)
    >>> similarity(up[None], np.stack([across, up])).tolist()
    [1.0]
    >>> similarity(up[None], np.stack([across, up]), "mean").round(1).item() > 0.6
    True
    """
    if to == "nearest":
        found: NDArray[np.float32] = (rows @ examples.T).max(axis=1)
        return found
    mean = examples.mean(axis=0)
    middle: NDArray[np.float32] = rows @ (mean / max(float(np.linalg.norm(mean)), 1e-9))
    return middle


def lowest_bound(
    similarities: NDArray[np.floating], right: NDArray[np.bool_], precision: float = 0.9
) -> float | None:
    """Return the lowest `at_least` whose precision on gold is surely good enough.

    Parameters
    ----------
    similarities : float array, shape (g,)
        Of the gold rows.
    right : bool array, shape (g,)
        Whether the label is the gold row's.
    precision : float
        What the lower end of the 95 % interval must reach.

    Returns
    -------
    float or None
        None where no bound is good enough, too few gold rows being one reason.

    Examples
    --------
    >>> scores = np.array([0.9] * 40 + [0.3] * 40)
    >>> lowest_bound(scores, scores > 0.5)
    0.9
    """
    from curation.statistics import wilson

    order = np.argsort(-similarities, kind="stable")
    hits = np.cumsum(right[order])
    best = None
    for place, row in enumerate(order):
        last = place + 1 == len(order) or similarities[order[place + 1]] < similarities[row]
        if last and wilson(int(hits[place]), place + 1)[0] >= precision:
            # rounded down, so that the row the bound was taken from keeps it
            best = float(np.floor(similarities[row] * 1000) / 1000)
    return best
