from __future__ import annotations

import csv as stdlib_csv
import gzip
import io
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.exceptions import ImportFailedError
from curation.importers import csv, tsv
from curation.importers.rows import BadRow, RawRow, Row

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def read(path: Path, content: bytes | str, encoding: str | None = None) -> list[Row]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(csv.read(path, encoding))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


def test_a_row_knows_the_line_it_starts_on_despite_quoted_newlines(path: Path) -> None:
    rows = read(path, 'text,label\n"a\nb\n\nc",x\n\nd,y\n')
    assert rows == [
        RawRow(2, {"text": "a\nb\n\nc", "label": "x"}),
        RawRow(7, {"text": "d", "label": "y"}),
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8), st.sampled_from([",", "\t"]))
def test_what_was_written_is_read(rows: list[tuple[str, str]], delimiter: str) -> None:
    text = io.StringIO()
    writer = stdlib_csv.writer(text, delimiter=delimiter, quoting=stdlib_csv.QUOTE_ALL)
    writer.writerow(("text", "label"))
    lines = []
    for row in rows:
        lines.append(text.getvalue().count("\n") + 1)
        writer.writerow(row)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "some.csv"
        path.write_bytes(text.getvalue().encode())
        found = list((csv if delimiter == "," else tsv).read(path))
    assert found == [
        RawRow(line, {"text": a, "label": b}) for line, (a, b) in zip(lines, rows, strict=True)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(path: Path, encoding: str) -> None:
    rows = read(path, 'text,label\n"é\n☃",ж\n🙂,z\n'.encode(encoding))
    assert rows == [
        RawRow(2, {"text": "é\n☃", "label": "ж"}),
        RawRow(4, {"text": "🙂", "label": "z"}),
    ]


def test_utf16_big_endian_by_its_mark(path: Path) -> None:
    assert read(path, b"\xfe\xff" + "a\nb".encode("utf-16-be")) == [RawRow(2, {"a": "b"})]


def test_invalid_utf8_is_a_bad_row_with_its_line_byte_and_remedy(path: Path) -> None:
    content = b"text,label\nok,x\n" + b"caf\xe9,y\nfine,z\n"
    good, bad, fine = read(path, content)
    assert isinstance(bad, BadRow)
    assert (good.line, bad.line, fine.line) == (2, 3, 4)
    offset = content.index(b"\xe9")
    assert f"Byte {offset} of the file (0xe9)" in bad.reason
    assert "--encoding latin-1" in bad.reason
    assert read(path, content, "latin-1")[1] == RawRow(3, {"text": "café", "label": "y"})


def test_a_bad_byte_inside_a_quoted_newline_names_its_own_line(path: Path) -> None:
    rows = read(path, b'text,label\n"a\nb\xff\nc",x\nd,y\n')
    assert [row.line for row in rows] == [3, 5]
    assert [type(row) for row in rows] == [BadRow, RawRow]


@pytest.mark.parametrize(("line", "count"), [("a", 1), ("a,b,c", 3)])
def test_the_wrong_number_of_fields_is_told(path: Path, line: str, count: int) -> None:
    (row,) = read(path, f"text,label\n{line}\n")
    assert isinstance(row, BadRow)
    assert f"{count} fields where the header has 2" in row.reason


def test_quotes_that_do_not_match_are_a_bad_row_and_reading_goes_on(path: Path) -> None:
    bad, good = read(path, 'text,label\n"a" b,x\nc,y\n')
    assert isinstance(bad, BadRow)
    assert "quotes do not match" in bad.reason
    assert good == RawRow(3, {"text": "c", "label": "y"})


def test_a_quote_left_open_swallows_no_rows_in_silence(path: Path) -> None:
    rows = read(path, 'text,label\na,x\n"b,y\nc,z\n')
    assert [type(row) for row in rows] == [RawRow, BadRow]
    assert rows[1].line == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        ("\n\n", "no header"),
        ("text,label\n", "header, but no rows"),
        ("text,text\na,b\n", "Several columns are called text"),
        ("text, \na,b\n", "Column 2 has no name"),
        ("te\0xt,label\na,b\n", "NUL byte"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_the_reason(
    path: Path, content: str, message: str
) -> None:
    with pytest.raises(ImportFailedError, match=message):
        read(path, content)


def test_a_nul_byte_in_a_row_is_a_bad_row(path: Path) -> None:
    (row,) = read(path, "text,label\na\0b,x\n")
    assert isinstance(row, BadRow)
    assert "NUL" in row.reason


def test_utf16_without_a_mark_is_named_as_such(path: Path) -> None:
    content = "text\nhello\n".encode("utf-16-le")
    with pytest.raises(ImportFailedError, match="utf-16-le"):
        read(path, content)
    assert read(path, content, "utf-16-le") == [RawRow(2, {"text": "hello"})]


def test_utf16_cut_in_a_character_is_refused(path: Path) -> None:
    with pytest.raises(ImportFailedError, match="cannot be decoded"):
        read(path, "text\nhello\n".encode("utf-16") + b"\x00")


def test_an_unknown_encoding_is_refused(path: Path) -> None:
    with pytest.raises(ImportFailedError, match="Unknown encoding 'klingon'"):
        read(path, "text\na\n", "klingon")


def test_huge_fields_are_read(path: Path) -> None:
    (row,) = read(path, f"text\n{'x' * 3_000_000}\n")
    assert isinstance(row, RawRow)
    assert len(row.fields["text"]) == 3_000_000


def test_a_field_beyond_all_bounds_is_a_bad_row(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv, "LARGEST_FIELD", 100)
    bad, good = read(path, f"text\n{'x' * 101}\nfine\n")
    assert isinstance(bad, BadRow)
    assert "longer than 100" in bad.reason
    assert good == RawRow(3, {"text": "fine"})


def test_packed_files_are_read_and_damaged_ones_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.csv.gz"
    packed = gzip.compress(b"text,label\n" + b"hello there,x\n" * 5000)
    path.write_bytes(packed)
    assert len(list(csv.read(path))) == 5000
    path.write_bytes(packed[:-20])
    with pytest.raises(ImportFailedError, match="cut short"):
        list(csv.read(path))
    path.write_bytes(b"text,label\na,b\n")
    with pytest.raises(ImportFailedError, match="damaged"):
        list(csv.read(path))


def test_a_missing_file_is_said_to_be_missing(path: Path) -> None:
    with pytest.raises(ImportFailedError, match="No such file"):
        list(csv.read(path))


def test_memory_stays_flat(path: Path) -> None:
    with path.open("w") as file:
        file.write("text,label\n")
        file.writelines(f'"message {i}, {"x" * 400}",label\n' for i in range(20_000))
    tracemalloc.start()
    count = sum(1 for _ in csv.read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert path.stat().st_size > 8_000_000
    assert peak < 1_000_000
