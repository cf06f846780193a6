"""The children at a vote: they are given units, watched, and replaced when they die."""

from __future__ import annotations

import mmap
import select
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from curation.types import JsonObject, Votes
from labeling_functions.isolation.asking import Asking, FaultLog
from labeling_functions.isolation.forks import Fork
from labeling_functions.isolation.polls import LARGEST, Function, Poll, Unit, chunks_of

TICK = 0.1
"""Seconds between looks at children that say nothing."""
WORTH_A_CHILD = 20_000
"""Questions for which one more child is started: that takes as long as they do."""
PATIENCE = 0.5
"""Seconds after which all children are started, for functions that are slower than that."""
MOST_MISFORTUNES = 5
"""Children that may die before they come to user code."""


def listen(forks: Sequence[Fork], seconds: float) -> list[list[JsonObject]]:
    """Wait until a child says something, at most so long, and return what each has said.

    Raises
    ------
    SystemExit
        The app has gone.
    """
    wanted = [file for fork in forks for file in fork.files]
    ready, _, _ = select.select([0, *wanted], [], [], seconds)
    if 0 in ready:  # nothing is asked of us during a job: this is the end of the line
        raise SystemExit
    return [fork.heard(ready) for fork in forks]


@dataclass
class Seat:
    """A child and what it is doing.

    Attributes
    ----------
    stage : str
        "sent", "loading" a file, or "voting".
    since, at, moved : float, int, float
        When the stage began; the row it is at, and when it came to it.
    kinds : dict of int to JsonObject
        Faults of this unit that were told in words.
    last_words : JsonObject
        What the child could say of its own death.
    """

    fork: Fork
    log: FaultLog
    chunk: tuple[int, int] | None = None
    unit: Unit | None = None
    stage: str = ""
    since: float = 0.0
    at: int = -1
    moved: float = 0.0
    kinds: dict[int, JsonObject] = field(default_factory=dict)
    last_words: JsonObject = field(default_factory=dict)

    def give(self, unit: Unit) -> None:
        """Hand a unit to the child."""
        self.unit, self.chunk, self.kinds, self.last_words = unit, unit.chunk, {}, {}
        self.log[0, 0] = 0
        self.fork.forget_output()
        self.enter("sent")
        self.fork.order(unit.order)

    def enter(self, stage: str) -> None:
        """Note that the child has come to a stage."""
        self.stage, self.since, self.at = stage, time.monotonic(), -1
        self.moved = self.since


class Crew:
    """A vote being taken.

    Parameters
    ----------
    job : JsonObject
        `folder`, `labels`, `functions`, `rows` (path, start, stop), `row_bytes`, `votes` and
        `running` (paths of arrays, for a `Poll`), `children`, `memory` and the limits
        `seconds_to_load`, `seconds_per_row` and `seconds_per_function`.
    """

    def __init__(self, job: JsonObject) -> None:
        _, start, stop = job["rows"]
        shape = len(job["functions"]), stop - start
        votes: Any = np.memmap(job["votes"], job["type"], "r+", shape=shape)
        running: Any = np.memmap(job["running"], np.int32, "r+", shape=shape[:1])
        self._votes: Votes = votes
        self._size = min(job["children"], 1 + shape[0] * shape[1] // WORTH_A_CHILD)
        chunks = chunks_of(shape[1], self._size, job["row_bytes"])
        self._job, self._poll = job, Poll(job, self._votes, running, chunks)
        self._seats: list[Seat] = []
        self._misfortunes = 0

    def events(self) -> Iterator[JsonObject]:
        """Take the vote, and yield what the app is to know."""
        try:
            began, tick = time.monotonic(), min(TICK, self._job["seconds_per_row"] / 5)
            while self._hand_out():
                if time.monotonic() - began > PATIENCE:
                    self._size = self._job["children"]
                heard = listen([seat.fork for seat in self._seats], tick)
                for seat, events in zip(tuple(self._seats), heard, strict=True):
                    for event in events:
                        yield from self._take(seat, event)
                for seat in tuple(self._seats):
                    why = self._over(seat)
                    if why is not None:
                        yield from self._bury(seat, why)
            yield {"event": "done"}  # before the children are buried: that takes a while
        finally:
            for seat in self._seats:
                seat.fork.kill()
            for seat in self._seats:
                seat.fork.end()

    def _hand_out(self) -> bool:
        """Give every child something to do, and return whether any has."""
        for seat in self._seats:
            if seat.unit is None and (unit := self._poll.next(seat.chunk)):
                seat.give(unit)
        while len(self._seats) < self._size and (unit := self._poll.next(None)):
            self._seats.append(self._seat())
            self._seats[-1].give(unit)
        return any(seat.unit for seat in self._seats)

    def _seat(self) -> Seat:
        log = np.frombuffer(mmap.mmap(-1, 8 * (LARGEST + 1)), np.int32).reshape(-1, 2)
        job = self._job
        fork = Fork(
            lambda wire: Asking(job, self._votes, log).work(wire), job["folder"], job["memory"]
        )
        return Seat(fork, log)

    def _take(self, seat: Seat, event: JsonObject) -> Iterator[JsonObject]:
        unit, kind = seat.unit, event.pop("event")
        if unit is None:
            return
        name = unit.function.name
        if kind in {"loading", "voting"}:
            seat.enter(kind)
        elif kind == "fault":
            seat.kinds[event.pop("kind")] = event
            yield {"event": "faults", "function": name, **event, "rows": [event["row"]]}
        elif kind == "dying":
            seat.last_words = event
        elif kind == "refused":
            yield {"event": "died", "function": name, "row": None, **event}
            self._poll.stop(unit.function)
            yield from self._release(seat, 0.0)
        elif kind == "done":
            yield from self._release(seat, event["seconds"])
            if event["is_full"]:
                self._dismiss(seat)

    def _release(self, seat: Seat, seconds: float) -> Iterator[JsonObject]:
        unit, seat.unit = seat.unit, None
        assert unit is not None  # noqa: S101 - it is doing something
        yield from _repeated(seat, unit.function.name)
        if self._poll.release(unit, seconds):
            yield {"event": "finished", "function": unit.function.name}

    def _dismiss(self, seat: Seat) -> None:
        self._seats.remove(seat)
        seat.fork.end()

    def _over(self, seat: Seat) -> str | None:
        """Return why a child must be buried: a limit it met, "" if it is dead; None if neither."""
        now, unit = time.monotonic(), seat.unit
        if not seat.fork.is_open:
            return ""
        if unit is None:
            return None
        if seat.stage != "voting":
            limit = self._job["seconds_to_load"]
            late = now - seat.since > limit
            return f"It took longer than {limit:g} s to load and was stopped." if late else None
        limit = self._job["seconds_per_function"]
        if self._spent(unit.function, now) > limit or unit.function.is_over:
            return f"It took longer than {limit:g} s in all and was stopped."
        at = self._poll.at(unit)
        if at != seat.at:
            seat.at, seat.moved = at, now
        limit = self._job["seconds_per_row"]
        late = now - seat.moved > limit
        return f"It took longer than {limit:g} s on one row and was stopped." if late else None

    def _spent(self, function: Function, now: float) -> float:
        voting = (s for s in self._seats if s.unit and s.stage == "voting")
        running = (now - s.since for s in voting if s.unit and s.unit.function is function)
        return function.seconds + sum(running)

    def _bury(self, seat: Seat, why: str) -> Iterator[JsonObject]:
        """End a child that died or met a limit, and say whom that concerns."""
        unit, now = seat.unit, time.monotonic()
        self._seats.remove(seat)
        if why:
            seat.fork.ask_where()
        death = {**seat.fork.end(why).told(), **seat.last_words}
        if unit is None:
            return
        if seat.stage == "voting":
            spent = self._spent(unit.function, now) + now - seat.since
            yield from self._cost(unit, death, spent)
            yield from self._release(seat, now - seat.since)
        elif seat.stage == "loading" or self._misfortunes >= MOST_MISFORTUNES:
            yield {"event": "died", "file": unit.function.file, "row": None, **death}
            for function in self._poll.functions:
                if function.file == unit.function.file:
                    self._poll.stop(function)
            yield from self._release(seat, 0.0)
        else:
            self._misfortunes += 1
            self._poll.again(unit)

    def _cost(self, unit: Unit, death: JsonObject, spent: float) -> Iterator[JsonObject]:
        function = unit.function
        if function.is_over:  # it was stopped on account of another child's death
            return
        if spent > self._job["seconds_per_function"]:
            row = self._poll.at(unit)
            self._poll.stop(function)
            yield {"event": "stopped", "function": function.name, "row": row, **death}
        else:
            row = self._poll.died(unit)
            yield {"event": "died", "function": function.name, "row": row, **death}


def _repeated(seat: Seat, function: str) -> Iterator[JsonObject]:
    """Yield the faults a child wrote into shared memory, together where they are alike."""
    rows = defaultdict[int, list[int]](list)
    for row, kind in seat.log[1 : int(seat.log[0, 0]) + 1].tolist():
        rows[kind].append(row)
    for kind, alike in rows.items():
        told = seat.kinds.get(kind, {"error": "It raised an error.", "line": None})
        yield {"event": "faults", "function": function, **told, "traceback": "", "rows": alike}
