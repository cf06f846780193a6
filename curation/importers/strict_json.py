"""JSON without its loopholes: no repeated keys, no NaN, no half characters."""

from __future__ import annotations

from json import JSONDecodeError, JSONDecoder
from math import isinf
from typing import Any


class LoopholeError(ValueError):
    """Text that Python would take for JSON, although JSON forbids it or its meaning is unclear."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise LoopholeError(f"The key {repeated!r} appears more than once.")
    return fields


def _constant(name: str) -> float:
    raise LoopholeError(f"{name} is not JSON; write null.")


def _float(digits: str) -> float:
    number = float(digits)
    if isinf(number):
        raise LoopholeError(f"{digits} is too large a number.")
    return number


STRICT = JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
LENIENT = JSONDecoder()


def decode(text: str, at: int = 0) -> tuple[Any, int]:
    """Return the JSON value that starts at `at`, and where it ends.

    Raises
    ------
    JSONDecodeError
        When it is not JSON.
    LoopholeError
        When it is, but repeats a key, has NaN or an infinite number, half a surrogate pair, too
        many digits or too many levels.
    """
    try:
        value, end = STRICT.raw_decode(text, at)
    except JSONDecodeError:
        raise
    except RecursionError:
        raise LoopholeError("It is nested too deeply.") from None
    except ValueError as error:
        raise LoopholeError(str(error)) from error
    if "\\u" in text[at:end] and not _whole(value):
        raise LoopholeError("It has half a surrogate pair: a character that was cut in two.")
    return value, end


def _whole(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return all(_whole(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(_whole(part) for part in value)
    return not isinstance(value, str) or not any("\ud800" <= c <= "\udfff" for c in value)


def parse(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the one JSON value in `text`; raise as `decode` does, or for what follows it."""
    start = len(text) - len(text.lstrip(" \t\r\n"))
    value, end = decode(text, start)
    if text[end:].strip(" \t\r\n"):
        raise JSONDecodeError("Extra data", text, end)
    return value
