"""Export ShareGPT: `{"conversations": [{"from": "human", "value": ...}, ...]}` a line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from curation.exporters.writing import write_jsonl
from curation.types import DatasetRow, JsonObject

NAMES = {"system": "system", "user": "human", "assistant": "gpt"}


def export(rows: Iterable[DatasetRow], out: Path) -> int:
    """Write every conversation and return how many."""
    return write_jsonl((_record(row) for row in rows), out)


def _record(row: DatasetRow) -> JsonObject:
    turns = [{"from": NAMES[turn.role], "value": turn.content} for turn in row.messages]
    return {"conversations": turns}
