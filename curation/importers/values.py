"""Bring the values of a file's cells to what JSON can hold."""

from __future__ import annotations

from base64 import b64encode
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any

import numpy as np


def json_safe(value: Any) -> Any:  # noqa: ANN401 - any cell of any format
    """Return `value` as JSON can hold it.

    Dates become ISO 8601, durations seconds, numpy scalars and arrays Python's own, bytes base64;
    NaN and infinity become None, for JSON has neither; what else is left becomes text.

    Examples
    --------
    >>> json_safe({"at": date(2026, 3, 1), "n": np.int64(3), "p": float("nan")})
    {'at': '2026-03-01', 'n': 3, 'p': None}
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(name): json_safe(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_safe(part) for part in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:  # noqa: ANN401 - any cell of any format
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)


def is_missing(value: Any) -> bool:  # noqa: ANN401 - any cell of any format
    """Say whether a cell is empty: None, NaN or nothing but white space."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or bool(isinstance(value, float | np.floating) and np.isnan(value))
