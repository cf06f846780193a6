"""Locks the operating system holds for a process and lets go of when it dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

POLL = 0.2


@contextmanager
def hold(path: Path, give_up: Callable[[], bool] = lambda: False) -> Iterator[bool]:
    """Wait for a lock, then hold it inside the block.

    Parameters
    ----------
    path : Path
        The lock's file; it is made where missing and never removed.
    give_up : callable
        Asked five times a second while waiting; true ends the wait.

    Yields
    ------
    bool
        Whether the lock is held; False after giving up.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield _wait(descriptor, give_up)
    finally:
        os.close(descriptor)


def _wait(descriptor: int, give_up: Callable[[], bool]) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if give_up():
                return False
            sleep(POLL)
        else:
            return True


def is_held(path: Path) -> bool:
    """Return whether a process holds a lock.

    The probe takes a shared lock for a moment, so that two readers never mistake each other for
    a holder.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
