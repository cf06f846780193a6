"""What the labeling functions think of the examples, asked only where it is not known yet.

Votes are kept, one file per function version: an edited function votes anew alone, and rows added
at the corpus' end are voted on alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np

from curation.corpus import Corpus
from curation.types import (
    ABSTAIN,
    Fault,
    FunctionInfo,
    VoteMatrix,
    Votes,
    fingerprint,
    vote_type,
)
from labeling_functions import cache
from labeling_functions.booth import Ballot, Booth
from labeling_functions.cache import KeptVotes, missing_votes
from labeling_functions.isolation.voter import Catalog, OnProgress, Voter
from labeling_functions.resources import Resources

__all__ = [
    "Booth",
    "Catalog",
    "Voter",
    "describe",
    "missing_votes",
    "vote_cached",
    "vote_on",
    "votes_kept",
]


def describe(
    voter: Voter, folder: Path, labels: Sequence[str], resources: Resources | None = None
) -> Catalog:
    """Return what a functions folder declares, each function under the name of its version.

    What a function is served with (gold, a run's answers, an embedding model) is part of its
    version, so that its votes are cast anew when that changes.
    """
    catalog = voter.describe(folder, labels)
    served = resources or Resources()
    return replace(catalog, functions=tuple(_stamped(f, served) for f in catalog.functions))


def _stamped(function: FunctionInfo, resources: Resources) -> FunctionInfo:
    state = resources.state(function.rule) if function.rule else ""
    if not state:
        return function
    return function.model_copy(update={"fingerprint": fingerprint(function.fingerprint, state)})


def vote_on(booth: Booth, functions: Sequence[FunctionInfo], corpus: Corpus) -> VoteMatrix:
    """Return the votes of functions on some rows, without keeping them."""
    votes = _blank(corpus, functions, booth.labels)
    ballots = booth.ballots(functions, corpus, _by_name(functions, votes))
    faults = tuple(fault for ballot in ballots for fault in ballot.faults)
    return VoteMatrix(corpus.ids, tuple(functions), booth.labels, votes, faults)


def vote_cached(
    folder: Path,
    kept_in: Path,
    labels: Sequence[str],
    corpus: Corpus,
    *,
    voter: Voter | None = None,
    resources: Resources | None = None,
    without: Collection[str] = (),
    again: bool = False,
    on_progress: OnProgress | None = None,
) -> VoteMatrix:
    """Return every function's votes on a corpus, running only what was never run.

    Parameters
    ----------
    folder, kept_in : Path
        The user's functions; the project's votes folder.
    labels : sequence of str
        The task's labels, in vote order.
    corpus : Corpus, length n
    voter : Voter, optional
        A warm one; without it processes are started and ended, which takes about a second.
    resources : Resources, optional
        What functions that go beyond the text ask for.
    without : collection of str
        Functions that are disabled: they do not run, and are no column.
    again : bool
        Let functions that were stopped try once more where they were stopped.
    on_progress : callable, optional
        Called after each function that had to run.

    Returns
    -------
    VoteMatrix
        int8, shape (n, m), each column contiguous. Its faults begin with those of the files that
        do not load. A function that was stopped abstains on the rows after.

    Raises
    ------
    FunctionError
        The process died.
    """
    with nullcontext(voter) if voter else Voter() as warm:
        catalog = describe(warm, folder, labels, resources)
        functions = tuple(f for f in catalog.functions if f.name not in without)
        booth = Booth(warm, folder, tuple(labels), resources or Resources())
        votes, faults = _cast(booth, kept_in, functions, corpus, again, on_progress)
    return VoteMatrix(corpus.ids, functions, tuple(labels), votes, (*catalog.faults, *faults))


def votes_kept(
    kept_in: Path, keys: Sequence[str], labels: Sequence[str], corpus: Corpus
) -> tuple[tuple[str, ...], Votes]:
    """Return the votes that versions of functions once cast; none is run.

    Parameters
    ----------
    kept_in : Path
        The project's votes folder.
    keys : sequence of str
        `name@fingerprint`, as a dataset's manifest names them.
    labels : sequence of str
        The labels of that time.
    corpus : Corpus, length n

    Returns
    -------
    tuple of str, length m
        The names of those whose votes are still there.
    Votes, shape (n, m)
        On rows that came later they abstain.
    """
    blank = {"family": "", "file": "", "line": 1, "source": ""}
    parts = (key.rpartition("@") for key in keys)
    functions = [FunctionInfo(name=name, fingerprint=mark, **blank) for name, _, mark in parts]
    kept = {f.name: cache.read(kept_in, f, corpus).votes for f in functions}
    there = [function for function in functions if len(kept[function.name])]
    votes = _blank(corpus, there, labels)
    for name, column in _by_name(there, votes).items():
        column[: len(kept[name])] = kept[name]
    return tuple(function.name for function in there), votes


def _cast(
    booth: Booth,
    kept_in: Path,
    functions: Sequence[FunctionInfo],
    corpus: Corpus,
    again: bool,
    on_progress: OnProgress | None,
) -> tuple[Votes, list[Fault]]:
    """Read the votes that are kept, let functions cast the others, and keep those."""
    votes = _blank(corpus, functions, booth.labels)
    columns = _by_name(functions, votes)
    kept = {f.name: _read(kept_in, f, corpus, columns[f.name]) for f in functions}
    groups = _to_run(functions, kept, len(corpus), again=again)
    told = _counted(on_progress, sum(map(len, groups.values())))
    for start, ballot in _run(replace(booth, on_done=told), groups, corpus, columns):
        name = ballot.function.name
        kept[name] = _after(kept[name], columns[name], start, ballot)
        if ballot.rows:  # what kept it from voting at all may be over next time
            cache.keep(kept_in, ballot.function, corpus, kept[name])
    if groups:
        cache.sweep(kept_in, functions)
    return votes, [fault for function in functions for fault in kept[function.name].faults]


def _blank(corpus: Corpus, functions: Sequence[FunctionInfo], labels: Sequence[str]) -> Votes:
    shape = len(corpus), len(functions)
    return np.full(shape, ABSTAIN, dtype=vote_type(len(labels)), order="F")


def _by_name(functions: Sequence[FunctionInfo], votes: Votes) -> dict[str, Votes]:
    return {function.name: votes[:, column] for column, function in enumerate(functions)}


def _read(kept_in: Path, function: FunctionInfo, corpus: Corpus, column: Votes) -> KeptVotes:
    """Put the votes kept of a function into its column, the only place they take in memory."""
    kept = cache.read(kept_in, function, corpus)
    rows = len(kept.votes)
    column[:rows] = kept.votes
    return replace(kept, votes=column[:rows])


def _to_run(
    functions: Sequence[FunctionInfo], kept: Mapping[str, KeptVotes], rows: int, *, again: bool
) -> dict[int, list[FunctionInfo]]:
    """Group functions by the first row they have not seen, so that each group is one job."""
    groups: dict[int, list[FunctionInfo]] = {}
    for function in functions:
        mine = kept[function.name]
        if len(mine.votes) < rows and (again or not mine.stopped):
            groups.setdefault(len(mine.votes), []).append(function)
    return groups


def _counted(on_progress: OnProgress | None, total: int) -> Callable[[str], None]:
    done: list[str] = []

    def tell(name: str) -> None:
        done.append(name)
        if on_progress:
            on_progress(len(done), total, name)

    return tell


def _run(
    booth: Booth,
    groups: Mapping[int, Sequence[FunctionInfo]],
    corpus: Corpus,
    columns: Mapping[str, Votes],
) -> Iterator[tuple[int, Ballot]]:
    for start, group in groups.items():
        rest = {function.name: columns[function.name][start:] for function in group}
        for ballot in booth.ballots(group, corpus.take(slice(start, None)), rest):
            yield start, ballot


def _after(before: KeptVotes, column: Votes, start: int, ballot: Ballot) -> KeptVotes:
    rows = start + ballot.rows
    return KeptVotes(column[:rows], (*before.faults, *ballot.faults), rows < len(column))
