"""Work too heavy for the app's own process: a child that takes jobs and answers in events."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryFile
from threading import Lock, Thread
from typing import IO, Self

from curation.exceptions import ModelError, TunesmithError
from curation.types import JsonObject

ROOT = Path(__file__).resolve().parent.parent
PASSED_ON = (
    "HOME", "PATH", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES",
    "TUNESMITH_CACHE",
)  # fmt: skip
"""What the child sees of the environment, beside everything that begins with HF_."""
MOST_WORDS = 2000
SILENCE = "it said nothing."
Send = Callable[[JsonObject], None]
Job = Callable[[JsonObject, Send], None]


class Child:
    """A module of ours run as a process, started when a job needs it and again after it died.

    A plain subprocess: Streamlit's script would be run again by multiprocessing's spawn. It ends
    with the process that started it.

    Parameters
    ----------
    module : str
        One that calls `serve`.
    """

    def __init__(self, module: str) -> None:
        self.module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def events(self, job: JsonObject) -> Iterator[JsonObject]:
        """Yield what the child says of a job; jobs of several threads wait for one another.

        Whoever stops listening stops the job: the child is ended.

        Raises
        ------
        ModelError
            The job cannot be done, or the child died; the next job starts another.
        """
        with self._lock:
            try:
                yield from self._events(json.dumps(job, default=str).encode() + b"\n")
            except BaseException:  # half an answer would be read as the next job's
                self.close()
                raise

    def close(self) -> None:
        """End the child, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            self._end(process)
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
            if event["event"] == "refused":
                raise ModelError(event["what"], where=event["where"], remedy=event["remedy"])
            if event["event"] == "done":
                return
            yield event
        raise self._death(process.wait(), self._last_words())

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()

    def _death(self, code: int, words: str) -> TunesmithError:
        return ModelError(
            f"The process that does the heavy work died: {words.splitlines()[-1]}",
            where=f"{self.module}, exit code {code}",
            remedy="Try again: what was done is kept. If it was killed, free some memory first.",
        )

    def _environment(self) -> dict[str, str]:
        ours = os.environ
        return {name: ours[name] for name in ours if name in PASSED_ON or name[:3] == "HF_"} | {
            "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait leave their core to the app
            "TOKENIZERS_PARALLELISM": "true",
        }

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._errors = TemporaryFile()  # noqa: SIM115 - closed in close()
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", self.module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env={**self._environment(), "PYTHONPATH": _path()},
                start_new_session=True,
            )
        return self._process

    def _last_words(self) -> str:
        if self._errors is None:
            return SILENCE
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace").strip()[-MOST_WORDS:] or SILENCE


def _path() -> str:
    return os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))


def serve(jobs: Mapping[str, Job]) -> None:
    """Do the jobs that come in on stdin, in a child, until the parent is gone.

    Parameters
    ----------
    jobs : mapping of str to callable
        Each is given its job and a callable that sends an event. Our own errors become the
        parent's; any other ends the child.
    """
    channel = os.dup(1)
    os.dup2(2, 1)  # what libraries print is not an answer
    waiting = SimpleQueue[bytes]()
    Thread(target=_listen, args=(waiting,), daemon=True).start()

    def send(event: JsonObject) -> None:
        data = memoryview(json.dumps(event).encode() + b"\n")
        while data:
            data = data[os.write(channel, data) :]

    while True:
        job = json.loads(waiting.get())
        try:
            jobs[job["job"]](job, send)
        except TunesmithError as error:
            refused = {"what": error.what, "where": error.where, "remedy": error.remedy}
            send({"event": "refused", **refused})
        except BaseException:  # noqa: BLE001 - told to the parent by our end
            traceback.print_exc()
            os._exit(1)  # the interpreter's own way out would trip over the thread that listens
        else:
            send({"event": "done"})


def _listen(waiting: SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        waiting.put(line)
    os._exit(0)  # the parent is gone, in the middle of a job perhaps: nobody waits for its end
