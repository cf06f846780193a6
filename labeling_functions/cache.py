"""Votes kept on disk, one file per function version, so that nothing is run twice."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING
from urllib.parse import quote

from curation.types import Fault, FunctionInfo

if TYPE_CHECKING:
    from labeling_functions.voter import Catalog


@dataclass(frozen=True)
class KeptVotes:
    """One function version's votes.

    Attributes
    ----------
    votes : dict of str to int
        By example id; an id that is not there was never voted on.
    faults : tuple of Fault
        Where it raised; its votes there are abstentions.
    """

    votes: dict[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def read(cache: Path, function: FunctionInfo) -> KeptVotes:
    """Return the votes kept for this version of a function; none if there is no readable file."""
    import pyarrow.parquet as pq  # 0.16 s

    path = _path(cache, function)
    try:
        table = pq.read_table(path, memory_map=False)
        votes = dict(zip(table["example_id"].to_pylist(), table["vote"].to_pylist(), strict=True))
        lines = path.with_suffix(".faults.jsonl").read_bytes().splitlines()
        faults = [Fault.model_validate_json(line) for line in lines]
    except (OSError, ValueError, KeyError):  # arrow and pydantic raise these for damaged files
        return KeptVotes()
    return KeptVotes(votes, tuple(fault for fault in faults if fault.example_id in votes))


def add(cache: Path, function: FunctionInfo, kept: KeptVotes, new: KeptVotes) -> KeptVotes:
    """Write kept and new votes together, and return them.

    The faults are written first: the parquet file is what says that an example was voted on.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    together = KeptVotes({**kept.votes, **new.votes}, (*kept.faults, *new.faults))
    columns = {
        "example_id": pa.array(together.votes, pa.string()),
        "vote": pa.array(together.votes.values(), pa.int16()),
    }
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    lines = "".join(f"{fault.model_dump_json()}\n" for fault in together.faults)
    path = _path(cache, function)
    _replace(path.with_suffix(".faults.jsonl"), lines.encode())
    _replace(path, sink.getvalue())
    return together


def missing_votes(catalog: Catalog, cache: Path, example_ids: Iterable[str]) -> dict[str, int]:
    """Return how many of the examples each function has yet to vote on, none left out being zero.

    No user code is run.

    Returns
    -------
    dict of str to int
        By function name; a function that is up to date is not in it.
    """
    wanted = set(example_ids)
    counts = {
        function.name: len(wanted - read(cache, function).votes.keys())
        for function in catalog.functions
    }
    return {name: count for name, count in counts.items() if count}


def _path(cache: Path, function: FunctionInfo) -> Path:
    # A Snorkel function may be called anything, a slash included.
    return cache / f"{quote(function.name, safe=' ')[:100]}@{function.fingerprint}.parquet"


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(content)
    os.replace(file.name, path)  # noqa: PTH105 - the atomic one, by its name
