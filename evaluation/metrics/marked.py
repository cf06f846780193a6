"""What span F1 and field F1 share: everything marked in all rows is counted, and by label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np

from evaluation.extraction import invalid, invalid_gold, spans_of
from evaluation.intervals import Array, Interval, share_interval
from evaluation.metrics.base import OfflineMetric
from evaluation.metrics.shares import ratio
from evaluation.sheet import AnswerSheet

Found = Counter[tuple[str, Hashable]]
"""What an answer marks, each under its label."""


class MarkedF1(OfflineMetric):
    """F1 over everything marked in all rows, as micro-averaged in CoNLL-2003; and by label."""

    columns = dict.fromkeys(("predictions", "references", "texts"), "string")

    def marks(self, answer: str, text: str, labels: Sequence[str]) -> Found:
        """Return what an answer marks in a text."""
        raise NotImplementedError

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, gold that is not valid, or nothing marked."""
        if reason := super().undefined(sheet) or invalid_gold(sheet):
            return reason
        labels = sheet.task.labels
        marked = any(spans_of(row.answer, row.input, labels) for row in sheet.rows)
        return "" if marked else "because nothing is marked in the gold answers"

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return the answers, gold, the texts they mark, and the labels."""
        texts = [row.input for row in sheet.rows]
        return {**super().inputs(sheet), "texts": texts, "labels": sheet.task.labels}

    def statistics(
        self,
        *,
        predictions: Sequence[str],
        references: Sequence[str],
        texts: Sequence[str],
        labels: Sequence[str] = (),
    ) -> Array:
        """Return each row's hits, marks and gold marks by label, shape (n, 3 * labels)."""
        self.labels = tuple(labels)
        made = np.zeros((len(texts), 3, len(self.labels)))
        place = {label: at for at, label in enumerate(self.labels)}
        for at, (answer, gold, text) in enumerate(zip(predictions, references, texts, strict=True)):
            mine, theirs = (self.marks(side, text, self.labels) for side in (answer, gold))
            for which, counted in enumerate((mine & theirs, mine, theirs)):
                for (label, _), count in counted.items():
                    made[at, which, place[label]] += count
        return made.reshape(len(texts), -1)

    def values(self, totals: Array) -> Array:
        """Return F1, precision and recall, then F1 of each label."""
        hits, marked, gold = np.split(totals, 3, axis=1)
        all_hits, all_marked, all_gold = (side.sum(axis=1) for side in (hits, marked, gold))
        micro = (
            ratio(2 * all_hits, all_marked + all_gold),
            ratio(all_hits, all_marked),
            ratio(all_hits, all_gold),
        )
        return np.column_stack([*micro, ratio(2 * hits, marked + gold)])

    def score_names(self, sheet: AnswerSheet) -> tuple[str, ...]:
        """Return the names of the scores of all marks, then each label's."""
        return (*self.about.scores, *(f"{self.named}[{label}]" for label in sheet.task.labels))

    def lack(self, name: str) -> str:
        """Return why there is no value where others have one."""
        label = name.partition("[")[2][:-1]
        return f"because {label!r} was never marked" if label else "because nothing was marked"

    def intervals(self, units: Array, found: Array) -> Sequence[Interval | None]:
        """Return the bootstrap's intervals; Wilson's where all or nothing was found."""
        ends = super().intervals(units, found)
        hits, marked, gold = np.split(units, 3, axis=1)
        either = marked + gold - hits
        of = [self._share(hits.sum(axis=1), side.sum(axis=1)) for side in (either, marked, gold)]
        of[0] = _as_f1(of[0])
        of += [_as_f1(self._share(hits[:, at], either[:, at])) for at in range(len(self.labels))]
        return [
            end or share if value in (0.0, 1.0) else end
            for end, share, value in zip(ends, of, found, strict=True)
        ]

    def counts(self, found: Array) -> Sequence[int]:  # noqa: ARG002 - as in the base class
        """Return the marks each value is of."""
        hits, marked, gold = self.rows.sum(axis=0).reshape(3, -1)
        either = marked + gold - hits
        return [int(side.sum()) for side in (either, marked, gold)] + list(map(int, either))

    def remarks(self, sheet: AnswerSheet, units: Array) -> Iterator[str]:
        """Yield how many answers could not be read."""
        yield from super().remarks(sheet, units)
        pairs = zip(sheet.answers, sheet.rows, strict=True)
        unread = sum(bool(invalid(answer, row.input, sheet.task.labels)) for answer, row in pairs)
        if unread:
            yield f"{unread} of {len(sheet)} answers are not valid and count as marking nothing"

    @staticmethod
    def _share(hits: Array, of: Array) -> Interval | None:
        return share_interval(np.column_stack([hits, of]))


def _as_f1(share: Interval | None) -> Interval | None:
    """Return the interval of 2J / (1 + J), J the hits among marks of either side."""
    return share and (2 * share[0] / (1 + share[0]), 2 * share[1] / (1 + share[1]))
