"""Where in a text a labeling function looks: what to mark when a row is shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from curation.exceptions import TunesmithError
from curation.types import FunctionInfo, fingerprint
from labeling_functions.conditions import Condition, condition_from

Span = tuple[int, int]
SHORTEST = 3
"""Letters a string in Python code must have to be marked; "a" is everywhere."""

_conditions: dict[str, Condition | None] = {}


def spans_of(function: FunctionInfo, text: str) -> tuple[Span, ...]:
    """Return what to mark in a text a function votes on.

    A function that says what it does as data knows where it holds. Of plain Python the strings in
    its code are marked, which is where most of it looks.
    """
    condition = _condition(function)
    if condition is not None:
        return merged(condition.spans(text))
    return merged(_found(words_in(function.source), text)) if function.rule is None else ()


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, those that touch or overlap as one.

    Examples
    --------
    >>> merged([(4, 6), (0, 2), (1, 3)])
    ((0, 3), (4, 6))
    """
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return tuple(found)


@lru_cache(maxsize=256)
def words_in(source: str) -> tuple[str, ...]:
    r"""Return the strings a piece of Python compares with, in lower case.

    Examples
    --------
    >>> words_in("def f(x):\n    'Doc.'\n    return 'spam' if 'Money back' in x.text else None")
    ('money back',)
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    strings = (
        node.value.lower()
        for node in _outside_returns(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return tuple(dict.fromkeys(word for word in strings if len(word.strip()) >= SHORTEST))


def _outside_returns(node: ast.AST) -> Iterator[ast.AST]:
    """Walk code, but for docstrings and for what it answers with."""
    yield node
    for child in ast.iter_child_nodes(node):
        docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        answer = isinstance(node, ast.Return) or (
            isinstance(node, ast.IfExp) and child is not node.test
        )
        tested = isinstance(child, ast.IfExp | ast.BoolOp | ast.Compare | ast.Call)
        if not docstring and (tested or not (answer and isinstance(child, ast.Constant))):
            yield from _outside_returns(child)


def _found(words: Iterable[str], text: str) -> Iterator[Span]:
    lowered = text.lower()
    if len(lowered) == len(text):  # a few letters grow when lowered, and would shift the marks
        for word in words:
            yield from (match.span() for match in re.finditer(re.escape(word), lowered))


def _condition(function: FunctionInfo) -> Condition | None:
    rule = function.rule or {}
    if not rule.get("when"):
        return None
    key = fingerprint(function.fingerprint, str(rule["when"]))
    if key not in _conditions:
        if len(_conditions) > 500:
            _conditions.clear()
        _conditions[key] = _read(function)
    return _conditions[key]


def _read(function: FunctionInfo) -> Condition | None:
    try:
        return condition_from((function.rule or {})["when"])
    except TunesmithError:  # said where the function is described; here only marks are missing
        return None
