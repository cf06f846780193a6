"""The live model in a few numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from monitoring.kpis import kpis, share

Make = Callable[..., Any]


def test_days_without_requests_count_too(make_request: Make) -> None:
    late = datetime(2026, 3, 3, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    found = kpis([make_request(1), make_request(2), make_request(3, at=late)], ())
    assert found.volume == {
        date(2026, 3, 1): 2,
        date(2026, 3, 2): 0,
        date(2026, 3, 3): 0,
        date(2026, 3, 4): 1,
    }
    assert found.outside is None
    assert found.labels == {}


def test_labels_and_what_is_none_add_up_to_all(make_request: Make) -> None:
    answers = ["card"] * 6 + ["cash"] * 3 + ["hello"]
    live = [make_request(at, answer=answer) for at, answer in enumerate(answers)]
    found = kpis(live, ("card", "cash", "refund"))
    assert [one.count for one in found.labels.values()] == [6, 3, 0]
    assert (found.outside.count, found.outside.value) == (1, 0.1)
    assert found.labels["refund"].value == 0
    assert found.labels["refund"].high > 0.2


def test_silence_is_not_praise(make_request: Make) -> None:
    feedback = ["disliked", "liked", "liked", "", ""]
    live = [make_request(at, feedback=word) for at, word in enumerate(feedback)]
    found = kpis(live, ())
    assert (found.disliked.count, found.disliked.n) == (1, 3)
    assert found.disliked.value == pytest.approx(1 / 3)


def test_confidence_is_averaged_over_those_who_have_one(make_request: Make) -> None:
    live = [make_request(1, confidence=0.4), make_request(2), make_request(3, confidence=0.8)]
    assert kpis(live, ()).mean_confidence == pytest.approx(0.6)
    assert kpis(live[1:2], ()).mean_confidence is None


def test_an_empty_log_has_no_shares() -> None:
    found = kpis([], ("card",))
    assert (found.requests, found.volume, found.labels["card"].value) == (0, {}, None)


@pytest.mark.parametrize(("count", "n"), [(0, 5), (3, 10), (10, 10)])
def test_a_share_lies_in_its_interval(count: int, n: int) -> None:
    found = share(count, n)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high


def test_a_wilson_interval_is_the_published_one() -> None:
    found = share(5, 100)
    assert (found.low, found.high) == pytest.approx((0.0215, 0.1118), abs=1e-4)


def test_the_first_day_is_utc(make_request: Make) -> None:
    moment = datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert list(kpis([make_request(1, at=moment)], ()).volume) == [date(2026, 2, 28)]
    assert moment.astimezone(UTC).day == 28
