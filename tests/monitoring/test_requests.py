"""A log is read whole or refused with line numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.exceptions import ImportFailedError
from curation.types import Request
from monitoring.requests import read_requests

GOOD = '{"at": "2026-03-01T12:00:00+02:00", "input": "where is it", "answer": "card"}'


def test_a_short_line_gets_its_defaults(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(GOOD + "\n\n", encoding="utf-8")
    (request,) = read_requests(log)
    assert request.at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert (request.input, request.answer, request.confidence) == ("where is it", "card", None)
    assert (request.run, request.feedback) == ("", "")
    assert len(request.id) == 16
    assert read_requests(log)[0].id == request.id


def test_a_full_line_keeps_everything(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    line = {
        "id": 7,
        "at": "2026-03-01T12:00:00",
        "input": "a\u2028b",
        "answer": "",
        "confidence": 0.25,
        "run": "brisk-otter",
        "feedback": "disliked",
    }
    log.write_text("\ufeff" + json.dumps(line, ensure_ascii=False), encoding="utf-8")
    (request,) = read_requests(log)
    assert (request.id, request.input, request.confidence) == ("7", "a\u2028b", 0.25)
    assert request.at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert (request.run, request.feedback) == ("brisk-otter", "disliked")


def test_no_feedback_may_be_written_as_null(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(GOOD[:-1] + ', "feedback": null, "confidence": null}', encoding="utf-8")
    assert read_requests(log)[0].feedback == ""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "Expecting property name"),
        ("[]", "valid dictionary"),
        ('{"at": "2026-03-01", "answer": "x"}', "input: Field required"),
        (GOOD.replace("where is it", ""), "input: String should have at least 1 character"),
        (GOOD.replace("2026-03-01", "2026-13-01"), "month must be in 1..12"),
        (GOOD[:-1] + ', "confidence": 1.5}', "confidence: Input should be less than"),
        (GOOD[:-1] + ', "confidence": NaN}', "NaN is not a JSON number"),
        (GOOD[:-1] + ', "feedback": "meh"}', "feedback: Input should be"),
        (GOOD[:-1] + ', "latency": 3}', "latency: Extra inputs are not permitted"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_read(line: str, reason: str, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(f"{GOOD}\n{line}\n", encoding="utf-8")
    with pytest.raises(ImportFailedError, match=r"1 lines cannot be read.* line 2") as refusal:
        read_requests(log)
    ((number, why),) = refusal.value.rejected
    assert number == 2
    assert reason in why


def test_every_bad_line_is_told(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(f"nonsense\n{GOOD}\nrubbish\n{GOOD}\n", encoding="utf-8")
    with pytest.raises(ImportFailedError, match="4 lines") as refusal:
        read_requests(log)
    assert [number for number, _ in refusal.value.rejected] == [1, 2, 3, 4]
    assert "comes 2 times" in refusal.value.rejected[1][1]


@pytest.mark.parametrize("content", [None, b"\xff\xfe{}"])
def test_a_file_that_cannot_be_read_is_refused(content: bytes | None, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    if content is not None:
        log.write_bytes(content)
    with pytest.raises(ImportFailedError, match="The log cannot be read"):
        read_requests(log)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=5))
def test_any_text_is_read_or_refused_by_line(tmp_path: Path, lines: list[str]) -> None:
    log = tmp_path / "any.jsonl"
    log.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    if not any(line.strip() for line in lines):
        assert read_requests(log) == ()
        return
    with pytest.raises(ImportFailedError) as refusal:
        read_requests(log)
    assert refusal.value.rejected


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.builds(
            Request,
            id=st.uuids().map(str),
            at=st.datetimes(timezones=st.just(UTC)),
            input=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
            answer=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
            confidence=st.none() | st.floats(0, 1),
            feedback=st.sampled_from(["liked", "disliked", ""]),
        ),
        max_size=5,
    )
)
def test_what_was_logged_is_what_is_read(tmp_path: Path, requests: list[Request]) -> None:
    log = tmp_path / "round.jsonl"
    lines = [request.model_dump_json() for request in requests]
    log.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    assert read_requests(log) == tuple(requests)
