"""Cached reads for the Functions page, keyed by what they were made from."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from curation.project import Project
from curation.types import ProbableLabels, Score, VoteMatrix, fingerprint
from labeling_functions import history
from labeling_functions.aggregation.choosing import Choice
from labeling_functions.aggregation.doubts import Doubt
from labeling_functions.analysis import selection as selecting
from labeling_functions.analysis.buckets import Bucket, buckets
from labeling_functions.analysis.leave_one_out import LeftOut, leave_one_out
from labeling_functions.analysis.pairs import Pairs, pairs
from labeling_functions.analysis.redundancy import redundancies
from labeling_functions.analysis.reweighting import reweighted_precision
from labeling_functions.analysis.selection import Selection
from labeling_functions.analysis.tally import Rows
from labeling_functions.suggesting.suggestion import Suggestion
from studio import loop, queries, state

COMPARED = "compared"
"""Where a session notes what it last compared, as `state_of` told it."""
COLUMNS_FROM = 500
"""Rows whose metadata is looked at for the names of columns."""


def state_of(project: Project) -> tuple[str, int, str, int]:
    """Return what tells everything measured now from anything measured before."""
    made, note = queries._made(project), json.dumps(loop.last_votes(project))
    return str(project.folder), made, note, project.store.revision()


def left_out(project: Project, votes: VoteMatrix) -> dict[str, LeftOut]:
    """Return the difference each function makes, by name."""
    labels = queries.probable(project)
    aggregator = labels.aggregator if labels else "majority"
    return _left_out(state_of(project), aggregator, votes, queries.gold(project))


@st.cache_resource(max_entries=4, show_spinner="Measuring what each function adds")
def _left_out(
    state: tuple[str, int, str, int],  # noqa: ARG001 - the key
    aggregator: str,
    _votes: VoteMatrix,
    _gold: dict[str, str],
) -> dict[str, LeftOut]:
    return {one.name: one for one in leave_one_out(_votes, _gold, aggregator)}


def choice(project: Project, votes: VoteMatrix) -> Choice:
    """Return the aggregator gold advises, and why."""
    return _choice(state_of(project), project, votes)


@st.cache_resource(max_entries=4, show_spinner="Comparing ways to add votes up")
def _choice(
    state: tuple[str, int, str, int],  # noqa: ARG001 - the key
    _project: Project,
    _votes: VoteMatrix,
) -> Choice:
    return loop.choose_aggregator(_project, _votes)


def comparison(project: Project, votes: VoteMatrix) -> loop.Comparison:
    """Return every aggregator and gold alone, side by side; it takes seconds the first time."""
    key = state_of(project)
    found = _comparison(key, project, votes)
    state.remember(COMPARED, key)
    return found


@st.cache_resource(max_entries=4, show_spinner="Fitting every way to add the votes up")
def _comparison(
    state: tuple[str, int, str, int],  # noqa: ARG001 - the key
    _project: Project,
    _votes: VoteMatrix,
) -> loop.Comparison:
    return loop.compare_aggregators(_project, _votes)


def doubts(project: Project, votes: VoteMatrix) -> tuple[Doubt, ...]:
    """Return where votes may not pay; whether gold alone does better, once that was measured."""
    key = state_of(project)
    compared = comparison(project, votes) if state.recall(COMPARED) == key else None
    return _doubts((*key, compared is not None), votes, compared)


@st.cache_resource(max_entries=4, show_spinner=False)
def _doubts(
    state: tuple[object, ...],  # noqa: ARG001 - the key
    _votes: VoteMatrix,
    _compared: loop.Comparison | None,
) -> tuple[Doubt, ...]:
    return loop.doubts_about(_votes, _compared)


def reweighted(project: Project, votes: VoteMatrix, labels: ProbableLabels) -> dict[str, Score]:
    """Return each function's precision, the gold of hard rows weighed back, by name."""
    key = (*state_of(project), labels.aggregator)
    return _reweighted(key, votes, labels, queries.gold(project))


@st.cache_resource(max_entries=4, show_spinner=False)
def _reweighted(
    state: tuple[object, ...],  # noqa: ARG001 - the key
    _votes: VoteMatrix,
    _labels: ProbableLabels,
    _gold: dict[str, str],
) -> dict[str, Score]:
    found = reweighted_precision(_votes, _labels, _gold)
    return {f.name: score for f, score in zip(_votes.functions, found, strict=True)}


def pairs_of(project: Project, votes: VoteMatrix) -> Pairs:
    """Return how every two functions relate."""
    return _pairs(state_of(project), votes)


@st.cache_resource(max_entries=4, show_spinner=False)
def _pairs(state: tuple[str, int, str, int], _votes: VoteMatrix) -> Pairs:  # noqa: ARG001
    return pairs(_votes)


def conflicts_of(project: Project, votes: VoteMatrix) -> list[Bucket]:
    """Return the conflict buckets, the largest first."""
    return _buckets(state_of(project), votes, queries.gold(project))


@st.cache_resource(max_entries=4, show_spinner=False)
def _buckets(
    state: tuple[str, int, str, int],  # noqa: ARG001 - the key
    _votes: VoteMatrix,
    _gold: dict[str, str],
) -> list[Bucket]:
    return buckets(_votes, _gold)


def columns(project: Project) -> list[str]:
    """Return the names of the metadata columns that the first examples have."""
    texts = loop.columns(project).corpus.metadata[:COLUMNS_FROM].to_list()
    found: dict[str, Any] = {}
    for text in texts:
        found |= json.loads(text)
    return list(found)


def rows_of(
    project: Project, selection: Selection, votes: VoteMatrix, labels: ProbableLabels | None
) -> Rows:
    """Return the rows of a number."""
    key = (*state_of(project), project.settings.aggregator)
    return _rows_of(key, selection.model_dump_json(), votes, queries.gold(project), labels)


@st.cache_resource(max_entries=128, show_spinner=False)
def _rows_of(
    state: tuple[object, ...],  # noqa: ARG001 - the key
    selection: str,
    _votes: VoteMatrix,
    _gold: dict[str, str],
    _labels: ProbableLabels | None,
) -> Rows:
    return selecting.rows_of(_votes, Selection.model_validate_json(selection), _gold, _labels)


def disabled(project: Project) -> list[str]:
    """Return the functions that are switched off, by name."""
    return sorted(history.disabled(project.store.function_events()))


def about(project: Project) -> dict[str, dict[str, object]]:
    """Return who wrote each function last, and how many versions it has had."""
    found: dict[str, dict[str, object]] = {}
    versions: dict[str, set[str]] = {}
    for event in project.store.function_events():
        if event.action in ("saved", "restored"):
            versions.setdefault(event.name, set()).add(event.fingerprint)
            found[event.name] = {"version": len(versions[event.name]), "author": event.who}
    return found


def function_warnings(project: Project, votes: VoteMatrix | None) -> dict[str, str]:
    """Return what is wrong with functions, in words, by name."""
    if votes is None:
        return {}
    found = pairs_of(project, votes)
    told: dict[str, list[str]] = {name: [] for name in found.names}
    for place, name in enumerate(found.names):
        if not found.overlap[place, place]:
            told[name].append("It votes on no row.")
    for name, left in left_out(project, votes).items():
        if left.verdict == "hurts":
            told[name].append("It lowers accuracy on gold.")
    for one in redundancies(found):
        told[one.function].append(one.sentence)
    for doubt in doubts(project, votes):
        for name in doubt.functions:
            told[name].append(doubt.sentence)
    return {name: " ".join(sentences) for name, sentences in told.items() if sentences}


def document(project: Project, *parts: str) -> str:
    """Return a name for a text of this very project, for drafts kept in the browser."""
    return fingerprint(*map(str, state_of(project)[:2]), *parts)


def suggestions(project: Project) -> list[Suggestion]:
    """Return functions worth writing, the best first."""
    return _suggestions(state_of(project), project)


@st.cache_resource(max_entries=4, show_spinner="Looking for ideas")
def _suggestions(state: tuple[str, int, str, int], _project: Project) -> list[Suggestion]:  # noqa: ARG001
    return loop.suggest_functions(_project)


def forget_suggestions() -> None:
    """Look for ideas anew: one was dismissed."""
    _suggestions.clear()
