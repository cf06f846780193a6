"""Ways to add the votes up, side by side on gold; and whether votes pay here at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation.project import Project
from curation.types import Score, VoteMatrix
from labeling_functions.aggregation.choosing import QUICK, Choice, choose
from labeling_functions.aggregation.comparing import Candidate, compare
from labeling_functions.aggregation.doubts import Doubt, doubts, score_gold_alone
from studio.stations.labels import columns, tuning_gold

MOST_GOLD = 3_000
"""Gold rows a classifier is trained on, to see what gold alone would do; a sample of more."""
SLOW = ("label_model",)
"""What `auto` does not choose from, and a comparison shows all the same."""


@dataclass(frozen=True)
class Comparison:
    """All ways to add votes up, and the way to do without votes.

    Attributes
    ----------
    chosen : Choice
        What gold advises, and why.
    candidates : tuple of Candidate
        Every aggregator as it is, and with the labels gold advises for undecided rows. Empty
        without gold.
    gold_alone : Score
        What a plain classifier reaches that is trained on the same gold and sees no vote.
    """

    chosen: Choice
    candidates: tuple[Candidate, ...]
    gold_alone: Score


def choose_aggregator(project: Project, matrix: VoteMatrix) -> Choice:
    """Return what "auto" adds these votes up by, and why."""
    settings = project.settings
    gold = tuning_gold(project)
    return choose(matrix, gold, seed=settings.seed, threshold=settings.threshold)


def compare_aggregators(project: Project, matrix: VoteMatrix) -> Comparison:
    """Fit every aggregator, and a classifier on gold alone, and judge all on the same gold.

    It takes seconds: Snorkel's model is fitted in a process of its own, and scikit-learn is loaded.

    Raises
    ------
    AggregationError
        The task has no labels.
    """
    gold, seed = tuning_gold(project), project.settings.seed
    least = project.settings.threshold
    chosen = choose(matrix, gold, seed=seed, threshold=least)
    alone = _gold_alone(project, matrix, gold)
    if not alone.n:
        return Comparison(chosen, (), alone)
    slow = compare(matrix, gold, SLOW, seed=seed, threshold=least)
    quick = chosen.candidates or compare(matrix, gold, QUICK, seed=seed, threshold=least)
    return Comparison(chosen, (*quick, *slow), alone)


def doubts_about(matrix: VoteMatrix, comparison: Comparison | None = None) -> tuple[Doubt, ...]:
    """Return where votes may not pay here; whether gold alone does better, once it was compared."""
    if comparison is None:
        return doubts(matrix)
    return doubts(matrix, comparison.candidates, comparison.gold_alone)


def _gold_alone(project: Project, matrix: VoteMatrix, gold: dict[str, str]) -> Score:
    corpus, seed = columns(project).corpus, project.settings.seed
    ids = [id_ for id_, answer in gold.items() if answer in matrix.labels]
    rows = corpus.ids.places(ids)
    rows = np.sort(rows[rows >= 0])
    if len(rows) > MOST_GOLD:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MOST_GOLD, replace=False))
    answers = [gold[corpus.ids[row]] for row in rows.tolist()]
    return score_gold_alone(corpus.texts[rows].to_list(), answers, matrix.labels, seed=seed)
