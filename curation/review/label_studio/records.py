"""What Label Studio answers, as far as we read it; anything else in it is left alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from curation.types import JsonObject


def _some(value: object) -> object:
    return [] if value is None else value


Records = Annotated[tuple[JsonObject, ...], BeforeValidator(_some)]


class Record(BaseModel):
    """A part of an answer; servers of other versions say more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ProjectRecord(Record):
    """A project's settings and counts."""

    id: int
    title: str = ""
    description: str | None = None
    label_config: str | None = None
    expert_instruction: str | None = None
    maximum_annotations: int | None = None
    task_number: int | None = None


class ProjectPage(Record):
    """Some of the projects there are."""

    count: int
    results: tuple[ProjectRecord, ...]


def _number(who: object) -> object:
    return who.get("id") if isinstance(who, dict) else who


class AnnotationRecord(Record):
    """One person's answer, or their skip; its result may be any JSON."""

    id: int
    updated_at: str
    result: Any = None
    completed_by: Annotated[int | None, BeforeValidator(_number)] = None
    was_cancelled: bool = False
    lead_time: float | None = None


class TaskRecord(Record):
    """A task, with what was asked for of it."""

    id: int
    data: JsonObject = {}
    updated_at: datetime = datetime.min.replace(tzinfo=UTC)
    annotations: tuple[AnnotationRecord, ...] = ()
    predictions: Records = ()


class TaskPage(Record):
    """Some of the tasks there are, and how many those are."""

    total: int
    tasks: tuple[TaskRecord, ...]


class Imported(Record):
    """The tasks an import made, in order."""

    task_ids: tuple[int, ...]


class Done(Record):
    """How many things an action was done to."""

    processed_items: int


class Created(Record):
    """How many predictions an import made."""

    created: int


class Draft(Record):
    """What somebody has begun to say."""

    id: int
    user: str = ""
    result: Records = ()
    lead_time: float | None = None
    updated_at: str


class Person(Record):
    """Somebody with an account there."""

    id: int = 0
    email: str = ""
    username: str = ""


class Summary(Record):
    """How often each label was used, by control."""

    created_annotations: dict[str, int] = {}
    created_labels: dict[str, dict[str, int]] = {}
    created_labels_drafts: dict[str, dict[str, int]] = {}
