"""Export Alpaca: instruction, input and output, for conversations of a single question."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from curation.exceptions import DatasetError
from curation.exporters.writing import write_jsonl
from curation.types import DatasetRow, JsonObject


def export(rows: Iterable[DatasetRow], out: Path) -> int:
    """Write every conversation and return how many.

    The system's turn is the instruction and the user's the input; without a system's turn the
    user's is the instruction.

    Raises
    ------
    DatasetError
        When a conversation has more turns than the format has fields; nothing is written.
    """
    return write_jsonl((_record(row) for row in rows), out)


def _record(row: DatasetRow) -> JsonObject:
    roles = [turn.role for turn in row.messages]
    if roles not in (["user", "assistant"], ["system", "user", "assistant"]):
        what = f"Alpaca has no place for the turns {', '.join(roles)}."
        raise DatasetError(what, where=row.id, remedy="Export as chat.")
    *told, asked, answered = (turn.content for turn in row.messages)
    instruction, given = (told[0], asked) if told else (asked, "")
    return {"instruction": instruction, "input": given, "output": answered}
