"""Export chat messages: `{"messages": [{"role": ..., "content": ...}, ...]}` a line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from curation.exporters.writing import write_jsonl
from curation.types import DatasetRow


def export(rows: Iterable[DatasetRow], out: Path) -> int:
    """Write every conversation and return how many."""
    return write_jsonl(
        ({"messages": [turn.model_dump() for turn in row.messages]} for row in rows), out
    )
