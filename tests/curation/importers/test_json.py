from __future__ import annotations

import json as stdlib_json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.exceptions import ImportFailedError
from curation.importers import json, jsonl
from curation.importers.rows import BadRow, RawRow, Row

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.lists(st.dictionaries(TEXT, VALUE, max_size=4), min_size=1, max_size=6)


def lines(path: Path, content: bytes | str, encoding: str | None = None) -> list[Row]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(jsonl.read(path, encoding))


def document(path: Path, content: str) -> list[Row]:
    path.write_text(content)
    return list(json.read(path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.json"


@settings(max_examples=60, deadline=None)
@given(OBJECTS, st.booleans())
def test_lines_written_are_lines_read(objects: list[dict[str, Any]], ascii_only: bool) -> None:
    text = "\n".join(stdlib_json.dumps(o, ensure_ascii=ascii_only) for o in objects)
    with TemporaryDirectory() as folder:
        rows = lines(Path(folder) / "some.jsonl", text)
    assert rows == [RawRow(n, fields) for n, fields in enumerate(objects, start=1)]


@settings(max_examples=60, deadline=None)
@given(OBJECTS, st.sampled_from([None, 0, 2]))
def test_a_document_written_is_a_document_read(
    objects: list[dict[str, Any]], indent: int | None
) -> None:
    text = stdlib_json.dumps(objects, indent=indent)
    with TemporaryDirectory() as folder:
        rows = document(Path(folder) / "some.json", text)
    assert [row.fields for row in rows if isinstance(row, RawRow)] == objects
    starts = [row.line for row in rows]
    assert starts == sorted(starts)
    if indent is not None:
        assert all(text.splitlines()[line - 1].strip().startswith("{") for line in starts)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "a', "Not JSON"),
        ('{"text": "a"} {"text": "b"}', "Extra data"),
        ('["a"]', "A list, where an object"),
        ("null", "A NoneType, where"),
        ('{"text": "a", "text": "b"}', "'text' appears more than once"),
        ('{"deep": {"k": 1, "k": 2}}', "'k' appears more than once"),
        ('{"score": NaN}', "NaN is not JSON"),
        ('{"score": -Infinity}', "-Infinity is not JSON"),
        ('{"score": 1e999}', "too large"),
        ('{"text": "\\ud83d"}', "surrogate"),
        ('{"\\udc00": 1}', "surrogate"),
        ('{"a": ["\\ud800"]}', "surrogate"),
        ('{"n": ' + "9" * 5000 + "}", "digits"),
        ('{"a":' + "[" * 100_000, "nested too deeply"),
        ('{"text": "a\0b"}', "NUL"),
    ],
)
def test_a_line_that_is_no_object_is_a_bad_row(path: Path, line: str, reason: str) -> None:
    first, bad, last = lines(path, f'{{"text": "first"}}\n{line}\n{{"text": "last"}}\n')
    assert isinstance(bad, BadRow)
    assert bad.line == 2
    assert reason in bad.reason
    assert (first.line, last.line) == (1, 3)


def test_whole_surrogate_pairs_are_characters(path: Path) -> None:
    assert lines(path, '{"text": "\\ud83d\\ude42"}') == [RawRow(1, {"text": "🙂"})]


def test_other_line_separators_do_not_end_a_line(path: Path) -> None:
    rows = lines(path, '{"text": "a\u2028b\u0085c"}\r\n\n{"text": "d"}')
    assert rows == [RawRow(1, {"text": "a\u2028b\u0085c"}), RawRow(3, {"text": "d"})]


def test_invalid_utf8_is_a_bad_row_with_its_byte(path: Path) -> None:
    good, bad = lines(path, b'{"text": "a"}\n{"text": "caf\xe9"}\n')
    assert good == RawRow(1, {"text": "a"})
    assert isinstance(bad, BadRow)
    assert "Byte 27 of the file" in bad.reason
    assert lines(path, b'{"text": "caf\xe9"}', "latin-1") == [RawRow(1, {"text": "café"})]


@pytest.mark.parametrize("content", ["\n \n", "\ufeff\n"])
def test_lines_without_rows_are_refused(path: Path, content: str) -> None:
    with pytest.raises(ImportFailedError, match="no rows"):
        lines(path, content)


def test_the_keys_of_a_document_of_objects_become_a_field(path: Path) -> None:
    rows = document(path, '{"one": {"text": "a"},\n "two": {"text": "b", "key": "own"}}')
    assert rows == [
        RawRow(1, {"key": "one", "text": "a"}),
        RawRow(2, {"key": "own", "text": "b"}),
    ]


def test_bad_elements_are_named_and_the_rest_is_read(path: Path) -> None:
    rows = document(path, '[\n{"a": 1, "a": 2},\n"text",\n{"x": NaN},\n{"ok": 1}\n]')
    assert [type(row) for row in rows] == [BadRow, BadRow, BadRow, RawRow]
    assert [row.line for row in rows] == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "no rows"),
        ("{}", "no rows"),
        ("42", "not JSON from here"),
        ('[{"a": 1},\n{"b": 2', "json:2"),
        ('[{"a": 1}] x', "Extra data"),
        ('[{"a": 1},]', "not JSON from here"),
        ('[{"a": 1} {"a": 2}]', "Expecting ']'"),
        ('{"a" {"b": 1}}', "Expecting ':'"),
        ("[" * 100_000, "nested|recursion|not JSON"),
    ],
)
def test_a_torn_document_is_refused_with_the_line(path: Path, content: str, message: str) -> None:
    with pytest.raises(ImportFailedError, match=message):
        document(path, content)


def test_an_undecodable_document_is_refused_with_the_line(path: Path) -> None:
    path.write_bytes(b'[\n{"text": "caf\xe9"}]')
    with pytest.raises(ImportFailedError, match=r"some\.json:2"):
        list(json.read(path))
    assert list(json.read(path, "latin-1")) == [RawRow(2, {"text": "café"})]
