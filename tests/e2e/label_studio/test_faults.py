"""What goes wrong between us and a real Label Studio: nothing is lost, doubled or left unsaid."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from curation.exceptions import ReviewBackendError
from curation.project import Project, open_project
from curation.review.label_studio import door as engine
from curation.types import Annotation, TaskKind
from curation.words import standing_words
from studio import loop
from studio.stations.label_studio import link
from studio.stations.label_studio.link import state_of
from studio.stations.label_studio.syncing import look, pull, push, sync

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Make = Callable[..., Project]


def messages(number: int) -> list[dict[str, Any]]:
    return [{"text": f"message {at}"} for at in range(number)]


@pytest.fixture
def project(make_project: Make) -> Project:
    return make_project(TaskKind.CLASSIFY, ("spam", "ham"), messages(60), "faults")


def there(project: Project) -> int:
    return state_of(project, look(project).address).project


def ids_there(person: Any, project: Project) -> list[str]:
    return [task["data"]["uid"] for task in person.tasks(there(project))]


def said(project: Project) -> list[Annotation]:
    return [word for word in project.store.annotations() if word.via == "label_studio"]


def test_a_server_killed_while_pushed_to_and_read_from(
    network: Any, server: Any, person: Any, make_project: Make, regions: Any
) -> None:
    project = make_project(TaskKind.CLASSIFY, ("spam", "ham"), messages(2500), "killed")
    imports = []

    def kill_at_third_import(method: str, path: str) -> None:
        if method == "POST" and "/import" in path:
            imports.append(path)
            if len(imports) == 3:
                threading.Timer(0.3, server.kill).start()

    network.before = kill_at_third_import
    with pytest.raises(ReviewBackendError, match="reachable"):
        push(project, number=2500)
    kept = len(state_of(project, network.url).tasks)
    assert 1000 <= kept < 2500
    with pytest.raises(ReviewBackendError, match="reachable"):
        pull(project)
    network.before = lambda *_: None
    server.start()
    assert len(push(project, number=2500).tasks) == 2500
    ids = ids_there(person, project)
    assert len(ids) == len(set(ids)) == 2500

    tasks = person.tasks(there(project))
    for task in tasks[:20]:
        person.submit(task["id"], regions.choice("ham"))
    pages = []

    def kill_at_tasks(method: str, path: str) -> None:
        if method == "GET" and "/tasks" in path:
            pages.append(path)
            if len(pages) == 2:
                server.kill()

    network.before = kill_at_tasks
    with pytest.raises(ReviewBackendError, match="reachable"):
        pull(project)
    network.before = lambda *_: None
    server.start()
    person.submit(tasks[20]["id"], regions.choice("spam"))
    pull(project)
    assert pull(project).kept == 0
    standing = standing_words(said(project))
    answered = {task["data"]["uid"] for task in tasks[:21]}
    assert set(standing) == answered
    assert len(said(project)) == 21, "each exactly once"
    assert server.token not in (server.home / "server.log").read_text(errors="replace")


def test_our_side_killed_while_it_pushes(
    door: Any, person: Any, make_project: Make, regions: Any
) -> None:
    project = make_project(TaskKind.CLASSIFY, ("spam", "ham"), messages(2500), "ours killed")
    command = [sys.executable, "-m", "studio.cli", "label-studio", "push", "-n", "2500"]
    process = subprocess.Popen(
        [*command, "-p", str(project.folder)],
        env=dict(os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not state_of(project, door.url).tasks and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 0 < len(state_of(project, door.url).tasks) < 2500
    first = person.tasks(there(project))[0]
    person.submit(first["id"], regions.choice("ham"))  # while our side is down
    again = open_project(project.folder)
    assert pull(again).kept == 1
    assert sync(again, number=2499).kept == 0
    ids = ids_there(person, again)
    assert len(ids) == len(set(ids)) == 2500
    assert [word.example_id for word in said(again)] == [first["data"]["uid"]]
    again.store.close()


@pytest.mark.parametrize("arrived", [True, False])
def test_an_import_that_fails_is_not_sent_twice(
    network: Any, person: Any, project: Project, arrived: bool
) -> None:
    def fail(method: str, path: str) -> int | None:
        return 500 if method == "POST" and "/import" in path else None

    setattr(network, "after" if arrived else "before", fail)
    with pytest.raises(ReviewBackendError, match="error 500"):
        sync(project, number=50)
    network.before = network.after = lambda *_: None
    done = sync(project, number=50)
    assert not done.problems
    ids = ids_there(person, project)
    assert len(ids) == len(set(ids)) == 50


def test_every_request_of_a_sync_may_fail(
    network: Any, person: Any, project: Project, regions: Any
) -> None:
    """Fail at the first request, then at the second, and so on, until a sync comes through."""
    sync(project, number=20)
    tasks = person.tasks(there(project))
    for task in tasks[:6]:
        person.submit(task["id"], regions.choice("ham"))
    settled = [task["data"]["uid"] for task in tasks[10:14]]
    loop.answer(project, [Annotation(uid=id_, example_id=id_, answer="spam") for id_ in settled])
    for first in range(100):
        count = [0]

        def fail(
            method: str, path: str, first: int = first, count: list[int] = count
        ) -> int | None:
            count[0] += 1
            return 500 if count[0] == first + 1 else None

        network.after = fail
        with suppress(ReviewBackendError):
            sync(project, number=20)
            break
    network.after = lambda *_: None
    assert first > 5
    assert sync(project, number=20).kept == 0
    assert len(said(project)) == 6
    ids = ids_there(person, project)
    assert len(ids) == len(set(ids))
    assert set(settled).isdisjoint(ids)
    assert look(project).waiting == 20


def test_a_server_too_slow_to_wait_for(
    network: Any, person: Any, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SECONDS", 1)

    def sleep(method: str, path: str) -> None:
        if method == "POST" and "/import" in path:
            time.sleep(2)

    network.after = sleep
    with pytest.raises(ReviewBackendError, match="did not answer within 1 second"):
        sync(project, number=50)
    network.after = lambda *_: None
    monkeypatch.setattr(engine, "SECONDS", 60)
    assert sync(project, number=50).problems == ()
    ids = ids_there(person, project)
    assert len(ids) == len(set(ids)) == 50


def test_a_task_deleted_by_hand(door: Any, person: Any, project: Project, regions: Any) -> None:
    sync(project, number=10)
    tasks = person.tasks(there(project))
    person.submit(tasks[0]["id"], regions.choice("ham"))
    assert pull(project).kept == 1
    for task in tasks[:2]:
        person.delete_task(task["id"])
    done = sync(project, number=10)
    assert "deleted" in " ".join(done.problems)
    standing = standing_words(project.store.annotations())
    assert standing[tasks[0]["data"]["uid"]][0].answer == "ham", "what was said stays"
    assert sync(project, number=10).problems == ()
    ids = ids_there(person, project)
    assert len(ids) == len(set(ids)) == 10
    assert tasks[0]["data"]["uid"] not in ids, "it is answered"


def test_two_syncs_do_not_interleave(door: Any, person: Any, project: Project) -> None:
    failed: list[BaseException] = []

    def go() -> None:
        own = open_project(project.folder)
        try:
            sync(own, number=30)
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            failed.append(error)
        own.store.close()

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    ids = ids_there(person, project)
    assert len(ids) == len(set(ids)) == 30


def test_a_sync_that_would_wait_too_long_says_so(
    door: Any, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "WAIT", 0.2)
    with (
        link.alone(project, door.url),
        pytest.raises(ReviewBackendError, match="under way"),
    ):
        sync(project, number=1)
