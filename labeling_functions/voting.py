"""What the labeling functions think of the examples, asked only where it is not known yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from curation.types import ABSTAIN, Example, Fault, FunctionInfo, VoteMatrix
from labeling_functions.cache import KeptVotes, add, missing_votes, read
from labeling_functions.voter import Catalog, OnProgress, Voter

__all__ = ["Catalog", "Voter", "missing_votes", "vote_cached"]


def vote_cached(
    folder: Path,
    cache: Path,
    labels: Sequence[str],
    examples: Sequence[Example],
    *,
    voter: Voter | None = None,
    on_progress: OnProgress | None = None,
) -> VoteMatrix:
    """Return every function's votes on `examples`, running only what was never run.

    Votes are kept in `cache`, one file per function version: an edited function votes anew alone,
    and new examples are voted on alone. A function that died is not kept; it is tried again next
    time.

    Parameters
    ----------
    folder, cache : Path
        The user's functions; the project's votes folder.
    labels : sequence of str
        The task's labels, in vote order.
    examples : sequence of Example
    voter : Voter, optional
        A warm one; without it a process is started and ended, which takes about a second.
    on_progress : callable, optional
        Called after each function that had to run.

    Returns
    -------
    VoteMatrix
        Its faults begin with those of the files that do not load.

    Raises
    ------
    FunctionError
        The process died.
    """
    if voter is None:
        with Voter() as own:
            return vote_cached(folder, cache, labels, examples, voter=own, on_progress=on_progress)
    catalog = voter.describe(folder, labels)
    kept = {function.name: read(cache, function) for function in catalog.functions}
    faults = list(catalog.faults)
    for group, missing in _to_run(catalog.functions, kept, examples):
        ballots = voter.ballots(folder, labels, missing, group, on_progress=on_progress)
        faults += [fault for fault in ballots.faults if fault.function not in ballots.votes]
        for function in group:
            if function.name in ballots.votes:
                new = ballots.kept(function.name, missing)
                kept[function.name] = add(cache, function, kept[function.name], new)
    return _matrix(catalog.functions, labels, examples, kept, faults)


def _to_run(
    functions: Sequence[FunctionInfo],
    kept: Mapping[str, KeptVotes],
    examples: Sequence[Example],
) -> Iterator[tuple[list[FunctionInfo], list[Example]]]:
    """Group the functions by the examples they have not seen, so that each group is one job."""
    groups: dict[tuple[int, ...], list[FunctionInfo]] = {}
    for function in functions:
        seen = kept[function.name].votes
        rows = tuple(row for row, example in enumerate(examples) if example.id not in seen)
        groups.setdefault(rows, []).append(function)
    for rows, group in groups.items():
        if rows:
            yield group, [examples[row] for row in rows]


def _matrix(
    functions: Sequence[FunctionInfo],
    labels: Sequence[str],
    examples: Sequence[Example],
    kept: Mapping[str, KeptVotes],
    faults: list[Fault],
) -> VoteMatrix:
    ids = tuple(example.id for example in examples)
    votes = np.full((len(ids), len(functions)), ABSTAIN, dtype=np.int16)
    present = set(ids)
    for column, function in enumerate(functions):
        mine = kept[function.name]
        votes[:, column] = [mine.votes.get(example_id, ABSTAIN) for example_id in ids]
        faults += [fault for fault in mine.faults if fault.example_id in present]
    return VoteMatrix(ids, tuple(functions), tuple(labels), votes, tuple(faults))
