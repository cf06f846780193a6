"""Answers come back while they are given: soon after a hint, and without hints all the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from curation.project import Project, open_project
from curation.types import TaskKind
from studio.stations.label_studio.hints import PATH
from studio.stations.label_studio.link import state_of
from studio.stations.label_studio.syncing import look, sync
from studio.stations.label_studio.watch import Watch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def project(door: Any, make_project: Callable[..., Project]) -> Project:
    rows = [{"text": f"message {number}"} for number in range(12)]
    made = make_project(TaskKind.CLASSIFY, ("spam", "ham"), rows, "watched")
    sync(made, number=12)
    return made


@contextmanager
def watching(project: Project, every: float) -> Iterator[list[str]]:
    """Watch in another thread; yield what it says."""
    said: list[str] = []
    own = open_project(project.folder)
    watch = Watch(own, every=every, say=said.append)

    def run() -> None:
        watch.run()
        own.store.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield said
    finally:
        watch.stop()
        thread.join(30)


def hooks(person: Any, number: int) -> list[dict[str, Any]]:
    found = person.sent("GET", f"/api/webhooks/?project={number}")
    return [hook for hook in found if hook["url"].endswith(PATH)]


def until(true: Callable[[], object], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)
    return bool(true())


def test_a_hint_brings_an_answer_long_before_its_time(
    project: Project, person: Any, regions: Any
) -> None:
    number = state_of(project, look(project).address).project
    with watching(project, every=3600) as said:
        assert until(lambda: hooks(person, number))
        (hook,) = hooks(person, number)
        assert hook["send_payload"] is False
        time.sleep(1)  # the pull it begins with is over
        task = person.take_next(number)
        annotation = person.submit(task["id"], regions.choice("ham"))
        assert until(lambda: len(project.store.annotations()) == 1)
        person.edit(annotation, regions.choice("spam"))
        assert until(lambda: len(project.store.annotations()) == 2)
        person.delete(annotation)
        assert until(lambda: project.store.annotations()[-1].action == "undo")
    assert hooks(person, number) == [], "nothing is left there"
    assert said == ["1 new from Label Studio", "1 new from Label Studio", "2 new from Label Studio"]


def test_without_hints_nothing_is_lost(project: Project, person: Any, regions: Any) -> None:
    number = state_of(project, look(project).address).project
    with watching(project, every=1):
        assert until(lambda: hooks(person, number))
        for hook in hooks(person, number):
            person.sent("DELETE", f"/api/webhooks/{hook['id']}")
        for _ in range(3):
            person.submit(person.take_next(number)["id"], regions.choice("ham"))
        assert until(lambda: len(project.store.annotations()) == 3)


def test_a_server_that_refuses_to_send_hints_is_polled(
    network: Any, make_project: Callable[..., Project], person: Any, regions: Any
) -> None:
    rows = [{"text": f"message {number}"} for number in range(3)]
    project = make_project(TaskKind.CLASSIFY, ("spam", "ham"), rows, "unhinted")
    sync(project, number=3)
    number = state_of(project, network.url).project

    def refuse(method: str, path: str) -> int | None:
        return 403 if method == "POST" and "/webhooks" in path else None

    network.words = "URL resolves to a reserved network address (block: 127.0.0.0/8)"  # its own
    network.before = refuse
    with watching(project, every=1) as said:
        person.submit(person.take_next(number)["id"], regions.choice("ham"))
        assert until(lambda: len(project.store.annotations()) == 1)
    assert said[0] == (
        "Label Studio sends no hints here. It sends nothing to its own machine or network. "
        "Asking every 1 seconds."
    )


def test_what_stands_in_the_way_is_told_once(
    network: Any, make_project: Callable[..., Project], person: Any, regions: Any
) -> None:
    rows = [{"text": f"message {number}"} for number in range(3)]
    project = make_project(TaskKind.CLASSIFY, ("spam", "ham"), rows, "troubled")
    sync(project, number=3)
    number = state_of(project, network.url).project
    with watching(project, every=0.3) as said:
        assert until(lambda: hooks(person, number))
        network.before = lambda _, path: 500 if "/tasks" in path else None
        person.submit(person.take_next(number)["id"], regions.choice("ham"))
        time.sleep(2)
        assert not project.store.annotations()
        network.before = lambda *_: None
        assert until(lambda: len(project.store.annotations()) == 1)
        assert until(lambda: "Nothing stands in the way any more" in said)
    assert len([line for line in said if "500" in line]) == 1
