"""Gather what the queue is decided by: votes, the quick model or the newest run, embeddings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from curation.columns import Columns
from curation.corpus import Ids
from curation.exceptions import TunesmithError
from curation.project import Project
from curation.review.evidence import Ballots, Belief, Evidence, Mask, Sureness
from curation.review.ledger import Ledger
from curation.review.quick.model import LabelIssue, QuickModel
from curation.review.span_opinions import SpanOpinions, span_opinions
from curation.types import ProbableLabels, RunStatus, Split, TaskKind
from curation.vectors import Embeddings, read_embeddings
from labeling_functions.resources import Answers
from studio.stations.answering import answers_of
from studio.stations.embedding import embedding_folder
from studio.stations.labels import add_up, columns, vote, votes_are_current
from studio.stations.quick import quick_model
from studio.stations.spans import probable_spans
from studio.stations.training import list_runs

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Opinions:
    """What functions and models think of the training rows, as of the round.

    Attributes
    ----------
    ballots : Ballots, optional
    functions : Belief or SpanOpinions, optional
    probable : ProbableLabels, optional
        What the votes add up to.
    quick : QuickModel, optional
    model : Belief or Sureness, optional
    model_name : str
    issues : mapping of str to LabelIssue
    embeddings : Embeddings, optional
    why_not : dict of str to str
        Why something is missing, in words.
    """

    ballots: Ballots | None = None
    functions: Belief | SpanOpinions | None = None
    probable: ProbableLabels | None = None
    quick: QuickModel | None = None
    model: Belief | Sureness | None = None
    model_name: str = ""
    issues: Mapping[str, LabelIssue] = field(default_factory=dict)
    embeddings: Embeddings | None = None
    why_not: dict[str, str] = field(default_factory=dict)

    def best(self, row: int) -> tuple[str, float] | None:
        """Return what functions think the answer to a row is, or else the quick model."""
        if isinstance(self.functions, SpanOpinions):
            spans = (
                self.functions.suggestions[row] if row < len(self.functions.suggestions) else None
            )
            return None if spans is None else (spans, float(self.functions.probabilities[row]))
        if self.probable is not None and row < len(self.probable.covered):
            best = self.probable.best(row)
            if best is not None:
                return best
        if isinstance(self.model, Belief) and row < len(self.model.covered):
            return self.model.best(row)
        return None


def read_opinions(project: Project) -> Opinions:
    """Return what is thought of the training rows now; what breaks is missing, with its reason."""
    seen = columns(project)
    why_not: dict[str, str] = {}
    ballots, functions, probable = _by_functions(project, seen, why_not)
    quick = quick_model(project)
    name, model = _by_model(project, seen, quick, why_not)
    embeddings = read_embeddings(embedding_folder(project))
    if quick is None:
        why_not["issues"] = "The quick model is not fitted yet."
    return Opinions(
        ballots=ballots,
        functions=functions,
        probable=probable,
        quick=quick,
        model=model,
        model_name=name,
        issues=quick.issues if quick else {},
        embeddings=embeddings,
        why_not=why_not,
    )


def _by_functions(
    project: Project, seen: Columns, why_not: dict[str, str]
) -> tuple[Ballots | None, Belief | SpanOpinions | None, ProbableLabels | None]:
    try:
        if project.task.kind is TaskKind.EXTRACT:
            spans = probable_spans(project)
            return (
                None,
                span_opinions(list(seen.corpus.ids), spans) if spans.example_ids else None,
                None,
            )
        if not project.task.classifies:
            why_not["functions"] = "No function votes in this project."
        elif not votes_are_current(project):
            why_not["functions"] = "No votes are up to date: write functions, then run them."
        else:
            matrix = vote(project)
            probable = add_up(project, matrix)
            if probable is not None:
                belief = Belief(probable.labels, probable.probabilities, probable.covered)
                return Ballots(matrix.labels, matrix.votes), belief, probable
    except TunesmithError as error:  # a function that breaks does not keep people from reviewing
        why_not["functions"] = error.what
    return None, None, None


def _by_model(
    project: Project, seen: Columns, quick: QuickModel | None, why_not: dict[str, str]
) -> tuple[str, Belief | Sureness | None]:
    """Return the quick model's belief, or else how sure the newest run is of its answers."""
    if quick is not None:
        return "The quick model", _padded(quick, len(seen.corpus))
    for state in list_runs(project):
        if state.status is RunStatus.FINISHED:
            try:
                answers = answers_of(project, state.spec.id)
            except TunesmithError as error:  # its dataset is gone, say
                why_not["model"] = error.what
                continue
            if answers:
                return f"Run {state.spec.id}", _sureness(answers, seen.corpus.ids)
    why_not.setdefault("model", "No model has answered training rows yet.")
    return "", None


def _padded(quick: QuickModel, rows: int) -> Belief:
    """Return a quick model's belief about all rows; it knows none that came since."""
    known = len(quick.example_ids)
    covered = np.arange(rows) < known
    probabilities = quick.probabilities
    if known < rows:
        more = np.zeros((rows - known, len(quick.labels)), dtype=np.float32)
        probabilities = np.concatenate([probabilities, more])
    return Belief(quick.labels, probabilities, covered)


def _sureness(answers: Answers, ids: Ids) -> Sureness:
    rows = ids.places(answers)
    sure = np.full(len(ids), np.nan, dtype=np.float32)
    there = {int(row): said for row, said in zip(rows, answers.values(), strict=True) if row >= 0}
    sure[list(there)] = [confidence for _, confidence in there.values()]
    return Sureness({row: answer for row, (answer, _) in there.items()}, sure)


def gather(
    project: Project,
    ledger: Ledger,
    split: Split,
    reviewer: str,
    opinions: Opinions,
    pairs: Iterable[str] = (),
) -> Evidence:
    """Return what a round for a reviewer is drawn by; held-out splits have no opinions.

    Parameters
    ----------
    pairs : iterable of str
        Examples with two responses that the reviewer has not compared.
    """
    ids, groups, of_split, known = _columns_of(project, split)
    asked = {asked.drawn.example_id for asked in ledger.open_cards(split)} - ledger.refused
    waiting = of_split & ~_mask(ids, ledger.closed | ledger.seen[reviewer] | asked)
    answered = of_split & _mask(ids, ledger.answered)
    basis = Evidence(
        ids=ids,
        groups=groups,
        waiting=waiting,
        known=(known | _mask(ids, ledger.gold)) & ~answered,
        answered=answered,
        refused=np.flatnonzero(waiting & _mask(ids, ledger.refused)),
        checked=frozenset(ledger.checked | asked),
        seed=project.settings.seed,
    )
    if split is not Split.TRAIN:
        return basis
    return replace(
        basis,
        pairs=np.flatnonzero(of_split & _mask(ids, set(pairs) - asked)),
        texts=columns(project).corpus.texts if project.task.kind is TaskKind.GENERATE else None,
        ballots=opinions.ballots,
        functions=opinions.functions,
        model=opinions.model,
        model_name=opinions.model_name,
        embeddings=opinions.embeddings,
        issues=opinions.issues,
        why_not=opinions.why_not,
    )


def _columns_of(project: Project, split: Split) -> tuple[Ids, pl.Series, Mask, Mask]:
    """Return ids, groups, what is of the split, and what a file answered.

    Of the exam's answers only that they are there is read.
    """
    seen = columns(project)
    if split is Split.TEST:
        ids = Ids(seen.exam["id"])
        all_of_it = np.ones(len(ids), dtype=np.bool_)
        return ids, seen.exam["group"], all_of_it, _mask(ids, project.store.references(split))
    facts = seen.facts
    of_split = (facts["split"] == split.value).to_numpy()
    return seen.corpus.ids, facts["group"], of_split, facts["reference"].is_not_null().to_numpy()


def _mask(ids: Ids, some: Iterable[str]) -> Mask:
    mask = np.zeros(len(ids), dtype=np.bool_)
    rows = ids.places(some)
    mask[rows[rows >= 0]] = True
    return mask
