"""Add votes up to probable labels."""

from __future__ import annotations

from collections.abc import Mapping

from curation.registry import Registry
from curation.types import ABSTAIN, ProbableLabels, VoteMatrix
from labeling_functions.aggregation.evidence import check, folds_of, gather, gold_of, unseen

AGGREGATORS = Registry(
    "aggregator",
    {
        "majority": "labeling_functions.aggregation.majority:majority",
        "weighted": "labeling_functions.aggregation.weighted:weighted",
        "one_coin": "labeling_functions.aggregation.one_coin:one_coin",
        "dawid_skene": "labeling_functions.aggregation.dawid_skene:dawid_skene",
        "logistic": "labeling_functions.aggregation.logistic:logistic",
        "balanced": "labeling_functions.aggregation.logistic:balanced",
        "label_model": "labeling_functions.aggregation.label_model:label_model",
    },
)
"""Each takes `Evidence` and a `seed` and returns `Weights`."""

AUTO = "auto"
"""Not an aggregator but the choice of one by gold; majority when there is too little."""
SETTINGS = (AUTO, *AGGREGATORS)
"""What a project may be set to."""


def aggregate(
    matrix: VoteMatrix,
    name: str = "majority",
    *,
    gold: Mapping[str, str] | None = None,
    seed: int = 13,
    threshold: float | None = None,
) -> ProbableLabels:
    """Return what the votes add up to; a row nobody voted on is uniform and not covered.

    Parameters
    ----------
    matrix : VoteMatrix
    name : str
        An aggregator by its name, or "auto".
    gold : mapping of example id to label, optional
        What those that learn may learn from; never test rows. A row with gold is answered by a
        fit that did not see its gold, so that it measures the aggregator as it would any other.
    seed : int
        For what draws random numbers.
    threshold : float, optional
        The least probability at which answers are gone with, which "auto" goes by; else a half.

    Returns
    -------
    ProbableLabels
        With the name of the aggregator that was used, also where it was chosen.

    Raises
    ------
    AggregationError
        The task has no labels, or the aggregator needs more votes than there are.
    UnknownNameError
        There is no such aggregator.
    """
    if name == AUTO:
        from labeling_functions.aggregation.choosing import choose
        from labeling_functions.aggregation.comparing import THRESHOLD

        least = THRESHOLD if threshold is None else threshold
        name = choose(matrix, gold or {}, seed=seed, threshold=least).aggregator
    fit = AGGREGATORS[name]
    check(matrix)
    truth = gold_of(matrix, gold)
    fold = folds_of(truth, seed)
    evidence, row = gather(matrix.votes, len(matrix.labels), truth, fold=fold)
    weights = fit(evidence, seed=seed)
    answers = weights.only(-1).probabilities(evidence.patterns)[row, 0]
    known = fold >= 0
    answers[known] = unseen(weights, evidence, row[known], fold[known])
    covered = (evidence.patterns != ABSTAIN).any(axis=1)
    return ProbableLabels(matrix.example_ids, matrix.labels, answers, covered[row], name)
