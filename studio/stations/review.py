"""Label by hand: what to ask next, and keeping what people say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from curation.findings import answered, still_open
from curation.project import Project
from curation.review.queue import QueueItem, asked_by, order_queue
from curation.types import (
    Annotation,
    ProbableLabels,
    Split,
    VoteMatrix,
)
from curation.words import standing_words


def review_queue(
    project: Project,
    *,
    split: Split = Split.TRAIN,
    matrix: VoteMatrix | None = None,
    probable: ProbableLabels | None = None,
    size: int = 200,
) -> tuple[QueueItem, ...]:
    """Return what a person should look at next in one split, and why."""
    standing = standing_words(project.store.annotations())
    return order_queue(
        project.store.examples(split=split),
        seen={id_ for id_, said in standing.items() if any(a.via != "file" for a in said)},
        matrix=matrix,
        probable=probable,
        asked=asked_by(project.store.findings(), standing),
        seed=project.settings.seed,
        size=size,
    )


def answer(
    project: Project,
    annotations: Iterable[Annotation],
    *,
    link: tuple[str, Mapping[str, object]] | None = None,
) -> int:
    """Keep what people said, and how we left things with where they said it.

    Returns
    -------
    int
        How many decisions were new.
    """
    kept = project.store.add_annotations(annotations, link=link)
    _close_answered_findings(project)
    return kept


def _close_answered_findings(project: Project) -> None:
    findings = still_open(project.store.findings())
    if any(finding.action == "review" for finding in findings):
        waiting = asked_by(findings, standing_words(project.store.annotations()))
        done = answered(findings, waiting)
        project.store.close_findings((finding.id for finding in done), "reviewed")
