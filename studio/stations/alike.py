"""Pages of examples that are alike and think alike: answered together, exceptions one by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curation.project import Project
from curation.review.evidence import Belief, Evidence, Mask, Rows
from curation.review.mixing import RANDOM, shares_of
from curation.types import Split
from studio.stations.desk import desk_of
from studio.stations.evidence import Opinions, gather, read_opinions
from studio.stations.labels import columns, last_votes
from studio.stations.quick import quick_model
from studio.stations.reviewers import whoami

AT_ONCE = 25
"""Rows of a page."""
LEAST = 0.5
"""The least probability at which a label is proposed."""
TRIED = 20
"""Rows that are asked for, for each that is handed out: others may hold the first ones."""
AT_A_TIME = 1 << 17
MOST_KEPT = 4


@dataclass(frozen=True)
class Proposed:
    """An example and the label it probably has.

    Attributes
    ----------
    example_id, text, label : str
    probability : float
    """

    example_id: str
    text: str
    label: str
    probability: float


@dataclass(frozen=True)
class Proposals:
    """The label each row probably has, where functions and the quick model do not contradict.

    Attributes
    ----------
    opinions : Opinions
        What they were made from.
    label : int array, shape (n,)
        A place among the task's labels; -1 where nothing is proposed.
    probability : float array, shape (n,)
    """

    opinions: Opinions
    label: NDArray[np.int64]
    probability: NDArray[np.float32]


def alike(
    project: Project,
    label: str,
    *,
    seed: str = "",
    number: int = AT_ONCE,
    reviewer: str = "",
    tab: str = "",
) -> tuple[Proposed, ...]:
    """Hand a reviewer train examples that probably have a label, and are like one another.

    Nobody has answered them, no card asks them, and the share that only chance may choose is left
    alone. Two reviewers are not handed the same.

    Parameters
    ----------
    seed : str
        The id of the example the others are like; without it the most probable one.
    number : int
        The most examples.
    reviewer, tab : str
        Who asks, and in which of their tabs.

    Returns
    -------
    tuple of Proposed
        The most like the seed first; empty where nothing is proposed.
    """
    who = reviewer or whoami()
    evidence, proposals = _evidence(project, who)
    place = project.task.labels.index(label)
    rows = np.flatnonzero(_open(evidence, proposals) & (proposals.label == place))
    rows = _by_likeness(evidence, proposals, rows, seed)[: TRIED * number]
    wanted = [evidence.ids[row] for row in rows.tolist()]
    people = project.settings.review.people
    handed = set(project.store.hand_out(who, wanted, number=number, people=people, tab=tab))
    kept = [row for row, id_ in zip(rows.tolist(), wanted, strict=True) if id_ in handed]
    texts = columns(project).corpus.texts[kept].to_list() if kept else []
    return tuple(
        Proposed(evidence.ids[row], text, label, float(proposals.probability[row]))
        for row, text in zip(kept, texts, strict=True)
    )


def labels_alike(project: Project, *, reviewer: str = "") -> dict[str, int]:
    """Return how many examples could be answered in bulk, by label, in the task's order."""
    if not project.task.classifies:
        return {}
    evidence, proposals = _evidence(project, reviewer or whoami())
    there = proposals.label[_open(evidence, proposals)]
    counts = np.bincount(there, minlength=len(project.task.labels)).tolist()
    return {label: n for label, n in zip(project.task.labels, counts, strict=True) if n}


def _evidence(project: Project, who: str) -> tuple[Evidence, Proposals]:
    proposals, desk = _proposals(project), desk_of(project)
    with desk.lock:
        desk.catch_up(project)
        evidence = gather(project, desk.ledger, Split.TRAIN, who, proposals.opinions)
    fair = shares_of(project.task.kind, project.settings.review.shares).get(RANDOM, 0.0)
    return replace(evidence, reserve=fair), proposals


def _open(evidence: Evidence, proposals: Proposals) -> Mask:
    """Return what may be asked in bulk: proposed, answered by nobody, and not refused before.

    What is proposed has learned from the answers of others.
    """
    found: Mask = evidence.choosable & (proposals.label >= 0) & ~evidence.answered
    found[evidence.refused] = False
    return found


def _by_likeness(evidence: Evidence, proposals: Proposals, rows: Rows, seed: str) -> Rows:
    """Return rows in order: the most like the seed first, or the most probable."""
    rows = rows[np.argsort(-proposals.probability[rows], kind="stable")]
    made = evidence.embeddings
    if made is None or not len(rows):
        return rows
    places = made.ids.places(evidence.ids.column[rows])
    near = np.full(len(rows), -1.0, dtype=np.float32)
    first = made.of([seed or evidence.ids[int(rows[0])]])[0]
    for start in range(0, len(rows), AT_A_TIME):
        part = places[start : start + AT_A_TIME]
        vectors = made.matrix[part.clip(0)].astype(np.float32)
        near[start : start + AT_A_TIME] = np.where(part >= 0, vectors @ first, -1)
    return rows[np.argsort(-near, kind="stable")]


_kept: dict[Path, tuple[str, Proposals]] = {}
"""The proposals of the projects looked at lately, and what they were made from."""


def _proposals(project: Project) -> Proposals:
    quick, rows = quick_model(project), len(columns(project).corpus)
    votes = json.dumps(last_votes(project))
    key = f"{quick.made_from if quick else ''} {rows} {votes} {project.task.labels}"
    kept = _kept.get(project.folder)
    if kept is None or kept[0] != key:
        if len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        kept = key, propose(read_opinions(project), project.task.labels, rows)
        _kept[project.folder] = kept
    return kept[1]


def propose(opinions: Opinions, labels: Sequence[str], rows: int) -> Proposals:
    """Return the label of each row that functions and the quick model agree on.

    Where only one of them says anything, that one is believed; where they contradict each other,
    nothing is proposed.
    """
    found = Proposals(opinions, np.full(rows, -1), np.zeros(rows, dtype=np.float32))
    contradicted = np.zeros(rows, dtype=np.bool_)
    for belief in (opinions.functions, opinions.model):
        if not isinstance(belief, Belief) or any(name not in labels for name in belief.labels):
            continue
        place = np.array([labels.index(name) for name in belief.labels])
        for start in range(0, min(rows, len(belief.covered)), AT_A_TIME):
            part = np.asarray(belief.probabilities[start : start + AT_A_TIME])
            own = slice(start, start + len(part))
            best, sure = place[part.argmax(axis=1)], part.max(axis=1)
            says = belief.covered[own] & (sure >= LEAST)
            contradicted[own] |= says & (found.label[own] >= 0) & (found.label[own] != best)
            found.label[own] = np.where(says, best, found.label[own])
            found.probability[own] = np.where(says, sure, found.probability[own])
    found.label[contradicted] = -1
    return found
