"""How far people agree with one another, beyond what chance would have them agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.people.preferences import Judgement
from curation.people.ratings import MISSING, Codes, Ratings
from curation.spans import read_spans
from curation.types import Annotation, Score, Span

NO_OVERLAP = "no two people answered the same example"
ONE_LABEL = "only one label was given"
LARGEST = 20_000_000
"""Numbers that the library may hold at once; it needs examples x labels x labels of them."""

REPLICATES = 1000
FEWEST = 10
"""Below this many examples resampling says nothing, so no interval is given."""

Array = NDArray[np.float64]
Times = NDArray[np.int64]
"""How many examples were answered so; shape (d,), or (`REPLICATES`, d) when drawn again."""


@dataclass(frozen=True)
class Agreement:
    """How far people agree.

    Attributes
    ----------
    alpha : Score
        Krippendorff's alpha of everybody.
    labels : tuple of Score
        The same of every label against all others together.
    pairs : tuple of Score
        Cohen's kappa of every two who answered the same example.
    """

    alpha: Score
    labels: tuple[Score, ...]
    pairs: tuple[Score, ...]


def agreement(ratings: Ratings, *, seed: int = 13) -> Agreement:
    """Return how far people agree, with 95 % intervals.

    The intervals are percentiles of a bootstrap over examples: `REPLICATES` times as many
    examples are drawn with replacement, which is one multinomial draw over the distinct ways in
    which examples were answered. Draws in which a measure is undefined are left out.

    Examples
    --------
    >>> codes = np.array([[0, 1, 0, 1], [0, 1, 1, 1]], dtype=np.int16)
    >>> round(agreement(Ratings(("a", "b"), ("x", "y"), codes)).alpha.value, 3)
    0.533
    """
    counts, times = np.unique(ratings.counts(), axis=0, return_counts=True)
    drawn = _draws(times, seed)
    labels = tuple(
        _label_alpha(label, counts, place, times, drawn)
        for place, label in enumerate(ratings.labels)
        if counts[:, place].any()
    )
    pairs = combinations(range(len(ratings.reviewers)), 2)
    kappas = (_kappa(ratings, i, j, seed) for i, j in pairs)
    return Agreement(_alpha("alpha", counts, times, drawn), labels, tuple(k for k in kappas if k.n))


def _label_alpha(label: str, counts: Codes, place: int, times: Times, drawn: Times) -> Score:
    """Return the alpha of one label against all others; of a rare one without an interval."""
    given = counts[:, place]
    rest = counts.sum(axis=1, dtype=np.int16) - given
    score = _alpha(label, np.column_stack([given, rest]), times, drawn)
    rare = times[given > 0].sum() < FEWEST
    return score.model_copy(update={"low": None, "high": None}) if rare else score


def _alpha(name: str, counts: Codes, times: Times, drawn: Times) -> Score:
    """Return Krippendorff's alpha for nominal data of examples that were answered alike `times`."""
    answers = counts.sum(axis=1, keepdims=True, dtype=np.float64)
    alike = (counts * (counts - 1.0)).sum(axis=1, keepdims=True) / (answers - 1)
    parts = np.hstack([alike, counts])
    why = NO_OVERLAP if not len(counts) else ONE_LABEL if counts.any(axis=0).sum() < 2 else ""
    if why:
        return Score(metric=name, value=None, n=int(times.sum()), undefined=why)
    return _score(name, _library_alpha(counts, times, parts), times, _alpha_of(drawn @ parts))


def _library_alpha(counts: Codes, times: Times, parts: Array) -> float:
    import krippendorff

    if times.sum() * counts.shape[1] ** 2 > LARGEST:
        return float(_alpha_of((times @ parts)[None])[0])
    whole = np.repeat(counts, times, axis=0)
    return float(krippendorff.alpha(value_counts=whole, level_of_measurement="nominal"))


def _alpha_of(totals: Array) -> Array:
    """Return alpha: 1 - observed over expected disagreement, which follow from these totals.

    Formula: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section D.

    Parameters
    ----------
    totals : float64 array, shape (b, 1 + k)
        Pairs that agree, each example's divided by its answers less one; answers by label.
    """
    alike, given = totals[:, 0], totals[:, 1:]
    answers = given.sum(axis=1)
    chance = answers**2 - (given**2).sum(axis=1)
    return 1 - _divided((answers - 1) * (answers - alike), chance)


def _kappa(ratings: Ratings, i: int, j: int, seed: int) -> Score:
    both = (ratings.codes[i] != MISSING) & (ratings.codes[j] != MISSING)
    first, second = ratings.codes[i, both], ratings.codes[j, both]
    name = f"{ratings.reviewers[i]} and {ratings.reviewers[j]}"
    used = np.unique(np.concatenate([first, second]))
    if len(used) < 2:
        return Score(metric=name, value=None, n=len(first), undefined=ONE_LABEL)
    cells, times = np.unique(np.stack([first, second], axis=1), axis=0, return_counts=True)
    says = [(said[:, None] == used).astype(np.float64) for said in cells.T]
    parts = np.hstack([(cells[:, :1] == cells[:, 1:]), *says])
    return _score(
        name, _library_kappa(first, second), times, _kappa_of(_draws(times, seed) @ parts)
    )


def _library_kappa(first: Codes, second: Codes) -> float:
    from sklearn.metrics import cohen_kappa_score

    return float(cohen_kappa_score(first, second))


def _kappa_of(totals: Array) -> Array:
    """Return kappa: agreement beyond what both people's shares of labels give by chance.

    Formula: Cohen (1960), "A Coefficient of Agreement for Nominal Scales".

    Parameters
    ----------
    totals : float64 array, shape (b, 1 + 2 k)
        Examples answered alike; one person's answers by label, then the other's.
    """
    width = (totals.shape[1] - 1) // 2
    first, second = totals[:, 1 : 1 + width], totals[:, 1 + width :]
    n = first.sum(axis=1)
    chance = (first * second).sum(axis=1) / n**2
    return _divided(totals[:, 0] / n - chance, 1 - chance)


def span_agreement(
    answers: Mapping[str, Sequence[Annotation]],
    texts: Mapping[str, str],
    labels: Sequence[str],
    *,
    seed: int = 13,
) -> tuple[Score, ...]:
    """Return how far every two reviewers marked the same spans: the F1 of exact spans.

    Either may be taken for the truth: F1 is the same both ways. Texts where neither marked
    anything add nothing.
    """
    parts: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for example, said in answers.items():
        marked = {a.reviewer: _spans(a, texts[example], labels) for a in said}
        for first, second in combinations(sorted(marked), 2):
            one, other = marked[first], marked[second]
            parts.setdefault((first, second), []).append((len(one & other), len(one) + len(other)))
    return tuple(
        _f1(f"{one} and {other}", np.array(rows), seed)
        for (one, other), rows in sorted(parts.items())
    )


def _spans(said: Annotation, text: str, labels: Sequence[str]) -> frozenset[Span]:
    return frozenset(said.spans or read_spans(said.answer or "[]", text, labels))


def _f1(name: str, rows: NDArray[np.int64], seed: int) -> Score:
    if not rows[:, 1].any():
        return Score(metric=name, value=None, n=len(rows), undefined="neither marked anything")
    distinct, times = np.unique(rows, axis=0, return_counts=True)
    (value,) = _f1_of((times @ distinct)[None])
    return _score(name, float(value), times, _f1_of(_draws(times, seed) @ distinct))


def _f1_of(totals: NDArray[np.int64]) -> Array:
    return _divided(totals[:, 0], totals[:, 1] / 2)


def _draws(times: Times, seed: int) -> Times:
    """Return how often each distinct example is drawn, shape (`REPLICATES`, d)."""
    if not len(times):
        return np.zeros((REPLICATES, 0), dtype=np.int64)
    generator = np.random.default_rng(seed)
    return generator.multinomial(times.sum(), times / times.sum(), size=REPLICATES)


def _score(name: str, value: float, times: Times, replicates: Array) -> Score:
    """Return a score with its percentile interval, stretched to hold the value itself."""
    n, defined = int(times.sum()), replicates[~np.isnan(replicates)]
    if n < FEWEST or not len(defined):
        return Score(metric=name, value=value, n=n)
    low, high = np.quantile(defined, (0.025, 0.975))
    return Score(metric=name, value=value, low=min(low, value), high=max(high, value), n=n)


def _divided(above: NDArray[Any], below: NDArray[Any]) -> Array:
    out = np.full(len(below), np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out


def same_preference(judged: Iterable[Judgement]) -> tuple[int, int]:
    """Return how often two people who chose between the same responses chose the same one.

    Returns
    -------
    tuple of int
        Pairs of people who did, and pairs who chose between the same two.
    """
    chosen: dict[tuple[str, frozenset[str]], list[str | None]] = {}
    for judgement in judged:
        if judgement.said.action == "prefer":
            question = (judgement.said.example_id, judgement.pair)
            chosen.setdefault(question, []).append(judgement.said.answer)
    pairs = [pair for answers in chosen.values() for pair in combinations(answers, 2)]
    return sum(one == other for one, other in pairs), len(pairs)
