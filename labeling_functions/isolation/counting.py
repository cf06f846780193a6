"""Votes of Python functions as they come in from the children, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from curation.corpus import Corpus
from curation.types import Fault, FunctionInfo, JsonObject, Votes
from labeling_functions.isolation.polls import MOST_DEATHS, unasked

OnProgress = Callable[[int, int, str], None]
"""Called with functions done, functions in all, and the name of the one just done."""


@dataclass
class Ballots:
    """What functions said.

    Attributes
    ----------
    votes : dict of str to int array, shape (r,)
        By function, on the first r rows: all of them, unless the function was stopped after
        these. One that could not be asked at all is not in it.
    faults : list of Fault
        Votes there are abstentions; `example_id` is None where a function was not asked.
    """

    votes: dict[str, Votes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


@dataclass
class Count:
    """The events of one vote, until it is settled.

    Attributes
    ----------
    functions : sequence of FunctionInfo, length m
    done : int
        How many will not be heard of any more.
    """

    functions: Sequence[FunctionInfo]
    done: int = 0
    _faults: dict[str, list[tuple[int, JsonObject]]] = field(default_factory=dict)
    _deaths: dict[str, list[tuple[int, JsonObject]]] = field(default_factory=dict)
    _stopped: dict[str, tuple[int, JsonObject]] = field(default_factory=dict)
    _refused: dict[str, JsonObject] = field(default_factory=dict)
    _finished: set[str] = field(default_factory=set)

    def take(self, event: JsonObject) -> bool:
        """Take in one event of the worker, and return whether functions are done with that."""
        name = event.get("function", "")
        match event["event"]:
            case "faults":
                rows = ((row, event) for row in event["rows"])
                self._faults.setdefault(name, []).extend(rows)
            case "died" if event["row"] is not None:
                self._deaths.setdefault(name, []).append((event["row"], event))
            case "stopped":
                row, _ = self._stopped.get(name, (event["row"], event))
                if event["row"] <= row:  # the first row counts, whichever machine says so
                    self._stopped[name] = event["row"], event
            case "died":
                for function in self.functions:
                    if function.name == name or function.file == event.get("file"):
                        self._refused[function.name] = event
            case "finished":
                self._finished.add(name)
        before, self.done = self.done, len(self._finished | {*self._refused, *self._stopped})
        return self.done > before

    def settled(self, votes: Votes, corpus: Corpus) -> Ballots:
        """Return what it came to; `votes` has shape (m, n), `unasked` where nobody was asked.

        A function's votes end where it was stopped, in the order of rows: that does not depend on
        which child was asked what, nor on which machine.
        """
        ballots = Ballots()
        for column, function in enumerate(self.functions):
            if function.name in self._refused:
                ballots.faults.append(_fault(function, None, self._refused[function.name]))
                continue
            end = self._end(function.name, votes[column])
            ballots.votes[function.name] = votes[column, :end].copy()
            ballots.faults += self._told(function, end, corpus)
        return ballots

    def _end(self, name: str, votes: Votes) -> int:
        """Return how many rows a function's votes are known of: all before one it never saw."""
        open_ = votes == unasked(votes)
        end = int(open_.argmax()) if open_.any() else len(votes)
        deaths = sorted(row for row, _ in self._deaths.get(name, ()))
        return min(end, deaths[MOST_DEATHS - 1] + 1) if len(deaths) >= MOST_DEATHS else end

    def _told(self, function: FunctionInfo, end: int, corpus: Corpus) -> Iterator[Fault]:
        name, seen = function.name, set[str]()
        told = [*self._faults.get(name, ()), *self._deaths.get(name, ())]
        told = sorted(((row, e) for row, e in told if row < end), key=lambda pair: pair[0])
        if name in self._stopped:
            told.append(self._stopped[name])
        ids = corpus.ids.column.gather([row for row, _ in told]).to_list()
        for place, (id_, (_, event)) in enumerate(zip(ids, told, strict=True)):
            trace = event["traceback"] if event["traceback"] not in seen else ""
            seen.add(trace)
            last = place == len(told) - 1 and end < len(corpus)
            after = f" {_never_seen(len(corpus) - end)}" if last else ""
            yield _fault(function, id_, {**event, "traceback": trace}, after)


def _never_seen(rows: int) -> str:
    return f"It was stopped there: it never voted on {rows:,} row{'s' if rows > 1 else ''}."


def _fault(function: FunctionInfo, id_: str | None, event: JsonObject, after: str = "") -> Fault:
    return Fault(
        function=function.name,
        example_id=id_,
        error=event["error"] + after,
        traceback=event.get("traceback", ""),
        line=event.get("line") or function.line,
    )
