"""What was done to many examples at once, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from curation.exceptions import ProjectError
from curation.project import Project
from curation.review.queue import asked_by
from curation.types import Annotation, Finding, fingerprint
from curation.words import Words
from studio.stations.browsing.bulk import Act
from studio.stations.browsing.gathering import heard_of

UNDONE = "undone"
"""What closes the finding of a review batch that was undone."""


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
                via=said[-1][1].via,
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
