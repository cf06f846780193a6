"""Who ends the process that runs everybody is found by asking one at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from curation.types import FunctionInfo, JsonObject, Votes
from labeling_functions.isolation.polls import Running, unasked
from labeling_functions.isolation.process import ProcessDiedError

Answers = Callable[[JsonObject], Iterator[JsonObject]]
OnEvent = Callable[[JsonObject], object]
KILLED = "It ended the process that all functions run in."


def descriptions(answers: Answers, job: JsonObject) -> Iterator[JsonObject]:
    """Yield what is said of each of the job's files; one that ends the process is named.

    Raises
    ------
    FunctionError
        The process died of no file: it cannot work at all.
    """
    left, loading = list(job["files"]), ""
    try:
        for event in answers(job):
            loading = event["file"]
            if event["event"] != "loading":
                left.remove(loading)
                yield event
    except ProcessDiedError:
        if loading not in left:
            raise
        if len(job["files"]) == 1:
            told = {"error": KILLED, "traceback": "", "line": None}
            yield {"event": "died", "file": loading, **told}
            return
        left.remove(loading)
        for files in filter(None, ([loading], left)):  # alone: an earlier file may have done it
            yield from descriptions(answers, {**job, "files": files})


def take_votes(
    answers: Answers,
    job: JsonObject,
    functions: Sequence[FunctionInfo],
    votes: Votes,
    take: OnEvent,
) -> None:
    """Let functions vote; where one of them ends the process, the others vote all the same.

    Who was being asked at that moment is asked again alone, when the rest have voted. Each death
    makes a group smaller or stops a function, so this comes to an end.

    Parameters
    ----------
    answers : callable
        Yields the events of a job.
    job : JsonObject
        As for `crew.Crew`, but for `functions`; `votes` and `running` are files to be written.
    functions : sequence of FunctionInfo, length m
    votes : int array, shape (m, n)
        `unasked` everywhere; written to.
    take : callable
        Told what is said of functions, each once.

    Raises
    ------
    FunctionError
        The process died of no function: it cannot work at all.
    """
    groups = [(tuple(functions), int(job["children"]))]
    while groups:
        asked, children = groups.pop()
        round_ = Round(asked, take)
        cast, running = round_.run(answers, {**job, "children": children}, votes)
        if running - round_.settled and len(asked) == children == 1:
            round_.blame(cast[0])
        for function, row in zip(asked, cast, strict=True):
            if function.name in round_.settled:
                votes[functions.index(function)] = row
        left = [function for function in asked if function.name not in round_.settled]
        groups += [((function,), 1) for function in left if function.name in running]
        rest = tuple(function for function in left if function.name not in running)
        groups += [(rest, children)] if rest else []


@dataclass
class Round:
    """One attempt at a vote.

    What is said of a function is held back until it is done: if the process dies before, all of
    it is asked and said again.
    """

    functions: Sequence[FunctionInfo]
    take: OnEvent
    settled: set[str] = field(default_factory=set)
    _held: dict[str, list[JsonObject]] = field(default_factory=lambda: defaultdict(list))

    def run(self, answers: Answers, job: JsonObject, like: Votes) -> tuple[Votes, set[str]]:
        """Return the votes cast, and the names of those being asked when the process died."""
        votes, running = self._files(job, like)
        told = {"name", "fingerprint", "file"}
        asked = [function.model_dump(include=told) for function in self.functions]
        try:
            for event in answers({**job, "functions": asked}):
                self._hear(event)
        except ProcessDiedError:
            if len(self.functions) == 1 and not running.any():
                raise
            marks = running if running.any() else running + 1  # it may be any of them
            paired = zip(self.functions, marks, strict=True)
            return votes, {function.name for function, mark in paired if mark}
        for function in self.functions:
            self._settle(function.name)
        return votes, set()

    def _files(self, job: JsonObject, like: Votes) -> tuple[Votes, Running]:
        """Return what is shared with the process: no votes yet, and nobody asked."""
        for name in ("votes", "running"):
            Path(job[name]).unlink(missing_ok=True)  # a process that died may still hold it
        shape = len(self.functions), like.shape[1]
        votes = np.memmap(job["votes"], like.dtype, "w+", shape=shape)
        votes[...] = unasked(like)
        return votes, np.memmap(job["running"], np.int32, "w+", shape=shape[:1])

    def _hear(self, event: JsonObject) -> None:
        for function in self.functions:
            if event.get("function") == function.name or event.get("file") == function.file:
                self._held[function.name].append(event)
        if event["event"] in {"finished", "stopped"}:
            self._settle(event["function"])

    def _settle(self, name: str) -> None:
        self.settled.add(name)
        for event in self._held.pop(name, ()):
            self.take(event)

    def blame(self, votes: Votes) -> None:
        """Say that the only function of this round was what the process died of."""
        open_ = votes == unasked(votes)
        row = int(open_.argmax()) if open_.any() else len(votes) - 1
        told = {"error": KILLED, "traceback": "", "line": None, "row": row}
        self._hear({"event": "stopped", "function": self.functions[0].name, **told})
