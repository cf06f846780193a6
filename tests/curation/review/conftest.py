"""A Label Studio that lives in the test: it answers the SDK's own requests with real shapes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from curation.review.label_studio.door import Connection, connect
from curation.review.queue import QueueItem
from curation.types import Criterion, Example, Task, TaskKind, example_id

URL = "http://label-studio.test:8080"
TOKEN = "0123456789abcdef0123456789abcdef01234567"
Json = dict[str, Any]


class FakeLabelStudio:
    """Projects, tasks and annotations in dictionaries, and a clock that ticks with every change."""

    def __init__(self) -> None:
        self.projects: dict[int, Json] = {}
        self.tasks: dict[int, Json] = {}
        self.requests: list[httpx.Request] = []
        self.before: Callable[[httpx.Request], httpx.Response | None] = lambda _: None
        self.after: Callable[[httpx.Request, httpx.Response], httpx.Response] = lambda _, r: r
        self.clock = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
        self._annotations = self._tasks = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        refused = self.before(request)
        return refused or self.after(request, self._answer(request))

    def tick(self, seconds: float = 0.001) -> str:
        self.clock += timedelta(seconds=seconds)
        return self.clock.isoformat().replace("+00:00", "Z")

    def annotate(self, task: int, *regions: Json, by: int = 1, skip: bool = False) -> int:
        self._annotations += 1
        said: Json = {"id": self._annotations, "completed_by": by, "lead_time": 2.5}
        self.tasks[task]["annotations"].append(said)
        self.edit(task, self._annotations, *regions, skip=skip)
        return self._annotations

    def edit(self, task: int, annotation: int, *regions: Json, skip: bool = False) -> None:
        (found,) = [a for a in self.tasks[task]["annotations"] if a["id"] == annotation]
        found |= {"result": list(regions), "updated_at": self.tick(), "was_cancelled": skip}
        self._touch(task)

    def delete(self, task: int, annotation: int) -> None:
        left = [a for a in self.tasks[task]["annotations"] if a["id"] != annotation]
        self.tasks[task]["annotations"] = left
        self._touch(task)

    def draft(self, task: int, *regions: Json, by: str = "ada@example.org") -> int:
        """Begin an answer, or go on with it: the task's own stamp stays, as in Label Studio."""
        drafts = self.tasks[task]["drafts"]
        mine = [each for each in drafts if each["user"] == by]
        draft: Json = mine[0] if mine else {"id": task * 10 + len(drafts), "user": by}
        draft |= {"result": list(regions), "updated_at": self.tick(), "lead_time": 1.5}
        drafts += [draft] * (not mine)
        return int(draft["id"])

    def _touch(self, task: int) -> None:
        self.tasks[task] |= {"updated_at": self.tick(), "updated_by": [{"user_id": 1}]}

    def _answer(self, request: httpx.Request) -> httpx.Response:  # noqa: PLR0911 - one a path
        path = request.url.path.rstrip("/")
        if path == "/api/version":
            return httpx.Response(200, json={"release": "1.23.2", "label-studio-os-package": {}})
        if request.headers.get("Authorization") != f"Token {TOKEN}":
            return httpx.Response(401, json={"detail": "Invalid token."})
        names = {1: "ada@example.org", 2: "bob@example.org"}
        people = [{"id": n, "email": name, "username": name} for n, name in names.items()]
        if path == "/api/current-user/whoami":
            return httpx.Response(200, json=people[0])
        if path == "/api/users":
            return httpx.Response(200, json=people)
        if path == "/api/tasks":
            return httpx.Response(200, json=self._list_tasks(request.url.params))
        if path == "/api/dm/actions":
            return httpx.Response(200, json=self._act(request))
        if path.endswith("/drafts"):
            return httpx.Response(200, json=self.tasks[int(path.split("/")[3])]["drafts"])
        return self._answer_projects(request, path.split("/")[3:])

    def _answer_projects(  # noqa: PLR0911 - one a path
        self, request: httpx.Request, path: list[str]
    ) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        if request.url.params.get("page", "1") != "1":
            return httpx.Response(404, json={"detail": "Invalid page."})
        if not path and request.method == "GET":
            found = [self._shown(number) for number in self.projects]
            return httpx.Response(200, json={"count": len(found), "results": found})
        if not path:
            self.projects[len(self.projects) + 1] = body
            return httpx.Response(201, json=self._shown(len(self.projects)))
        number = int(path[0])
        if number not in self.projects:
            return httpx.Response(404, json={"detail": "No Project matches the given query."})
        if path[1:] == ["summary"]:
            return httpx.Response(200, json=self._summary(number))
        if path[1:] == ["import", "predictions"]:
            for each in body:
                self.tasks[each["task"]]["predictions"].append(each)
            return httpx.Response(201, json={"created": len(body)})
        if path[1:] == ["import"]:
            ids = [self._import(number, task) for task in body]
            return httpx.Response(201, json={"task_count": len(ids), "task_ids": ids})
        if request.method == "PATCH":
            self.projects[number] |= body
        return httpx.Response(200, json=self._shown(number))

    def _shown(self, number: int) -> Json:
        mine = self._tasks_of(number)
        return {**self.projects[number], "id": number, "task_number": len(mine)}

    def _tasks_of(self, project: int) -> list[Json]:
        return [task for task in self.tasks.values() if task["project"] == project]

    def _summary(self, number: int) -> Json:
        said: Json = {}
        used: Json = {}
        for task in self._tasks_of(number):
            for region in (r for a in task["annotations"] for r in a["result"]):
                control = region["from_name"]
                said[f"{control}|text|{region['type']}"] = 1
                for label in region["value"].get("choices", ()):
                    used.setdefault(control, {}).setdefault(label, 0)
                    used[control][label] += 1
        return {"created_annotations": said, "created_labels": used}

    def _import(self, project: int, task: Json) -> int:
        self._tasks += 1
        number, stamp = self._tasks, {"updated_at": self.tick(), "updated_by": []}
        empty: Json = {"annotations": [], "predictions": [], "drafts": []}
        self.tasks[number] = {**empty, **task, **stamp, "id": number, "project": project}
        return number

    def _act(self, request: httpx.Request) -> Json:
        """Do it to the chosen tasks that pass the filters; none chosen means all, as it does."""
        body, params = json.loads(request.content), request.url.params
        chosen = body["selectedItems"]["included"]
        items = body["filters"]["items"]
        found = [
            task
            for task in self._tasks_of(int(params["project"]))
            if (task["id"] in chosen or not chosen) and all(_passes(task, i) for i in items)
        ]
        for task in found:
            if params["id"] == "delete_tasks":
                del self.tasks[task["id"]]
            else:
                task["predictions"] = []
        return {"processed_items": len(found)}

    def _list_tasks(self, params: httpx.QueryParams) -> Json:
        query = json.loads(params["query"])
        order = query["ordering"][0]
        field = order.removeprefix("-").removeprefix("tasks:")
        items = query["filters"]["items"]
        mine = self._tasks_of(int(params["project"]))
        found = [task for task in mine if all(_passes(task, item) for item in items)]
        found.sort(key=lambda task: task[field], reverse=order.startswith("-"))
        keep = params["include"].split(",")
        page = [
            {name: value for name, value in task.items() if name in keep}
            for task in found[: int(params["page_size"])]
        ]
        return {"total": len(found), "tasks": page}


def _column(task: Json, name: str) -> Any:
    cancelled = [said for said in task["annotations"] if said["was_cancelled"]]
    return {
        "total_annotations": len(task["annotations"]) - len(cancelled),
        "cancelled_annotations": len(cancelled),
        "total_predictions": len(task["predictions"]),
        "draft_exists": str(bool(task["drafts"])),
        "annotations_ids": max((said["id"] for said in task["annotations"]), default=-1),
    }.get(name, task.get(name))


def _passes(task: Json, item: Json) -> bool:
    wanted, here = item["value"], _column(task, item["filter"].removeprefix("filter:tasks:"))
    if item["type"] == "Datetime":
        # The server reads no other form, and no other time zone.
        wanted = datetime.strptime(wanted, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        here = datetime.fromisoformat(here)
    passes: dict[str, Callable[[], bool]] = {
        "empty": lambda: bool(here) == (wanted == "False"),
        "equal": lambda: bool(here == wanted),
        "in_list": lambda: here in wanted,
        "greater": lambda: bool(here > wanted),
        "less_or_equal": lambda: bool(here <= wanted),
    }
    return passes[item["operator"]]()


@pytest.fixture
def server() -> FakeLabelStudio:
    return FakeLabelStudio()


@pytest.fixture
def connection(server: FakeLabelStudio) -> Iterator[Connection]:
    http = httpx.Client(transport=httpx.MockTransport(server))
    with connect(URL, TOKEN, http=http) as connection:
        yield connection


@pytest.fixture
def task() -> Task:
    return make_task("classify", "spam", "ham")


def make_task(kind: str, *labels: str) -> Task:
    criterion, told = Criterion(metric="f1", target=0.5), "Is it <spam>?"
    return Task(kind=TaskKind(kind), instruction=told, labels=labels, criterion=criterion)


def make_card(text: str, suggestion: str | None = None, *sides: str) -> QueueItem:
    example = Example(id=example_id(text), input=text)
    mode = "compare" if sides else "choose"
    return QueueItem(example, "a close call", suggestion, 0.6, "random", mode, sides)


def choice(label: str) -> Json:
    about = {"from_name": "label", "to_name": "text", "type": "choices"}
    return {**about, "value": {"choices": [label]}}


@pytest.fixture
def make() -> Any:
    """The builders above: importlib mode lets no test import a conftest."""

    class Make:
        task = staticmethod(make_task)
        card = staticmethod(make_card)
        choice = staticmethod(choice)
        url, token = URL, TOKEN

    return Make
