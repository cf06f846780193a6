"""Where weak supervision may not pay: what to know before trusting what votes add up to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from curation.exceptions import AggregationError
from curation.types import ABSTAIN, Score, VoteMatrix
from labeling_functions.aggregation.ballots import Floats, Ints
from labeling_functions.aggregation.comparing import Candidate
from labeling_functions.aggregation.evidence import FOLDS, folds_of
from labeling_functions.aggregation.forced import influence, rare_label, scored

NAMED = 6
"""Labels named in a sentence; the others are counted."""
FEWEST_FUNCTIONS = 5
LEAST_COVERAGE = 0.3
BROAD = 0.5
"""A function is broad that votes on this share of all rows, and on three times what others do."""


@dataclass(frozen=True)
class Doubt:
    """A reason to doubt that votes will do.

    Attributes
    ----------
    kind : str
        "few_functions", "no_votes_for", "low_coverage", "broad_function", "gold_better".
    sentence : str
        What was found, with its numbers, and what to do.
    functions : tuple of str
        The functions it is about; empty when it is about all.
    """

    kind: str
    sentence: str
    functions: tuple[str, ...] = ()


def doubts(
    matrix: VoteMatrix,
    candidates: Sequence[Candidate] = (),
    gold_alone: Score | None = None,
) -> tuple[Doubt, ...]:
    """Return the reasons to doubt that these votes will do, none when there is none.

    Parameters
    ----------
    matrix : VoteMatrix
    candidates : sequence of Candidate
        What `compare` or `choose` found, to hold against `gold_alone`.
    gold_alone : Score, optional
        What `score_gold_alone` found.
    """
    voted = matrix.votes != ABSTAIN
    found = [*_few(voted.sum(axis=0))]
    if matrix.votes.size:
        found += [*_unsaid(matrix), *_uncovered(voted.any(axis=1)), *_broad(matrix)]
    best = max(
        (c for c in candidates if c.score.value is not None),
        key=lambda c: c.score.value or 0.0,
        default=None,
    )
    if best and gold_alone:
        found += _gold_better(best, gold_alone)
    return tuple(found)


def score_gold_alone(
    texts: Sequence[str], answers: Sequence[str], labels: Sequence[str], *, seed: int = 13
) -> Score:
    """Return what a plain text classifier reaches that is trained on the gold rows alone.

    TF-IDF of words and pairs and a logistic regression, cross-validated over the same folds and
    scored by the same measure as `compare`, so that the two compare.

    Parameters
    ----------
    texts, answers : sequence of str, length n
        The gold rows and their labels, in the order of the matrix; never test rows.
    labels : sequence of str
        The task's labels.

    Raises
    ------
    AggregationError
        An answer is no label of the task.
    """
    places = {label: place for place, label in enumerate(labels)}
    if not set(answers) <= places.keys():
        raise AggregationError("A gold answer is no label of the task.", remedy="Add the label.")
    truth = np.array([places[answer] for answer in answers], dtype=np.int64)
    fewest = np.bincount(truth, minlength=1)
    if len(truth) < 2 * FOLDS or (fewest > 0).sum() < 2:
        return Score(
            metric="accuracy", value=None, n=len(truth), undefined="too little gold to train on"
        )
    fold = folds_of(truth, seed)
    shares = np.zeros((len(truth), len(labels)))
    for part in range(FOLDS):
        shares[fold == part] = _read(texts, truth, fold == part, len(labels), seed)
    positive = rare_label(truth, len(labels))
    metric = "accuracy" if positive is None else f"f1[{labels[positive]}]"
    return scored(metric, *influence(shares, truth, positive))


def _read(texts: Sequence[str], truth: Ints, held: Ints, labels: int, seed: int) -> Floats:
    """Return the answers to held-out rows by a classifier trained on the others, one-hot."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    seen = [text for text, out in zip(texts, held, strict=True) if not out]
    asked = [text for text, out in zip(texts, held, strict=True) if out]
    known = truth[~held]
    answered: Floats = np.eye(labels)
    if len(set(known.tolist())) < 2 or not any(text.split() for text in seen):
        return answered[np.full(len(asked), np.bincount(known).argmax())]
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=r"\S+")  # noqa: S106
    model = LogisticRegression(C=10, class_weight="balanced", max_iter=1000, random_state=seed)
    model.fit(words.fit_transform(seen), known)
    chosen: Floats = answered[model.predict(words.transform(asked))]
    return chosen


def _few(votes: Ints) -> Iterator[Doubt]:
    voting = int((votes > 0).sum())
    few = {0: "No function votes", 1: "One function votes"}
    voters = few.get(voting, f"{voting} functions vote")
    if voting < FEWEST_FUNCTIONS:
        yield Doubt(
            "few_functions",
            f"{voters}. With fewer than {FEWEST_FUNCTIONS} there is little to learn from where"
            " they agree: write more, or trust majority alone.",
        )


def _unsaid(matrix: VoteMatrix) -> Iterator[Doubt]:
    said = set(np.unique(matrix.votes).tolist())
    against = any(vote < ABSTAIN for vote in said)
    unsaid = [label for place, label in enumerate(matrix.labels) if place not in said]
    if unsaid and not (against and len(matrix.labels) == 2):
        yield Doubt(
            "no_votes_for",
            f"No function votes for {_listed(unsaid)}: no row will ever be labelled so."
            " Write functions for every label, or answer undecided rows with it.",
        )


def _listed(labels: Sequence[str]) -> str:
    shown = ", ".join(map(repr, labels[:NAMED]))
    return shown if len(labels) <= NAMED else f"{shown} and {len(labels) - NAMED:,} other labels"


def _uncovered(covered: Ints) -> Iterator[Doubt]:
    share = float(covered.mean())
    if share < LEAST_COVERAGE:
        yield Doubt(
            "low_coverage",
            f"Functions vote on {share:.1%} of {len(covered):,} rows. The rest stays unlabelled,"
            " and a model sees only what functions already find: cover more first.",
        )


def _broad(matrix: VoteMatrix) -> Iterator[Doubt]:
    share = (matrix.votes != ABSTAIN).mean(axis=0)
    for column, function in enumerate(matrix.functions):
        others = np.delete(share, column)
        others = others[others > 0]
        if len(others) >= 2 and share[column] >= max(BROAD, 3 * float(np.median(others))):
            yield Doubt(
                "broad_function",
                f"{function.name} votes on {share[column]:.1%} of all rows, others on"
                f" {np.median(others):.1%} in the middle: it outvotes or ties with what they know."
                " Narrow it, or give it a scope.",
                (function.name,),
            )


def _gold_better(best: Candidate, alone: Score) -> Iterator[Doubt]:
    votes = best.score
    if alone.value is None or votes.value is None or alone.metric != votes.metric:
        return
    if alone.value <= votes.value:
        return
    rows = "the same rows" if alone.n == votes.n else f"all {votes.n}"
    yield Doubt(
        "gold_better",
        f"A plain classifier trained on the {alone.n} gold rows alone reaches {alone.value:.3f}"
        f" {alone.metric}; the votes {votes.value:.3f} at best ({best.aggregator}), cross-validated"
        f" on {rows}. Train on gold, or write functions for what it gets wrong.",
    )
