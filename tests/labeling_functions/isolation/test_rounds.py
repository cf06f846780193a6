from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.types import FunctionInfo, JsonObject
from labeling_functions.isolation.process import ProcessDiedError
from labeling_functions.isolation.rounds import KILLED, descriptions, take_votes

ROWS = 4


class Played:
    """The process, played: some names end it, at once or while another is asked."""

    def __init__(self, killers: set[str], random: Random, *, late: bool = False) -> None:
        self.killers, self.random, self.late, self.starts = killers, random, late, 0

    def vote(self, job: JsonObject) -> Iterator[JsonObject]:
        self.starts += 1
        names = [function["name"] for function in job["functions"]]
        votes = np.memmap(job["votes"], np.int8, "r+", shape=(len(names), ROWS))
        running = np.memmap(job["running"], np.int32, "r+", shape=len(names))
        assert (votes == -128).all()
        assert not running.any()
        for column in self.random.sample(range(len(names)), len(names)):
            if names[column] in self.killers:
                seen = self.random.randrange(len(names)) if self.late else column
                running[seen] = 1
                raise ProcessDiedError("It died.")
            votes[column] = 1
            yield {"event": "faults", "function": names[column], "rows": [0], "error": "no"}
            yield {"event": "finished", "function": names[column]}
        yield {"event": "stray"}

    def describe(self, job: JsonObject) -> Iterator[JsonObject]:
        self.starts += 1
        for file in job["files"]:
            yield {"event": "loading", "file": file}
            if file in self.killers:
                raise ProcessDiedError("It died.")
            yield {"event": "described", "file": file}


def named(name: str) -> FunctionInfo:
    return FunctionInfo(
        name=name, fingerprint="", family="python", file=f"{name}.py", line=1, source=""
    )


@given(
    killers=st.sets(st.sampled_from("abcdefgh")),
    children=st.integers(1, 3),
    late=st.booleans(),
    seed=st.integers(0, 999),
)
def test_whoever_kills_and_whoever_is_suspected_everybody_is_settled_once(
    killers: set[str], children: int, late: bool, seed: int
) -> None:
    played, told = Played(killers, Random(seed), late=late), list[JsonObject]()
    votes = np.full((8, ROWS), -128, np.int8)
    with TemporaryDirectory() as temporary:
        job = {name: str(Path(temporary) / name) for name in ("votes", "running")}
        functions = [named(name) for name in "abcdefgh"]
        take_votes(played.vote, {**job, "children": children}, functions, votes, told.append)
    for column, name in enumerate("abcdefgh"):
        assert set(votes[column].tolist()) == {-128 if name in killers else 1}
        mine = [event["event"] for event in told if event["function"] == name]
        assert mine == (["stopped"] if name in killers else ["faults", "finished"])
    assert played.starts <= 1 + 2 * 8


@given(st.sets(st.sampled_from("abcdefgh")))
def test_every_file_is_described_or_named_once(killers: set[str]) -> None:
    played = Played(killers, Random(0))
    events = list(descriptions(played.describe, {"files": list("abcdefgh")}))
    assert [event["file"] for event in events] == list("abcdefgh")
    for event in events:
        assert event.get("error") == (KILLED if event["file"] in killers else None)
    assert played.starts <= 1 + 2 * len(killers)


def test_a_process_that_never_starts_is_nobodys_fault(tmp_path: Path) -> None:
    def broken(_job: JsonObject) -> Iterator[JsonObject]:
        yield from ()
        raise ProcessDiedError("It cannot start.")

    job = {name: str(tmp_path / name) for name in ("votes", "running")}
    votes = np.full((2, ROWS), -128, np.int8)
    with pytest.raises(ProcessDiedError):
        take_votes(broken, {**job, "children": 2}, [named("a"), named("b")], votes, print)
    with pytest.raises(ProcessDiedError):
        list(descriptions(broken, {"files": ["a.py"]}))
