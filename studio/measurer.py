"""The limited process in which a project's own metrics run: `python -m studio.measurer`.

A job names a file of the project's folder `metrics` and the rows to score. The file runs in a fork
with limits on memory, files and time, as labeling functions do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from math import isfinite
from numbers import Real
from pathlib import Path
from typing import Any

from curation.types import JsonObject
from labeling_functions.isolation.confinement import Wire
from labeling_functions.isolation.crew import listen
from labeling_functions.isolation.faults import in_one_line, user_place
from labeling_functions.isolation.forks import Fork
from labeling_functions.isolation.keeper import keep
from labeling_functions.isolation.loading import UserFile
from labeling_functions.isolation.worker import answer

TICK = 0.1
"""Seconds between looks at a file that says nothing."""


def measure(job: JsonObject) -> Iterator[JsonObject]:
    """Yield what the file says of itself and of each row, and what it breaks on.

    A row it raises on is a fault, and the next one is asked. Where it ends its process or meets a
    limit, that fault is the last.
    """
    fork = Fork(partial(_work, job), job["folder"], job["memory"])
    watch = _Watch(job)
    try:
        while fork.is_open and not watch.limit_met():
            for event in listen([fork], TICK)[0]:
                if event["event"] == "whole":
                    yield {"event": "done"}
                    return
                watch.heard(event)
                yield event
        stopped = watch.limit_met()
        if stopped:
            fork.ask_where()
        told = fork.end(stopped).told()
        yield {"event": "fault", "row": watch.row + 1, "stopped": True, **told}
        yield {"event": "done"}
    finally:
        fork.kill()


class _Watch:
    """The clock of a file: how long it may still take over what it is at."""

    def __init__(self, job: JsonObject) -> None:
        self._job = job
        self._began = self._moved = time.monotonic()
        self.row, self._stage = -2, "load"  # the row after it is none

    def heard(self, event: JsonObject) -> None:
        """Note that the file has come to something."""
        self.row, self._stage = event.get("row", -1), "score one row"
        self._moved = time.monotonic()

    def limit_met(self) -> str:
        """Return the limit it met, in words; empty where it met none."""
        now, loading = time.monotonic(), self._stage == "load"
        limit = self._job["seconds_to_load" if loading else "seconds_per_row"]
        if now - self._moved > limit:
            return f"It took longer than {limit:g} s to {self._stage} and was stopped."
        if now - self._began > self._job["seconds"] and not loading:
            return f"It took longer than {self._job['seconds']:g} s in all and was stopped."
        return ""


def _work(job: JsonObject, wire: Wire) -> None:
    """Load the file and score the rows, in the fork."""
    path = Path(job["folder"]) / job["file"]
    rows = json.loads(Path(job["rows"]).read_text("utf-8"))
    try:
        module = UserFile(path).module
        score = getattr(module, "score", None)
    except BaseException as error:  # noqa: BLE001 - user code raises what it likes
        wire.send(_fault(error, path, -1, job["quiet"]))
    else:
        if callable(score):
            better = bool(getattr(module, "higher_is_better", True))
            wire.send({"event": "loaded", "higher_is_better": better})
            for at, row in enumerate(rows):
                wire.send(_scored(score, row, at, path, quiet=job["quiet"]))
        else:
            lack = "It has no function score(answer, reference, text)."
            wire.send({"event": "fault", "row": -1, "error": lack, "line": None})
    wire.send({"event": "whole"})


def _scored(
    score: Callable[..., Any], row: list[str], at: int, path: Path, *, quiet: bool
) -> JsonObject:
    try:
        value = score(*row)
        if isinstance(value, Real) or hasattr(value, "item"):  # NumPy's numbers and truths too
            number = float(value)
            if isfinite(number):
                return {"event": "value", "row": at, "value": number}
            wrong = f"It returned {number}, which is no number to go on with."
        else:
            wrong = f"It returned a {type(value).__name__}, where a number or a bool is expected."
    except BaseException as error:  # noqa: BLE001 - user code raises what it likes
        return _fault(error, path, at, quiet)
    line = getattr(getattr(score, "__code__", None), "co_firstlineno", None)
    return {"event": "fault", "row": at, "error": wrong, "line": line}


def _fault(error: BaseException, path: Path, at: int, quiet: bool) -> JsonObject:
    """Return what was raised; on the exam without its message, which may quote an answer."""
    if isinstance(error, MemoryError):
        raise error  # what fills the memory may be held for good: the fork ends
    told = type(error).__name__ if quiet else in_one_line(error)
    return {"event": "fault", "row": at, "error": told, "line": user_place(error, path.parent)[1]}


if __name__ == "__main__":
    keep(lambda: answer({"measure": measure}))
