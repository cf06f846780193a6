"""What we ask of a Label Studio: projects, tasks, predictions, drafts and people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.door import Connection
from curation.review.label_studio.records import (
    Created,
    Done,
    Draft,
    Imported,
    Person,
    ProjectPage,
    ProjectRecord,
    Summary,
    TaskPage,
    TaskRecord,
)
from curation.types import JsonObject

PAGE = 200
TITLE = 50
"""Characters of a project's title that Label Studio keeps."""

SETTINGS = "id,title,description,label_config,expert_instruction,maximum_annotations,task_number"

Params = dict[str, str | int]

Filter = tuple[str, str, object, str]
"""A Data Manager filter: column, operator, value, type."""

TOUCHED: Filter = ("updated_by", "empty", "False", "List")
"""Tasks a person has changed; those only imported are not worth reading."""

UNSAID: tuple[Filter, ...] = (
    ("total_annotations", "equal", 0, "Number"),
    ("cancelled_annotations", "equal", 0, "Number"),
    ("draft_exists", "equal", "False", "Boolean"),
)
"""Tasks nobody has answered, skipped or begun."""


def get_project(connection: Connection, number: int) -> ProjectRecord:
    """Return a project's settings and how many tasks it has."""
    return connection.ask(ProjectRecord, "GET", f"projects/{number}/", params={"include": SETTINGS})


def find_projects(connection: Connection, title: str) -> list[ProjectRecord]:
    """Return the projects with exactly this title."""
    found: list[ProjectRecord] = []
    number, there = 0, 1
    while len(found) < there:
        number += 1
        params: Params = {"page": number, "page_size": PAGE, "include": SETTINGS}
        page = connection.ask(ProjectPage, "GET", "projects/", params=params)
        found, there = [*found, *page.results], page.count if page.results else 0
    return [project for project in found if project.title == title]


def create_project(connection: Connection, settings: JsonObject) -> int:
    """Create a project and return its number."""
    return connection.ask(ProjectRecord, "POST", "projects/", body=settings).id


def change_project(connection: Connection, number: int, changes: JsonObject) -> None:
    """Change a project's settings."""
    connection.ask(ProjectRecord, "PATCH", f"projects/{number}/", body=changes)


def get_summary(connection: Connection, number: int) -> Summary:
    """Return how often each label of a project was used."""
    return connection.ask(Summary, "GET", f"projects/{number}/summary/")


def import_tasks(connection: Connection, number: int, tasks: Sequence[JsonObject]) -> list[int]:
    """Import tasks, all or none, and return their ids in order."""
    path, params = f"projects/{number}/import", {"return_task_ids": "true"}
    ids = connection.ask(Imported, "POST", path, params=params, body=list(tasks)).task_ids
    if len(ids) != len(tasks):
        raise ReviewBackendError(
            "Label Studio did not say which tasks it made.",
            where=connection.url,
            remedy="Push again: what arrived is recognised.",
        )
    return list(ids)


def replace_predictions(
    connection: Connection, number: int, predictions: Mapping[int, JsonObject | None]
) -> None:
    """Show other suggestions, or none, on those tasks nobody has said anything on.

    A suggestion somebody has answered stays: it is what their answer was given after.
    """
    act(connection, "delete_tasks_predictions", number, list(predictions), *UNSAID)
    bare: Filter = ("total_predictions", "equal", 0, "Number")
    waiting = tasks_among(connection, number, list(predictions), bare, *UNSAID)
    new = [{"task": task.id, **(predictions[task.id] or {})} for task in waiting]
    new = [each for each in new if "result" in each]
    if new:
        connection.ask(Created, "POST", f"projects/{number}/import/predictions", body=new)


def act(
    connection: Connection, action: str, number: int, ids: Sequence[int], *filters: Filter
) -> int:
    """Do something to those of these tasks that pass all `filters`; return to how many."""
    if not ids:  # the server would take none for all
        return 0
    selected = {"all": False, "included": list(ids)}
    body = {"filters": _conjunction(filters), "selectedItems": selected}
    params: Params = {"id": action, "project": number}
    return connection.ask(Done, "POST", "dm/actions/", params=params, body=body).processed_items


def list_tasks(
    connection: Connection,
    number: int,
    *filters: Filter,
    fields: Sequence[str],
    order: str = "tasks:id",
    size: int = PAGE,
) -> TaskPage:
    """Return the first page of a project's tasks that pass all `filters`, with these fields."""
    query = {"filters": _conjunction(filters), "ordering": [order]}
    params: Params = {
        "project": number,
        "query": json.dumps(query, separators=(",", ":")),
        "include": ",".join(fields),
        "page_size": size,
        "resolve_uri": "false",  # a text that looks like a storage's address stays as it is
        # Annotations and predictions cost the server much; without them it need not look.
        "fields": "all" if {"annotations", "predictions"} & set(fields) else "task_only",
    }
    page = connection.ask(TaskPage, "GET", "tasks/", params=params)
    if len(page.tasks) < min(page.total, size):
        raise ReviewBackendError(
            f"Label Studio gave {len(page.tasks)} of {min(page.total, size)} tasks.",
            where=connection.url,
            remedy="Try again: nothing is lost.",
        )
    return page


def tasks_by_id(
    connection: Connection,
    number: int,
    *filters: Filter,
    fields: Sequence[str],
    after: int = 0,
    size: int = PAGE,
) -> Iterator[TaskRecord]:
    """Yield all such tasks with an id above `after`; changes meanwhile shift no page."""
    while True:
        here: Filter = ("id", "greater", after, "Number")
        page = list_tasks(connection, number, *filters, here, fields=fields, size=size)
        yield from page.tasks
        if len(page.tasks) >= page.total:
            return
        after = page.tasks[-1].id


def tasks_among(
    connection: Connection,
    number: int,
    ids: Sequence[int],
    *filters: Filter,
    fields: Sequence[str] = ("id",),
) -> Iterator[TaskRecord]:
    """Yield those of these tasks that there are and that pass all `filters`."""
    for start in range(0, len(ids), PAGE):
        here: Filter = ("id", "in_list", list(ids[start : start + PAGE]), "Number")
        yield from list_tasks(connection, number, here, *filters, fields=fields).tasks


def list_drafts(connection: Connection, task: int) -> tuple[Draft, ...]:
    """Return what people have begun to say on a task, everybody's."""
    return connection.ask(tuple[Draft, ...], "GET", f"tasks/{task}/drafts")


def list_people(connection: Connection) -> dict[int, str]:
    """Return e-mail addresses by user id."""
    people = connection.ask(tuple[Person, ...], "GET", "users/")
    return {person.id: person.email or person.username for person in people}


def _conjunction(filters: Sequence[Filter]) -> JsonObject:
    keys = ("filter", "operator", "value", "type")
    items = [dict(zip(keys, (f"filter:tasks:{f[0]}", *f[1:]), strict=True)) for f in filters]
    return {"conjunction": "and", "items": items}
