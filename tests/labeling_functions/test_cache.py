"""Kept votes come back as they were, or not at all: damaged files are voted again."""

from __future__ import annotations

from pathlib import Path

import pytest

from curation.types import Fault, FunctionInfo
from labeling_functions.cache import KeptVotes, add, read

FUNCTION = FunctionInfo(
    name="a", fingerprint="0f", family="pattern", file="f.py", line=1, source=""
)
KEPT = KeptVotes(
    {f"row {number}": number % 3 - 1 for number in range(60)},
    (Fault(function="a", example_id="row 1", error="it quotes\u2028a line\x85separator"),),
)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return a folder with one function's votes and its fault."""
    add(tmp_path, FUNCTION, KeptVotes(), KEPT)
    return tmp_path


def test_what_was_kept_comes_back(cache: Path) -> None:
    assert read(cache, FUNCTION) == KEPT


@pytest.mark.parametrize("name", ["a@0f.parquet", "a@0f.faults.jsonl"])
def test_a_file_cut_short_is_no_reason_to_fail(cache: Path, name: str) -> None:
    whole = (cache / name).read_bytes()
    for length in range(1, len(whole) - 1, max(1, len(whole) // 40)):
        (cache / name).write_bytes(whole[:length])
        assert read(cache, FUNCTION) == KeptVotes()


def test_a_wrong_byte_is_no_reason_to_fail(cache: Path) -> None:
    path = cache / "a@0f.parquet"
    whole = path.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 200)):
        content = bytearray(whole)
        content[place] ^= 0xFF
        path.write_bytes(content)
        assert isinstance(read(cache, FUNCTION), KeptVotes)
