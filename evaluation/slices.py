"""Named parts of a split, each with its error rate: by label, length, confidence or metadata."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation.exceptions import EvaluationError
from curation.statistics import wilson
from curation.types import DatasetRow, JsonObject, Prediction
from evaluation.sheet import by_id
from evaluation.words import words

_LENGTHS = (6, 16, 51, 201)
_LENGTH_NAMES = ("1 to 5 words", "6 to 15", "16 to 50", "51 to 200", "over 200")
_CONFIDENCES = (0.5, 0.7, 0.9)
_CONFIDENCE_NAMES = ("under 0.5", "0.5 to 0.7", "0.7 to 0.9", "0.9 and over")


@dataclass(frozen=True)
class Slice:
    """A named part of a split and how often the model errs there, with Wilson's interval."""

    name: str
    n: int
    errors: int
    error_rate: float
    low: float
    high: float
    example_ids: tuple[str, ...]


def slice_by(
    by: str,
    rows: Sequence[DatasetRow],
    predictions: Sequence[Prediction],
    metadata: Mapping[str, JsonObject] | None = None,
) -> tuple[Slice, ...]:
    """Return the slices of a split, the highest error rate first.

    The slices are named beforehand and few; nothing is searched for, so nothing is discovered
    by chance.

    Parameters
    ----------
    by : str
        `"label"`, `"length"`, `"confidence"`, or a key of the examples' metadata.
    rows, predictions
        One prediction for each row.
    metadata : mapping of example id to metadata
        Needed for metadata keys only.

    Raises
    ------
    EvaluationError
        When no row knows such a key, or rows and predictions do not match.
    """
    groups: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for row, prediction in zip(rows, by_id(rows, predictions), strict=True):
        wrong = prediction.answer.strip() != row.answer.strip()
        groups[_name(by, row, prediction, metadata or {})].append((row.id, wrong))
    if groups and set(groups) == {f"no {by}"}:
        remedy = "Slice by label, length, confidence or a metadata key."
        raise EvaluationError(f"No row has a {by!r}.", where=by, remedy=remedy)
    made = [_slice(name, members) for name, members in groups.items()]
    return tuple(sorted(made, key=lambda part: (-part.error_rate, -part.n, part.name)))


def _name(
    by: str, row: DatasetRow, prediction: Prediction, metadata: Mapping[str, JsonObject]
) -> str:
    if by == "label":
        return row.answer
    if by == "length":
        return _LENGTH_NAMES[bisect_right(_LENGTHS, len(words(row.input)))]
    if by == "confidence" and prediction.confidence is not None:
        return _CONFIDENCE_NAMES[bisect_right(_CONFIDENCES, prediction.confidence)]
    value = metadata.get(row.id, {}).get(by)
    return f"no {by}" if value is None else str(value)


def _slice(name: str, members: Sequence[tuple[str, bool]]) -> Slice:
    n, errors = len(members), sum(wrong for _, wrong in members)
    low, high = wilson(errors, n)
    return Slice(name, n, errors, errors / n, low, high, tuple(key for key, _ in members))
