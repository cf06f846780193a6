"""The parent of the warm process: when that ends, however it does, nothing it started is left."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress

from labeling_functions.isolation.confinement import die_with
from labeling_functions.isolation.forks import adopt_orphans, bury_orphans


def keep(work: Callable[[], None]) -> None:
    """Do the work in a process of its own, in a session of its own, and end as that ends.

    User code knows its parent and may kill it, and then nobody would end what it has started.
    """
    keeper = os.getpid()
    adopt_orphans()
    worker = os.fork()
    if worker == 0:
        os.setsid()
        die_with(keeper)
        work()
        return
    signal.signal(signal.SIGTERM, lambda *_: _end(worker, signal.SIGTERM))
    code = _exit_code(worker)
    bury_orphans()
    os._exit(code if code >= 0 else 128 - code)


def _exit_code(worker: int) -> int:
    while True:
        _, status = os.waitpid(worker, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)
        _end(worker, signal.SIGKILL)  # who was sent to sleep would be waited for without end


def _end(worker: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(worker, number)
