"""The warm processes that run user code, as the app sees them: jobs go in, events come out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from threading import Lock

from curation.child import Child
from curation.exceptions import FunctionError
from curation.types import JsonObject

PASSED_ON = ("HOME", "PATH", "LANG", "LC_ALL", "TMPDIR", "TZ", "NLTK_DATA")
"""All of the environment user code sees: no key or token is among it."""


class ProcessDiedError(FunctionError):
    """The process that runs user code ended at work; the next job starts another."""


class Processes:
    """Processes that wait for jobs: one, and more where several threads have jobs at once."""

    def __init__(self) -> None:
        self._idle: list[Process] = []
        self._all: list[Process] = []
        self._lock = Lock()

    def answers(self, job: JsonObject) -> Iterator[JsonObject]:
        """Yield the worker's events for a job.

        Raises
        ------
        ProcessDiedError
        """
        process = self._borrowed()
        try:
            yield from process.events(job)
        finally:
            with self._lock:
                self._idle.append(process)

    def _borrowed(self) -> Process:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            self._all.append(Process())
            return self._all[-1]

    def close(self) -> None:
        """End them all."""
        for process in self._all:
            process.close()


class Process(Child):
    """A process that runs user code: it may see less and has children of its own.

    Parameters
    ----------
    module : str
        The worker, or another that answers jobs as it does.
    """

    def __init__(self, module: str = "labeling_functions.isolation.worker") -> None:
        super().__init__(module)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()  # it ends what it started, which a kill would leave to its keeper

    def _death(self, code: int, words: str) -> ProcessDiedError:
        return ProcessDiedError(
            "The process that runs your code died.",
            where=f"exit code {code}",
            remedy=f"Try again; it starts anew. It last said: {words[-500:]}",
        )

    def _environment(self) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            "PYTHONHASHSEED": "0",  # sets and dictionaries of strings come in one order
            "OPENBLAS_NUM_THREADS": "1",  # a process with threads is not safe to fork
            "OMP_NUM_THREADS": "1",
        }
