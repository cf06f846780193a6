"""Cards as they are shown: with a suggestion unless the answer measures, and how they are asked."""

from __future__ import annotations

from collections.abc import Sequence

from curation.columns import columns_of
from curation.project import Project
from curation.review.ledger import Asked
from curation.review.queue import QueueItem
from curation.review.strategies import STRATEGIES
from curation.types import Example, Split, TaskKind
from studio.stations.desk import Desk

COMPARE = "compare"
"""What draws a card on which two responses are compared."""
MODES = {TaskKind.CLASSIFY: "choose", TaskKind.EXTRACT: "spans", TaskKind.GENERATE: "write"}
"""How each kind of task is asked, unless a suggestion only needs a yes."""


def cards_of(
    project: Project, desk: Desk, asked: Sequence[Asked], reviewer: str
) -> tuple[QueueItem, ...]:
    """Return what is asked as cards; a comparison that is not there any more is left out."""
    examples = project.store.examples(ids=[one.drawn.example_id for one in asked])
    rows = columns_of(project.store, project.columns).corpus.ids.places(e.id for e in examples)
    made = []
    for one, example, row in zip(asked, examples, rows.tolist(), strict=True):
        if one.drawn.strategy != COMPARE:
            made.append(_card(project, desk, one, example, row))
        elif found := desk.compared(project, reviewer).get(example.id):
            made.append(found)
    return tuple(made)


def _card(project: Project, desk: Desk, asked: Asked, example: Example, row: int) -> QueueItem:
    drawn, mode = asked.drawn, MODES[project.task.kind]
    suggestion, confidence = _suggestion(project, desk, asked, row) or (None, None)
    sure = confidence is not None and confidence >= project.settings.review.verify_from
    if mode == "choose" and sure and example.id not in desk.ledger.refused:
        mode = "verify"
    return QueueItem(example, drawn.reason, suggestion, confidence, drawn.strategy, mode)


def _suggestion(project: Project, desk: Desk, asked: Asked, row: int) -> tuple[str, float] | None:
    """Return what functions think, or the quick model; never on a card whose answer measures.

    What people said it is not is not suggested again, and who looks at an answer for the second
    time makes up their own mind.
    """
    id_, name = asked.drawn.example_id, asked.drawn.strategy
    measures = asked.split is not Split.TRAIN or (name in STRATEGIES and STRATEGIES[name].blind)
    if measures or row < 0 or id_ in desk.ledger.answered:
        return None
    best = desk.opinions(project).best(row)
    return None if best is None or best[0] in desk.ledger.refused_labels(id_) else best
