"""Training is due by the calendar or by the gold, whichever comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitoring.schedule import Rhythm, due

LAST = datetime(2026, 1, 31, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "date"),
    [
        ("week", datetime(2026, 2, 7, 9, tzinfo=UTC)),
        ("month", datetime(2026, 2, 28, 9, tzinfo=UTC)),
        ("quarter", datetime(2026, 4, 30, 9, tzinfo=UTC)),
    ],
)
def test_the_calendar_knows_short_months(every: Any, date: datetime) -> None:
    rhythm = Rhythm(every)
    early = due(rhythm, LAST, 0, date - timedelta(seconds=1))
    assert (early.due, early.date, early.remaining) == (False, date, None)
    assert early.sentence == f"Due on {date:%Y-%m-%d}."
    assert due(rhythm, LAST, 0, date).due is True


def test_a_year_may_turn() -> None:
    december = datetime(2026, 12, 15, tzinfo=UTC)
    assert due(Rhythm("month"), december, 0, december).date == datetime(2027, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("gold", "is_due", "remaining"), [(0, False, 50), (49, False, 1), (50, True, 0), (80, True, 0)]
)
def test_gold_counts_down(gold: int, is_due: bool, remaining: int) -> None:
    found = due(Rhythm(new_gold=50), LAST, gold, LAST)
    assert (found.due, found.remaining, found.date) == (is_due, remaining, None)


def test_whichever_comes_first() -> None:
    both = Rhythm("week", 50)
    assert due(both, LAST, 50, LAST).due is True
    assert due(both, LAST, 0, LAST + timedelta(days=8)).due is True
    waiting = due(both, LAST, 20, LAST)
    assert waiting.sentence == "Due on 2026-02-07 or after 30 more gold answers."


def test_without_a_rhythm_nothing_is_due_but_the_first_training() -> None:
    assert due(Rhythm(), LAST, 999, LAST + timedelta(days=999)).due is False
    assert due(Rhythm(), None, 0, LAST).due is True
    assert due(Rhythm("week"), None, 0, LAST).sentence == "Nothing has been trained yet."
