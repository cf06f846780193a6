"""What every exporter promises: the same conversations come back, wholly or not at all."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.exceptions import DatasetError
from curation.exporters import EXPORTERS
from curation.exporters.csv import COLUMNS, guard
from curation.importers import IMPORTERS
from curation.importers.rows import RawRow
from curation.types import DatasetRow, Message, Word

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


def row(*turns: tuple[str, str], name: str = "id1") -> DatasetRow:
    messages = tuple(Message.model_validate({"role": r, "content": c}) for r, c in turns)
    asked = next(turn.content for turn in messages if turn.role == "user")
    return DatasetRow(
        id=name,
        messages=messages,
        answer=messages[-1].content,
        word=Word.PERSON,
        confidence=1.0,
        sources=("ann", "bo"),
        input=asked,
    )


def read_back(name: str, path: Path) -> list[list[tuple[str, str]]]:
    rows = list(IMPORTERS["csv" if name == "csv" else "chat"](path, None))
    assert all(isinstance(found, RawRow) for found in rows)
    return [
        [(turn["role"], turn["content"]) for turn in conversation(found.fields)] for found in rows
    ]


def conversation(fields: dict[str, Any]) -> list[dict[str, str]]:
    """Return all turns: the chat importer keeps the answer apart from those before it."""
    if isinstance(fields["messages"], str):
        turns: list[dict[str, str]] = json.loads(fields["messages"])
        return turns
    return [*fields["messages"], {"role": "assistant", "content": fields["reference"]}]


@pytest.mark.parametrize("name", EXPORTERS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_is_exported_is_imported(name: str, data: st.DataObject) -> None:
    turns = st.tuples(st.booleans(), TEXT, TEXT, TEXT)
    drawn = data.draw(st.lists(turns, min_size=1, max_size=4))
    rows = [
        row(*([("system", told)] if has else []), ("user", asked), ("assistant", answered))
        for has, told, asked, answered in drawn
    ]
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out.jsonl"
        assert EXPORTERS[name](iter(rows), out) == len(rows)
        found = read_back(name, out)
    assert found == [[(turn.role, turn.content) for turn in r.messages] for r in rows]


@pytest.mark.parametrize("name", sorted(set(EXPORTERS) - {"alpaca"}))
def test_longer_conversations_come_back_too(name: str, tmp_path: Path) -> None:
    turns = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    EXPORTERS[name]([row(*turns)], tmp_path / "out")
    assert read_back(name, tmp_path / "out") == [turns]


@pytest.mark.parametrize("name", EXPORTERS)
def test_a_failure_leaves_what_was_there(name: str, tmp_path: Path) -> None:
    def broken() -> Iterator[DatasetRow]:
        yield row(("user", "a"), ("assistant", "b"))
        raise RuntimeError("the disk is on fire")

    out = tmp_path / "out.jsonl"
    out.write_text("as it was")
    with pytest.raises(RuntimeError, match="fire"):
        EXPORTERS[name](broken(), out)
    assert out.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("name", EXPORTERS)
def test_the_folder_is_made_and_the_file_readable_for_others(name: str, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    assert EXPORTERS[name]([], out) == 0
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    assert stat.S_IMODE(out.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)


@pytest.mark.parametrize("name", EXPORTERS)
def test_text_that_is_no_unicode_is_refused(name: str, tmp_path: Path) -> None:
    half = DatasetRow.model_construct(
        **dict(row(("user", "a"), ("assistant", "b")))
        | {
            "messages": (
                Message.model_construct(role="user", content="\ud83d"),
                Message(role="assistant", content="b"),
            ),
            "input": "\ud83d",
        }
    )
    with pytest.raises(DatasetError, match="cannot be written"):
        EXPORTERS[name]([half], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatasetError, match="cannot be written"):
        EXPORTERS["chat"]([], tmp_path / "file" / "out.jsonl")


def test_alpaca_refuses_what_it_has_no_field_for(tmp_path: Path) -> None:
    turns = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    with pytest.raises(DatasetError, match="no place for the turns") as caught:
        EXPORTERS["alpaca"]([row(*turns, name="id7")], tmp_path / "out")
    assert caught.value.where == "id7"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1"]
)
def test_no_cell_acts_as_a_formula(cell: str, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    EXPORTERS["csv"]([row(("user", cell), ("assistant", cell))], out)
    with out.open(newline="") as file:
        header, cells = csv.reader(file)
    assert tuple(header) == COLUMNS
    found = dict(zip(header, cells, strict=True))
    assert found["input"] == found["answer"] == f"'{cell}"
    assert json.loads(found["messages"])[0]["content"] == cell


@pytest.mark.parametrize("cell", ["plain", "1 = 1", "a@b.c", "", "'quoted'"])
def test_ordinary_cells_stay_as_they_are(cell: str) -> None:
    assert guard(cell) == cell
