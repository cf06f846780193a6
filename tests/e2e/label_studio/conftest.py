"""A real Label Studio under our own script, the people who answer there, and a bad network."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from curation.project import Project, Settings, create_project, default_task
from curation.types import Example, Split, TaskKind, example_id
from studio.stations.label_studio_link import ADDRESS, TOKEN

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "scripts" / "label_studio.py"
USER = "tunesmith@localhost.local"
Json = dict[str, Any]


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


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a Label Studio; all tests share the one that was started."""
    os.environ.setdefault("TUNESMITH_LABEL_STUDIO_VENV", str(ROOT / ".label-studio" / "venv"))
    server = Server(tmp_path_factory.mktemp("label-studio"))
    yield server
    server.stop()


class Person:
    """Somebody's browser, as far as the server can tell: it uses the labeling page's requests."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Token {token}"}
        self.token = token
        self.http = httpx.Client(base_url=url, headers=headers, timeout=60, follow_redirects=True)

    def take_next(self, project: int) -> Json:
        return self.sent("GET", f"/api/projects/{project}/next/")

    def tasks(self, project: int) -> list[Json]:
        found = self.sent("GET", f"/api/tasks/?project={project}&page_size=5000&fields=all")
        return sorted(found["tasks"], key=lambda task: task["id"])

    def submit(self, task: int, *regions: Json, seconds: float = 2.5) -> int:
        said = {"result": list(regions), "lead_time": seconds}
        return int(self.sent("POST", f"/api/tasks/{task}/annotations/", said)["id"])

    def skip(self, task: int) -> None:
        said = {"result": [], "was_cancelled": True, "lead_time": 1.0}
        self.sent("POST", f"/api/tasks/{task}/annotations/", said)

    def draft(self, task: int, *regions: Json) -> int:
        said = {"result": list(regions), "lead_time": 1.0}
        return int(self.sent("POST", f"/api/tasks/{task}/drafts", said)["id"])

    def edit(self, annotation: int, *regions: Json) -> None:
        self.sent("PATCH", f"/api/annotations/{annotation}/", {"result": list(regions)})

    def delete(self, annotation: int) -> None:
        self.sent("DELETE", f"/api/annotations/{annotation}/")

    def delete_task(self, task: int) -> None:
        self.sent("DELETE", f"/api/tasks/{task}/")

    def sent(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else {}


@pytest.fixture
def door(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Return the server, named in the environment as our script says."""
    monkeypatch.setenv(ADDRESS, server.url)
    monkeypatch.setenv(TOKEN, server.token)
    return server


@pytest.fixture
def person(server: Server) -> Iterator[Person]:
    """Return the one whose token we have, at the labeling page."""
    someone = Person(server.url, server.token)
    yield someone
    someone.http.close()


@pytest.fixture(scope="session")
def invite(server: Server) -> Iterator[Callable[[str], Person]]:
    """Return a way to let somebody else in, by an invitation as in the browser."""
    opened: list[Person] = []

    def come_in(email: str) -> Person:
        with httpx.Client(base_url=server.url, timeout=60, follow_redirects=True) as browser:
            host = Person(server.url, server.token)
            link = host.sent("GET", "/api/invite")["invite_url"]
            host.http.close()
            browser.get(link)
            form = {
                "email": email,
                "password": "correct horse battery 9",
                "csrfmiddlewaretoken": browser.cookies["csrftoken"],
            }
            browser.post(link, data=form, headers={"Referer": server.url + link})
            token = browser.get("/api/current-user/token").json()["token"]
        opened.append(Person(server.url, token))
        return opened[-1]

    yield come_in
    for each in opened:
        each.http.close()


def _make(
    folder: Path, name: str, kind: TaskKind, labels: Sequence[str], rows: Sequence[Json]
) -> Project:
    task = default_task(kind, tuple(labels), "What is it about?")
    project = create_project(folder / name, Settings(name=name, task=task))
    project.store.add_examples(
        Example(
            id=example_id(row["text"]),
            input=row["text"],
            reference=row.get("reference"),
            split=row.get("split", Split.TRAIN),
            group=row["text"],
            metadata=row.get("metadata", {}),
        )
        for row in rows
    )
    return project


@pytest.fixture
def make_project(tmp_path: Path) -> Iterator[Callable[..., Project]]:
    """Return a maker of projects whose name tells them apart in Label Studio too."""
    made: list[Project] = []

    def make(
        kind: TaskKind, labels: Sequence[str], rows: Sequence[Json], name: str = ""
    ) -> Project:
        unique = f"{name or kind.value} {time.monotonic_ns()}"
        made.append(_make(tmp_path, unique, kind, labels, rows))
        return made[-1]

    yield make
    for project in made:
        project.store.close()


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """Return the path of a shared data file; the test is skipped where there is none."""

    def find(name: str) -> Path:
        path = ROOT.parent / "shared" / "data" / name
        if not path.exists():
            pytest.skip("the shared data are not on this machine")
        return path

    return find


@pytest.fixture
def regions() -> Any:
    """The regions a labeling screen sends: importlib mode lets no test import a conftest."""

    class Regions:
        @staticmethod
        def choice(label: str, name: str = "label") -> Json:
            return _region(name, "text", "choices", {"choices": [label]})

        @staticmethod
        def span(text: str, start: int, end: int, label: str) -> Json:
            value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
            return _region("span", "text", "labels", value)

        @staticmethod
        def text(response: str) -> Json:
            return _region("response", "text", "textarea", {"text": [response]})

        @staticmethod
        def rating(stars: int) -> Json:
            return _region("quality", "text", "rating", {"rating": stars})

        @staticmethod
        def better(side: str) -> Json:
            return _region("better", "better", "pairwise", {"selected": side})

    return Regions


def _region(name: str, to: str, kind: str, value: Mapping[str, object]) -> Json:
    return {"from_name": name, "to_name": to, "type": kind, "value": dict(value)}


class Network:
    """What stands between us and the server, and may fail; set `before` and `after`.

    Attributes
    ----------
    before : callable
        Told method and path; a status it returns is answered in place of the server.
    after : callable
        The same, once the server has done what it was asked.
    seen : list of str
        What was asked, as `METHOD path`.
    """

    def __init__(self, target: str) -> None:
        self.before: Callable[[str, str], int | None] = lambda *_: None
        self.after: Callable[[str, str], int | None] = lambda *_: None
        self.seen: list[str] = []
        self.target = httpx.Client(base_url=target, timeout=120)
        self._server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Between)
        self._server.network = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.target.close()


class _Between(BaseHTTPRequestHandler):
    def _pass(self) -> None:
        server: Any = self.server
        network: Network = server.network
        network.seen.append(f"{self.command} {self.path}")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status = network.before(self.command, self.path)
        content, kind = b'{"detail": "out of order"}', "application/json"
        if status is None:
            kept = ("authorization", "content-type")
            headers = {k: v for k, v in self.headers.items() if k.lower() in kept}
            try:
                answer = network.target.request(
                    self.command, self.path, content=body, headers=headers
                )
            except httpx.HTTPError:
                self.close_connection = True  # as if there were nobody
                return
            status = network.after(self.command, self.path)
            if status is None:
                status, content = answer.status_code, answer.content
                kind = answer.headers.get("content-type", kind)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._pass
        raise AttributeError(name)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def network(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """Return a network that may fail, named in the environment in place of the server."""
    between = Network(server.url)
    monkeypatch.setenv(ADDRESS, between.url)
    monkeypatch.setenv(TOKEN, server.token)
    yield between
    between.close()
