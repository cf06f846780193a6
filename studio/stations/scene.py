"""A run's validation answers beside what it learned from, read from the project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curation import datasets
from curation.columns import Columns, columns_of
from curation.exceptions import EvaluationError
from curation.project import Project
from curation.types import DatasetManifest, DatasetRow, Prediction, Split, TaskKind, Votes, Word
from curation.vectors import Embeddings, Floats, read_embeddings
from evaluation.diagnosis.scene import FUNCTIONS, NOBODY, TRUSTED, Asked, Pool, Scene
from evaluation.errors import overlap
from evaluation.hallucination import malformed, reasons
from evaluation.sheet import AnswerSheet, pair
from labeling_functions.voting import votes_kept
from studio.stations import embedding
from studio.stations.training import run_folder
from training import runs

if TYPE_CHECKING:
    import polars as pl

MOST_POOL = 60_000
"""Rows of the training side looked at: all that taught the run, and a sample of the others."""
EMBEDDED_AT_ONCE = 20_000
"""Missing embeddings that are computed on the way; with more of them a person is told."""
FAIR = 0.3
"""The overlap with the reference from which on a written text is no error."""

Places = NDArray[np.int64]


def read_scene(project: Project, run: str) -> tuple[Scene, AnswerSheet, tuple[str, ...]]:
    """Return what is known of a run's validation answers, and what is not, in words.

    May embed what is not embedded yet.

    Raises
    ------
    EvaluationError
        When the run has not answered validation yet.
    """
    folder = run_folder(project, run)
    frozen = project.datasets / runs.read_spec(folder).dataset
    manifest, taught = datasets.read_manifest(frozen), datasets.read_rows(frozen, Split.TRAIN)
    side = Side(project, manifest)
    rows = side.there(datasets.read_rows(frozen, Split.VALIDATION))
    sheet = pair(
        manifest.task, rows, _answers(runs.read_predictions(folder, Split.VALIDATION), rows)
    )
    asked, pool = _asked(side, sheet), _pool(side, taught)
    scene = Scene(manifest.task, Split.VALIDATION, asked, pool, side.functions)
    return scene, sheet, side.lacking


def _answers(
    predictions: Sequence[Prediction], rows: Sequence[DatasetRow]
) -> tuple[Prediction, ...]:
    if not predictions:
        raise EvaluationError(
            "The run has not answered validation yet.", remedy="Evaluate it on validation first."
        )
    wanted = {row.id for row in rows}
    return tuple(one for one in predictions if one.example_id in wanted)


class Side:
    """What the project knows of the examples that functions may see: vectors, and votes.

    Votes are those the dataset was made from, by the very versions of the functions.

    Attributes
    ----------
    functions : tuple of str, length f
    lacking : tuple of str
        What is not known, and what would change that.
    """

    def __init__(self, project: Project, manifest: DatasetManifest) -> None:
        self.labels = manifest.task.labels
        self.columns: Columns = columns_of(project.store, project.columns)
        self.embeddings, lacks = _embeddings(project)
        self.functions, self._votes, more = _votes(project, manifest, self.columns)
        self.lacking = (*lacks, *more)

    def there(self, rows: Sequence[DatasetRow]) -> tuple[DatasetRow, ...]:
        """Return the rows whose example is on this side of the fence still."""
        places = self.columns.corpus.ids.places([row.id for row in rows])
        return tuple(row for row, place in zip(rows, places.tolist(), strict=True) if place >= 0)

    def places(self, rows: Sequence[DatasetRow]) -> Places:
        """Return the rows' places among the columns; -1 where they left."""
        return self.columns.corpus.ids.places([row.id for row in rows])

    def ids(self, places: Places) -> list[str]:
        """Return the ids at some places."""
        return [str(id_) for id_ in self.columns.corpus.ids.column.gather(places)]

    def vectors(self, places: Places) -> Floats | None:
        """Return embeddings, shape (n, d); None where it is not known what is like what."""
        return None if self.embeddings is None else self.embeddings.of(self.ids(places))

    def votes(self, places: Places) -> Votes | None:
        """Return votes, shape (n, f); None without functions."""
        return self._votes[places] if self.functions else None


def _embeddings(project: Project) -> tuple[Embeddings | None, tuple[str, ...]]:
    missing = embedding.missing_embeddings(project)
    if not missing:
        return read_embeddings(embedding.embedding_folder(project)), ()
    if missing <= EMBEDDED_AT_ONCE:
        return embedding.embed(project), ()
    return None, (
        f"{missing:,} examples have no embedding yet, so it is not known what is like what. "
        "Compute them on the Data page, or with `tunesmith embed`, and look again.",
    )


def _votes(
    project: Project, manifest: DatasetManifest, columns: Columns
) -> tuple[tuple[str, ...], Votes, tuple[str, ...]]:
    keys = manifest.functions if manifest.task.kind is TaskKind.CLASSIFY else ()
    names, votes = votes_kept(project.votes, keys, manifest.task.labels, columns.corpus)
    gone = len(keys) - len(names)
    lacks = f"The votes of {gone} functions the dataset was made from are not kept any more."
    return names, votes, (lacks,) if gone else ()


def _asked(side: Side, sheet: AnswerSheet) -> Asked:
    places = side.places(sheet.rows)
    pairs = list(zip(sheet.predictions, sheet.rows, strict=True))
    bad = [bool(malformed(given, row, sheet.task)) for given, row in pairs]
    return Asked(
        ids=[row.id for row in sheet.rows],
        texts=[row.input for row in sheet.rows],
        gold=_coded(sheet.gold, side.labels),
        answers=_coded(sheet.answers, side.labels),
        wrong=np.array([is_wrong(sheet, *both) for both in pairs], dtype=np.bool_),
        malformed=np.array(bad, dtype=np.bool_),
        shown=[_shown(row) for row in sheet.rows],
        families=[row.group or row.id for row in sheet.rows],
        vectors=side.vectors(places),
        votes=side.votes(places),
    )


def _shown(row: DatasetRow | None) -> str:
    return row.prompt[-1].content if row and row.prompt else ""


def _coded(answers: Sequence[str], labels: Sequence[str]) -> Places:
    place = {label: at for at, label in enumerate(labels)}
    return np.array([place.get(answer, -1) for answer in answers], dtype=np.int64)


def is_wrong(sheet: AnswerSheet, given: Prediction, row: DatasetRow) -> bool:
    """Return whether an answer is an error: another label, other spans, or a poor text."""
    if given.answer.strip() == row.answer.strip():
        return False
    if sheet.task.kind is not TaskKind.GENERATE:
        return True
    return bool(reasons(given, row, sheet.task)) or overlap(given.answer, row.answer) < FAIR


def _pool(side: Side, taught: Sequence[DatasetRow]) -> Pool:
    places = _places(side, taught)
    ids, by_id = side.ids(places), {row.id: row for row in taught}
    rows = [by_id.get(id_) for id_ in ids]
    groups: pl.Series = side.columns.facts["group"].gather(places)
    return Pool(
        ids=ids,
        texts=side.columns.corpus.texts.gather(places).to_list(),
        labels=_coded([row.answer if row else "" for row in rows], side.labels),
        word=np.array([_word(row) for row in rows], dtype=np.int8),
        shown=[_shown(row) for row in rows],
        families=[group or id_ for group, id_ in zip(groups.to_list(), ids, strict=True)],
        vectors=side.vectors(places),
        votes=side.votes(places),
    )


def _places(side: Side, taught: Sequence[DatasetRow]) -> Places:
    """Return the places of the training side: those taught, and some of the others."""
    splits = side.columns.facts["split"]
    train = np.flatnonzero((splits == Split.TRAIN.value).to_numpy())
    mine = side.places(taught)
    mine = mine[mine >= 0]
    others = np.setdiff1d(train, mine)
    room = max(0, MOST_POOL - len(mine))
    if len(others) > room:
        others = np.random.default_rng(len(others)).choice(others, room, replace=False)
    return np.sort(np.concatenate([mine, others]))


def _word(row: DatasetRow | None) -> int:
    if row is None:
        return NOBODY
    return FUNCTIONS if row.word is Word.VOTES else TRUSTED
