"""The warm process that runs user code: `python -m labeling_functions.isolation.worker`.

It reads one JSON job a line on stdin and answers with JSON events on stdout, `done` last. User code
runs in its forks, each with limits on memory, files and time, so that a function that loops, eats
memory or ends its process harms only itself: it is named in a `died` event, and what is left goes
on in another fork. Should it end this process too, its `keeper` ends what it started, and `rounds`
finds it. These are safety belts for code its user trusts, not a prison for code nobody knows.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import NoReturn

from curation.types import JsonObject
from labeling_functions.isolation.crew import Crew, listen
from labeling_functions.isolation.forks import Fork, adopt_orphans
from labeling_functions.isolation.jobs import describe as describing
from labeling_functions.isolation.keeper import keep

WARM = {b"snorkel": "snorkel.labeling", b"pandas": "pandas"}
"""Slow modules imported once here, and then by every fork for free, if a user's file asks."""


Jobs = Mapping[str, Callable[[JsonObject], Iterator[JsonObject]]]
"""What a job is called, and what yields its events."""


def main() -> None:
    """Answer jobs of labeling functions until stdin is closed."""
    answer(JOBS)


def answer(jobs: Jobs) -> None:
    """Answer jobs about user code, whatever for, until stdin is closed."""
    signal.signal(signal.SIGTERM, _leave)
    adopt_orphans()
    channel = os.dup(1)
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        job = json.loads(line)
        _warm_up(Path(job["folder"]))
        for event in jobs[job["job"]](job):
            _write(channel, event)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    # An exception, so that the forks are killed on the way out.
    sys.exit(0)


def describe(job: JsonObject) -> Iterator[JsonObject]:
    """Yield what each of `files` declares, or what it died of; before that, that it is loaded."""
    fork = None
    try:
        for file in job["files"]:
            fork = fork or Fork(partial(describing, job), job["folder"], job["memory"])
            fork.forget_output()
            yield {"event": "loading", "file": file}
            fork.order({"file": file})
            answer, why = _answer(fork, job["seconds_to_load"])
            if answer is None:
                if why:
                    fork.ask_where()
                answer = {"event": "died", "file": file, **fork.end(why).told()}
                fork = None
            yield answer
        yield {"event": "done"}
    finally:
        if fork:
            fork.end()


def _answer(fork: Fork, seconds: float) -> tuple[JsonObject | None, str]:
    """Return what a child says of a file; without that, the limit it met, if it met one."""
    deadline = time.monotonic() + seconds
    while fork.is_open:
        left = deadline - time.monotonic()
        if left < 0:
            return None, f"It took longer than {seconds:g} s to load and was stopped."
        for event in listen([fork], min(left, 0.1))[0]:
            return event, ""
    return None, ""


def vote(job: JsonObject) -> Iterator[JsonObject]:
    """Yield the faults and the ends of functions; their votes are in shared memory."""
    import pyarrow  # noqa: F401 - every fork has it then

    return Crew(job).events()


def _warm_up(folder: Path) -> None:
    for file in folder.glob("*.py"):
        with suppress(OSError):  # told when it is loaded
            content = file.read_bytes()
            for word, module in WARM.items():
                if word in content:
                    _import(module)


def _import(module: str) -> None:
    with suppress(ImportError):
        import_module(module)


def _write(channel: int, event: JsonObject) -> None:
    data = memoryview(json.dumps(event).encode() + b"\n")
    while data:
        data = data[os.write(channel, data) :]


JOBS: Jobs = {"describe": describe, "vote": vote}


if __name__ == "__main__":
    keep(main)
