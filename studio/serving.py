"""The app's own server process: start it on this machine only, wait for it, end it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curation.exceptions import TunesmithError

SCRIPT = Path(__file__).resolve().parent.parent / "app.py"
PATIENCE = 60.0
"""Seconds to wait for the server on a slow or busy machine."""


def is_free(port: int) -> bool:
    """Return whether nothing listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@contextmanager
def app(projects: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the app inside the block.

    The server runs headless: with a browser of its own to open, it would first ask for an e-mail
    address on the terminal.
    """
    command = [sys.executable, "-m", "streamlit", "run", str(SCRIPT), "--server.port", str(port)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # else the server would outlive us
    process = subprocess.Popen(
        command,
        cwd=SCRIPT.parent,
        env=os.environ | {"TUNESMITH_PROJECTS": str(projects)},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    except KeyboardInterrupt:
        pass  # the way to stop it
    finally:
        process.terminate()
        process.wait()


def wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers.

    Raises
    ------
    TunesmithError
        If it ends or stays silent.
    """
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2)  # noqa: S310 - our own
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TunesmithError("The app did not start.", where=url, remedy="Its error is above.")
