"""What people said in Label Studio, read: an annotation's regions as an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter

from curation.review.label_studio.config import Region
from curation.types import JsonObject, Span, Task, TaskKind

Action = Literal["answer", "skip", "refuse", "prefer"]

MODES = {TaskKind.CLASSIFY: "choose", TaskKind.EXTRACT: "spans", TaskKind.GENERATE: "write"}

_SPANS = TypeAdapter(tuple[Span, ...])


class Said(NamedTuple):
    """What one annotation says; spans are also the answer, as the JSON a suggestion has."""

    action: Action = "answer"
    answer: str | None = None
    spans: tuple[Span, ...] = ()
    note: str = ""
    shown: str | None = None
    rating: int | None = None
    rejected: str | None = None


class UnreadableError(ValueError):
    """An annotation that does not answer this task; its words say why."""


def mode_of(task: Task, *, compare: bool) -> str:
    """Return how a task is asked in Label Studio."""
    return "compare" if compare else MODES[task.kind]


def read(
    task: Task,
    data: JsonObject,
    regions: Sequence[Region],
    shown: str | None = None,
    *,
    compare: bool = False,
) -> Said:
    """Return what an annotation says.

    Parameters
    ----------
    task : Task
    data : dict
        The Label Studio task's: its text, and the two responses of a comparison.
    regions : sequence of mapping
        The annotation's result.
    shown : str, optional
        What was suggested.
    compare : bool
        Whether two responses were compared.

    Raises
    ------
    UnreadableError
        If it has no answer, more than one, a label the task does not know, or a span that does
        not lie where its own words say.
    """
    if compare:
        return _preference(data, regions)
    if task.kind is TaskKind.CLASSIFY:
        return Said(answer=_known(task, _only(regions, "label", "choices")), shown=shown)
    if task.kind is TaskKind.EXTRACT:
        return _marked(task, data["text"], regions, shown)
    return _written(regions, shown)


def skipped(data: JsonObject, shown: str | None = None, *, compare: bool = False) -> Said:
    """Return a skip; that of a comparison names the two responses."""
    if compare:
        return Said("skip", shown=data.get("left"), rejected=data.get("right"))
    return Said("skip", shown=shown)


def suggested(task: Task, regions: Sequence[Region]) -> str | None:
    """Return what a prediction's regions suggest, as a suggestion is written; None if nothing."""
    try:
        if task.kind is TaskKind.EXTRACT:
            return _as_json(_span_of(region["value"]) for region in regions)
        written = task.kind is TaskKind.GENERATE
        control, key = ("response", "text") if written else ("label", "choices")
        return _only(regions, control, key)
    except (KeyError, TypeError, ValueError):  # anybody may have put any prediction there
        return None


def _preference(data: JsonObject, regions: Sequence[Region]) -> Said:
    better = _only(regions, "better", "selected")
    if better not in ("left", "right"):
        raise UnreadableError(f"it chooses {better!r}, neither left nor right")
    worse = "right" if better == "left" else "left"
    return Said("prefer", answer=data[better], rejected=data[worse])


def _marked(task: Task, text: str, regions: Sequence[Region], shown: str | None) -> Said:
    marked = (_checked(task, text, region["value"]) for region in regions)
    spans = tuple(sorted(marked, key=lambda span: (span.start, span.end, span.label)))
    return Said(answer=_as_json(spans), spans=spans, shown=shown)


def _written(regions: Sequence[Region], shown: str | None) -> Said:
    """Return a response; one edited from a suggestion is better than it.

    A rating is of what was shown, so one without a suggestion is only a note.
    """
    rating, verdict = _rating(regions), _first(regions, "verdict", "choices")
    note = f"rated {rating} of 5" if rating and shown is None else ""
    rating = None if shown is None else rating
    if verdict == "reject":
        action: Action = "skip" if shown is None else "refuse"
        note = note if shown is not None else ", ".join(filter(None, (note, "rejected")))
        return Said(action, answer=shown, note=note, shown=shown, rating=rating)
    answer = _only(regions, "response", "text")
    edited = shown is not None and answer.strip() != shown.strip()
    return Said(
        answer=answer, note=note, shown=shown, rating=rating, rejected=shown if edited else None
    )


def _rating(regions: Sequence[Region]) -> int | None:
    rating = _first(regions, "quality", "rating")
    if rating is not None and rating not in range(1, 6):
        raise UnreadableError(f"it rates {json.dumps(rating)}, which is not 1 to 5")
    return None if rating is None else int(rating)


def _values(regions: Sequence[Region], control: str, key: str) -> list[Any]:
    found = [region["value"][key] for region in regions if region["from_name"] == control]
    return [
        value for values in found for value in (values if isinstance(values, list) else [values])
    ]


def _first(regions: Sequence[Region], control: str, key: str) -> Any:  # noqa: ANN401 - JSON
    return next(iter(_values(regions, control, key)), None)


def _only(regions: Sequence[Region], control: str, key: str) -> str:
    values = _values(regions, control, key)
    if len(values) != 1:
        raise UnreadableError(f"it has {len(values) or 'no'} answers for {control!r}")
    return str(values[0])


def _known(task: Task, label: str) -> str:
    if label not in task.labels:
        raise UnreadableError(f"it says {label!r}, which is no label of this task")
    return label


def _as_json(spans: Iterable[Span]) -> str:
    return _SPANS.dump_json(tuple(spans)).decode()


def _checked(task: Task, text: str, value: Mapping[str, Any]) -> Span:
    span, words = _span_of(value), value.get("text")
    # Label Studio counts characters, as we do, and writes a line break as the two signs \ and n.
    there = text[span.start : span.end]
    if not there or words not in (None, there, there.replace("\n", "\\n")):
        raise UnreadableError(f"the span {json.dumps(words)} is not at {span.start} to {span.end}")
    _known(task, span.label)
    return span


def _span_of(value: Mapping[str, Any]) -> Span:
    labels = value.get("labels", [])
    if len(labels) != 1:
        raise UnreadableError(f"a span has {len(labels) or 'no'} labels")
    return Span(start=int(value["start"]), end=int(value["end"]), label=labels[0])
