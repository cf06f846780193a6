"""The quick model of a project: fitted on what is said, judged on validation, never on the exam."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curation.columns import Columns
from curation.exceptions import ModelError
from curation.project import Project
from curation.resolution import resolve
from curation.review.quick.lesson import Lesson
from curation.review.quick.model import QuickModel, fit_quick, read_quick
from curation.statistics import proportion
from curation.types import (
    Annotation,
    ProbableLabels,
    Resolution,
    Score,
    Split,
    Word,
)
from curation.words import is_answer, standing_words
from studio.stations.embedding import embed, embedding_folder
from studio.stations.labels import SEEN_SPLITS, add_up, columns, vote

MOST_VOTED = 50_000
"""Labels by votes that teach or are doubted; a sample of more."""
NEW_ANSWERS = 20
"""Answers that make it worth fitting again, or a twentieth of what it was fitted on."""

Progress = Callable[[int, int], None]
Known = dict[str, Resolution | None]
"""What is said of examples; None where it is left open."""


def quick_folder(project: Project) -> Path:
    """Return the folder of the project's quick model; it may be deleted."""
    return project.folder / "quick"


def quick_model(project: Project) -> QuickModel | None:
    """Return the newest quick model; None before the first."""
    if not project.task.classifies:
        return None
    return read_quick(quick_folder(project), columns(project).corpus)


def refit(project: Project, on_progress: Progress | None = None) -> QuickModel:
    """Fit the quick model on everything said so far, in a child process; embed what is missing.

    It takes seconds, embedding aside. `studio.jobs.start_refit` does the same in a process of its
    own.

    Raises
    ------
    ModelError
        The task picks no label, there is nothing to learn from, or the child died.
    """
    if not project.task.classifies:
        raise ModelError(
            "The quick model picks labels, and this project has none to pick from.",
            where=project.settings.name,
        )
    embed(project, on_progress)
    lesson = _lesson(project)
    return fit_quick(quick_folder(project), embedding_folder(project), lesson, on_progress)


def answers_since(project: Project, model: QuickModel) -> int:
    """Return how many answers were given since a quick model was fitted, the exam's aside."""
    _, said = project.store.annotations_after(model.fit.heard)
    about = [annotation.example_id for annotation in said if is_answer(annotation)]
    return int((columns(project).corpus.ids.places(about) >= 0).sum())


def is_worth_refitting(project: Project, model: QuickModel | None) -> bool:
    """Return whether enough was said since to fit again."""
    if model is None:
        return project.task.classifies
    enough = max(NEW_ANSWERS, model.fitted_on // 20)
    return model.labels != project.task.labels or answers_since(project, model) >= enough


def accuracy_of(model: QuickModel) -> Score:
    """Return its accuracy on validation answers, with an interval: a fair one."""
    why = "no validation example has an answer"
    return proportion("accuracy", model.fit.right, model.fit.n, why)


def own_accuracy_of(model: QuickModel) -> Score:
    """Return its accuracy on the answers it learns from, each by a model that had not seen it.

    People were asked about what is hard, so that it says little about all examples.
    """
    why = "no training example has an answer of a person or a file"
    return proportion("accuracy", model.fit.own_right, model.fit.own_n, why)


def _lesson(project: Project) -> Lesson:
    heard, said = project.store.annotations_after(0)
    seen, known = columns(project), _known(project, said)
    held = known[Split.VALIDATION]
    return Lesson(
        corpus=seen.corpus,
        families=_families(seen),
        labels=project.task.labels,
        taught=_voted(project, seen, known[Split.TRAIN]) | _decided(known[Split.TRAIN]),
        held_out={id_: found.answer for id_, found in _decided(held).items()},
        heard=heard,
    )


def _decided(known: Known) -> dict[str, Resolution]:
    return {id_: found for id_, found in known.items() if found is not None}


def _known(project: Project, said: tuple[Annotation, ...]) -> dict[Split, Known]:
    """Return what people and files say, by split.

    Only examples a person or a later file spoke about are looked at one by one.
    """
    store, standing = project.store, standing_words(said)
    known: dict[Split, Known] = {
        split: {id_: _by_file(id_, gold) for id_, gold in store.references(split).items() if gold}
        for split in SEEN_SPLITS
    }
    spoken = [e for e in store.examples(ids=list(standing)) if e.split in SEEN_SPLITS]
    resolved = resolve(spoken, standing, None, threshold=1.0).resolutions
    for example in spoken:
        known[example.split][example.id] = resolved.get(example.id)
    return known


def _by_file(id_: str, gold: str) -> Resolution:
    return Resolution(example_id=id_, answer=gold, word=Word.GOLD, confidence=1.0)


def _families(seen: Columns) -> NDArray[np.int64]:
    """Return a number for each row that its near-duplicates share."""
    groups = seen.facts["group"]
    codes: NDArray[np.int64] = groups.rank("dense").cast(int).to_numpy()
    return codes


def _voted(project: Project, seen: Columns, known: Known) -> dict[str, Resolution]:
    """Return the labels that votes alone speak for, over the threshold, of train examples."""
    probable = add_up(project, vote(project))
    if probable is None:
        return {}
    train = (seen.facts["split"] == Split.TRAIN.value).to_numpy()
    spoken = seen.corpus.ids.places(known)
    train[spoken[spoken >= 0]] = False
    likeliest = probable.probabilities.max(axis=1)
    rows = np.flatnonzero(train & probable.covered & (likeliest >= project.settings.threshold))
    generator = np.random.default_rng(project.settings.seed)
    rows = np.sort(generator.permutation(rows)[:MOST_VOTED])
    found = (_by_votes(probable, row) for row in rows.tolist())
    return {resolution.example_id: resolution for resolution in found if resolution is not None}


def _by_votes(probable: ProbableLabels, row: int) -> Resolution | None:
    best = probable.best(row)
    if best is None:
        return None
    id_, (answer, sure) = probable.example_ids[row], best
    return Resolution(example_id=id_, answer=answer, word=Word.VOTES, confidence=min(1.0, sure))
