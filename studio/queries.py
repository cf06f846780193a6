"""Cached reads for the pages, keyed by what they were made from, so that none is ever stale."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from curation.people.blinding import visible_to
from curation.project import SETTINGS, Project, open_project
from curation.types import Example, Probable, ProbableLabels, Split, TaskKind, VoteMatrix
from curation.words import answers_of_people, standing_words
from labeling_functions.analysis.report import FunctionReport, Summary, report, summary
from labeling_functions.voting import Catalog
from studio import loop, state
from studio.standing import Standing, where_are_we


def _made(project: Project) -> int:
    """Return what tells a project from another made in its place: both begin at revision 1."""
    return (project.folder / SETTINGS).stat().st_mtime_ns


def standing(project: Project) -> Standing:
    """Return where the project stands. Not cached: it reads what runs write meanwhile."""
    return where_are_we(project)


def votes_are_current(project: Project) -> bool:
    """Return whether the last votes are those the functions would cast now."""
    return loop.votes_are_current(project)


def matrix(project: Project) -> VoteMatrix | None:
    """Return the current votes, or None when the functions must run first."""
    if not project.task.classifies or not loop.votes_are_current(project):
        return None
    return _matrix(*_voted(project))


def _voted(project: Project) -> tuple[str, int, str]:
    """Return what tells these votes from any others: the project, and the note they left."""
    return str(project.folder), _made(project), json.dumps(loop.last_votes(project))


@st.cache_resource(max_entries=2, show_spinner=False)
def _matrix(folder: str, made: int, note: str) -> VoteMatrix:
    return loop.vote(open_project(Path(folder)))


def probable(project: Project) -> ProbableLabels | None:
    """Return what the current votes add up to."""
    if matrix(project) is None:
        return None
    return _probable(*_voted(project), project.settings.aggregator, project.store.revision())


@st.cache_resource(max_entries=4, show_spinner="Adding up the votes")
def _probable(
    folder: str, made: int, note: str, aggregator: str, revision: int
) -> ProbableLabels | None:  # the aggregator is part of the key, and the gold it learns from
    return loop.add_up(open_project(Path(folder)), _matrix(folder, made, note))


def likely_answers(project: Project) -> Probable | None:
    """Return what functions think the answers are, whatever the task answers with."""
    if project.task.kind is not TaskKind.EXTRACT:
        return probable(project)
    digest = f"{loop.functions_digest(project)} {project.settings.aggregator}"
    return _spans(str(project.folder), _made(project), digest, project.store.revision())


@st.cache_resource(max_entries=2, show_spinner="Marking")
def _spans(folder: str, made: int, digest: str, revision: int) -> Probable:
    return loop.probable_spans(open_project(Path(folder)))


def function_reports(project: Project, votes: VoteMatrix) -> tuple[FunctionReport, ...]:
    """Return how good each function is on training gold."""
    return report(votes, gold(project))


def vote_summary(project: Project, votes: VoteMatrix, labels: ProbableLabels) -> Summary:
    """Return how good the functions are together."""
    return summary(votes, labels, gold(project))


def gold(project: Project) -> dict[str, str]:
    """Return the answers functions may be measured against."""
    return _gold(str(project.folder), _made(project), project.store.revision())


@st.cache_data(max_entries=8, show_spinner=False)
def _gold(folder: str, made: int, revision: int) -> dict[str, str]:
    return loop.tuning_gold(open_project(Path(folder)))


def hidden_answers(project: Project, ids: Iterable[str]) -> set[str]:
    """Return the examples whose answers others gave and the reader may not see yet."""
    people, who = project.settings.review.people, state.reviewer()
    if people < 2:
        return set()
    standing = loop.said_in(project).standing
    said = {id_: standing.get(id_, ()) for id_ in ids}
    return {id_ for id_, words in said.items() if visible_to(who, words, people=people) != words}


def answered_by_people(project: Project, split: Split) -> int:
    """Return how many examples of a split a person has answered."""
    answered = answers_of_people(standing_words(project.store.annotations()))
    return sum(example.id in answered for example in examples(project, split))


def examples(project: Project, split: Split | None = None) -> tuple[Example, ...]:
    """Return the examples of a split, or all."""
    last, _ = project.store.last_example()  # they only come: an answer does not change them
    return _examples(str(project.folder), _made(project), last, split)


@st.cache_resource(max_entries=6, show_spinner=False)
def _examples(folder: str, made: int, last: int, split: Split | None) -> tuple[Example, ...]:
    return open_project(Path(folder)).store.examples(split=split)


def catalog(project: Project) -> Catalog:
    """Return the project's functions and the files that do not load."""
    key = loop.functions_digest(project)
    return _catalog(str(project.folder), key)


@st.cache_resource(max_entries=8, show_spinner="Reading the functions")
def _catalog(folder: str, digest: str) -> Catalog:
    return loop.list_functions(open_project(Path(folder)))
