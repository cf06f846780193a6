"""One limited child of the warm process, seen from its parent: what it says, and how it ends."""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from curation.types import JsonObject
from labeling_functions.isolation.confinement import CUT_OFF, OUT_OF_MEMORY, Wire, live
from labeling_functions.isolation.faults import Dump

OUTPUT_KEPT = 4000
"""Bytes kept of what user code prints; they are shown when it dies."""
PATIENCE = 0.5
"""Seconds a child has to write down where it is, or to end by itself."""
ADOPT_ORPHANS = 36  # prctl's number
_alive: set[int] = set()


@dataclass(frozen=True)
class Death:
    """How a child ended.

    Attributes
    ----------
    reason : str
    printed : str
        The last it printed.
    dump : Dump
        Where it was.
    """

    reason: str
    printed: str
    dump: Dump

    def told(self) -> JsonObject:
        """Return it as the fields of an event."""
        trace = self.dump.traceback
        if self.printed:
            trace += f"The last it printed:\n{self.printed}"
        return {"error": self.reason, "traceback": trace, "line": self.dump.line}


class Fork:
    """A child at work, seen from its parent.

    Parameters
    ----------
    work : callable
        What the child does with its wire; it ends when this returns.
    folder : str
        The user's folder, where it stands.
    memory : int
        Bytes of data it may hold.
    """

    def __init__(self, work: Callable[[Wire], None], folder: str, memory: int) -> None:
        self._folder, self._memory = folder, memory
        self._half = self._output = self._dumped = b""
        self._is_silent = self._is_garbled = False
        self._ours, theirs = socket.socketpair()
        (self._printed, printed), (self._dumps, dumps) = os.pipe(), os.pipe()
        self._status: int | None = None
        self.is_open = True
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            live(work, folder, memory, (theirs.fileno(), dumps, printed), parent)
        _alive.add(self.pid)
        theirs.close()
        os.close(printed)
        os.close(dumps)
        for file in (self._printed, self._dumps):
            os.set_blocking(file, False)

    @property
    def files(self) -> tuple[int, ...]:
        """What to wait for."""
        wire = self._ours.fileno()
        return (wire,) if self._is_silent else (wire, self._printed)

    def order(self, what: JsonObject) -> None:
        """Ask for something."""
        with suppress(OSError):  # it is dead; told by what it does not answer
            self._ours.sendall(json.dumps(what).encode() + b"\n")

    def heard(self, ready: Iterable[int]) -> list[JsonObject]:
        """Return what the child has said, and keep the last of what it printed."""
        if self._printed in ready:
            self._keep_output()
        if self._ours.fileno() not in ready:
            self.is_open = self.is_open and (not self._has_ended() or self._has_more())
            return []
        try:
            chunk = self._ours.recv(1 << 20)
        except ConnectionError:
            chunk = b""
        self.is_open = bool(chunk)
        *lines, self._half = (self._half + chunk).split(b"\n")
        return list(self._read(lines))

    def _read(self, lines: list[bytes]) -> Iterator[JsonObject]:
        for line in lines:
            try:
                event = json.loads(line)
                event["event"]
            except (ValueError, TypeError, KeyError):  # user code wrote into what was not its own
                self._is_garbled, self.is_open = True, False
                return
            yield event

    def _has_ended(self) -> bool:
        # Its end is not always the end of its wire: a copy of it may hold that open.
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = status if pid else None
        return self._status is not None

    def _has_more(self) -> bool:
        return bool(select.select([self._ours], [], [], 0)[0])

    def _keep_output(self) -> None:
        chunk = _read(self._printed)
        self._is_silent = chunk == b""
        self._output = (self._output + (chunk or b""))[-OUTPUT_KEPT:]

    def forget_output(self) -> None:
        """Start anew with what is printed and dumped: another function's turn begins."""
        self._output = self._dumped = b""
        while _read(self._dumps):
            pass

    def ask_where(self) -> None:
        """Let the child write down where it is, as far as it still can."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGUSR1)
        for _ in range(int(PATIENCE / 0.01)):
            self._dumped += _read(self._dumps) or b""
            if b"_run_module_as_main" in self._dumped or b"\n  ...\n" in self._dumped:
                return  # it has come to the outermost frame, or to as many as are written
            time.sleep(0.01)

    def end(self, reason: str = "") -> Death:
        """End the child and everything it started, and say what it died of."""
        if not (reason or self.is_open or self._is_garbled):
            self._wait_for_its_end()
        self._bury()
        while chunk := _read(self._dumps):
            self._dumped = (self._dumped + chunk)[-8 * OUTPUT_KEPT :]
        while chunk := _read(self._printed):
            self._output = (self._output + chunk)[-OUTPUT_KEPT:]
        self._close()
        printed = self._output.decode("utf-8", "replace")
        dump = Dump(self._dumped.decode("utf-8", "replace"), self._folder)
        return Death(reason or self._reason(), printed, dump)

    def kill(self) -> None:
        """End the child and its group, without waiting for that."""
        for kill in (os.killpg, os.kill):
            with suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)

    def _wait_for_its_end(self) -> None:
        # Its wire closes a moment before it has an exit code that says why.
        for _ in range(int(PATIENCE / 0.01)):
            if self._has_ended():
                return
            time.sleep(0.01)

    def _bury(self) -> None:
        """End the child and everything it started, and collect what is left of them."""
        if self._status is None:
            self.kill()
            _, self._status = os.waitpid(self.pid, 0)
        _alive.discard(self.pid)
        bury_orphans()

    def _close(self) -> None:
        self._ours.close()
        os.close(self._printed)
        os.close(self._dumps)

    def _reason(self) -> str:
        code = os.waitstatus_to_exitcode(self._status or 0)
        if code in (CUT_OFF, 0) or self._is_garbled:
            return "It closed or wrote into files that were not its own."
        if code == OUT_OF_MEMORY:
            return f"MemoryError: it needed more than the {self._memory / 1e9:.2g} GB it may have."
        if code < 0:
            return f"It was killed by {signal.Signals(-code).name}."
        return f"It ended its process with exit code {code}."


def _read(file: int) -> bytes | None:
    """Return what there is to read, empty at the end of the file, None where nothing waits."""
    try:
        return os.read(file, 1 << 16)
    except BlockingIOError:
        return None


def adopt_orphans() -> None:
    """Become the parent of whatever user code leaves running, so that it can be ended (Linux)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(ADOPT_ORPHANS, 1)


def bury_orphans() -> None:
    """End the processes that children which are no more have left to us."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while True:
        try:
            orphans = {int(pid) for pid in children.read_text().split()} - _alive
        except OSError:  # not Linux: what hides from its group stays
            return
        if not orphans:
            return
        for pid in orphans:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
