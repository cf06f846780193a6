"""How right the current labels are, by answers nothing led and chance chose."""

from __future__ import annotations

import numpy as np

from curation.project import Project
from curation.resolution import by_people
from curation.review.estimates import Estimate
from curation.review.ledger import Ledger
from curation.types import Resolution, Split
from studio.stations.desk import desk_of
from studio.stations.evidence import Opinions
from studio.stations.labels import columns

BY_VOTES, BY_QUICK = "The functions' labels", "The quick model"


def estimate_labels(project: Project) -> tuple[Estimate, ...]:
    """Return how right the functions' labels and the quick model are; none without opinions.

    The functions are judged by answers to random training cards, as of the round; the quick model,
    which learns from these, by validation answers.
    """
    desk = desk_of(project)
    with desk.lock:
        desk.catch_up(project)
        opinions = desk.opinions(project)
        found = [_of_votes(project, desk.ledger, opinions), _of_quick(project, opinions)]
    return tuple(estimate for estimate in found if estimate is not None)


def _of_votes(project: Project, ledger: Ledger, opinions: Opinions) -> Estimate | None:
    probable, seen = opinions.probable, columns(project)
    if probable is None or len(probable.covered) != len(seen.corpus):
        return None
    train = (seen.facts["split"] == Split.TRAIN.value).to_numpy()
    no_gold = seen.facts["reference"].is_null().to_numpy()
    sure = probable.probabilities.max(axis=1) >= project.settings.threshold
    labelled = train & no_gold & probable.covered & sure
    said = _fair_answers(ledger)
    right = n = 0
    rows = seen.corpus.ids.places(said)
    for answer, row in zip(said.values(), rows.tolist(), strict=True):
        best = probable.best(row) if row >= 0 and labelled[row] else None
        if best is not None:
            n += 1
            right += best[0] == answer
    return Estimate(BY_VOTES, right, n, int(np.count_nonzero(labelled)))


def _fair_answers(ledger: Ledger) -> dict[str, str]:
    """Return what people answered to random cards, by example; those they agree on.

    Not where something was suggested after all, as on a task in Label Studio that was drawn at
    random and that a finding asked about later.
    """
    answers = {}
    for id_ in ledger.answered:
        said = ledger.words.standing(id_)
        found = by_people(id_, said)
        fair = any(word.drawn == "random" and word.shown is None for word in said)
        if isinstance(found, Resolution) and fair:
            answers[id_] = found.answer
    return answers


def _of_quick(project: Project, opinions: Opinions) -> Estimate | None:
    if opinions.quick is None:
        return None
    fit, seen = opinions.quick.fit, columns(project).corpus
    held_out = project.store.count_examples()[Split.VALIDATION]
    return Estimate(BY_QUICK, fit.right, fit.n, len(seen), "validation cards", most=held_out)
