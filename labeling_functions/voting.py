"""What the labeling functions think of the examples, asked only where it is not known yet."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from curation.corpus import Corpus
from curation.types import (
    ABSTAIN,
    Example,
    Fault,
    FunctionInfo,
    VoteMatrix,
    fingerprint,
    vote_type,
)
from labeling_functions import cache
from labeling_functions.cache import KeptVotes, missing_votes
from labeling_functions.resources import Resources
from labeling_functions.voter import Catalog, OnProgress, Voter

__all__ = ["Booth", "Catalog", "Voter", "describe", "missing_votes", "vote_cached", "vote_on"]


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


@dataclass(frozen=True)
class Booth:
    """Where functions vote: their folder, the labels, and what they may ask for."""

    voter: Voter
    folder: Path
    labels: tuple[str, ...]
    resources: Resources

    def votes(
        self, functions: Sequence[FunctionInfo], corpus: Corpus
    ) -> Iterator[tuple[FunctionInfo, KeptVotes]]:
        """Yield each function's votes as they come in.

        Those that say what they do as data vote here, a column at a time; Python votes in the
        voter's processes, a row at a time.
        """
        declared = [function for function in functions if function.rule is not None]
        with ThreadPoolExecutor(max(1, min(len(declared), os.cpu_count() or 1))) as pool:
            running = {pool.submit(self._declared, f, corpus): f for f in declared}
            for done in as_completed(running):
                yield running[done], done.result()
        yield from self._python([f for f in functions if f.rule is None], corpus)

    def _declared(self, function: FunctionInfo, corpus: Corpus) -> KeptVotes:
        faults: list[Fault] = []

        def faulty(example_id: str | None, error: str) -> None:
            faults.append(Fault(function=function.name, example_id=example_id, error=error))

        from labeling_functions.families import VOTERS

        rule = function.rule or {}
        try:
            voting = VOTERS[rule["family"]]
            resources = replace(self.resources, faulty=faulty)
            votes = voting(rule, corpus, self.labels, resources)
        except Exception as error:  # noqa: BLE001 - a function that breaks harms only itself
            faulty(None, str(error) or type(error).__name__)
            return KeptVotes(np.empty(0, vote_type(len(self.labels))), tuple(faults))
        return KeptVotes(votes, tuple(faults))

    def _python(
        self, functions: Sequence[FunctionInfo], corpus: Corpus
    ) -> Iterator[tuple[FunctionInfo, KeptVotes]]:
        rows = zip(corpus.ids, corpus.texts.to_list(), corpus.metadata.to_list(), strict=True)
        examples = [Example(id=i, input=t, metadata=json.loads(m)) for i, t, m in rows]
        ballots = self.voter.ballots(self.folder, self.labels, examples, functions)
        for function in functions:
            votes = ballots.votes.get(function.name, np.empty(0, np.int8))
            faults = tuple(f for f in ballots.faults if f.function == function.name)
            yield function, KeptVotes(votes.astype(vote_type(len(self.labels))), faults)


def vote_on(booth: Booth, functions: Sequence[FunctionInfo], corpus: Corpus) -> VoteMatrix:
    """Return the votes of functions on some rows, without keeping them."""
    cast = {function.name: votes for function, votes in booth.votes(functions, corpus)}
    return _matrix(functions, booth.labels, corpus, cast, ())


def vote_cached(
    folder: Path,
    kept_in: Path,
    labels: Sequence[str],
    corpus: Corpus,
    *,
    voter: Voter | None = None,
    resources: Resources | None = None,
    again: bool = False,
    on_progress: OnProgress | None = None,
) -> VoteMatrix:
    """Return every function's votes on a corpus, running only what was never run.

    Votes are kept in `kept_in`, one file per function version: an edited function votes anew
    alone, and rows added at the corpus' end are voted on alone.

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
    again : bool
        Let functions that were stopped try once more where they were stopped.
    on_progress : callable, optional
        Called after each function that had to run.

    Returns
    -------
    VoteMatrix
        int8, shape (n, m), a column contiguous. Its faults begin with those of the files that do
        not load. A function that was stopped abstains on the rows after.

    Raises
    ------
    FunctionError
        The process died.
    """
    if voter is None:
        with Voter() as own:
            return vote_cached(
                folder, kept_in, labels, corpus,
                voter=own, resources=resources, again=again, on_progress=on_progress,
            )  # fmt: skip
    booth = Booth(voter, folder, tuple(labels), resources or Resources())
    catalog = describe(voter, folder, labels, resources)
    cast = {f.name: cache.read(kept_in, f, corpus) for f in catalog.functions}
    groups = _to_run(catalog.functions, cast, len(corpus), again=again)
    total, done = sum(map(len, groups.values())), 0
    for start, group in groups.items():
        for function, votes in booth.votes(group, corpus.take(slice(start, None))):
            cast[function.name] = _kept(kept_in, function, corpus, cast[function.name], votes)
            done += 1
            if on_progress:
                on_progress(done, total, function.name)
    if total:
        cache.sweep(kept_in, catalog.functions)
    return _matrix(catalog.functions, labels, corpus, cast, catalog.faults)


def _to_run(
    functions: Sequence[FunctionInfo], cast: Mapping[str, KeptVotes], rows: int, *, again: bool
) -> dict[int, list[FunctionInfo]]:
    """Group functions by the first row they have not seen, so that each group is one job."""
    groups: dict[int, list[FunctionInfo]] = {}
    for function in functions:
        mine = cast[function.name]
        if len(mine.votes) < rows and (again or not mine.stopped):
            groups.setdefault(len(mine.votes), []).append(function)
    return groups


def _kept(
    kept_in: Path, function: FunctionInfo, corpus: Corpus, before: KeptVotes, votes: KeptVotes
) -> KeptVotes:
    """Put new votes after the ones there were, on disk too.

    A function that cast none is not kept: what kept it from voting may be over next time.
    """
    if not len(votes.votes):
        return replace(before, faults=(*before.faults, *votes.faults))
    together = before.and_then(votes) if len(before.votes) else votes
    cache.keep(kept_in, function, corpus, together)
    return together


def _matrix(
    functions: Sequence[FunctionInfo],
    labels: Sequence[str],
    corpus: Corpus,
    cast: Mapping[str, KeptVotes],
    faults: Sequence[Fault],
) -> VoteMatrix:
    shape = len(corpus), len(functions)
    votes = np.full(shape, ABSTAIN, dtype=vote_type(len(labels)), order="F")
    for column, function in enumerate(functions):
        mine = cast[function.name].votes
        votes[: len(mine), column] = mine
    told = (fault for function in functions for fault in cast[function.name].faults)
    return VoteMatrix(corpus.ids, tuple(functions), tuple(labels), votes, (*faults, *told))
