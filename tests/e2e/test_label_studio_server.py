"""The whole way round with a real Label Studio, installed and started by our own script."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from curation.exceptions import ReviewBackendError
from curation.review.label_studio import Connection, connect
from curation.review.label_sync import PushState, pull, push
from curation.review.queue import QueueItem
from curation.types import Annotation, Criterion, Example, Task, TaskKind, example_id
from curation.words import standing_words

SCRIPT = Path(__file__).parents[2] / "scripts" / "label_studio.py"
TITLE = "Spam or ham"
TASK = Task(
    kind=TaskKind.CLASSIFY,
    instruction="Is it <spam>?",
    labels=("spam", 'hä"m & <eggs>'),
    criterion=Criterion(metric="f1", target=0.9),
)
EXTRACT = TASK.model_copy(update={"kind": TaskKind.EXTRACT, "labels": ("PER",)})

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Server:
    """Label Studio under our script, which can be killed and started again."""

    def __init__(self, home: Path) -> None:
        self.home = home
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
        )
        shown = self._output_until("Ctrl+C")
        self.url = re.findall(r"LABEL_STUDIO_URL=(\S+)", shown)[0]
        self.token = re.findall(r"LABEL_STUDIO_API_KEY=(\S+)", shown)[0]

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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    cache = Path(__file__).parents[2] / ".label-studio" / "venv"
    os.environ.setdefault("TUNESMITH_LABEL_STUDIO_VENV", str(cache))
    server = Server(tmp_path_factory.mktemp("label-studio"))
    yield server
    server.stop()


@pytest.fixture
def connection(server: Server) -> Iterator[Connection]:
    with connect(server.url, server.token, user="tunesmith@localhost.local") as connection:
        yield connection


def cards(first: int, last: int) -> list[QueueItem]:
    texts = [f"message {number}" for number in range(first, last)]
    return [
        QueueItem(Example(id=example_id(text), input=text), "a close call", TASK.labels[0], 0.6)
        for text in texts
    ]


class Annotator:
    """A person's browser, as far as the server can tell: it uses the labeling page's requests."""

    def __init__(self, server: Server, state: PushState) -> None:
        headers = {"Authorization": f"Token {server.token}"}
        self.http = httpx.Client(base_url=server.url, headers=headers, timeout=60)
        self.project = state.project

    def take_next(self) -> dict[str, Any]:
        return self._sent("GET", f"/api/projects/{self.project}/next")

    def submit(self, task: int, label: str) -> int:
        return int(self._sent("POST", f"/api/tasks/{task}/annotations", _said(label))["id"])

    def skip(self, task: int) -> None:
        said = {"result": [], "was_cancelled": True, "lead_time": 1.0}
        self._sent("POST", f"/api/tasks/{task}/annotations", said)

    def edit(self, annotation: int, label: str) -> None:
        self._sent("PATCH", f"/api/annotations/{annotation}", _said(label))

    def delete(self, annotation: int) -> None:
        self._sent("DELETE", f"/api/annotations/{annotation}")

    def _sent(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.http.request(method, f"{path}/", json=body, follow_redirects=True)
        answer.raise_for_status()
        return answer.json() if answer.content else {}


def _said(label: str) -> dict[str, Any]:
    value = {"choices": [label]}
    region = {"from_name": "label", "to_name": "text", "type": "choices", "value": value}
    return {"result": [region], "lead_time": 2.5}


@pytest.fixture
def annotator(server: Server) -> Iterator[Callable[[PushState], Annotator]]:
    opened: list[Annotator] = []

    def open_browser(state: PushState) -> Annotator:
        opened.append(Annotator(server, state))
        return opened[-1]

    yield open_browser
    for each in opened:
        each.http.close()


def test_the_whole_way_round(connection: Connection, annotator: Any) -> None:
    state = push(connection, TASK, TITLE, cards(0, 620), PushState())
    assert push(connection, TASK, TITLE, cards(0, 620), state) == state
    assert pull(connection, TASK, state) == ((), state, ())

    person = annotator(state)
    served = []
    for label in (TASK.labels[0], TASK.labels[1]):
        task = person.take_next()
        assert task["predictions"][0]["result"][0]["value"] == {"choices": ["spam"]}
        served.append(person.submit(task["id"], label))
        assert task["data"]["text"] == f"message {len(served) - 1}", "in the order of the cards"
    person.skip(person.take_next()["id"])

    said, state, problems = pull(connection, TASK, state)
    assert [(each.action, each.answer) for each in said] == [
        ("answer", TASK.labels[0]),
        ("answer", TASK.labels[1]),
        ("skip", None),
    ]
    assert [each.example_id for each in said] == [card.example.id for card in cards(0, 3)]
    assert {each.reviewer for each in said} == {"tunesmith@localhost.local"}
    assert said[0].seconds == 2.5
    assert not problems

    person.edit(served[0], TASK.labels[1])
    person.delete(served[1])
    odd = person.submit(state.tasks[cards(9, 10)[0].example.id], "eggs")
    news, state, problems = pull(connection, TASK, state)
    assert [(each.action, each.answer) for each in news] == [
        ("answer", TASK.labels[1]),
        ("undo", None),
    ]
    assert "'eggs', which is no label" in problems[0]
    person.delete(odd)
    assert pull(connection, TASK, state)[::2] == ((), ())
    standing = standing_words([*said, *news])
    edited, _, skipped = (card.example.id for card in cards(0, 3))
    assert {example: words[0].answer for example, words in standing.items()} == {
        edited: TASK.labels[1],
        skipped: None,
    }


def test_labels_are_added_and_never_orphaned(connection: Connection, annotator: Any) -> None:
    state = push(connection, TASK, "Growing", cards(0, 2), PushState())
    annotator(state).submit(state.tasks[cards(0, 1)[0].example.id], TASK.labels[1])
    wider = TASK.model_copy(update={"labels": (*TASK.labels, "unsure")})
    push(connection, wider, "Growing", [], state)
    assert 'value="unsure"' in connection.project(state.project).label_config
    with pytest.raises(ReviewBackendError, match="no longer has: label hä"):
        push(connection, TASK.model_copy(update={"labels": ("spam",)}), "Growing", [], state)


def test_spans_and_responses_are_accepted_as_predictions(connection: Connection) -> None:
    example = Example(id="e", input="😀 Anna met Bob")
    spans = QueueItem(example, "", '[{"start": 2, "end": 6, "label": "PER"}]', 0.5)
    assert push(connection, EXTRACT, "Names", [spans], PushState()).tasks
    generate = TASK.model_copy(update={"kind": TaskKind.GENERATE, "labels": ()})
    draft = QueueItem(example, "", "They met.\nTwice.", 0.5)
    assert push(connection, generate, "Answers", [draft], PushState()).tasks


def test_a_killed_server_loses_and_doubles_nothing(
    server: Server, connection: Connection, annotator: Any
) -> None:
    kept = [push(connection, TASK, "Killed", cards(0, 20), PushState())]
    person = annotator(kept[-1])
    person.submit(person.take_next()["id"], TASK.labels[0])
    before = pull(connection, TASK, kept[-1])
    kept.append(before.state)
    stored: dict[str, Annotation] = {each.uid: each for each in before.annotations}
    for number in (5, 6):
        person.submit(kept[-1].tasks[cards(number, number + 1)[0].example.id], TASK.labels[1])

    def keep(state: PushState) -> None:
        kept.append(state)
        if len(state.tasks) == 520:  # the next batch is under way when the server dies
            threading.Timer(0.3, server.kill).start()

    with pytest.raises(ReviewBackendError, match="not reachable"):
        push(connection, TASK, "Killed", cards(0, 3020), kept[-1], on_progress=keep)
    with pytest.raises(ReviewBackendError, match="not reachable"):
        pull(connection, TASK, kept[-1])
    assert 520 <= len(kept[-1].tasks) < 3020

    server.start()
    with connect(server.url, server.token) as again:
        state = push(again, TASK, "Killed", cards(0, 3020), kept[-1])
        assert len(state.tasks) == again.project(state.project).task_number == 3020
        said, state, problems = pull(again, TASK, state)
        assert pull(again, TASK, state) == ((), state, ())
    stored |= {each.uid: each for each in said}
    assert not problems
    standing = standing_words(stored.values())
    answered = {card.example.id for number in (0, 5, 6) for card in cards(number, number + 1)}
    assert set(standing) == answered
    assert len(stored) == 3, "each exactly once"


def test_the_token_is_in_no_log(server: Server) -> None:
    assert server.token not in (server.home / "server.log").read_text(errors="replace")
