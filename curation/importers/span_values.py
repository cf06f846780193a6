"""Gold spans as data sets write them, brought to the one form in which answers are kept."""

from __future__ import annotations

import json
from typing import Any

from curation.importers.values import json_safe
from curation.types import Span

_START = ("start", "startIndex", "start_index", "start_offset", "start_char", "begin")
_END = ("end", "endIndex", "end_index", "end_offset", "end_char")
_LABEL = ("label", "labels", "slot", "entity", "entity_group", "type", "tag", "category")
_WITHIN = ("valueSpan", "span", "value")
"""Where a place, and perhaps the label, is an object of its own."""


def spans_in(value: Any) -> list[Span] | None:  # noqa: ANN401 - any cell
    """Return the spans a cell holds, or None if it holds something else.

    Objects with a start, an end and a label by any of their usual names are read, lists of the
    three in this order, and JSON of either. Where a place is an object of its own, one that names
    no start begins at 0: so protocol buffers are written.

    Examples
    --------
    >>> spans_in([{"slot": "time", "valueSpan": {"endIndex": 3}}])
    [Span(start=0, end=3, label='time')]
    >>> spans_in("two people at seven") is None
    True
    """
    cell = _from_json(value) if isinstance(value, str) else json_safe(value)
    if isinstance(cell, dict):
        cell = cell.get("entities", cell.get("spans"))
    if not isinstance(cell, list):
        return None
    spans = [_span(entry) for entry in cell]
    return None if None in spans else [span for span in spans if span]


def _from_json(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except ValueError:
        return None


def _span(entry: Any) -> Span | None:  # noqa: ANN401 - JSON
    if isinstance(entry, list):
        return _made(*entry) if len(entry) == 3 else None
    if not isinstance(entry, dict):
        return None
    within = next((entry[name] for name in _WITHIN if isinstance(entry.get(name), dict)), None)
    place = entry if within is None else {**entry, **within}
    start = _first(place, _START)
    return _made(0 if start is None and within else start, _first(place, _END), _label(place))


def _first(entry: dict[str, Any], names: tuple[str, ...]) -> Any:  # noqa: ANN401 - JSON
    return next((entry[name] for name in names if entry.get(name) is not None), None)


def _label(entry: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    label = _first(entry, _LABEL)
    return label[0] if isinstance(label, list) and len(label) == 1 else label


def _made(start: Any, end: Any, label: Any) -> Span | None:  # noqa: ANN401 - JSON
    whole = all(isinstance(at, int) and not isinstance(at, bool) and at >= 0 for at in (start, end))
    if not whole or not isinstance(label, str):
        return None
    return Span(start=start, end=end, label=label)
