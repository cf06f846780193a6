"""Write values and calls as a person would write them in Python."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labeling_functions.conditions.condition import Condition


def literal(value: Any, *, raw: bool = False) -> str:  # noqa: ANN401 - any value of JSON
    r"""Return a value as Python, with the double quotes formatters use.

    Examples
    --------
    >>> print(literal("it's"), literal(r"\d+", raw=True), literal(("a", 1)))
    "it's" r"\d+" ["a", 1]
    """
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(literal, value))}]"
    if not isinstance(value, str):
        return repr(value)
    plain = value.isprintable() and '"' not in value and not value.endswith("\\")
    if raw and plain and "\\" in value:
        return f'r"{value}"'
    # JSON's string is Python's too.
    return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)


def call(name: str, made: Condition, *first: Any, but: tuple[str, ...], raw: bool = False) -> str:  # noqa: ANN401
    """Return a call with `first` by position, and by name what is not at its default.

    Parameters
    ----------
    name : str
        The function called.
    made : Condition
        What it returns.
    *first
        Values given by position.
    but : tuple of str
        The fields they fill.
    raw : bool
        Text with backslashes is written as a raw string.
    """
    named = [
        f"{field.name}={literal(getattr(made, field.name))}"
        for field in fields(made)  # type: ignore[arg-type] # every kind is a dataclass
        if field.name not in but
        and (field.default is MISSING or getattr(made, field.name) != field.default)
    ]
    return f"{name}({', '.join([*(literal(value, raw=raw) for value in first), *named])})"
