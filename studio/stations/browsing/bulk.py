"""Act on many examples at once: label them, leave them out, ask people; and undo it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import uuid4

from curation.exceptions import ProjectError
from curation.findings import open_finding
from curation.project import Project
from curation.registry import nearest
from curation.types import Annotation, JsonObject, Split, fingerprint
from studio.stations.browsing.facts import Facts
from studio.stations.browsing.gathering import facts_of
from studio.stations.review import answer
from studio.stations.reviewers import whoami

Act = Literal["label", "review", "exclude"]
"""What can be done to many examples at once."""


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
            remedy=nearest(label, project.task.labels),
        )
    found = facts_of(project)
    kept, left_out = [], Counter[str]()
    by_split = Counter[Split]()
    for id_, row in zip(ids, found.shelf.rows_of(ids).tolist(), strict=True):
        reason = _left_alone(found, row, act, held_out=held_out, again=again)
        if reason:
            left_out[reason] += 1
        else:
            kept.append(id_)
            by_split[found.shelf.split_of(row)] += 1
    return Batch(act, tuple(kept), label, why, dict(left_out), dict(by_split))


def _left_alone(found: Facts, row: int, act: Act, *, held_out: bool, again: bool) -> str:
    if row < 0:
        return "not in the project"
    if found.shelf.exam[row]:
        return "in the exam"
    if found.shelf.split_of(row) is not Split.TRAIN and not held_out:
        return "in validation"
    if found.spoken.excluded[row]:
        return "excluded"
    if act == "label" and found.spoken.answered[row] and not again:
        return "answered already"
    return ""


def carry_out(
    project: Project, planned: Batch, *, who: str = "", note: str = "", via: str = "app"
) -> Batch:
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
    spoken = {
        "action": "answer" if planned.act == "label" else "exclude",
        "answer": planned.label or None,
        "reviewer": who or whoami(),
        "via": via,
        "note": note or planned.why,
        "batch": batch,
    }
    answer(project, (_word(id_, spoken) for id_ in planned.ids))
    return replace(planned, id=batch)


def _word(id_: str, spoken: JsonObject) -> Annotation:
    uid = fingerprint(spoken["batch"], id_)
    return Annotation(uid=uid, example_id=id_, **spoken)
