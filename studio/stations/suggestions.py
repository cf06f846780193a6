"""Propose labeling functions from training rows, take them over, and forget those nobody wants.

No text and no answer of a held-out row is looked at. Of what a run gets wrong on validation, only
which labels it confuses is taken, to look for what tells them apart in training.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, count

import numpy as np

from curation.exceptions import FunctionError, ModelError, TunesmithError
from curation.project import Project
from curation.types import FunctionInfo, RunStatus, Split, VoteMatrix
from labeling_functions.analysis.buckets import buckets
from labeling_functions.analysis.selection import Selection, rows_of
from labeling_functions.analysis.tally import Rows, Tally, places_of
from labeling_functions.endpoint import endpoint_from_environment
from labeling_functions.suggesting.proposing import measure_proposals, prompts_for, read_proposals
from labeling_functions.suggesting.suggest import Aim, suggest
from labeling_functions.suggesting.suggestion import Ground, Suggestion
from labeling_functions.suggesting.uncovered import suggest_uncovered
from studio.stations import embedding
from studio.stations.errors import browse_errors
from studio.stations.functions import save_function
from studio.stations.labels import columns, list_functions, tuning_gold, vote
from studio.stations.training import list_runs

DISMISSED = "dismissed suggestions"
"""Where the store keeps the keys of suggestions nobody wants."""
MOST_BUCKETS = 3
MOST_CONFUSIONS = 2
A_FEW = 3
REPLY_TOKENS = 200
CLUSTERED = 5_000
"""Uncovered rows that are clustered, at most."""


def suggest_functions(
    project: Project,
    *,
    least_precision: float = 0.6,
    most_coverage: float = 0.33,
    limit: int = 10,
) -> list[Suggestion]:
    """Return functions worth writing: for rows nobody votes on, conflicts, and a run's errors.

    Those gold bears out come first, the most useful at the top; after them phrases of rows nobody
    votes on, whose label a person must say.

    Parameters
    ----------
    least_precision : float
        What the lower end of a precision's 95 % interval must reach. It is measured on the half
        of the training gold that the suggestion was not found on.
    most_coverage : float
        What is on more than this share of the training rows is not suggested.
    limit : int
        How many for rows nobody votes on; a few more are for other aims.

    Returns
    -------
    list of Suggestion
        Their rows are rows of the project's columns.
    """
    if not project.task.labels:
        return []
    train, ground, matrix = ground_of(project)
    dismissed = _dismissed(project)
    aims = [Aim("gold", "rows nobody votes on", ground.uncovered, most=limit)]
    aims += [*_conflicts(ground, matrix), *_confusions(project, ground, matrix)]
    found = suggest(
        ground,
        aims,
        least_precision=least_precision,
        most_coverage=most_coverage,
        dismissed=dismissed,
    )
    found += suggest_uncovered(
        ground,
        _clusters(project, ground),
        most_coverage=most_coverage,
        limit=max(1, limit // 2),
        dismissed=dismissed,
    )
    placed = [replace(one, rows=train[one.rows], new=train[one.new]) for one in found]
    return _free_names(project, placed)


def ask_for_functions(
    project: Project,
    *,
    model: str = "",
    least_precision: float = 0.6,
    most_coverage: float = 0.33,
    limit: int = 10,
) -> list[Suggestion]:
    """Ask the model at the endpoint that is set for functions, and return those gold bears out.

    It is shown training examples of one half of the gold, which leave this machine unless the
    endpoint is on it; what it proposes is measured on the other half, behind the same gate.

    Parameters
    ----------
    model : str
        By name; the endpoint's default where empty.

    Raises
    ------
    FunctionError
        No endpoint is set, or it does not answer.
    """
    train, ground, _ = ground_of(project)
    asked = prompts_for(ground)
    endpoint = replace(endpoint_from_environment(model), most_tokens=REPLY_TOKENS)
    proposed = [
        (ground.labels.index(name), candidate)
        for place, reply in endpoint.ask([prompt for _, prompt in asked])
        for name in [asked[place][0]]
        for candidate in read_proposals(reply)
    ]
    found = suggest(
        ground,
        [
            Aim(
                "prompted",
                "rows nobody votes on, proposed by a model",
                ground.uncovered,
                most=limit,
            )
        ],
        measured=measure_proposals(ground, proposed, least_precision),
        least_precision=least_precision,
        most_coverage=most_coverage,
        dismissed=_dismissed(project),
    )
    placed = [replace(one, rows=train[one.rows], new=train[one.new]) for one in found]
    return _free_names(project, placed)


def ground_of(project: Project) -> tuple[Rows, Ground, VoteMatrix]:
    """Return the training rows with their gold and votes, to draw suggestions from.

    Returns
    -------
    int array
        The training rows among the rows of the project's columns.
    Ground
    VoteMatrix
        The votes on the same rows.
    """
    voted, known = vote(project), columns(project)
    train = np.flatnonzero((known.facts["split"] == Split.TRAIN.value).to_numpy())
    corpus = known.corpus.take(train)
    matrix = VoteMatrix(corpus.ids, voted.functions, voted.labels, voted.votes[train])
    tally = Tally(matrix, tuning_gold(project))
    gold = np.full(len(train), -1, dtype=np.intp)
    gold[tally.judged] = tally.answers
    return train, Ground(corpus, gold, matrix.votes, project.task.labels), matrix


def accept(project: Project, suggestion: Suggestion, label: str = "") -> tuple[FunctionInfo, ...]:
    """Write a suggested function into the project's file.

    Parameters
    ----------
    label : str
        What it is to vote, where the suggestion does not say.

    Raises
    ------
    FunctionError
        It needs a label, the task has no such label, or its name is taken.
    """
    wanted = suggestion.label or label
    if wanted not in project.task.labels:
        raise FunctionError(
            f"There is no label called {wanted!r}." if wanted else "It has no label yet.",
            where=suggestion.name,
            remedy=f"Choose one: {', '.join(project.task.labels)}.",
        )
    return save_function(project, suggestion.code(wanted))


def dismiss(project: Project, suggestion: Suggestion) -> None:
    """Never suggest this again."""
    keys = sorted({*_dismissed(project), suggestion.key})
    project.store.save_link(DISMISSED, {"keys": keys})


def _dismissed(project: Project) -> frozenset[str]:
    kept = project.store.link(DISMISSED) or {}
    keys = kept.get("keys", ())
    return frozenset(map(str, keys)) if isinstance(keys, list) else frozenset()


def _conflicts(ground: Ground, matrix: VoteMatrix) -> Iterator[Aim]:
    """Yield the largest conflicts, to be told apart."""
    for bucket in buckets(matrix, {})[:MOST_BUCKETS]:
        rows = np.zeros(len(ground.gold), dtype=bool)
        rows[rows_of(matrix, bucket.selection)] = True
        labels = tuple(ground.labels.index(label) for label in bucket.labels)
        yield Aim("conflict", f"tells {' and '.join(bucket.labels)} apart", rows, labels, A_FEW)


def _confusions(project: Project, ground: Ground, matrix: VoteMatrix) -> Iterator[Aim]:
    """Yield what the newest evaluated run confuses most, to be told apart in training rows."""
    run = next((r for r in list_runs(project) if r.status is RunStatus.FINISHED), None)
    if run is None:
        return
    try:
        errors = browse_errors(project, run.spec.id)
    except TunesmithError:  # it was not asked on validation yet
        return
    confused = Counter((error.gold, error.predicted) for error in errors)
    for (gold, predicted), n in confused.most_common(MOST_CONFUSIONS):
        if {gold, predicted} <= set(ground.labels):
            rows = np.zeros(len(ground.gold), dtype=bool)
            rows[rows_of(matrix, Selection(label=predicted))] = True
            why = f"{run.spec.id} takes {gold} for {predicted} ({n} times on validation)"
            yield Aim("errors", why, rows | ground.uncovered, (ground.labels.index(gold),), A_FEW)


def _clusters(project: Project, ground: Ground) -> list[Rows]:
    """Return clusters of rows nobody votes on; none where they are not embedded."""
    rows = np.flatnonzero(ground.uncovered)[:CLUSTERED]
    if not len(rows) or embedding.missing_embeddings(project):
        return []
    ids = [ground.corpus.ids[int(row)] for row in rows]
    try:
        found = embedding.clusters(project, ids)
    except ModelError:  # the embeddings went while we looked: phrases do without
        return []
    return [places_of(ground.corpus.ids, cluster.example_ids) for cluster in found]


def _free_names(project: Project, found: list[Suggestion]) -> list[Suggestion]:
    """Give suggestions names that no function has."""
    taken = {function.name for function in list_functions(project).functions}
    named = []
    for one in found:
        others = (f"{one.name}_{n}" for n in count(2))
        name = next(n for n in chain([one.name], others) if n not in taken)
        taken.add(name)
        named.append(replace(one, name=name))
    return named
