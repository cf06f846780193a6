"""How a run is asked to stop; light, so that the worker listens before it loads anything."""

from __future__ import annotations

import signal
from pathlib import Path

from training.runs import STOP


class StopRequest:
    """Whether the run has been asked to stop, by its STOP file or by SIGTERM."""

    def __init__(self, run_folder: Path) -> None:
        self.file = run_folder / STOP
        self.signalled = False

    def listen(self) -> None:
        """Turn SIGTERM into a request to stop."""
        signal.signal(signal.SIGTERM, self._hear)

    def _hear(self, *_signal: object) -> None:
        self.signalled = True

    def __bool__(self) -> bool:
        return self.signalled or self.file.exists()
