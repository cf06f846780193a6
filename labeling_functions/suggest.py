"""Propose labeling functions: candidates that gold bears out, by how much they would add.

A candidate is found on one half of the gold and measured on the other, so that its precision is
not the luck of having searched thousands. The gate is on the lower end of that interval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from curation.types import Score
from labeling_functions.ballots import Floats
from labeling_functions.candidates import Candidate, Found, find_candidates
from labeling_functions.conditions import masks
from labeling_functions.rendering import identifier
from labeling_functions.report import Z, proportion
from labeling_functions.suggestion import Ground, Origin, Suggestion
from labeling_functions.tally import Mask, Rows

SHORTLIST = 150
"""Candidates that are looked for in the training rows, at most."""
SAME = 0.8
"""A candidate with this share of its new rows in others' rows says nothing new."""


@dataclass(frozen=True)
class Measured:
    """Candidates that passed the gate.

    Attributes
    ----------
    candidates : tuple of Candidate, length c
    label : int array, shape (c,)
    side : int array, shape (c,)
        The half of the gold each was measured on.
    low : float array, shape (c,)
        The lower end of the interval of its precision.
    chance : float array, shape (c,)
        The share of its label in the gold.
    """

    candidates: tuple[Candidate, ...]
    label: Rows
    side: Rows
    low: Floats
    chance: Floats

    def among(self, chosen: Mask | Rows) -> Measured:
        """Return some of them."""
        places = np.arange(len(self.candidates))[chosen]
        return Measured(
            tuple(self.candidates[n] for n in places.tolist()),
            self.label[places],
            self.side[places],
            self.low[places],
            self.chance[places],
        )


def measure_candidates(ground: Ground, least_precision: float = 0.6) -> Measured:
    """Return the candidates whose measured precision is at least this, the most useful first.

    Parameters
    ----------
    ground : Ground
    least_precision : float
        What the lower end of the 95 % Wilson interval must reach, on the half of the gold that
        the candidate was not found on.
    """
    known = np.flatnonzero(ground.gold >= 0)
    found = find_candidates(ground.corpus.take(known))
    k, half = len(ground.labels), ground.half[known]
    counts = _counts(found, half, ground.gold[known], k)
    base = np.bincount(ground.gold[known], minlength=k + 1) / max(1, len(known))
    sides = [_borne_out(counts[:, 1 - n], counts[:, n], base, least_precision) for n in (0, 1)]
    side = np.where(sides[1].passed, 1, 0)  # one that both halves find is measured on the second
    label, low = (
        np.choose(side, [getattr(one, name) for one in sides]) for name in ("label", "low")
    )
    passed = np.flatnonzero(sides[0].passed | sides[1].passed)
    gain = (low - base[label]) * counts.sum(axis=(1, 2))
    best = passed[np.argsort(-gain[passed], kind="stable")][:SHORTLIST]
    chosen = tuple(found.candidates[n] for n in best.tolist())
    return Measured(chosen, label[best], side[best], low[best], base[label[best]])


def _counts(found: Found, half: NDArray[np.int8], gold: Rows, k: int) -> Rows:
    """Count candidates by half of the gold and label, shape (c, 2, k + 1)."""
    cells = (found.which * 2 + half[found.rows]) * (k + 1) + gold[found.rows]
    size = len(found.candidates) * 2 * (k + 1)
    return np.bincount(cells, minlength=size).reshape(-1, 2, k + 1)


@dataclass(frozen=True)
class Side:
    """What one half of the gold finds, and the other says of it, by candidate."""

    passed: Mask
    label: Rows
    low: Floats


def _borne_out(finding: Rows, measuring: Rows, base: Floats, least: float) -> Side:
    """Measure on one half of the gold what the other finds, of counts of shape (c, k + 1)."""
    every = np.arange(len(finding))
    label = finding[:, :-1].argmax(axis=1)
    right = finding[every, label]
    share = right / np.maximum(1, finding.sum(axis=1))
    low = lower(measuring[every, label], measuring.sum(axis=1))
    found = (right > 1) & (share >= least) & (share > base[label])
    return Side(found & (low >= least), label, low)


def lower(right: Rows, n: Rows) -> Floats:
    """Return the lower ends of 95 % Wilson intervals; 0 where there is nothing to count.

    Examples
    --------
    >>> lower(np.array([9, 0]), np.array([10, 0])).round(3).tolist()
    [0.596, 0.0]
    """
    some = np.maximum(1, n)
    share, weight = right / some, Z * Z / some
    half = Z * np.sqrt(share * (1 - share) / some + weight / (4 * some))
    return np.where(n > 0, np.maximum(0, (share + weight / 2 - half) / (1 + weight)), 0.0)


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
    """

    origin: Origin
    why: str
    rows: Mask
    labels: tuple[int, ...] = ()


def suggest(
    ground: Ground,
    aims: Sequence[Aim] = (),
    *,
    least_precision: float = 0.6,
    most_coverage: float = 0.33,
    limit: int = 10,
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
    least_precision : float
        What the lower end of the 95 % Wilson interval of the precision must reach.
    most_coverage : float
        What is on more than this share of the training rows is left out: it ties with everything.
    limit : int
        How many at most, for each aim.
    dismissed : collection of str
        Keys of suggestions not to be made.
    """
    measured = measure_candidates(ground, least_precision)
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
        chosen = _greedy(measured, touched, aim.rows[ground.sample], worth, taken, limit)
        made += _counted(ground, measured.among(chosen), aim, least_precision)
    return _named(made)


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


def _named(made: Sequence[Suggestion]) -> list[Suggestion]:
    """Give each a name of its own."""
    seen: Counter[str] = Counter()
    named = []
    for one in made:
        seen[one.name] += 1
        again = f"{one.name}_{seen[one.name]}" if seen[one.name] > 1 else one.name
        named.append(replace(one, name=again))
    return named
