"""Export prompts and completions, each a list of messages, as TRL reads them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from curation.exporters.writing import write_jsonl
from curation.types import DatasetRow, JsonObject


def export(rows: Iterable[DatasetRow], out: Path) -> int:
    """Write every conversation, cut before its last turn, and return how many."""
    return write_jsonl((_record(row) for row in rows), out)


def _record(row: DatasetRow) -> JsonObject:
    prompt = [turn.model_dump() for turn in row.prompt]
    return {"prompt": prompt, "completion": [row.messages[-1].model_dump()]}
