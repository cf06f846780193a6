"""Phrases of rows nobody votes on, for a person to say what label they mean: no gold is needed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from curation.types import Score
from labeling_functions.aggregation.ballots import Floats
from labeling_functions.analysis.tally import Mask, Rows
from labeling_functions.conditions import masks
from labeling_functions.suggesting.candidates import Found, find_candidates
from labeling_functions.suggesting.suggest import SAME, Aim, suggestion_of
from labeling_functions.suggesting.suggestion import Ground, Suggestion

READ = 4_000
"""Rows of a group whose phrases are counted, and as many of all, at most."""
TRIED = 12
"""Phrases of a group that are looked for in all training rows."""
UNNAMED = Score(
    metric="precision", value=None, n=0, undefined="it has no label before you say which"
)


def suggest_uncovered(
    ground: Ground,
    groups: Sequence[Rows] = (),
    *,
    most_coverage: float = 0.33,
    limit: int = 5,
    dismissed: Collection[str] = (),
) -> list[Suggestion]:
    """Return phrases that many rows nobody votes on share, without a label.

    A phrase counts by its share of the group, times the logarithm of how many times that is its
    share of all rows; several words count more than one, which would be "the" or "to".

    Parameters
    ----------
    ground : Ground
    groups : sequence of int array, optional
        Rows that say about the same, such as clusters; each gives a phrase. Without any, all the
        rows nobody votes on are one group.
    most_coverage : float
        What is on more than this share of the training rows is left out.
    limit : int
        How many at most.
    dismissed : collection of str
        Keys of suggestions not to be made.
    """
    uncovered = ground.uncovered
    alone = [group[uncovered[group]] for group in groups] or [np.flatnonzero(uncovered)]
    background = find_candidates(ground.corpus.take(_some(np.arange(len(ground.corpus)))))
    aim = Aim("uncovered", "many rows nobody votes on have it", uncovered)
    each = limit if len(alone) == 1 else 1
    taken, made = np.zeros(len(uncovered), dtype=bool), list[Suggestion]()
    for group in alone:
        made += _of_group(ground, group, background, aim, taken, most_coverage, each, dismissed)
        if len(made) >= limit:
            break
    return made[:limit]


def _some(rows: Rows) -> Rows:
    if len(rows) <= READ:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, READ, replace=False))


def _of_group(
    ground: Ground,
    group: Rows,
    background: Found,
    aim: Aim,
    taken: Mask,
    most_coverage: float,
    limit: int,
    dismissed: Collection[str],
) -> list[Suggestion]:
    read = _some(group)
    if len(read) < 2:
        return []
    found = find_candidates(ground.corpus.take(read))
    scores = _telling(found, len(read), background, min(READ, len(ground.corpus)))
    best = [
        found.candidates[n]
        for n in np.argsort(-scores, kind="stable").tolist()
        if scores[n] > 0 and f": {found.candidates[n].says}" not in dismissed
    ][:TRIED]
    made = list[Suggestion]()
    for candidate, held in zip(
        best, masks([c.condition for c in best], ground.corpus), strict=True
    ):
        new = held & aim.rows
        told = (new & taken).sum() >= SAME * max(1, new.sum())
        if told or held.mean() > most_coverage or len(made) == limit:
            continue
        taken |= held
        made.append(suggestion_of(ground, candidate, "", aim, UNNAMED, held))
    return made


def _telling(found: Found, n: int, background: Found, n_background: int) -> Floats:
    """Return how well each candidate tells a group of rows apart from all."""
    everywhere = dict(
        zip(
            (candidate.says for candidate in background.candidates),
            np.bincount(background.which, minlength=len(background.candidates)).tolist(),
            strict=True,
        )
    )
    here = np.bincount(found.which, minlength=len(found.candidates)) / n
    there = np.array([everywhere.get(c.says, 1) / n_background for c in found.candidates])
    words = np.array([c.says.count(" ") - 1 if c.phrase else 0 for c in found.candidates])
    scores: Floats = here * (np.log(np.maximum(1, here / there)) + words)
    return scores
