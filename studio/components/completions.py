"""What the editor offers while one types: labels, fields of a row, what functions files import."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import labeling_functions
from curation.types import JsonObject

MOST_COLUMNS = 200


def completions(labels: Sequence[str], columns: Iterable[str]) -> JsonObject:
    """Return what to offer in a project with these labels and metadata columns.

    Returns
    -------
    dict
        `labels`, `fields` (after the row's name and a dot), `columns` (metadata keys) and `names`
        (what `labeling_functions` exports), ready for the editor.

    Examples
    --------
    >>> offered = completions(["spam"], ["channel", "sent at"])
    >>> [field["label"] for field in offered["fields"]]
    ['text', 'metadata', 'channel']
    """
    found = list(columns)[:MOST_COLUMNS]
    fields = [
        {"label": "text", "detail": "the example's text"},
        {"label": "metadata", "detail": "its other columns, by name"},
        *({"label": name, "detail": "column"} for name in found if name.isidentifier()),
    ]
    return {
        "labels": list(labels),
        "fields": fields,
        "columns": [{"label": name, "detail": "column"} for name in found],
        "names": list(_names()),
    }


@cache
def _names() -> tuple[JsonObject, ...]:
    """Describe what user files import from `labeling_functions`, as it describes itself."""
    exported = sorted(labeling_functions.__all__)
    return tuple(_name(name, getattr(labeling_functions, name)) for name in exported)


def _name(name: str, thing: object) -> JsonObject:
    if not callable(thing):
        return {"label": name, "type": "constant", "detail": repr(thing)}
    first = (inspect.getdoc(thing) or "").partition("\n")[0]
    known = {"label": name, "type": "function", "info": first, "detail": _signature(thing)}
    if name == "labeling_function":
        return {**known, "snippet": _DECORATED}
    return known


_DECORATED = (
    "labeling_function\ndef ${name}(x):\n    if ${condition}:\n"
    "        return ${label}\n    return ABSTAIN"
)


def _signature(thing: Callable[..., Any]) -> str:
    """Return the names of what a function takes; types and defaults are a hover away."""
    try:
        parameters = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):  # builtins and some callables have none
        return ""
    return f"({', '.join(p.name for p in parameters)})"
