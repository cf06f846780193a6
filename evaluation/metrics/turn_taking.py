"""Turn-taking accuracy: the share of turns in which the model does what the reference does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from evaluation.dialogue import ACTS, act_given, act_of, is_turn
from evaluation.intervals import Array, Interval, share_interval
from evaluation.metrics.base import OfflineMetric
from evaluation.metrics.per_label import one_hot
from evaluation.metrics.shares import ratio
from evaluation.sheet import AnswerSheet


class TurnTaking(OfflineMetric):
    """The share of turns that answer, ask, confirm, hand over or end as the reference does.

    Beside it the mean over acts of F1, for most turns answer. Rows that are no turn of a
    conversation are left out.
    """

    named = "turn_taking"

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or none that is a turn of a conversation."""
        turns = any(is_turn(row) for row in sheet.rows)
        lack = "because no row is a turn of a conversation: none has an `act`, or turns before it"
        return super().undefined(sheet) or ("" if turns else lack)

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return the act of each answer and of its reference; empty where a row is no turn."""
        pairs = list(zip(sheet.rows, sheet.answers, strict=True))
        return {
            "predictions": [act_of(answer) if is_turn(row) else "" for row, answer in pairs],
            "references": [
                (act_given(row) or act_of(row.answer)) if is_turn(row) else "" for row, _ in pairs
            ],
        }

    def statistics(self, *, predictions: Sequence[str], references: Sequence[str]) -> Array:
        """Return hit, answer and gold by act, shape (n, 15)."""
        self._pairs = Counter(zip(references, predictions, strict=True))
        done, wanted = (one_hot(each, ACTS) for each in (predictions, references))
        return np.hstack([done * wanted, done, wanted])

    def values(self, totals: Array) -> Array:
        """Return accuracy, and F1 averaged over the acts that occur."""
        hits, done, wanted = np.split(totals, 3, axis=1)
        accuracy = ratio(hits.sum(axis=1), wanted.sum(axis=1))
        either = (done + wanted) > 0
        scores = np.nan_to_num(ratio(2 * hits, done + wanted)).sum(axis=1)
        return np.column_stack([accuracy, ratio(scores, either.sum(axis=1).astype(float))])

    def intervals(self, units: Array, found: Array) -> Sequence[Interval | None]:
        """Return Wilson's interval of the accuracy, the bootstrap's of F1."""
        hits, _, wanted = np.split(units, 3, axis=1)
        share = share_interval(np.column_stack([hits.sum(axis=1), wanted.sum(axis=1)]))
        return [share, super().intervals(units, found)[1]]

    def counts(self, found: Array) -> Sequence[int]:
        """Return the turns."""
        return [int(self.rows[:, -len(ACTS) :].sum())] * len(found)

    @property
    def method(self) -> str:  # type: ignore[override]
        """How acts are known, and which is taken for which most often."""
        known = (
            "acts of answers by a rule (English wordings), of references by the file or the rule"
        )
        wrong = {pair: n for pair, n in self._pairs.items() if pair[0] != pair[1]}
        if not wrong:
            return known
        (wanted, done), n = max(wrong.items(), key=lambda item: item[1])
        return f"{known}; most often {wanted!r} was wanted and {done!r} done, {n} times"
