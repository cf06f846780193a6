from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from curation.importers import chat
from curation.importers.rows import BadRow, RawRow, Row

ASKED = {"role": "user", "content": "hi"}
ANSWERED = {"role": "assistant", "content": "hello"}
TOLD = {"role": "system", "content": "Be kind."}


def read(folder: Path, fields: dict[str, Any]) -> Row:
    path = folder / "some.jsonl"
    path.write_text(json.dumps(fields))
    (row,) = chat.read(path)
    return row


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": [TOLD, ASKED, ANSWERED]},
        {"system": "Be kind.", "messages": [ASKED, ANSWERED]},
        {"messages": [{**TOLD, "role": "developer"}, ASKED, ANSWERED]},
        {"prompt": [TOLD, ASKED], "completion": [ANSWERED]},
        {"instruction": "Be kind.", "input": "hi", "output": "hello"},
        {
            "system": "Be kind.",
            "conversations": [
                {"from": "human", "value": "hi"},
                {"from": "gpt", "value": "hello"},
            ],
        },
    ],
)
def test_every_spelling_is_the_same_conversation(fields: dict[str, Any], tmp_path: Path) -> None:
    row = read(tmp_path, fields)
    assert row == RawRow(1, {"text": "hi", "reference": "hello", "messages": [TOLD, ASKED]})


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "hi", "completion": "hello"},
        {"instruction": "hi", "output": "hello"},
        {"instruction": "hi", "input": "", "output": "hello"},
        {"instruction": "", "input": "hi", "output": "hello"},
    ],
)
def test_without_a_system_turn_there_are_two(fields: dict[str, Any], tmp_path: Path) -> None:
    row = read(tmp_path, fields)
    assert isinstance(row, RawRow)
    assert row.fields["messages"] == [ASKED]


def test_several_turns_are_all_in_the_text(tmp_path: Path) -> None:
    row = read(tmp_path, {"messages": [TOLD, ASKED, ANSWERED, ASKED, ANSWERED]})
    assert isinstance(row, RawRow)
    assert row.fields["text"] == "user: hi\nassistant: hello\nuser: hi"
    assert row.fields["reference"] == "hello"


def test_the_reference_is_in_no_field_but_its_own(tmp_path: Path) -> None:
    gold = {"role": "assistant", "content": "the gold of an exam"}
    row = read(tmp_path, {"messages": [TOLD, ASKED, ANSWERED, ASKED, gold]})
    assert isinstance(row, RawRow)
    others = {name: value for name, value in row.fields.items() if name != "reference"}
    assert gold["content"] not in json.dumps(others)


def test_an_unanswered_conversation_has_no_reference(tmp_path: Path) -> None:
    row = read(tmp_path, {"messages": [ASKED]})
    assert isinstance(row, RawRow)
    assert (row.fields["text"], row.fields["reference"]) == ("hi", None)


def test_other_fields_are_kept_even_under_a_name_of_ours(tmp_path: Path) -> None:
    fields = {"messages": [ASKED, ANSWERED], "prompt": "p", "text": "t", "split": "test"}
    row = read(tmp_path, fields)
    assert isinstance(row, RawRow)
    assert row.fields["text"] == "hi"
    assert {row.fields[name] for name in ("prompt", "file_text", "split")} == {"p", "t", "test"}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": "hi"}, "No conversation"),
        ({"messages": []}, "at least one turn"),
        ({"messages": "hi"}, "at least one turn"),
        ({"messages": ["hi"]}, "must be an object"),
        ({"messages": [TOLD, ANSWERED]}, "Nobody asks"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "role 'tool'"),
        ({"messages": [{"role": "user", "content": None}]}, "NoneType"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "a list"),
        ({"prompt": "hi", "completion": 3}, "int"),
    ],
)
def test_what_is_no_conversation_is_a_bad_row(
    fields: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    row = read(tmp_path, fields)
    assert isinstance(row, BadRow)
    assert reason in row.reason


def test_a_json_list_of_conversations_is_read(tmp_path: Path) -> None:
    path = tmp_path / "share.gpt.json"
    path.write_text('[\n{"conversations": [{"from": "human", "value": "hi"}]}\n]')
    (row,) = chat.read(path)
    assert isinstance(row, RawRow)
    assert (row.line, row.fields["text"]) == (2, "hi")
