"""Which run is live follows from the record, forward and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.exceptions import MonitoringError
from curation.types import Deployment
from monitoring.deployments import live, live_at, promote, rollback

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def history(*steps: str) -> list[Deployment]:
    """Make a record: a run's name promotes it, '<' rolls back; one step an hour."""
    record: list[Deployment] = []
    for hour, step in enumerate(steps):
        made = (
            rollback(record, "ada", "worse")
            if step == "<"
            else promote(record, step, "ada", "better")
        )
        record.append(made.model_copy(update={"at": NOON + timedelta(hours=hour)}))
    return record


@pytest.mark.parametrize(
    ("steps", "now"),
    [
        ([], None),
        (["a"], "a"),
        (["a", "b"], "b"),
        (["a", "b", "<"], "a"),
        (["a", "b", "c", "<", "<"], "a"),
        (["a", "b", "<", "c"], "c"),
        (["a", "b", "<", "c", "<"], "a"),
        (["a", "b", "a", "<"], "b"),
    ],
)
def test_the_live_run_follows_from_the_record(steps: list[str], now: str | None) -> None:
    assert live(history(*steps)) == now


@pytest.mark.parametrize("steps", [[], ["a"], ["a", "b", "<"]])
def test_there_may_be_nothing_to_go_back_to(steps: list[str]) -> None:
    with pytest.raises(MonitoringError, match="no earlier run"):
        rollback(history(*steps), "ada", "worse")


def test_what_was_live_when_is_known() -> None:
    record = history("a", "b", "<")
    assert live_at(record, NOON - timedelta(minutes=1)) is None
    assert live_at(record, NOON) == "a"
    assert live_at(record, NOON + timedelta(minutes=90)) == "b"
    assert live_at(record, NOON + timedelta(days=1)) == "a"


def test_the_line_names_who_and_why_and_the_record_is_left_alone() -> None:
    record = history("a")
    line = promote(record, "b", "ada", "5 points better")
    assert (line.action, line.run, line.who, line.why) == ("promote", "b", "ada", "5 points better")
    assert len(record) == 1


def test_promoting_the_live_run_is_refused() -> None:
    with pytest.raises(MonitoringError, match="live already"):
        promote(history("a", "b"), "b", "ada", "again")


@pytest.mark.parametrize(("who", "why"), [("", "better"), ("ada", " ")])
def test_nobody_decides_without_a_name_and_a_reason(who: str, why: str) -> None:
    with pytest.raises(MonitoringError, match="names who decided"):
        promote([], "a", who, why)
    with pytest.raises(MonitoringError, match="names who decided"):
        rollback(history("a", "b"), who, why)


@settings(max_examples=60)
@given(st.lists(st.sampled_from("abc<"), max_size=12))
def test_a_rollback_undoes_exactly_the_promotion_before_it(steps: list[str]) -> None:
    record: list[Deployment] = []
    for step in steps:
        try:
            made = rollback(record, "x", "y") if step == "<" else promote(record, step, "x", "y")
        except MonitoringError:
            continue
        record.append(made)
    other = next(run for run in "abc" if run != live(record))
    forward = [*record, promote(record, other, "x", "y")]
    if live(record) is not None:
        assert rollback(forward, "x", "y").run == live(record)
