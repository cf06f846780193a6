"""Who is asked about which rows next: chunks of rows for everyone, the deadly by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from curation.types import ABSTAIN, JsonObject, Votes

MOST_DEATHS = 3
"""A function that died on so many rows is stopped."""
SLOW = 0.001
"""Seconds a row beyond which a function waits until the quick ones are done."""
LARGEST, SMALLEST = 8192, 64
"""Rows of a chunk."""
CHUNK_BYTES = 16 << 20

Running = np.ndarray[Any, np.dtype[np.int32]]


def unasked(votes: Votes) -> int:
    """Return the vote that stands for a row the function has not come to.

    Examples
    --------
    >>> unasked(np.empty(0, np.int8))
    -128
    """
    return int(np.iinfo(votes.dtype).min)


def chunks_of(rows: int, children: int, row_bytes: float) -> list[tuple[int, int]]:
    """Return where chunks start and stop: small ones first, to learn who is slow.

    Examples
    --------
    >>> chunks_of(1000, 1, 100)
    [(0, 64), (64, 320), (320, 570), (570, 820), (820, 1000)]
    """
    most = min(LARGEST, int(CHUNK_BYTES / max(1.0, row_bytes)), rows // (4 * children))
    size, start, chunks = SMALLEST, 0, []
    while start < rows:
        chunks.append((start, min(rows, start + size)))
        start, size = start + size, max(SMALLEST, min(most, size * 4))
    return chunks


@dataclass
class Function:
    """A function as the poll sees it.

    Attributes
    ----------
    name, file, fingerprint : str
    column : int
        Its place in the votes.
    open : int
        Units of it that are not done.
    seconds, rows : float, int
        What it has taken so far, and for how many rows.
    deaths : list of int
        The rows it died on.
    is_alone, is_over : bool
        It died and goes on by itself, in the order of rows; it is done or stopped.
    """

    name: str
    file: str
    fingerprint: str
    column: int
    open: int = 0
    seconds: float = 0.0
    rows: int = 0
    deaths: list[int] = field(default_factory=list)
    is_alone: bool = False
    is_over: bool = False

    @property
    def is_slow(self) -> bool:
        """Whether others need not wait for it."""
        return self.seconds > SLOW * self.rows


@dataclass
class Unit:
    """A function and the rows of one chunk it is to be asked about."""

    function: Function
    start: int
    chunk: tuple[int, int]

    @property
    def order(self) -> JsonObject:
        """What the child is told."""
        f = self.function
        return {
            "function": f.name,
            "file": f.file,
            "fingerprint": f.fingerprint,
            "column": f.column,
            "start": self.start,
            "chunk": self.chunk,
        }


class Poll:
    """The units of a vote, handed out so that no function waits for a bad one.

    All functions see a chunk before the next begins, in the child that made its rows. A function
    that dies goes on by itself when the others are done, from row to row: where it is stopped does
    not depend on how many children there are.

    Parameters
    ----------
    job : JsonObject
        `functions`, each with `name`, `file` and `fingerprint`.
    votes : int array, shape (m, n)
        Shared with the children, `unasked` where nobody was asked.
    running : int array, shape (m,)
        Units of each function that children have; the app reads it if this process is killed.
    chunks : list of (int, int)
    """

    def __init__(
        self, job: JsonObject, votes: Votes, running: Running, chunks: list[tuple[int, int]]
    ) -> None:
        self.votes, self.running = votes, running
        self.functions = [
            Function(f["name"], f["file"], f["fingerprint"], column, len(chunks))
            for column, f in enumerate(job["functions"])
        ]
        self._left = {chunk: list(self.functions) for chunk in chunks}
        self._touched = set[tuple[int, int]]()

    def next(self, near: tuple[int, int] | None) -> Unit | None:
        """Return what a child that has the rows of chunk `near` may do now."""
        unit = self._together(near) or self._by_itself()
        if unit:
            self.running[unit.function.column] += 1
        return unit

    def _together(self, near: tuple[int, int] | None) -> Unit | None:
        for may_be_slow in (False, True):
            for chunk in self._in_turn(near):
                for function in self._left[chunk]:
                    if may_be_slow or not function.is_slow:
                        self._left[chunk].remove(function)
                        self._touched.add(chunk)
                        return Unit(function, chunk[0], chunk)
        return None

    def _in_turn(self, near: tuple[int, int] | None) -> Iterator[tuple[int, int]]:
        if near in self._left:
            yield near
        fresh = [chunk for chunk in self._left if chunk not in self._touched]
        yield from fresh[:1]
        yield from (chunk for chunk in self._left if chunk in self._touched)
        yield from fresh[1:]

    def _by_itself(self) -> Unit | None:
        for function in self.functions:
            if function.is_alone and not function.is_over and not self.running[function.column]:
                row = self.reached(function)
                if row is not None:
                    chunk = next(c for c in self._left if c[0] <= row < c[1])
                    return Unit(function, row, chunk)
        return None

    def reached(self, function: Function) -> int | None:
        """Return the first row a function was not asked about; None if it was about all."""
        return self._first_unasked(function, 0, self.votes.shape[1])

    def at(self, unit: Unit) -> int:
        """Return the row a child that has this unit is at, or was when it died."""
        row = self._first_unasked(unit.function, unit.start, unit.chunk[1])
        return unit.chunk[1] - 1 if row is None else row

    def _first_unasked(self, function: Function, start: int, stop: int) -> int | None:
        open_ = self.votes[function.column, start:stop] == unasked(self.votes)
        row = int(open_.argmax())
        return start + row if open_.size and open_[row] else None

    def died(self, unit: Unit) -> int:
        """Note that a function died, and return the row it cost."""
        row = self.at(unit)
        if self.votes[unit.function.column, row] == unasked(self.votes):
            self.votes[unit.function.column, row] = ABSTAIN
        unit.function.deaths.append(row)
        unit.function.is_alone = True
        self._withdraw(unit.function)
        return row

    def stop(self, function: Function) -> None:
        """Ask a function no more."""
        function.is_over = True
        self._withdraw(function)

    def _withdraw(self, function: Function) -> None:
        for functions in self._left.values():
            if function in functions:
                functions.remove(function)

    def again(self, unit: Unit) -> None:
        """Take a unit back that nobody was asked about."""
        self.running[unit.function.column] -= 1
        if not unit.function.is_alone and not unit.function.is_over:
            self._left[unit.chunk].append(unit.function)

    def release(self, unit: Unit, seconds: float) -> bool:
        """Take a unit back, and return whether its function is done with that."""
        function = unit.function
        self.running[function.column] -= 1
        function.open -= 1
        function.seconds += seconds
        function.rows += self.at(unit) + 1 - unit.start
        if function.is_over or not self._is_done(function):
            return False
        function.is_over = True
        return True

    def _is_done(self, function: Function) -> bool:
        if not function.is_alone:
            return function.open == 0
        row = self.reached(function)
        # Deaths in order of rows: one further on, in a chunk another child had, does not count.
        return row is None or sum(d < row for d in function.deaths) >= MOST_DEATHS
