"""Describe and run labeling functions, through a warm process of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from curation.exceptions import FunctionError
from curation.types import ABSTAIN, Example, Fault, FunctionInfo, JsonObject, VoteMatrix, Votes
from labeling_functions.cache import KeptVotes
from labeling_functions.process import Process

OnProgress = Callable[[int, int, str], None]
"""Called with functions done, functions in all, and the name of the one just done."""


@dataclass(frozen=True)
class Catalog:
    """What a functions folder declares.

    Attributes
    ----------
    functions : tuple of FunctionInfo
        In file order, names unique.
    faults : tuple of Fault
        Files that do not load, duplicate names and unknown labels; `example_id` is None.
    """

    functions: tuple[FunctionInfo, ...]
    faults: tuple[Fault, ...] = ()


class Voter:
    """A warm process that runs user code; it is started when needed, again if it died.

    Parameters
    ----------
    memory : int
        Bytes of data the user code of one job may hold.
    seconds_to_load : float
        Wall-clock limit for loading one file, which may import a language model's library.

    Examples
    --------
    ::

        with Voter() as voter:
            catalog = voter.describe(folder, task.labels)
            matrix = voter.vote(folder, task.labels, examples, catalog.functions)
    """

    def __init__(self, *, memory: int = 2 << 30, seconds_to_load: float = 60.0) -> None:
        self._process = Process()
        self._limits = {"memory": memory, "seconds_to_load": seconds_to_load}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process; the next job starts another."""
        self._process.close()

    def describe(self, folder: Path, labels: Sequence[str]) -> Catalog:
        """Load every file of `folder` and return what they declare.

        Raises
        ------
        FunctionError
            The process died.
        """
        functions: list[FunctionInfo] = []
        faults: list[Fault] = []
        job = {"job": "describe", **_question(folder, labels), "skip": [], **self._limits}
        for event in self._process.answers(job):
            if event["event"] == "catalog":
                functions = [FunctionInfo(**function) for function in event["functions"]]
                faults += [Fault(**fault) for fault in event["faults"]]
            else:
                faults.append(_file_fault(event))
        return Catalog(tuple(functions), tuple(faults))

    def vote(
        self,
        folder: Path,
        labels: Sequence[str],
        examples: Sequence[Example],
        functions: Sequence[FunctionInfo],
        *,
        seconds_per_function: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> VoteMatrix:
        """Return the votes of `functions` on `examples`.

        A function that raises on a row abstains there, and the fault is kept. One that dies or
        is out of time abstains everywhere: its fault has no line, and names the example it was
        at, where known.

        Parameters
        ----------
        folder : Path
            The folder the functions were described from.
        labels : sequence of str
            The task's labels, in vote order.
        examples : sequence of Example, length n
        functions : sequence of FunctionInfo, length m
            As `describe` returned them.
        seconds_per_function : float, optional
            Wall-clock limit for one function; 10 ms an example and at least 30 s when absent.
        on_progress : callable, optional
            Called after each function.

        Raises
        ------
        FunctionError
            The process died.
        """
        ballots = self.ballots(
            folder,
            labels,
            examples,
            functions,
            seconds_per_function=seconds_per_function,
            on_progress=on_progress,
        )
        votes = np.full((len(examples), len(functions)), ABSTAIN, dtype=np.int16)
        for column, function in enumerate(functions):
            if function.name in ballots.votes:
                votes[:, column] = ballots.votes[function.name]
        ids = tuple(example.id for example in examples)
        return VoteMatrix(ids, tuple(functions), tuple(labels), votes, tuple(ballots.faults))

    def ballots(
        self,
        folder: Path,
        labels: Sequence[str],
        examples: Sequence[Example],
        functions: Sequence[FunctionInfo],
        *,
        seconds_per_function: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> Ballots:
        """Do as `vote`, and keep apart the functions that came to the end."""
        job = {
            "job": "vote",
            **_question(folder, labels),
            "functions": [f.model_dump(include={"name", "fingerprint", "file"}) for f in functions],
            "rows": [[example.input, example.metadata] for example in examples],
            "seconds": seconds_per_function or max(30.0, 0.01 * len(examples)),
        }
        ballots = Ballots({}, [])
        for event in (
            self._process.answers({**job, **self._limits}) if functions and examples else ()
        ):
            ballots.count(event, functions, examples)
            if on_progress:
                done = len(ballots.votes.keys() | {fault.function for fault in ballots.faults})
                on_progress(done, len(functions), event.get("function", ""))
        return ballots


@dataclass
class Ballots:
    """Votes as they come in.

    Attributes
    ----------
    votes : dict of str to int16 array, shape (n,)
        By function; one that died is not in it.
    faults : list of Fault
    """

    votes: dict[str, Votes]
    faults: list[Fault]

    def kept(self, function: str, examples: Sequence[Example]) -> KeptVotes:
        """Return a function's votes by example."""
        ids = [example.id for example in examples]
        votes = dict(zip(ids, self.votes[function].tolist(), strict=True))
        return KeptVotes(votes, tuple(f for f in self.faults if f.function == function))

    def count(
        self, event: JsonObject, functions: Sequence[FunctionInfo], examples: Sequence[Example]
    ) -> None:
        """Take in one event of the worker."""
        if event["event"] == "votes":
            self.votes[event["function"]] = np.array(event["votes"], dtype=np.int16)
            self.faults += (
                Fault(
                    function=event["function"],
                    example_id=examples[fault.pop("row")].id,
                    **fault,
                )
                for fault in event["faults"]
            )
        else:
            self.faults += _deaths(event, functions, examples)


def _question(folder: Path, labels: Sequence[str]) -> JsonObject:
    place = folder.resolve()
    if not place.is_dir():
        raise FunctionError(
            "There is no such functions folder.",
            where=str(folder),
            remedy="Create it and write a labeling function in it.",
        )
    return {"folder": str(place), "labels": list(labels)}


def _deaths(
    event: JsonObject, functions: Sequence[FunctionInfo], examples: Sequence[Example]
) -> Iterator[Fault]:
    """Name every function a death concerns: the one that ran, or all of the file that was read."""
    row = event["row"]
    for function in functions:
        if event.get("function", function.name) == function.name and (
            event.get("file", function.file) == function.file
        ):
            yield Fault(
                function=function.name,
                example_id=None if row is None else examples[row].id,
                error=event["error"],
                traceback=event.get("traceback", ""),
            )


def _file_fault(event: JsonObject) -> Fault:
    file = event.get("file", "")
    return Fault(
        function=file,
        example_id=None,
        error=f"{file}: {event['error']}",
        traceback=event["traceback"],
    )
