"""The warm processes that run user code, as the app sees them: jobs go in, events come out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import IO

from curation.exceptions import FunctionError
from curation.types import JsonObject

ROOT = Path(__file__).resolve().parents[2]
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
            yield from process.answers(job)
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


class Process:
    """`labeling_functions.isolation.worker`, started when a job needs it, and again after it died.

    A plain subprocess: Streamlit's script would be run again by multiprocessing's spawn.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None

    def answers(self, job: JsonObject) -> Iterator[JsonObject]:
        """Yield the worker's events for a job.

        Raises
        ------
        ProcessDiedError
        """
        line = json.dumps(job, default=str).encode() + b"\n"
        try:
            yield from self._events(line)
        except BaseException:  # half an answer in the pipe would be read as the next job's
            self.close()
            raise

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.communicate()
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def _events(self, line: bytes) -> Iterator[JsonObject]:
        process = self._started()
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - pipes
        with suppress(BrokenPipeError):  # told below, by what it does not answer
            process.stdin.write(line)
            process.stdin.flush()
        for answer in process.stdout:
            event = json.loads(answer)
            if event["event"] == "done":
                return
            yield event
        raise ProcessDiedError(
            "The process that runs labeling functions died.",
            where=f"exit code {process.wait()}",
            remedy=f"Try again; it starts anew. It last said: {self._last_words()}",
        )

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._errors = TemporaryFile()  # noqa: SIM115 - closed in close()
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "labeling_functions.isolation.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=_environment(),
                start_new_session=True,
            )
        return self._process

    def _last_words(self) -> str:
        if self._errors is None:
            return ""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")[-500:].strip()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONHASHSEED": "0",  # sets and dictionaries of strings come in one order
        "OPENBLAS_NUM_THREADS": "1",  # a process with threads is not safe to fork
        "OMP_NUM_THREADS": "1",
    }
