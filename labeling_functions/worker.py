"""The warm process that runs user code: `python -m labeling_functions.worker`.

It reads one JSON job a line on stdin and answers with JSON events on stdout, `done` last. Each job
runs in a fork with limits on memory, files and time, so that a function that loops, eats memory or
ends its process harms only itself: it is named in a `died` event and the rest is run again without
it. These are safety belts for code its user trusts, not a prison for code nobody knows.
"""

from __future__ import annotations

import json
import mmap
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from types import FrameType
from typing import NoReturn

from curation.types import JsonObject
from labeling_functions.jobs import JOBS

WARM = {b"snorkel": "snorkel.labeling", b"pandas": "pandas"}
"""Slow modules imported once here, and then by every fork for free, if a user's file asks."""
OUTPUT_KEPT = 4000
"""Bytes kept of what user code prints; they are shown when it dies."""


def main() -> None:
    """Answer jobs until stdin is closed."""
    signal.signal(signal.SIGTERM, _leave)
    channel = os.dup(1)
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        job = json.loads(line)
        for event in supervise(job):
            _write(channel, event)
        _write(channel, {"event": "done"})


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    # An exception, so that the running attempt is killed on the way out.
    sys.exit(0)


def supervise(job: JsonObject) -> Iterator[JsonObject]:
    """Run a job, again without what broke it for as long as something breaks it."""
    _warm_up(Path(job["folder"]))
    while True:
        attempt = Attempt(job)
        try:
            for event in attempt.events():
                yield event
                job = _without(job, event)
        finally:
            attempt.kill()
        if attempt.ended:
            return
        death = attempt.death()
        yield death
        if not attempt.started:
            return
        job = _without(job, death)


def _without(job: JsonObject, event: JsonObject) -> JsonObject:
    """Return what is left of the job after an event: nothing answered or deadly is run again."""
    if file := event.get("file"):
        left = [f for f in job.get("functions", ()) if f["file"] != file]
        return {**job, "functions": left, "skip": [*job.get("skip", ()), file]}
    left = [f for f in job.get("functions", ()) if f["name"] != event.get("function")]
    return {**job, "functions": left}


class Attempt:
    """One fork at a job, watched: it keeps its time limits or is killed.

    Attributes
    ----------
    started : bool
        It came as far as user code.
    ended : bool
        It reached its end; otherwise `death` says what it died of.
    """

    def __init__(self, job: JsonObject) -> None:
        self.started = self.ended = False
        self._begin({"seconds": job["seconds_to_load"]})
        self._late = False
        self._output = self._half = b""
        self._row = mmap.mmap(-1, 8)  # shared with the fork: it survives any kind of death
        self._status: int | None = None
        self._messages, messages = os.pipe()
        self._printed, printed = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            _child(job, messages, printed, self._row)
        os.close(messages)
        os.close(printed)

    def events(self) -> Iterator[JsonObject]:
        """Yield what the fork sends until it ends, dies, or is out of time."""
        with DefaultSelector() as selector:
            selector.register(self._messages, EVENT_READ)
            selector.register(self._printed, EVENT_READ)
            while not (self.ended or self._late):
                left = max(0.0, self._deadline - time.monotonic())
                ready = [key.fd for key, _ in selector.select(left)]
                if self._printed in ready and not self._keep_output():
                    selector.unregister(self._printed)
                if self._messages in ready:
                    chunk = os.read(self._messages, 1 << 20)
                    if not chunk:
                        return
                    yield from self._taken(chunk)
                else:
                    self._late = time.monotonic() >= self._deadline

    def _taken(self, chunk: bytes) -> Iterator[JsonObject]:
        *lines, self._half = (self._half + chunk).split(b"\n")
        for event in map(json.loads, lines):
            if event["event"] == "step":
                self._begin(event)
                self.started = True
            elif event["event"] == "end":
                self.ended = True
            else:
                yield event

    def _begin(self, step: JsonObject) -> None:
        self._step, self._deadline = step, time.monotonic() + step["seconds"]

    def _keep_output(self) -> bool:
        chunk = os.read(self._printed, 1 << 16)
        self._output = (self._output + chunk)[-OUTPUT_KEPT:]
        return bool(chunk)

    def kill(self) -> None:
        """End the fork and everything it started, and collect its exit status."""
        if self._status is None:
            os.kill(self._pid, signal.SIGKILL)
            _, self._status = os.waitpid(self._pid, 0)
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)
            os.close(self._messages)
            os.close(self._printed)

    def death(self) -> JsonObject:
        """Say what was running when the fork died, on which row, and what it died of."""
        voting = "function" in self._step
        printed = self._output.decode("utf-8", "replace")
        return {
            **{key: self._step[key] for key in ("file", "function") if key in self._step},
            "event": "died",
            "row": int.from_bytes(self._row[:8], sys.byteorder) if voting else None,
            "error": self._reason(),
            "traceback": f"The last it printed:\n{printed}" if printed else "",
        }

    def _reason(self) -> str:
        if self._late:
            return f"It took longer than {self._step['seconds']:g} s and was stopped."
        code = os.waitstatus_to_exitcode(self._status or 0)
        if code < 0:
            return f"It was killed by {signal.Signals(-code).name}."
        return f"It ended its process with exit code {code}."


def _child(job: JsonObject, messages: int, printed: int, row: mmap.mmap) -> NoReturn:
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        _limit(job)
        cursor = memoryview(row).cast("q")
        _enter(job["folder"])
        JOBS[job["job"]](
            job, lambda event: _write(messages, event), lambda at: cursor.__setitem__(0, at)
        )
        _write(messages, {"event": "end"})
    except BaseException:  # noqa: BLE001 - told through the output pipe, the only way out
        traceback.print_exc()
    finally:
        # Never the interpreter's own way out: it would run the parent's clean-up twice.
        os._exit(1)


def _limit(job: JsonObject) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (job["memory"], job["memory"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _enter(folder: str) -> None:
    """Stand in the user's folder; its modules come last, so they hide nothing installed."""
    sys.dont_write_bytecode = True
    os.chdir(folder)
    sys.path.append(folder)


def _warm_up(folder: Path) -> None:
    wanted = {word for file in folder.glob("*.py") for word in WARM if word in file.read_bytes()}
    for word in wanted:
        with suppress(ImportError):
            import_module(WARM[word])


def _write(channel: int, event: JsonObject) -> None:
    data = memoryview(json.dumps(event).encode() + b"\n")
    while data:
        data = data[os.write(channel, data) :]


if __name__ == "__main__":
    main()
