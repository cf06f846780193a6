"""A filter becomes a labeling function, or the scope of one, by its parts about the text."""

from __future__ import annotations

import re

from curation.exceptions import FilterError
from curation.project import Project
from curation.slices import find_slice
from curation.types import JsonObject
from labeling_functions.conditions import condition_from
from labeling_functions.conditions.writing import literal
from studio.stations.browsing.filters import Filter, Part, filter_from, in_words

TEXTUAL = frozenset({"text", "words", "pattern", "length", "metadata"})
"""Kinds that only look at what a labeling function is given: the text and the file's columns."""


def condition_of(part: Part) -> JsonObject:
    """Return what a part about the text asks, as a condition of labeling functions.

    Raises
    ------
    FilterError
        If the part says too little, or is about something no function is told.
    """
    data = _asserted(part)
    return {"kind": "none", "conditions": [data]} if part.negated else data


def _asserted(part: Part) -> JsonObject:
    match part.kind:
        case "text" if part.values:
            joined = "|".join(re.escape(value) for value in part.values)
            return {"kind": "pattern", "regex": joined}
        case "words" if part.values:
            return {"kind": "words", "words": list(part.values)}
        case "pattern" if part.values:
            return _any([{"kind": "pattern", "regex": value} for value in part.values])
        case "length" if part.low is not None or part.high is not None:
            return {"kind": "length", **_bounds(part), "unit": "characters"}
        case "metadata" if part.of and part.low is None and part.high is None:
            values = {"values": list(part.values)} if part.values else {}
            return {"kind": "metadata", "column": part.of, **values}
        case "metadata" if part.of:
            return {"kind": "metadata", "column": part.of} | _bounds(part)
    if part.kind in TEXTUAL:
        raise FilterError(
            f"This part of the filter does not say what to look for: {in_words(part)}.",
            remedy="Write it like text:refund, length:..80 or metadata.channel:email.",
        )
    raise FilterError(
        f"No function can ask this: {in_words(part)}.",
        remedy="A function is told the text and the file's columns, nothing else.",
    )


def _bounds(part: Part) -> JsonObject:
    given = {"at_least": part.low, "at_most": part.high}
    whole = {name: value for name, value in given.items() if value is not None}
    return {name: int(v) if v.is_integer() else v for name, v in whole.items()}


def _any(conditions: list[JsonObject]) -> JsonObject:
    return conditions[0] if len(conditions) == 1 else {"kind": "any", "conditions": conditions}


def rule_of(project: Project, filter_: Filter) -> tuple[JsonObject | None, tuple[Part, ...]]:
    """Return a filter as a condition, and the parts that no function can ask.

    Parts of slices count as if they stood in the filter themselves. The condition is None where
    no part is about the text.
    """
    conditions, unasked = [], []
    for part in filter_.parts:
        if part.kind == "slice" and len(part.values) == 1:
            inner = filter_from(find_slice(project, part.values[0]).filter)
            condition, others = rule_of(project, inner)
            if condition is not None and not others:
                negated = {"kind": "none", "conditions": [condition]}
                conditions.append(negated if part.negated else condition)
                continue
        if part.kind in TEXTUAL:
            conditions.append(condition_of(part))
        else:
            unasked.append(part)
    if not conditions:
        return None, tuple(unasked)
    whole = conditions[0] if len(conditions) == 1 else {"kind": "all", "conditions": conditions}
    return whole, tuple(unasked)


def function_code(project: Project, filter_: Filter, name: str, label: str) -> str:
    """Return the Python of a labeling function that votes where a filter's parts on the text hold.

    Raises
    ------
    FilterError
        If no part is about the text.
    """
    data, unasked = rule_of(project, filter_)
    if data is None:
        about = "; ".join(map(in_words, unasked)) or "every example"
        raise FilterError(
            f"No labeling function can ask this: {about}.",
            remedy="A function is told the text and the file's columns: add a part about those.",
        )
    condition = condition_from(data)
    plain = data.keys() == {"kind", "words"}
    given = literal(data["words"]) if plain else condition.code()
    family = "keywords" if plain else "when"
    return f"{name} = {family}({literal(name)}, {literal(label)}, {given})\n"
