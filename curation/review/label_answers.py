"""What people said in Label Studio, read as annotations: answers, edits, skips and deletions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import Field, TypeAdapter

from curation.review.label_config import Region
from curation.types import Annotation, JsonObject, Noun, Span, Task, TaskKind, fingerprint

_SPANS = TypeAdapter(tuple[Span, ...])


class Heard(Noun):
    """One Label Studio annotation we have taken in, remembered to notice when it is deleted."""

    task: int = Field(description="The Label Studio task it belongs to.")
    reviewer: str = Field(description="Who made it.")
    updated_at: str = Field(description="The version we have, by the server's own stamp.")
    words: int = Field(description="How many of our annotations its versions have become.")


class Unreadable(NamedTuple):
    """An annotation kept out: where it is, since when, and why."""

    task: int
    updated_at: datetime
    why: str


class Said(NamedTuple):
    """What one annotation says; spans are also the answer, as the JSON a suggestion has."""

    answer: str | None = None
    spans: tuple[Span, ...] = ()
    note: str = ""
    rejected: bool = False


class UnreadableError(ValueError):
    """An annotation that does not answer this task; its words say why."""


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
    heard : mapping of str to Heard
        What was taken in before, by annotation id.

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
        heard: Mapping[str, Heard],
    ) -> None:
        self.annotations: list[Annotation] = []
        self.unreadable: list[Unreadable] = []
        self.heard = dict(heard)
        self._task, self._host, self._reviewers = task, host, reviewers
        self._by_task: dict[int, list[str]] = {}
        for number, known in heard.items():
            self._by_task.setdefault(known.task, []).append(number)

    def hear(self, number: int, data: JsonObject, at: datetime, records: Sequence[Region]) -> None:
        """Take in everything said on task `number`, whose last change was at `at`."""
        current = sorted(records, key=lambda record: str(record["updated_at"]))
        again = self._withdraw(number, data, at, {str(record["id"]) for record in current})
        for record in current:
            name, stamp = str(record["id"]), str(record["updated_at"])
            if name in self.heard and self.heard[name].updated_at == stamp:
                continue
            # What stood, was withdrawn and is said again is another word, with its own uid.
            version = f"{stamp}:{at.isoformat()}" if name in again else stamp
            try:
                self._say(number, data, record, self._uid(name, version))
            except (KeyError, TypeError, ValueError) as error:
                # Anybody with access can post any JSON as a result; it must not stop the others.
                reason = str(error) if isinstance(error, UnreadableError) else repr(error)
                self.unreadable.append(Unreadable(number, at, reason))

    def _say(self, number: int, data: JsonObject, record: Region, uid: str) -> None:
        skipped = bool(record.get("was_cancelled"))
        said = Said() if skipped else read(self._task, data["text"], record["result"] or ())
        name, stamp = str(record["id"]), str(record["updated_at"])
        reviewer = self._reviewer(record)
        self.annotations.append(
            Annotation(
                uid=uid,
                example_id=data["example_id"],
                action="skip" if skipped or said.rejected else "answer",
                answer=said.answer,
                spans=said.spans,
                reviewer=reviewer,
                via="label_studio",
                at=datetime.fromisoformat(stamp),
                seconds=record.get("lead_time"),
                note=said.note,
            )
        )
        words = self.heard[name].words + 1 if name in self.heard else 1
        self.heard[name] = Heard(task=number, reviewer=reviewer, updated_at=stamp, words=words)

    def _withdraw(self, number: int, data: JsonObject, at: datetime, current: set[str]) -> set[str]:
        """Undo what is deleted, and return the names of what must be said again.

        An undo takes back a reviewer's last word only, so all the words of one who deleted
        something are taken back, and what still stands in Label Studio is said again.
        """
        known = self._by_task.get(number, [])
        deleters = {self.heard[name].reviewer for name in known if name not in current}
        withdrawn = {name for name in known if self.heard[name].reviewer in deleters}
        for name in sorted(withdrawn):
            self.annotations.extend(self._undo(name, self.heard.pop(name), data, at))
        return withdrawn & current

    def _undo(
        self, name: str, heard: Heard, data: JsonObject, at: datetime
    ) -> Iterator[Annotation]:
        for word in range(heard.words):
            yield Annotation(
                uid=self._uid(name, f"{at.isoformat()}:undo:{word}"),
                example_id=data["example_id"],
                action="undo",
                reviewer=heard.reviewer,
                via="label_studio",
                at=at,
                note="deleted in Label Studio",
            )

    def _uid(self, name: str, version: str) -> str:
        return fingerprint(f"label-studio:{self._host}:{name}:{version}", length=32)

    def _reviewer(self, record: Region) -> str:
        who = record.get("completed_by")
        return self._reviewers.get(who, f"user {who}") if isinstance(who, int) else "unknown"


def read(task: Task, text: str, regions: Sequence[Region]) -> Said:
    """Return what an annotation of `text` says.

    Raises
    ------
    UnreadableError
        If it has no answer, more than one, a label the task does not know, or a span that does
        not lie where its own words say.
    """
    if task.kind is TaskKind.CLASSIFY:
        return Said(answer=_known(task, _only(regions, "label", "choices")))
    if task.kind is TaskKind.EXTRACT:
        marked = (_span(task, text, region["value"]) for region in regions)
        spans = tuple(sorted(marked, key=lambda span: (span.start, span.end, span.label)))
        return Said(answer=_SPANS.dump_json(spans).decode(), spans=spans)
    verdict = _first(regions, "verdict", "choices")
    if verdict == "reject":
        return Said(note=_remarks(regions), rejected=True)
    return Said(answer=_only(regions, "response", "text"), note=_remarks(regions))


def _values(regions: Sequence[Region], control: str, key: str) -> list[Any]:
    found = [region["value"][key] for region in regions if region["from_name"] == control]
    return [
        value for values in found for value in (values if isinstance(values, list) else [values])
    ]


def _first(regions: Sequence[Region], control: str, key: str) -> Any:  # noqa: ANN401 - JSON
    return next(iter(_values(regions, control, key)), None)


def _only(regions: Sequence[Region], control: str, key: str) -> str:
    values = _values(regions, control, key)
    if len(values) != 1:
        raise UnreadableError(f"it has {len(values) or 'no'} answers for {control!r}")
    return str(values[0])


def _known(task: Task, label: str) -> str:
    if label not in task.labels:
        raise UnreadableError(f"it says {label!r}, which is no label of this task")
    return label


def _remarks(regions: Sequence[Region]) -> str:
    rating = _first(regions, "quality", "rating")
    verdict = _first(regions, "verdict", "choices")
    return ", ".join([f"rated {rating} of 5"] * bool(rating) + [f"{verdict}ed"] * bool(verdict))


def _span(task: Task, text: str, value: Mapping[str, Any]) -> Span:
    labels = value.get("labels", [])
    if len(labels) != 1:
        raise UnreadableError(f"a span has {len(labels) or 'no'} labels")
    start, end, words = int(value["start"]), int(value["end"]), value.get("text")
    # Label Studio counts characters, as we do, and writes a line break as the two signs \ and n.
    there = text[start:end]
    if not there or words not in (None, there, there.replace("\n", "\\n")):
        raise UnreadableError(f"the span {json.dumps(words)} is not at {start} to {end}")
    return Span(start=start, end=end, label=_known(task, labels[0]))
