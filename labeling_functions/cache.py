"""Votes kept on disk, one small file per function version, so that nothing is run twice."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING
from urllib.parse import quote
from zlib import crc32

import numpy as np

from curation.corpus import Corpus
from curation.types import Fault, FunctionInfo, Votes

if TYPE_CHECKING:
    from labeling_functions.isolation.voter import Catalog

ENDING = ".votes"
OLD_VERSIONS = 100
"""Files kept of versions that no function has now; each is a byte a row."""


@dataclass(frozen=True)
class KeptVotes:
    """One function version's votes on the first rows of a corpus.

    Attributes
    ----------
    votes : int8 array, shape (r,)
        In the order of the corpus; rows after them were never voted on.
    faults : tuple of Fault
        Where it broke; its votes there are abstentions.
    stopped : bool
        It was stopped after these rows, and would be stopped again.
    """

    votes: Votes = field(default_factory=lambda: np.empty(0, np.int8))
    faults: tuple[Fault, ...] = ()
    stopped: bool = False


def read(cache: Path, function: FunctionInfo, corpus: Corpus) -> KeptVotes:
    """Return the votes kept for this version of a function on the rows `corpus` begins with.

    There are none where the file is absent, damaged, or about other rows.
    """
    try:
        head, _, body = _path(cache, function).read_bytes().partition(b"\n")
        header = json.loads(head)
        rows, size = header["rows"], header["bytes"]
        if (
            crc32(body) != header["crc"]
            or rows > len(corpus)
            or corpus.digest(rows) != header["digest"]
        ):
            return KeptVotes()
        votes = np.frombuffer(body, header["type"], rows)
        faults = tuple(Fault.model_validate_json(line) for line in body[size:].split(b"\n")[:-1])
    except (OSError, ValueError, KeyError, TypeError):  # what damaged JSON and bytes raise
        return KeptVotes()
    return KeptVotes(votes, faults, header["stopped"])


def keep(cache: Path, function: FunctionInfo, corpus: Corpus, kept: KeptVotes) -> None:
    """Write a function version's votes on the first rows of a corpus, and its faults after them.

    One file, replaced whole: votes and faults are never of different moments.
    """
    faults = "".join(f"{fault.model_dump_json()}\n" for fault in kept.faults)
    body = kept.votes.tobytes() + faults.encode()
    header = {
        "rows": len(kept.votes),
        "digest": corpus.digest(len(kept.votes)),
        "type": kept.votes.dtype.name,
        "bytes": kept.votes.nbytes,
        "crc": crc32(body),
        "stopped": kept.stopped,
    }
    _replace(_path(cache, function), json.dumps(header).encode() + b"\n" + body)


def missing_votes(catalog: Catalog, cache: Path, corpus: Corpus) -> dict[str, int]:
    """Return how many of the rows each function has yet to vote on, none left out being zero.

    No user code is run.

    Returns
    -------
    dict of str to int
        By function name; a function that is up to date, or was stopped, is not in it.
    """
    kept = {function.name: read(cache, function, corpus) for function in catalog.functions}
    return {
        name: len(corpus) - len(mine.votes)
        for name, mine in kept.items()
        if len(mine.votes) < len(corpus) and not mine.stopped
    }


def sweep(cache: Path, functions: Sequence[FunctionInfo]) -> None:
    """Delete the files of an earlier Tunesmith, and the oldest versions nobody has any more.

    Earlier versions are worth a little space: a function that is put back need not vote again.
    """
    for old in (*cache.glob("*.parquet"), *cache.glob("*.faults.jsonl")):
        old.unlink(missing_ok=True)
    current = {_path(cache, function) for function in functions}
    others = [path for path in cache.glob(f"*{ENDING}") if path not in current]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[OLD_VERSIONS:]:
        path.unlink(missing_ok=True)


def _path(cache: Path, function: FunctionInfo) -> Path:
    # A Snorkel function may be called anything, a slash included.
    return cache / f"{quote(function.name, safe=' ')[:100]}@{function.fingerprint}{ENDING}"


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(content)
    os.replace(file.name, path)  # noqa: PTH105 - the atomic one, by its name
