"""The quick model: logistic regression on embeddings, refitted in seconds between LoRA runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import time
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter

from curation.child import Child
from curation.corpus import Corpus, Ids, write_corpus
from curation.exceptions import ModelError
from curation.review.quick.lesson import Lesson, write_lesson
from curation.types import JsonObject, Noun, Word, now
from curation.vectors import Floats

WORKER = "curation.review.quick.fitter"
RECORD, PROBABILITIES, ISSUES = "quick.json", "probabilities.npy", "issues.json"
ABANDONED = 3600
"""Seconds after which nobody is at an unfinished model any more."""

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do."""


class LabelIssue(Noun):
    """A label that the examples like it speak against; a machine's doubt, not an error yet."""

    given: str = Field(description="The label it has.")
    word: Word = Field(description="On whose word it has it.")
    likelier: str = Field(description="The label the model finds most probable.")
    probability: float = Field(description="Of the likelier label, by a model that never saw it.")
    quality: float = Field(description="Of the given label, by the same model: low is doubtful.")


class Fit(Noun):
    """What a quick model was made from, and how good it is."""

    stamp: str = Field(description="Its name: when it was made.")
    labels: tuple[str, ...] = Field(description="The order of its probabilities.")
    rows: int = Field(description="Examples it answers: the first so many that functions may see.")
    digest: str = Field(description="The hash of their ids, in order.")
    heard: int = Field(description="The place in the record of answers up to which it knows them.")
    fitted: dict[Word, int] = Field(description="Examples it was fitted on, by whose word.")
    weight: float = Field(description="What a label by votes weighed, where a person's weighs 1.")
    why: str = Field(description="Why that much.")
    unlearnt: tuple[str, ...] = Field(description="Labels nothing was there to learn from.")
    unjudged: tuple[str, ...] = Field(
        description="Labels with one example, or one family of near-duplicates: whether it is right"
        " cannot be told from the others."
    )
    own_right: int = Field(description="Training answers it gets right without having seen them.")
    own_n: int = Field(description="Training answers so judged.")
    right: int = Field(description="Validation answers it gets right; none was fitted on.")
    n: int = Field(description="Validation answers there are.")
    seconds: float = Field(description="How long it took, without embedding.")


@dataclass(frozen=True)
class QuickModel:
    """What the quick model thinks of the examples.

    Attributes
    ----------
    example_ids : Ids, length n
        Every train and validation example there was, in order of arrival; never the exam.
    labels : tuple of str, length k
    probabilities : float32 array, shape (n, k)
        Mapped from the file. Examples it was fitted on are among the rows.
    fit : Fit
    issues : mapping of str to LabelIssue
        Likely label errors among train examples, the most doubtful first.
    """

    example_ids: Ids
    labels: tuple[str, ...]
    probabilities: Floats
    fit: Fit
    issues: Mapping[str, LabelIssue]
    _corpus: Corpus

    @property
    def made_from(self) -> str:
        """Its stamp: another model has another one."""
        return self.fit.stamp

    @property
    def fitted_on(self) -> int:
        """How many answers it was fitted on."""
        return sum(self.fit.fitted.values())

    def rows(self, ids: Iterable[str]) -> NDArray[np.int64]:
        """Return the row of each of some ids; -1 where it came since, or is not to be seen."""
        places = self._corpus.ids.places(ids)
        return np.where(places < len(self.example_ids), places, -1)

    def best(self, example_id: str) -> tuple[str, float] | None:
        """Return an example's most probable label and its probability; None where unknown."""
        (row,) = self.rows([example_id]).tolist()
        if row < 0:
            return None
        winner = int(self.probabilities[row].argmax())
        return self.labels[winner], float(self.probabilities[row, winner])


def fit_quick(
    folder: Path, embeddings: Path, lesson: Lesson, on_progress: Progress | None = None
) -> QuickModel:
    """Fit a quick model in a child process, keep it in `folder` and remove the ones before it.

    Raises
    ------
    ModelError
        Fewer than two labels have an answer, an example has no embedding, or the child died.
    """
    stamp = f"{now():%Y%m%d-%H%M%S-%f}-{uuid4().hex[:4]}"
    unfinished = folder / f".{stamp}.tmp"
    unfinished.mkdir(parents=True)
    try:
        write_lesson(unfinished, lesson)
        found = _fitted(unfinished, embeddings, lesson, on_progress)
        fit = Fit(
            stamp=stamp,
            labels=lesson.labels,
            rows=len(lesson.corpus),
            digest=lesson.corpus.digest(),
            heard=lesson.heard,
            **found,
        )
        (unfinished / RECORD).write_text(fit.model_dump_json(indent=1), "utf-8")
        unfinished.rename(folder / stamp)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _remove_older(folder, stamp)
    model = read_quick(folder, lesson.corpus)
    if model is None:
        raise ModelError("The quick model went away.", where=str(folder), remedy="Try again.")
    return model


def _fitted(
    folder: Path, embeddings: Path, lesson: Lesson, on_progress: Progress | None
) -> JsonObject:
    place = lesson.corpus.place or write_corpus(lesson.corpus, folder / "corpus.arrow").place
    assert place is not None  # noqa: S101 - written rows have one
    job: JsonObject = {
        "job": "fit",
        "folder": str(folder),
        "embeddings": str(embeddings),
        "path": str(place.path),
        "start": place.start,
        "stop": place.stop,
        "labels": lesson.labels,
    }
    found: JsonObject = {}
    with Child(WORKER) as child:
        for event in child.events(job):
            if event["event"] == "fitted":
                found = event["fit"]
            elif on_progress is not None:
                on_progress(event["done"], event["total"])
    (folder / "corpus.arrow").unlink(missing_ok=True)
    return found


def _remove_older(folder: Path, newest: str) -> None:
    """Remove the models before, and what a fit that was killed left behind."""
    others = [path for path in folder.iterdir() if path.is_dir()]
    for other in others:
        with suppress(FileNotFoundError):  # finished, or removed, by another fit meanwhile
            unfinished = other.name.startswith(".")
            abandoned = other.stat().st_mtime < time() - ABANDONED
            if abandoned if unfinished else other.name < newest:
                shutil.rmtree(other, ignore_errors=True)  # who has it mapped keeps it


def read_quick(folder: Path, corpus: Corpus) -> QuickModel | None:
    """Return the newest quick model; None where there is none of these examples.

    Parameters
    ----------
    folder : Path
    corpus : Corpus
        Everything but the exam, as it is now: examples that came since the fit are unknown to it.
    """
    for stamp in sorted(_stamps(folder), reverse=True):
        try:
            fit, probabilities, issues = _opened(folder / stamp)
        except (OSError, ValueError):  # removed meanwhile for a newer one, or of another version
            continue
        if fit.rows <= len(corpus) and corpus.digest(fit.rows) == fit.digest:
            ids = corpus.ids[: fit.rows]
            return QuickModel(ids, fit.labels, probabilities, fit, issues, corpus)
    return None


def _stamps(folder: Path) -> Sequence[str]:
    return [path.parent.name for path in folder.glob(f"[!.]*/{RECORD}")]


@lru_cache(maxsize=4)
def _opened(folder: Path) -> tuple[Fit, Floats, Mapping[str, LabelIssue]]:
    fit = Fit.model_validate_json((folder / RECORD).read_bytes())
    issues = TypeAdapter(dict[str, LabelIssue]).validate_python(
        json.loads((folder / ISSUES).read_bytes())
    )
    return fit, np.load(folder / PROBABILITIES, mmap_mode="r", allow_pickle=False), issues
