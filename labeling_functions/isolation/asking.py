"""Ask functions about rows, one after the other: what a child of the warm process does."""

from __future__ import annotations

import gc
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from curation.types import ABSTAIN, Fault, JsonObject, Votes
from labeling_functions.function import LabelingFunction, vote_of
from labeling_functions.isolation.confinement import OUT_OF_MEMORY, Wire, leave
from labeling_functions.isolation.faults import in_one_line, path_of, user_place, user_traceback
from labeling_functions.isolation.jobs import Loaded, load
from labeling_functions.rows import Row, rows_of

if TYPE_CHECKING:
    import pyarrow as pa

FaultLog = np.ndarray[Any, np.dtype[np.int32]]
"""Shape (c + 1, 2): row and kind of each fault that is like one told before; first, how many."""
RECURSION = sys.getrecursionlimit()


class Asking:
    """A child's share of a vote: chunks of rows, one function at a time.

    Parameters
    ----------
    job : JsonObject
        `folder`, `labels`, and `rows`: an Arrow stream's path, its first row and the one after
        the last.
    votes : int array, shape (m, n)
        Shared with the parent: what is written here outlives this process.
    log : FaultLog
        Shared with the parent, for this child alone.
    """

    def __init__(self, job: JsonObject, votes: Votes, log: FaultLog) -> None:
        self._folder, self._labels = Path(job["folder"]), tuple(job["labels"])
        self._table = _table(*job["rows"])
        self._votes, self._log = votes, log
        self._memory: int = job["memory"]
        self._loaded = 0
        self._files: dict[str, Loaded | Fault] = {}
        self._chunk, self._rows = (-1, -1), list[Row]()

    def work(self, wire: Wire) -> None:
        """Do what is asked for until no more is."""
        for order in wire.orders():
            function = self._function(order, wire)
            if isinstance(function, Fault):
                told = function.model_dump(include={"error", "traceback", "line"})
                wire.send({"event": "refused", **told})
                continue
            first, last = order["chunk"]
            rows = self._rows_of(first, last)[order["start"] - first :]
            wire.send({"event": "voting"})
            seconds = self._ask(function, rows, order, wire)
            wire.send({"event": "done", "seconds": seconds, "is_full": self._is_full()})

    def _function(self, order: JsonObject, wire: Wire) -> LabelingFunction | Fault:
        name = order["file"]
        if name not in self._files:
            wire.send({"event": "loading"})
            self._files[name] = load(self._folder / name, self._labels)
            self._loaded = held()
        return _current(order, self._files[name])

    def _is_full(self) -> bool:
        """Whether functions have hoarded so much that those after them might miss it."""
        return held() - self._loaded > self._memory / 4

    def _rows_of(self, first: int, last: int) -> list[Row]:
        """Return a chunk's rows, made once for all functions: none of them can change one."""
        if self._chunk != (first, last):
            chunk = self._table.slice(first, last - first)
            columns = (chunk[name].to_pylist() for name in ("text", "metadata"))
            gc.disable()  # thousands of new objects and no cycle among them: it would look in vain
            self._chunk, self._rows = (first, last), list(rows_of(*columns))
            gc.enable()
        return self._rows

    def _ask(
        self, function: LabelingFunction, rows: Sequence[Row], order: JsonObject, wire: Wire
    ) -> float:
        votes = memoryview(self._votes[order["column"], order["start"] : order["chunk"][1]].data)
        faults = Faults(self._folder, order["start"], self._log, wire)
        vote = _snorkel_vote if function.family == "snorkel" else vote_of
        answered = partial(vote, labels=self._labels)
        known = Known(answered)
        rule = _bare(function)
        began = time.monotonic()
        for place, row in enumerate(rows):
            try:
                answer = rule(row)
                # A dictionary would take True, 1.0 and what claims to equal 1 for 1.
                plain = type(answer) in PLAIN
                votes[place] = known[answer] if plain else answered(answer)
            except BaseException as error:  # noqa: BLE001 - user code raises what it likes
                faults.tell(place, error)
                votes[place] = ABSTAIN
        _tidy()
        return time.monotonic() - began


def held() -> int:
    """Return the bytes of data this process holds; 0 where the system does not say (not Linux)."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    return 0


PLAIN = frozenset({str, int, type(None)})
"""What functions answer with nearly always."""


class Known(dict[Any, int]):
    """The votes that answers seen before stand for."""

    def __init__(self, vote: Callable[[object], int]) -> None:
        super().__init__()
        self._vote = vote

    def __missing__(self, answer: object) -> int:
        vote = self[answer] = self._vote(answer)
        return vote


def _snorkel_vote(answer: object, labels: tuple[str, ...]) -> int:
    return vote_of(int(answer), labels)  # type: ignore[call-overload]


def _bare(function: LabelingFunction) -> Callable[[Row], object]:
    """Return the user's own function where nothing stands between it and the row."""
    if function.scope is not None:
        return function
    rule: Any = function.rule
    core = sys.modules.get("snorkel.labeling.lf.core")
    if core is None or type(rule) is not core.LabelingFunction or rule._pre:
        return function.rule
    own = rule._f
    return partial(own, **rule._resources) if rule._resources else own


class Faults:
    """Faults of a function on a chunk, each kind told in words once.

    The rows of those that follow are written into shared memory: 100,000 tracebacks would fill
    the wire, and what waited to be sent would be lost with the child.
    """

    def __init__(self, folder: Path, start: int, log: FaultLog, wire: Wire) -> None:
        self._folder, self._start, self._log, self._wire = folder, start, log, wire
        self._kinds: dict[object, int] = {}
        self._paths = set[object]()
        log[0, 0] = 0

    def tell(self, place: int, error: BaseException) -> None:
        """Note that the row at `place` of the chunk broke the function."""
        if isinstance(error, MemoryError):
            self._die_of(error)
        row, path = self._start + place, path_of(error)
        key = path, in_one_line(error)
        kind = self._kinds.get(key)
        if kind is None:
            self._kinds[key] = kind = len(self._kinds)
            self._send(row, kind, error, trace=path not in self._paths)
            self._paths.add(path)
        else:
            count = int(self._log[0, 0]) + 1
            self._log[count] = row, kind
            self._log[0, 0] = count

    def _send(self, row: int, kind: int, error: BaseException, *, trace: bool) -> None:
        told = {
            "error": in_one_line(error),
            "traceback": user_traceback(error, self._folder) if trace else "",
            "line": user_place(error, self._folder)[1],
        }
        self._wire.send({"event": "fault", "row": row, "kind": kind, **told})

    def _die_of(self, error: MemoryError) -> NoReturn:
        # What fills the memory may be held for good, and would fail the functions after this one.
        try:
            trace, (_, line) = user_traceback(error, self._folder), user_place(error, self._folder)
            self._wire.send({"event": "dying", "traceback": trace, "line": line})
        finally:
            leave(OUT_OF_MEMORY)


def _current(wanted: JsonObject, loaded: Loaded | Fault) -> LabelingFunction | Fault:
    """Return the function, or why the one asked for cannot vote."""
    if isinstance(loaded, Fault):
        return loaded
    for declared in loaded.functions:
        if declared.info.name == wanted["function"]:
            if declared.info.fingerprint == wanted["fingerprint"]:
                return declared.function
            return _refusal(wanted, "It was edited after it was described.")
    return _refusal(wanted, f"It is no longer in {wanted['file']}.")


def _refusal(wanted: JsonObject, why: str) -> Fault:
    return Fault(
        function=wanted["function"], example_id=None, error=f"{why} Describe the folder again."
    )


def _tidy() -> None:
    """Undo what one function may have left for the next."""
    signal.alarm(0)
    sys.setrecursionlimit(RECURSION)
    with suppress(Exception):  # user code may have closed or replaced it
        sys.stdout.flush()


def _table(path: str, start: int, stop: int) -> pa.Table:
    """Map the rows of an Arrow stream, and nothing that is written after them."""
    import pyarrow as pa

    stream = pa.ipc.open_stream(pa.memory_map(path))
    batches, rows = [], 0
    while rows < stop:
        batches.append(stream.read_next_batch())
        rows += batches[-1].num_rows
    return pa.Table.from_batches(batches, stream.schema).slice(start, stop - start)
