"""Files of annotations: what is written is what is read, and a bad line says what is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import DatasetError, ImportFailedError
from curation.importers.rows import BadRow
from curation.people.annotation_files import read_annotations, write_annotations
from curation.types import Annotation, Example, Span

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
maybe = st.one_of(st.none(), texts)
annotations = st.builds(
    Annotation,
    uid=texts,
    example_id=st.just("e"),
    action=st.sampled_from(["answer", "skip", "exclude", "undo", "refuse", "prefer", "decide"]),
    answer=maybe,
    spans=st.lists(
        st.builds(Span, start=st.integers(0, 9), end=st.integers(0, 9), label=texts), max_size=2
    ).map(tuple),
    reviewer=texts,
    via=texts,
    at=st.datetimes(timezones=st.just(UTC)),
    seconds=st.one_of(st.none(), st.floats(0, 1e6)),
    note=texts,
    flagged=st.booleans(),
    mode=texts,
    drawn=texts,
    shown=maybe,
    rating=st.one_of(st.none(), st.integers(1, 5)),
    rejected=maybe,
    batch=texts,
)


@given(st.lists(annotations, max_size=5), texts)
def test_every_field_comes_back_as_it_was(record: list[Annotation], text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "out.jsonl"
        assert write_annotations(record, {"e": Example(id="e", input=text)}, path) == len(record)
        read = list(read_annotations(path))
    assert read == [(line, said, text) for line, said in enumerate(record, start=1)]


def line(**changed: object) -> str:
    """Return a line as it is written, with some fields changed; None takes one away."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one.jsonl"
        said = Annotation(
            uid="u", example_id="e", answer="card", at=datetime(2026, 3, 1, tzinfo=UTC)
        )
        write_annotations([said], {"e": Example(id="e", input="Lost card")}, path)
        record = json.loads(path.read_text("utf-8")) | changed
    return json.dumps({key: value for key, value in record.items() if value != "TAKEN AWAY"})


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "It is not JSON"),
        ("[1]", "It is no object."),
        (line(input="Another text"), "Its text is missing, or is not the one"),
        (line(input_sha256="TAKEN AWAY"), "Its text is missing"),
        (line(action="shout"), "action: Input should be"),
        (line(uid="TAKEN AWAY"), "uid: Field required"),
        (line(colour="red"), "colour: Extra inputs are not permitted"),
        (line(rating=9), "rating: Input should be less than or equal to 5"),
        ('{"uid": "a", "uid": "b"}', "appears more than once"),
    ],
)
def test_a_bad_line_is_named_with_its_reason(bad: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(f"{line()}\n\n{bad}\n", "utf-8")
    first, second = read_annotations(path)
    assert not isinstance(first, BadRow)
    assert isinstance(second, BadRow)
    assert second.line == 3
    assert reason in second.reason


def test_half_a_character_is_a_bad_line(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_bytes(b'{"uid": "\xff"}\n')
    assert list(read_annotations(tmp_path / "bad.jsonl")) == [BadRow(1, "It is not UTF-8.")]


def test_a_file_that_is_not_there_or_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ImportFailedError, match="cannot be read: No such file"):
        list(read_annotations(tmp_path / "absent.jsonl"))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatasetError, match="cannot be written"):
        write_annotations([], {}, tmp_path / "file" / "out.jsonl")
