"""Kept votes come back as they were, or not at all: damaged files are voted again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.corpus import Corpus, corpus_of
from curation.types import Example, Fault, FunctionInfo
from labeling_functions import cache
from labeling_functions.cache import KeptVotes, keep, read, sweep

FUNCTION = FunctionInfo(
    name="a", fingerprint="0f", family="pattern", file="f.py", line=1, source=""
)
FAULT = Fault(function="a", example_id="row 1", error="it quotes\u2028a line\x85separator\n")
KEPT = KeptVotes(np.arange(60, dtype=np.int8) % 3 - 1, (FAULT,))


def corpus(rows: int) -> Corpus:
    return corpus_of([Example(id=f"row {row}", input="") for row in range(rows)])


def same(one: KeptVotes, other: KeptVotes) -> bool:
    return (
        one.votes.dtype == other.votes.dtype
        and one.votes.tolist() == other.votes.tolist()
        and (one.faults, one.stopped) == (other.faults, other.stopped)
    )


def is_empty(kept: KeptVotes) -> bool:
    return len(kept.votes) == 0 and not kept.faults


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Return a file with one function's votes and its fault."""
    keep(tmp_path, FUNCTION, corpus(60), KEPT)
    (file,) = tmp_path.iterdir()
    return file


@given(
    votes=st.lists(st.integers(-128, 126)),
    wide=st.booleans(),
    faults=st.lists(st.builds(Fault, function=st.just("a"), example_id=st.text(), error=st.text())),
    stopped=st.booleans(),
)
def test_what_was_kept_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    votes: list[int],
    wide: bool,
    faults: Sequence[Fault],
    stopped: bool,
) -> None:
    folder = tmp_path_factory.mktemp("votes")
    cast = KeptVotes(np.array(votes, np.int16 if wide else np.int8), tuple(faults), stopped)
    keep(folder, FUNCTION, corpus(len(votes)), cast)
    assert same(read(folder, FUNCTION, corpus(len(votes) + 3)), cast)


def test_it_is_a_byte_a_row(kept: Path) -> None:
    assert kept.stat().st_size < 60 + 400


def test_another_version_has_no_votes_yet(kept: Path) -> None:
    other = FUNCTION.model_copy(update={"fingerprint": "1f"})
    assert is_empty(read(kept.parent, other, corpus(60)))


def test_votes_on_rows_that_are_not_these_are_none(kept: Path) -> None:
    turned = corpus(60).take(np.arange(60)[::-1].copy())
    assert is_empty(read(kept.parent, FUNCTION, turned))
    assert is_empty(read(kept.parent, FUNCTION, corpus(59)))


def test_a_file_cut_short_is_no_reason_to_fail(kept: Path) -> None:
    whole = kept.read_bytes()
    for length in range(len(whole)):
        kept.write_bytes(whole[:length])
        assert is_empty(read(kept.parent, FUNCTION, corpus(60)))


def test_a_wrong_byte_is_seen(kept: Path) -> None:
    whole = kept.read_bytes()
    for place in range(len(whole)):
        content = bytearray(whole)
        content[place] ^= 0xFF
        kept.write_bytes(content)
        assert is_empty(read(kept.parent, FUNCTION, corpus(60)))


def test_only_the_newest_of_the_versions_nobody_has_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "OLD_VERSIONS", 2)
    versions = [FUNCTION.model_copy(update={"fingerprint": f"{n}f"}) for n in range(5)]
    for age, version in enumerate(versions):
        keep(tmp_path, version, corpus(60), KEPT)
        cache.os.utime(cache._path(tmp_path, version), (age, age))
    sweep(tmp_path, versions[:1])
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a@0f.votes", "a@3f.votes", "a@4f.votes",
    ]  # fmt: skip
