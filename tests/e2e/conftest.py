"""A real browser, and a watch on what a page must not do."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROBED = ("/_stcore/health", "/_stcore/host-config")
"""What Streamlit looks for below a page's own path first; a 404 there is its way of asking."""


class Watch:
    """What a page must not do: complain, or talk to anyone but our server."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.down = False  # while the server is dead the browser reports refused connections
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self.on_request)

    def on_console(self, message: ConsoleMessage) -> None:
        probed = message.location.get("url", "").endswith(PROBED) and "404" in message.text
        if message.type == "error" and not self.down and not probed:
            self.complaints.append(message.text)

    def on_request(self, request: Request) -> None:
        host = urlsplit(request.url).hostname
        if host not in {"127.0.0.1", None}:
            self.complaints.append(f"request to {host}")


class Server:
    """A Streamlit server that can be killed and started again on its port."""

    def __init__(self, script: Path, folder: Path, environment: dict[str, str]) -> None:
        self.script, self.folder = script, folder
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", str(self.script)]
        self.process = subprocess.Popen(
            [*command, "--server.port", str(self.port)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright_api = pytest.importorskip("playwright.sync_api", reason="it drives the browser")
    if not CHROMIUM.exists():
        pytest.skip("Debian's chromium is not installed")
    with playwright_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    yield context.new_page()
    context.close()


@pytest.fixture
def watch(page: Page) -> Iterator[Watch]:
    watching = Watch(page)
    yield watching
    assert watching.complaints == []


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Return a way to run a Streamlit script; what it started ends with the test."""
    started: list[Server] = []

    def run(script: Path, folder: Path, **environment: str) -> Server:
        started.append(Server(script, folder, environment))
        return started[-1]

    yield run
    for server in started:
        server.kill()
