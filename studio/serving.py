"""The app's own server process: start it on this machine only, wait for it, end it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from curation.exceptions import TunesmithError

SCRIPT = Path(__file__).resolve().parent.parent / "app.py"
OURS = ("localhost", "127.0.0.1")
PATIENCE = 60.0
"""Seconds to wait for the server on a slow or busy machine."""


def is_free(port: int) -> bool:
    """Return whether nothing listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def asks_who_it_is() -> bool:
    """Return whether Streamlit's secrets name a provider to sign in with.

    Raises
    ------
    TunesmithError
        A file of secrets does not read.
    """
    files = [folder / ".streamlit" / "secrets.toml" for folder in (Path.home(), SCRIPT.parent)]
    try:
        return any("auth" in tomllib.loads(f.read_text("utf-8")) for f in files if f.is_file())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TunesmithError(
            f"The secrets do not read: {error}.", remedy="Mend .streamlit/secrets.toml."
        ) from error


@contextmanager
def app(projects: Path, port: int, share: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Run the app inside the block.

    The server runs headless: with a browser of its own to open, it would first ask for an e-mail
    address on the terminal.

    Parameters
    ----------
    projects : Path
    port : int
    share : str
        The host name under which other machines may reach it; empty: none may.

    Raises
    ------
    TunesmithError
        It is to be shared, and nobody would have to sign in.
    """
    if share and not asks_who_it_is():
        raise TunesmithError(
            "Nobody would have to sign in, and Tunesmith runs the functions its users write.",
            where=share,
            remedy="Name an OpenID provider under [auth] in .streamlit/secrets.toml first.",
        )
    command = [sys.executable, "-m", "streamlit", "run", str(SCRIPT), "--server.port", str(port)]
    if share:
        command += ["--server.address", "0.0.0.0"]  # noqa: S104 - asked for, behind a sign-in
        command += [part for host in (*OURS, share) for part in ("--server.allowedHosts", host)]
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
