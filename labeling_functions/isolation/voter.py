"""Describe labeling functions, and let the Python ones vote, in processes of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import numpy as np

from curation.corpus import Corpus, Place, write_corpus
from curation.exceptions import FunctionError
from curation.types import FunctionInfo, JsonObject, Votes
from labeling_functions.isolation.catalogs import Catalog, Shelf, catalog, described, hashes
from labeling_functions.isolation.counting import Ballots, Count, OnProgress
from labeling_functions.isolation.loading import files_in
from labeling_functions.isolation.polls import unasked
from labeling_functions.isolation.process import Processes
from labeling_functions.isolation.rounds import descriptions, take_votes

__all__ = ["Ballots", "Catalog", "OnProgress", "Voter"]


class Voter:
    """Warm processes that run user code; they are started when needed, again if they died.

    Parameters
    ----------
    children : int, optional
        Processes that vote at once; one for each core when absent.
    memory : int, optional
        Bytes of data each of them may hold; at most 2 GB, and half of the machine's for all, when
        absent.
    seconds_to_load : float
        Wall-clock limit for loading one file, which may import a language model's library.
    seconds_per_row : float
        Wall-clock limit for one function on one row.
    seconds_per_function : float, optional
        Limit for one function on all rows, added up over the processes; 10 ms a row and at least
        30 s when absent.

    Examples
    --------
    ::

        with Voter() as voter:
            catalog = voter.describe(folder, task.labels)
            ballots = voter.ballots(folder, task.labels, corpus, catalog.functions)
    """

    def __init__(
        self,
        *,
        children: int | None = None,
        memory: int | None = None,
        seconds_to_load: float = 60.0,
        seconds_per_row: float = 5.0,
        seconds_per_function: float | None = None,
    ) -> None:
        self.children = children or _cores()
        self._limits: JsonObject = {
            "memory": memory or _fair_share(self.children),
            "seconds_to_load": seconds_to_load,
            "seconds_per_row": seconds_per_row,
        }
        self._seconds = seconds_per_function
        self._processes = Processes()
        self._shelf = Shelf()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; the next job starts another."""
        self._processes.close()

    def describe(self, folder: Path, labels: Sequence[str]) -> Catalog:
        """Return what the files of `folder` declare, loading those that changed.

        Raises
        ------
        FunctionError
            There is no such folder, or the process died of no file.
        """
        question = _question(folder, labels)
        place = Path(question["folder"])
        paths = files_in(place)
        known = self._shelf.known(place, labels)
        anew = [path.name for path in paths if path.name not in known]
        if anew:
            before = hashes(place.glob("*.py"))
            job = {"job": "describe", **question, "files": anew, **self._limits}
            for event in descriptions(self._processes.answers, job):
                known[event["file"]] = described(event, before)
        files = {path.name: known[path.name] for path in paths if path.name in known}
        self._shelf.keep(place, labels, files)
        return catalog(files.values())

    def ballots(
        self,
        folder: Path,
        labels: Sequence[str],
        corpus: Corpus,
        functions: Sequence[FunctionInfo],
        *,
        on_progress: OnProgress | None = None,
    ) -> Ballots:
        """Let Python functions vote on every row.

        A function that raises on a row abstains there, and the fault is kept. One that dies on a
        row, or takes too long over it, abstains there as well; after three such rows it is
        stopped, its votes so far are kept, and the last fault says on how many rows it never
        voted. So is one that ends the process all of them run in. The others are not concerned.

        Parameters
        ----------
        folder : Path
            The folder the functions were described from.
        labels : sequence of str
            The task's labels, in vote order.
        corpus : Corpus, length n
            Rows that lie in a file are mapped from there; others are written to one first.
        functions : sequence of FunctionInfo
            As `describe` returned them.
        on_progress : callable, optional
            Called after each function.

        Raises
        ------
        FunctionError
            There is no such folder, or the process died of no function.
        """
        if not functions or not len(corpus):
            return Ballots({function.name: no_votes(labels, 0) for function in functions})
        count = Count(functions)

        def take(event: JsonObject) -> None:
            if count.take(event) and on_progress:
                on_progress(count.done, len(functions), event.get("function", ""))

        votes = self.poll(folder, labels, corpus, functions, take)
        return count.settled(votes, corpus)

    def poll(
        self,
        folder: Path,
        labels: Sequence[str],
        corpus: Corpus,
        functions: Sequence[FunctionInfo],
        take: Callable[[JsonObject], object],
    ) -> Votes:
        """Return votes as they were cast, shape (m, n), and hand the worker's events to `take`."""
        question = _question(folder, labels)
        votes = no_votes(labels, len(functions), len(corpus))
        with TemporaryDirectory(prefix="tunesmith-votes-") as temporary:
            job = self._job(question, corpus, Path(temporary))
            take_votes(self._processes.answers, job, functions, votes, take)
        return votes

    def _job(self, question: JsonObject, corpus: Corpus, temporary: Path) -> JsonObject:
        place = corpus.place or write_corpus(corpus, temporary / "rows.arrow").place
        assert isinstance(place, Place)  # noqa: S101 - it was just written
        size = int(corpus.texts.estimated_size() + corpus.metadata.estimated_size())
        return {
            "job": "vote",
            **question,
            "rows": [str(place.path), place.start, place.stop],
            "row_bytes": size / len(corpus),
            "votes": str(temporary / "votes"),
            "running": str(temporary / "running"),
            "type": no_votes(question["labels"], 0).dtype.name,
            "children": self.children,
            "seconds_per_function": self._seconds or max(30.0, 0.01 * len(corpus)),
            **self._limits,
        }


def no_votes(labels: Sequence[str], *shape: int) -> Votes:
    """Return votes nobody was asked for."""
    # One vote less than a byte holds: the one left over marks rows nobody was asked about.
    votes: Votes = np.empty(shape, np.int8 if len(labels) <= 126 else np.int16)
    votes[...] = unasked(votes)
    return votes


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _fair_share(children: int) -> int:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(2 << 30, max(1 << 30, machine // 2 // children))


def _question(folder: Path, labels: Sequence[str]) -> JsonObject:
    place = folder.resolve()
    if not place.is_dir():
        raise FunctionError(
            "There is no such functions folder.",
            where=str(folder),
            remedy="Create it and write a labeling function in it.",
        )
    return {"folder": str(place), "labels": list(labels)}
