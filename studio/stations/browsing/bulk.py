"""Act on many examples at once: label them, leave them out, ask people; and undo it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import uuid4

from curation.exceptions import ProjectError
from curation.findings import open_finding
from curation.project import Project
from curation.resolution import Words
from curation.review.queue import asked_by
from curation.types import Annotation, Finding, Split, fingerprint
from studio.stations.browsing.facts import Facts, facts_of, heard_of
from studio.stations.review import answer, whoami

Act = Literal["label", "review", "exclude"]
"""What can be done to many examples at once."""

UNDONE = "undone"
"""What closes the finding of a review batch that was undone."""


@dataclass(frozen=True)
class Batch:
    """An action on many examples: planned, or done.

    Attributes
    ----------
    act : str
        "label", "review" or "exclude".
    ids : tuple of str
        The examples it is about.
    label : str
        What they are labelled; empty for the other actions.
    why : str
        The filter it came from, or what the person wrote.
    left_out : dict of str to int
        Examples that were asked for and are left alone, by reason.
    by_split : dict of Split to int
    id : str
        What undoes it; empty while it is only planned.
    """

    act: Act
    ids: tuple[str, ...]
    label: str = ""
    why: str = ""
    left_out: dict[str, int] = field(default_factory=dict)
    by_split: dict[Split, int] = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True)
class Done:
    """A batch on the record.

    Attributes
    ----------
    id, act, label, why, who : str
    at : datetime
    size : int
        Examples it was about.
    standing : int
        Examples on which it is still the person's last word; 0 means there is nothing to undo.
    """

    id: str
    act: Act
    label: str
    why: str
    who: str
    at: datetime
    size: int
    standing: int


@dataclass(frozen=True)
class Undone:
    """What undoing a batch did.

    Attributes
    ----------
    undone : int
        Examples that are again as they were.
    kept : int
        Examples whose reviewer has said something else since, or took it back already.
    """

    undone: int
    kept: int


def plan_batch(
    project: Project,
    ids: Sequence[str],
    act: Act,
    *,
    label: str = "",
    why: str = "",
    held_out: bool = False,
    again: bool = False,
) -> Batch:
    """Work out what an action on many examples would do, and what it would leave alone.

    Parameters
    ----------
    project : Project
    ids : sequence of str
        The examples, of any split.
    act : "label", "review" or "exclude"
    label : str
        The label to give, for "label".
    why : str
        The filter they came from, in words; kept with the action.
    held_out : bool
        Whether validation rows count too. The exam's never do: marked in bulk by a filter, it
        would measure how well a model imitates that filter.
    again : bool
        Whether examples that a person has answered already are labelled too.

    Raises
    ------
    ProjectError
        If the label is none of the task's.
    """
    if act == "label" and label not in project.task.labels:
        raise ProjectError(
            f"{label!r} is not one of the labels.",
            where=project.settings.name,
            remedy=f"There are: {', '.join(project.task.labels) or 'none yet'}.",
        )
    found = facts_of(project)
    kept, left_out = [], Counter[str]()
    by_split = Counter[Split]()
    for id_, row in zip(ids, found.rows_of(ids).tolist(), strict=True):
        reason = _left_alone(found, row, act, held_out=held_out, again=again)
        if reason:
            left_out[reason] += 1
        else:
            kept.append(id_)
            by_split[found.split_of(row)] += 1
    return Batch(act, tuple(kept), label, why, dict(left_out), dict(by_split))


def _left_alone(found: Facts, row: int, act: Act, *, held_out: bool, again: bool) -> str:
    if row < 0:
        return "not in the project"
    if found.exam[row]:
        return "in the exam"
    if found.split_of(row) is not Split.TRAIN and not held_out:
        return "in validation"
    if found.excluded[row]:
        return "excluded"
    if act == "label" and found.answered[row] and not again:
        return "answered already"
    return ""


def carry_out(project: Project, planned: Batch, *, who: str = "", note: str = "") -> Batch:
    """Do what was planned, in one transaction; return it with the id that undoes it."""
    batch = uuid4().hex[:12]
    if not planned.ids:
        return planned
    if planned.act == "review":
        finding = open_finding(
            "filter",
            planned.why or "Chosen by hand",
            example_ids=planned.ids,
            origin=f"batch {batch}",
            action="review",
            note=note,
        )
        project.store.add_finding(finding)
        return replace(planned, id=finding.id)
    reviewer = who or whoami()
    answer(project, (_word(planned, id_, batch, reviewer, note) for id_ in planned.ids))
    return replace(planned, id=batch)


def _word(planned: Batch, id_: str, batch: str, reviewer: str, note: str) -> Annotation:
    return Annotation(
        uid=fingerprint(batch, id_),
        example_id=id_,
        action="answer" if planned.act == "label" else "exclude",
        answer=planned.label or None,
        reviewer=reviewer,
        via="batch",
        note=note if planned.act == "exclude" else planned.why,
        batch=batch,
    )


def undo_batch(project: Project, batch: str) -> Undone:
    """Take a batch back where it is still its reviewer's last word, in one transaction.

    Raises
    ------
    ProjectError
        If there is no such batch.
    """
    done = next((done for done in recent_batches(project, None) if done.id == batch), None)
    if done is None:
        raise ProjectError(
            f"There is no action {batch!r} to undo.",
            where=project.settings.name,
            remedy="`tunesmith undo` without a name lists them.",
        )
    if done.act == "review":
        project.store.close_findings([batch], UNDONE if done.standing else "reviewed")
        return Undone(done.standing, done.size - done.standing)
    undone = project.store.add_annotations(_undoing(project, batch))
    return Undone(undone, done.size - undone)


def _undoing(project: Project, batch: str) -> Iterator[Annotation]:
    """Yield the undo of every word of a batch that stands.

    It is read inside the transaction that keeps it: an undo takes back a reviewer's last word,
    whatever that is, and nobody can say another one meanwhile.
    """
    words = Words()
    words.hear(project.store.annotations())
    for (example, reviewer), said in words.said.items():
        if said and said[-1][1].batch == batch:
            yield Annotation(
                uid=fingerprint("undo", said[-1][1].uid),
                example_id=example,
                action="undo",
                reviewer=reviewer,
                via="batch",
                batch=batch,
            )


def recent_batches(project: Project, number: int | None = 20) -> tuple[Done, ...]:
    """Return what was done to many examples at once, the latest first; None returns all."""
    heard = heard_of(project)
    said: dict[str, list[Annotation]] = {}
    for annotation in heard.batched:
        said.setdefault(annotation.batch, []).append(annotation)
    done = [_done(heard.words, words) for words in said.values()]
    done += [_asked(f, heard.words) for f in project.store.findings() if f.kind == "filter"]
    return tuple(sorted(done, key=lambda done: done.at, reverse=True)[:number])


def _done(words: Words, said: Sequence[Annotation]) -> Done:
    first = said[0]
    standing = sum(
        any(last.uid == word.uid for last in words.standing(word.example_id)) for word in said
    )
    return Done(
        id=first.batch,
        act="label" if first.action == "answer" else "exclude",
        label=first.answer or "",
        why=first.note,
        who=first.reviewer,
        at=first.at,
        size=len(said),
        standing=standing,
    )


def _asked(finding: Finding, words: Words) -> Done:
    standing = {id_: words.standing(id_) for id_ in finding.example_ids}
    waiting = asked_by([finding], standing)
    return Done(
        id=finding.id,
        act="review",
        label="",
        why=finding.title,
        who="",
        at=finding.created_at,
        size=len(finding.example_ids),
        standing=len(waiting),
    )
