"""Import conversations: chat messages, ShareGPT, prompt and completion, or Alpaca.

Every row gets the fields `text` (what the user says), `reference` (the assistant's last turn, or
None) and `messages` (the turns before the reference, in one spelling), beside the other fields of
the file. Where a conversation has several turns, `text` is all of them up to the reference, each
after its role. The reference is in none of the others: they are shown, and may be an exam's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from curation.importers import json, jsonl
from curation.importers.lines import suffix_of
from curation.importers.rows import BadRow, RawRow, Reader, Row
from curation.types import JsonObject

ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
}
Turn = dict[str, str]


def read(path: Path, encoding: str | None = None) -> Iterator[Row]:
    """Yield the conversations of a JSON Lines file, or of a JSON list where it ends in .json."""
    source: Reader = json.read if suffix_of(path) == ".json" else jsonl.read
    for row in source(path, encoding):
        yield row if isinstance(row, BadRow) else _conversation(row)


def is_chat(fields: JsonObject) -> bool:
    """Say whether a row looks like a conversation."""
    return any(fields.keys() >= set(keys) for keys in _FORMS)


def _conversation(row: RawRow) -> Row:
    form = next((keys for keys in _FORMS if row.fields.keys() >= set(keys)), None)
    if form is None:
        wanted = "; ".join(" + ".join(keys) for keys in _FORMS)
        return BadRow(row.line, f"No conversation: none of the fields {wanted}.")
    try:
        turns = _FORMS[form](row.fields)
        asked = _asked(turns)
        known = {"text": _text(asked), "reference": _reference(turns), "messages": asked}
    except ValueError as error:
        return BadRow(row.line, str(error))
    rest = {name: row.fields[name] for name in row.fields if name not in (*form, *_OPTIONAL[form])}
    return RawRow(row.line, known | {_free(name, known): value for name, value in rest.items()})


def _free(name: str, taken: JsonObject) -> str:
    return f"file_{name}" if name in taken else name


def _asked(turns: list[Turn]) -> list[Turn]:
    return turns[:-1] if turns[-1]["role"] == "assistant" else turns


def _text(asked: list[Turn]) -> str:
    spoken = [turn for turn in asked if turn["role"] != "system"]
    if not any(turn["role"] == "user" for turn in spoken):
        raise ValueError("Nobody asks: there is no user's turn before the assistant's last one.")
    if len(spoken) == 1:
        return spoken[0]["content"]
    return "\n".join(f"{turn['role']}: {turn['content']}" for turn in spoken)


def _reference(turns: list[Turn]) -> str | None:
    return turns[-1]["content"] if turns[-1]["role"] == "assistant" else None


def _turn(role: object, content: object) -> Turn:
    if str(role) not in ROLES:
        raise ValueError(f"The role {role!r} is not one of {', '.join(ROLES)}.")
    if not isinstance(content, str):
        raise ValueError(  # noqa: TRY004 - the file is wrong, not the caller
            f"A turn's content is a {type(content).__name__}, where text is expected."
        )
    return {"role": ROLES[str(role)], "content": content}


def _turns(value: object, role: str, content: str) -> list[Turn]:
    if not isinstance(value, list) or not value:
        raise ValueError("A conversation must be a list of at least one turn.")
    if not all(isinstance(turn, dict) for turn in value):
        raise ValueError("Every turn of a conversation must be an object {...}.")
    return [_turn(turn.get(role), turn.get(content)) for turn in value]


def _from_messages(fields: JsonObject) -> list[Turn]:
    return _system(fields) + _turns(fields["messages"], "role", "content")


def _from_sharegpt(fields: JsonObject) -> list[Turn]:
    return _system(fields) + _turns(fields["conversations"], "from", "value")


def _system(fields: JsonObject) -> list[Turn]:
    return [_turn("system", fields["system"])] if fields.get("system") else []


def _from_prompt(fields: JsonObject) -> list[Turn]:
    return _side(fields["prompt"], "user") + _side(fields["completion"], "assistant")


def _side(value: Any, role: str) -> list[Turn]:  # noqa: ANN401 - whatever the file holds
    return _turns(value, "role", "content") if isinstance(value, list) else [_turn(role, value)]


def _from_alpaca(fields: JsonObject) -> list[Turn]:
    instruction, given = fields["instruction"], fields.get("input")
    asked = [_turn("user", given or instruction)]
    told = [_turn("system", instruction)] if given and instruction else []
    return told + asked + [_turn("assistant", fields["output"])]


_FORMS: dict[tuple[str, ...], Callable[[JsonObject], list[Turn]]] = {
    ("messages",): _from_messages,
    ("conversations",): _from_sharegpt,
    ("prompt", "completion"): _from_prompt,
    ("instruction", "output"): _from_alpaca,
}
_OPTIONAL = {
    ("messages",): ("system",),
    ("conversations",): ("system",),
    ("prompt", "completion"): (),
    ("instruction", "output"): ("input",),
}
