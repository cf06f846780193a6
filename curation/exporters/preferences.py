"""Export preference pairs as TRL's DPO trainer reads them: conversations with two endings.

`{"prompt": [turns], "chosen": [turn], "rejected": [turn]}` a line, TRL's conversational format
with an explicit prompt. It is beside the registry of exporters, which write rows of a dataset.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from curation.exporters.writing import write_jsonl
from curation.people.preferences import PreferencePair
from curation.types import JsonObject


def export(pairs: Iterable[PreferencePair], out: Path) -> int:
    """Write every pair and return how many; the whole file is written, or none."""
    return write_jsonl((_record(pair) for pair in pairs), out)


def _record(pair: PreferencePair) -> JsonObject:
    return {
        "prompt": [turn.model_dump() for turn in pair.prompt],
        "chosen": [{"role": "assistant", "content": pair.chosen}],
        "rejected": [{"role": "assistant", "content": pair.rejected}],
    }
