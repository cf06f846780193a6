"""The inside of a limited child: what it may use, what it says, and how it tells where it is."""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import json
import os
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from fcntl import F_DUPFD, fcntl
from functools import wraps
from typing import Any, NoReturn

from curation.types import JsonObject

CUT_OFF = 77
"""The exit code of a child that can no longer speak to its parent."""
OUT_OF_MEMORY = 78
"""The exit code of a child that user code filled."""
WIRE, DUMPS = 3, 4
"""The child's only open files beside its output: the way to its parent, and where it is."""
PARENT_DIES = 1  # prctl's number

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


def live(
    work: Callable[[Wire], None],
    folder: str,
    memory: int,
    files: tuple[int, int, int],
    parent: int,
) -> NoReturn:
    """Do the work of a child within its limits; this process ends here.

    `files` are the ways to its parent, for where it is, and for what it prints.
    """
    try:
        os.setsid()
        die_with(parent)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        channel = _keep_only(files)
        _limit(memory)
        _tell_where()
        _forbid()
        _enter(folder)
        work(Wire(channel))
    except MemoryError:
        leave(OUT_OF_MEMORY)
    except BaseException:  # noqa: BLE001 - told through the output pipe, the only way out
        traceback.print_exc()
    finally:
        # Never the interpreter's own way out: it would run the parent's clean-up twice.
        leave(1)


def die_with(parent: int) -> None:
    """Let this process be killed when its parent ends (Linux)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PARENT_DIES, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before that was said
        leave(CUT_OFF)


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


def _forbid() -> None:
    """Let what would harm others fail, on its line; what gets round this is met when it comes."""
    for name in ("fork", "forkpty"):
        setattr(os, name, _no_copies)
    for name in ("kill", "killpg"):
        setattr(os, name, _own_only(getattr(os, name)))


def _told(deadly: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(deadly)
    def tell(*arguments: object) -> object:
        with suppress(OSError, ValueError):
            faulthandler.dump_traceback(DUMPS, all_threads=False)
        return deadly(*arguments)

    return tell


def _own_only(kill: Callable[[int, int], None]) -> Callable[[int, int], None]:
    @wraps(kill)
    def checked(pid: int, number: int) -> None:
        if pid == -1 or (number and os.getsid(abs(pid)) != os.getsid(0)):
            raise PermissionError("Your code cannot end a process that is not its own.")
        kill(pid, number)

    return checked


def _no_copies() -> NoReturn:
    raise PermissionError("Your code cannot make copies of its process.")


def _enter(folder: str) -> None:
    """Stand in the user's folder; its modules come last, so they hide nothing installed."""
    sys.dont_write_bytecode = True
    os.chdir(folder)
    sys.path.append(folder)
    gc.freeze()  # what the parent has loaded is not looked through again and again
