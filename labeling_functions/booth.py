"""Where functions vote: conditions a column at a time, Python a row at a time in its processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from curation.corpus import Corpus
from curation.exceptions import FunctionError
from curation.types import Fault, FunctionInfo, JsonObject, Votes
from labeling_functions.isolation.voter import Voter
from labeling_functions.resources import Resources

BLOCK = 1 << 17
"""Rows conditions are asked about together: what is made on the way is of that size."""


@dataclass(frozen=True)
class Ballot:
    """What one function did.

    Attributes
    ----------
    function : FunctionInfo
    rows : int
        The rows it voted on, from the first one; fewer than there are if it was stopped.
    faults : tuple of Fault
    """

    function: FunctionInfo
    rows: int
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Booth:
    """Where functions vote: their folder, the labels, and what they may ask for."""

    voter: Voter
    folder: Path
    labels: tuple[str, ...]
    resources: Resources = field(default_factory=Resources)
    on_done: Callable[[str], None] = lambda _name: None
    """Told the name of each function that came to its end."""

    def ballots(
        self, functions: Sequence[FunctionInfo], corpus: Corpus, votes: Mapping[str, Votes]
    ) -> Iterator[Ballot]:
        """Let functions vote, and yield each when it is done.

        Conditions are asked together, a column at a time, in this process; so are functions that
        are served. Python votes in the voter's processes, a row at a time, and so does a condition
        that takes too long here.

        Parameters
        ----------
        functions : sequence of FunctionInfo
        corpus : Corpus, length n
        votes : mapping of name to int8 array, shape (n,)
            Written to.
        """
        python = [function for function in functions if function.rule is None]
        conditions = [f for f in functions if f.rule is not None and "when" in f.rule]
        done = self._together(conditions, corpus, votes)
        yield from done
        if not done:
            for function in conditions:
                alone = self._together([function], corpus, votes)
                yield from alone
                python += [] if alone else [function]
        for function in functions:
            if function.rule is not None and function not in conditions:
                yield self._served(function, function.rule, corpus, votes[function.name])
        yield from self._python(python, corpus, votes)

    def _together(
        self, functions: Sequence[FunctionInfo], corpus: Corpus, votes: Mapping[str, Votes]
    ) -> list[Ballot]:
        """Ask conditions in one pass; none of them has voted where one of them cannot be."""
        from labeling_functions.families.when import votes_together

        rules = [function.rule or {} for function in functions]
        try:
            for start in range(0, len(corpus) if functions else 0, BLOCK):
                block = slice(start, start + BLOCK)
                cast = votes_together(rules, corpus.take(block), self.labels)
                for place, function in enumerate(functions):
                    votes[function.name][block] = cast[:, place]
        except FunctionError:
            return []
        for function in functions:
            self.on_done(function.name)
        return [Ballot(function, len(corpus)) for function in functions]

    def _served(
        self, function: FunctionInfo, rule: JsonObject, corpus: Corpus, votes: Votes
    ) -> Ballot:
        from labeling_functions.families import VOTERS

        faults: list[Fault] = []

        def faulty(example_id: str | None, error: str) -> None:
            faults.append(Fault(function=function.name, example_id=example_id, error=error))

        try:
            voting = VOTERS[rule["family"]]
            votes[:] = voting(rule, corpus, self.labels, replace(self.resources, faulty=faulty))
        except Exception as error:  # noqa: BLE001 - a service that breaks stops no other function
            faulty(None, str(error) or type(error).__name__)
            return Ballot(function, 0, tuple(faults))
        finally:
            self.on_done(function.name)
        return Ballot(function, len(corpus), tuple(faults))

    def _python(
        self, functions: Sequence[FunctionInfo], corpus: Corpus, votes: Mapping[str, Votes]
    ) -> Iterator[Ballot]:
        cast = self.voter.ballots(
            self.folder,
            self.labels,
            corpus,
            functions,
            on_progress=lambda _done, _all, name: self.on_done(name),
        )
        for function in functions:
            mine = cast.votes.get(function.name, ())
            votes[function.name][: len(mine)] = mine
            faults = tuple(fault for fault in cast.faults if fault.function == function.name)
            yield Ballot(function, len(mine), faults)
