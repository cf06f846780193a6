"""Requests made by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from curation.types import Request


@pytest.fixture
def make_request() -> Callable[..., Request]:
    def make(number: int, /, **fields: object) -> Request:
        given = {
            "id": f"r{number}",
            "at": datetime(2026, 3, 1, tzinfo=UTC),
            "input": f"text {number}",
        }
        return Request.model_validate({**given, **fields})

    return make
