"""Propose labeling functions: candidates that gold bears out, by how much they would add.

A candidate is found on one half of the gold and measured on the other. The gate is on the lower
end of that interval.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from curation.statistics import proportion
from curation.types import Score
from labeling_functions.analysis.tally import Mask, Rows
from labeling_functions.conditions import masks
from labeling_functions.rendering import identifier
from labeling_functions.suggesting.candidates import Candidate
from labeling_functions.suggesting.measured import Measured, measure_candidates
from labeling_functions.suggesting.suggestion import Ground, Origin, Suggestion

__all__ = ["Aim", "Suggestion", "suggest", "suggestion_of"]

SAME = 0.8
"""A candidate with this share of its new rows in others' rows says nothing new."""


@dataclass(frozen=True)
class Aim:
    """What a round of suggestions is for.

    Attributes
    ----------
    origin : str
    why : str
        In words.
    rows : bool array, shape (n,)
        The rows it is meant for.
    labels : tuple of int
        The labels that may be voted for; all where empty.
    most : int
        How many suggestions.
    """

    origin: Origin
    why: str
    rows: Mask
    labels: tuple[int, ...] = ()
    most: int = 10


def suggest(
    ground: Ground,
    aims: Sequence[Aim] = (),
    *,
    measured: Measured | None = None,
    least_precision: float = 0.6,
    most_coverage: float = 0.33,
    dismissed: Collection[str] = (),
) -> list[Suggestion]:
    """Return the functions that gold bears out, for each aim the most useful first.

    What is useful: the rows it is meant for, times how far the lower end of its precision is above
    the share of its label. A suggestion is left out when most of those rows are another's already.

    Parameters
    ----------
    ground : Ground
    aims : sequence of Aim
        Without any: the rows nobody votes on.
    measured : Measured, optional
        Candidates that passed the gate, such as a model's; found in the gold where absent.
    least_precision : float
        What the lower end of the 95 % Wilson interval of the precision must reach.
    most_coverage : float
        What is on more than this share of the training rows is left out: it ties with everything.
    dismissed : collection of str
        Keys of suggestions not to be made.
    """
    measured = measured or measure_candidates(ground, least_precision)
    some = ground.corpus.take(ground.sample)
    touched = masks([candidate.condition for candidate in measured.candidates], some)
    narrow = touched.mean(axis=1) <= most_coverage if len(some) else np.zeros(0, dtype=bool)
    asked = aims or [Aim("gold", "for rows nobody votes on", ground.uncovered)]
    taken: dict[int, Mask] = {}
    made: list[Suggestion] = []
    for aim in asked:
        worth = narrow & np.array(
            [
                _key(ground, candidate, label) not in dismissed
                and (not aim.labels or label in aim.labels)
                for candidate, label in zip(measured.candidates, measured.label, strict=True)
            ],
            dtype=bool,
        )
        chosen = _greedy(measured, touched, aim.rows[ground.sample], worth, taken, aim.most)
        made += _counted(ground, measured.among(chosen), aim, least_precision)
    return made


def _key(ground: Ground, candidate: Candidate, label: int) -> str:
    return f"{ground.labels[label]}: {candidate.says}"


def _greedy(
    measured: Measured,
    touched: Mask,
    wanted: Mask,
    worth: Mask,
    taken: dict[int, Mask],
    limit: int,
) -> Rows:
    """Choose the best, one after another, each for rows that those before left."""
    new, worth = touched & wanted, worth.copy()
    at_first = new.sum(axis=1)
    chosen: list[int] = []
    while len(chosen) < limit:
        left = at_first.copy()
        for label, rows in taken.items():
            mine = np.flatnonzero((measured.label == label) & worth)
            left[mine] = (new[mine] & ~rows).sum(axis=1)
        worth &= (left > 0) & (left > (1 - SAME) * at_first)
        gain = np.where(worth, (measured.low - measured.chance) * left, 0)
        if not len(gain) or gain.max() <= 0:
            break
        best = int(gain.argmax())
        label = int(measured.label[best])
        taken[label] = taken.get(label, np.zeros_like(wanted)) | touched[best]
        worth[best] = False
        chosen.append(best)
    return np.array(chosen, dtype=np.intp)


def _counted(
    ground: Ground, measured: Measured, aim: Aim, least_precision: float
) -> Iterator[Suggestion]:
    """Yield suggestions with what their conditions say of all training rows."""
    held = masks([candidate.condition for candidate in measured.candidates], ground.corpus)
    for n, candidate in enumerate(measured.candidates):
        label, on_side = int(measured.label[n]), ground.half == measured.side[n]
        judged = held[n] & on_side & (ground.gold >= 0)
        right = int((ground.gold[judged] == label).sum())
        precision = proportion("precision", right, int(judged.sum()), "no gold row has it")
        if (precision.low or 0) >= least_precision:  # counted by tokens, it may have been a bit off
            yield suggestion_of(ground, candidate, ground.labels[label], aim, precision, held[n])


def suggestion_of(
    ground: Ground, candidate: Candidate, label: str, aim: Aim, precision: Score, held: Mask
) -> Suggestion:
    """Return a candidate as a suggestion, with the rows its condition holds on."""
    new = np.flatnonzero(held & aim.rows)
    return Suggestion(
        name=identifier(candidate.says),
        label=label,
        says=candidate.says,
        when=candidate.condition.data,
        origin=aim.origin,
        why=aim.why,
        precision=precision,
        rows=np.flatnonzero(held),
        new=new,
        example_ids=tuple(ground.corpus.ids[int(row)] for row in new[:5]),
    )
