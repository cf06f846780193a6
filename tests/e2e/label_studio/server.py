"""A real Label Studio under our own script, which can be killed and started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "label_studio.py"


class Server:
    """Label Studio under our script, which can be killed and started again."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home, self.environment = home, environment
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start()

    def start(self) -> None:
        self.script = subprocess.Popen(
            [sys.executable, str(SCRIPT), "--home", str(self.home), "--port", str(self.port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **self.environment},
        )
        self.shown = self._output_until("Ctrl+C")
        self.url = re.findall(r"LABEL_STUDIO_URL=(\S+)", self.shown)[0]
        self.token = re.findall(r"LABEL_STUDIO_API_KEY=(\S+)", self.shown)[0]
        self.password = re.findall(r"password (\S+)", self.shown)[0]

    def _output_until(self, sign: str) -> str:
        shown = ""
        for line in self.script.stdout or ():
            shown += line
            if sign in line:
                return shown
        pytest.fail(f"Label Studio did not start:\n{shown}")

    def kill(self) -> None:
        for child in psutil.Process(self.script.pid).children(recursive=True):
            child.kill()
        self._end()

    def stop(self) -> None:
        self.script.send_signal(signal.SIGINT)
        self._end()

    def _end(self) -> None:
        with self.script:
            self.script.wait(30)
