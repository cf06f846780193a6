"""Turns what people do in Label Studio into annotations, each version once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from curation.review.label_studio.answers import (
    Said,
    UnreadableError,
    mode_of,
    read,
    skipped,
    suggested,
)
from curation.review.label_studio.config import MODEL, Region
from curation.review.label_studio.records import AnnotationRecord, Draft, TaskRecord
from curation.review.label_studio.state import Heard, PushState
from curation.types import Annotation, Task, fingerprint

DELETED = "deleted in Label Studio"


class Unreadable(NamedTuple):
    """An annotation kept out: where it is, since when, and why."""

    task: int
    updated_at: datetime
    why: str


class Listener:
    """Turns changed Label Studio tasks into annotations, each version once.

    Parameters
    ----------
    task : Task
        What was asked.
    host : str
        The server, part of every annotation's uid.
    reviewers : mapping of int to str
        E-mail addresses by Label Studio user id.
    state : PushState
        Our tasks there, and what was taken in before.

    Attributes
    ----------
    annotations : list of Annotation
        What is new, oldest first within a task.
    unreadable : list of Unreadable
        What had to be left out.
    """

    def __init__(
        self,
        task: Task,
        host: str,
        reviewers: Mapping[int, str],
        state: PushState,
    ) -> None:
        self.annotations: list[Annotation] = []
        self.unreadable: list[Unreadable] = []
        self.heard, self.drafts = dict(state.heard), dict(state.drafts)
        self._task, self._host, self._reviewers = task, host, reviewers
        self._compare, self._mode = state.compare, mode_of(task, compare=state.compare)
        self._examples = {number: name for name, number in state.tasks.items()}
        self._drawn = state.drawn
        self._by_task: dict[int, list[str]] = {}
        for number, known in state.heard.items():
            self._by_task.setdefault(known.task, []).append(number)

    def hear(self, changed: TaskRecord) -> None:
        """Take in everything said on a task that has changed, if it is ours."""
        if changed.id not in self._examples:
            return
        current = sorted(changed.annotations, key=lambda record: record.updated_at)
        self._withdraw(changed, {str(record.id) for record in current})
        for record in current:
            name, stamp = str(record.id), record.updated_at
            if name in self.heard and self.heard[name].updated_at == stamp:
                continue
            try:
                self._say(changed, record, self._uid(name, stamp))
            except (KeyError, TypeError, ValueError) as error:
                # Anybody with access can post any JSON as a result; it must not stop the others.
                reason = str(error) if isinstance(error, UnreadableError) else repr(error)
                self.unreadable.append(Unreadable(changed.id, changed.updated_at, reason))

    def hear_draft(self, task: TaskRecord, draft: Draft) -> None:
        """Take in what somebody has begun to say; half an answer is one too, here."""
        name = str(draft.id)
        if not draft.result or self.drafts.get(name) == draft.updated_at:
            return
        try:
            said = self._read(task, draft.result)
        except (KeyError, TypeError, ValueError):
            said = Said()
        begun = self._annotation(
            task,
            said,
            self._uid(f"draft {name}", draft.updated_at),
            draft.updated_at,
            reviewer=draft.user,
            seconds=draft.lead_time,
        )
        self.annotations.append(begun.model_copy(update={"action": "draft"}))
        self.drafts[name] = draft.updated_at

    def _say(self, task: TaskRecord, record: AnnotationRecord, uid: str) -> None:
        if record.was_cancelled:
            said = skipped(task.data, self._shown(task), compare=self._compare)
        else:
            said = self._read(task, record.result or ())
        who = self._reviewer(record)
        self.annotations.append(
            self._annotation(
                task, said, uid, record.updated_at, reviewer=who, seconds=record.lead_time
            )
        )
        name = str(record.id)
        before = self.heard[name] if name in self.heard else Heard(task=task.id, reviewer=who)
        news = {"reviewer": who, "updated_at": record.updated_at, "uids": (*before.uids, uid)}
        self.heard[name] = before.model_copy(update=news)

    def _read(self, task: TaskRecord, regions: Sequence[Region]) -> Said:
        return read(self._task, task.data, regions, self._shown(task), compare=self._compare)

    def _shown(self, task: TaskRecord) -> str | None:
        """Return our suggestion: it is replaced only where nobody has said anything."""
        ours = [each for each in task.predictions if each.get("model_version") == MODEL]
        return suggested(self._task, ours[-1].get("result") or ()) if ours else None

    def _annotation(
        self,
        task: TaskRecord,
        said: Said,
        uid: str,
        stamp: str,
        *,
        reviewer: str,
        seconds: float | None,
    ) -> Annotation:
        return Annotation(
            uid=uid,
            example_id=self._examples[task.id],
            reviewer=reviewer,
            via="label_studio",
            at=datetime.fromisoformat(stamp),
            seconds=seconds,
            mode=self._mode,
            drawn=self._drawn.get(self._examples[task.id], ""),
            **said._asdict(),
        )

    def _withdraw(self, task: TaskRecord, current: set[str]) -> None:
        """Take back all that the versions of a deleted annotation said."""
        for name in sorted(set(self._by_task.get(task.id, ())) - current):
            if name in self.heard:
                self.annotations.extend(self._undo(name, self.heard.pop(name), task))

    def _undo(self, name: str, heard: Heard, task: TaskRecord) -> Iterator[Annotation]:
        for place, word in enumerate((*heard.uids, *("",) * heard.words)):
            yield Annotation(
                uid=self._uid(name, f"undo:{place}"),
                example_id=self._examples[task.id],
                action="undo",
                undoes=word,
                reviewer=heard.reviewer,
                via="label_studio",
                at=task.updated_at,
                mode=self._mode,
                note=DELETED,
            )

    def _uid(self, name: str, version: str) -> str:
        return fingerprint(f"label-studio:{self._host}:{name}:{version}", length=32)

    def _reviewer(self, record: AnnotationRecord) -> str:
        who = record.completed_by
        return self._reviewers.get(who, f"user {who}") if who is not None else "unknown"
