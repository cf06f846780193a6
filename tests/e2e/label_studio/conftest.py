"""A real Label Studio, started once for all tests; who answers there; and projects of ours."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from curation.project import Project, Settings, create_project, default_task
from curation.types import Example, Split, TaskKind, example_id
from studio.stations.label_studio.link import ADDRESS, TOKEN
from tests.e2e.label_studio.network import Network
from tests.e2e.label_studio.person import Json, Person, Regions
from tests.e2e.label_studio.server import Server

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a Label Studio; all tests share the one that was started."""
    os.environ.setdefault("TUNESMITH_LABEL_STUDIO_VENV", str(ROOT / ".label-studio" / "venv"))
    server = Server(tmp_path_factory.mktemp("label-studio"))
    yield server
    server.stop()


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
def regions() -> type[Regions]:
    """Return what makes the regions that a labeling screen sends."""
    return Regions


@pytest.fixture
def network(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """Return a network that may fail, named in the environment in place of the server."""
    between = Network(server.url)
    monkeypatch.setenv(ADDRESS, between.url)
    monkeypatch.setenv(TOKEN, server.token)
    yield between
    between.close()
