"""One limited child of the warm process: what it may use, what it says, and how it ends."""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fcntl import F_DUPFD, fcntl
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

from curation.types import JsonObject
from labeling_functions.faults import Dump

OUTPUT_KEPT = 4000
"""Bytes kept of what user code prints; they are shown when it dies."""
CUT_OFF = 77
"""The exit code of a child that can no longer speak to its parent."""
OUT_OF_MEMORY = 78
"""The exit code of a child that user code filled."""
PATIENCE = 0.5
"""Seconds a child has to write down where it is."""
WIRE, DUMPS = 3, 4
"""The child's only open files beside its output: the way to its parent, and where it is."""
PARENT_DIES, ADOPT_ORPHANS = 1, 36  # prctl's numbers
_alive: set[int] = set()

leave = os._exit


class Wire:
    """The child's end of the way to its parent: a line of JSON each way."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._lines = channel.makefile("rb")
        self._pid = os.getpid()

    def orders(self) -> Iterator[JsonObject]:
        """Yield what the parent asks for."""
        yield from map(json.loads, self._lines)

    def send(self, event: JsonObject) -> None:
        """Tell the parent; a copy that user code made of this process ends here."""
        if os.getpid() != self._pid:
            leave(0)
        try:
            self._channel.sendall(json.dumps(event).encode() + b"\n")
        except OSError:  # user code closed what was not its own
            leave(CUT_OFF)


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
        self._is_silent = False
        self._ours, theirs = socket.socketpair()
        (self._printed, printed), (self._dumps, dumps) = os.pipe(), os.pipe()
        self._status: int | None = None
        self.is_open = True
        self.pid = os.fork()
        if self.pid == 0:
            _live(work, folder, memory, (theirs.fileno(), dumps, printed))
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
            self.is_open = self.is_open and not self._has_ended()
            return []
        try:
            chunk = self._ours.recv(1 << 20)
        except ConnectionError:
            chunk = b""
        self.is_open = bool(chunk)
        *lines, self._half = (self._half + chunk).split(b"\n")
        return self._read(lines)

    def _read(self, lines: list[bytes]) -> list[JsonObject]:
        try:
            return [event for event in map(json.loads, lines) if "event" in event]
        except (ValueError, TypeError):  # user code wrote into what was not its own
            self.is_open = False
            return []

    def _has_ended(self) -> bool:
        # Its end is not always the end of its wire: a copy of it may hold that open.
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = status if pid else None
        return self._status is not None and not select.select([self._ours], [], [], 0)[0]

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
        self.kill()
        while chunk := _read(self._dumps):
            self._dumped = (self._dumped + chunk)[-8 * OUTPUT_KEPT :]
        while chunk := _read(self._printed):
            self._output = (self._output + chunk)[-OUTPUT_KEPT:]
        self._close()
        printed = self._output.decode("utf-8", "replace")
        dump = Dump(self._dumped.decode("utf-8", "replace"), self._folder)
        return Death(reason or self._reason(), printed, dump)

    def kill(self) -> None:
        """End the child and everything it started, and collect what is left of them."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self._status is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            _, self._status = os.waitpid(self.pid, 0)
        _alive.discard(self.pid)
        _bury_orphans()

    def _close(self) -> None:
        self._ours.close()
        os.close(self._printed)
        os.close(self._dumps)

    def _reason(self) -> str:
        code = os.waitstatus_to_exitcode(self._status or 0)
        if code in (CUT_OFF, 0):
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


def _bury_orphans() -> None:
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


def _live(
    work: Callable[[Wire], None], folder: str, memory: int, files: tuple[int, int, int]
) -> NoReturn:
    try:
        os.setsid()
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PARENT_DIES, signal.SIGKILL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        channel = _keep_only(files)
        _limit(memory)
        _tell_where()
        _enter(folder)
        work(Wire(channel))
    except MemoryError:
        leave(OUT_OF_MEMORY)
    except BaseException:  # noqa: BLE001 - told through the output pipe, the only way out
        traceback.print_exc()
    finally:
        # Never the interpreter's own way out: it would run the parent's clean-up twice.
        leave(1)


def _keep_only(files: tuple[int, int, int]) -> socket.socket:
    """Close everything that is not the child's own: a loop of its parent's, a sibling's wire."""
    wire, dumps, printed = (fcntl(file, F_DUPFD, DUMPS + 1) for file in files)
    for file, place in ((wire, WIRE), (dumps, DUMPS), (printed, 1), (printed, 2)):
        os.dup2(file, place)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    most = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 1 << 16)
    os.closerange(DUMPS + 1, most)
    return socket.socket(fileno=WIRE)


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _tell_where() -> None:
    """Write down where the child is when its parent asks, when it crashes, and when it leaves."""
    os.set_blocking(DUMPS, False)  # a full pipe must not hold user code up
    faulthandler.enable(DUMPS, all_threads=False)
    faulthandler.register(signal.SIGUSR1, DUMPS, all_threads=False)
    for name in ("_exit", "kill", "killpg", "abort"):
        setattr(os, name, _told(getattr(os, name)))
    for name in ("fork", "forkpty"):
        setattr(os, name, _no_copies)


def _told(deadly: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(deadly)
    def tell(*arguments: object) -> object:
        with suppress(OSError, ValueError):
            faulthandler.dump_traceback(DUMPS, all_threads=False)
        return deadly(*arguments)

    return tell


def _no_copies() -> NoReturn:
    raise PermissionError("A labeling function cannot make copies of its process.")


def _enter(folder: str) -> None:
    """Stand in the user's folder; its modules come last, so they hide nothing installed."""
    sys.dont_write_bytecode = True
    os.chdir(folder)
    sys.path.append(folder)
    gc.freeze()  # what the parent has loaded is not looked through again and again
