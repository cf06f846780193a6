"""What the functions are worth together, how their votes are added up, and whether that pays."""

from __future__ import annotations

import streamlit as st

from curation.project import Project, change_settings
from curation.types import ProbableLabels, Split, VoteMatrix
from labeling_functions.aggregation.aggregate import AUTO, SETTINGS
from labeling_functions.analysis.selection import Selection
from studio import queries
from studio.components import scores, text
from studio.workbench import comparing, reads

MOST_WARNINGS = 2
FARTHEST = 3
"""Functions named whose precision is another once hard rows are weighed back."""
FAR = 0.02
"""A difference in precision worth a word."""


def draw(project: Project, votes: VoteMatrix, labels: ProbableLabels) -> Selection | None:
    """Draw the headline; return what was asked to be opened."""
    found = queries.vote_summary(project, votes, labels)
    covered, conflicts = round(found.coverage * found.n), round(found.conflict * found.n)
    opened = None
    with st.container(horizontal=True, key="headline"):
        for title, value, note, selections in (
            ("Coverage", f"{found.coverage:.1%}", f"{covered:,} of {found.n:,}", _COVERAGE),
            ("Conflict", f"{found.conflict:.1%}", f"{conflicts:,} rows", _CONFLICT),
            (
                "Accuracy, covered",
                scores.short(found.accuracy_covered),
                scores.interval(found.accuracy_covered),
                _ACCURACY,
            ),
            (
                "Accuracy, all gold",
                scores.short(found.accuracy_all),
                scores.interval(found.accuracy_all),
                _MISSED,
            ),
        ):
            opened = _card(title, value, note, selections) or opened
        _aggregator(project, votes, labels.aggregator)
    _beneath(project, votes, labels, found.tied)
    return opened


_COVERAGE = {"uncovered": Selection(what="uncovered"), "covered": Selection(what="covered")}
_CONFLICT = {"in conflict": Selection(what="conflict"), "tied": Selection(what="tied")}
_ACCURACY = {"wrong": Selection(what="incorrect"), "right": Selection(what="correct")}
_MISSED = {"not right": Selection(what="missed")}


def _card(title: str, value: str, note: str, selections: dict[str, Selection]) -> Selection | None:
    """Draw a number, and under it the rows it opens."""
    opened = None
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.metric(title, value, note, delta_color="off", delta_arrow="off")
        with st.container(horizontal=True, gap="small"):
            for words, selection in selections.items():
                if st.button(words, type="tertiary", key=f"open_{title}_{words}"):
                    opened = selection
    return opened


def _aggregator(project: Project, votes: VoteMatrix, used: str) -> None:
    setting = project.settings.aggregator
    with st.container(border=True, height="stretch", gap="xsmall"):
        picked = st.selectbox(
            "Votes added up by",
            SETTINGS,
            index=SETTINGS.index(setting),
            format_func=comparing.name,
            key="aggregator",
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if setting == AUTO:
                st.caption(text.plain(comparing.name(used)))
            asked = st.button("Compare", key="compare", type="tertiary")
    if asked:
        comparing.show(project, votes)
    if picked != setting:
        change_settings(project, project.settings.model_copy(update={"aggregator": picked}))
        st.rerun()


def _beneath(project: Project, votes: VoteMatrix, labels: ProbableLabels, tied: float) -> None:
    """Say in small print how to read the numbers, and what gold would rather have."""
    told: list[str] = []
    chosen = reads.choice(project, votes)
    if project.settings.aggregator == AUTO or (
        chosen.candidates and chosen.aggregator != labels.aggregator
    ):
        told.append(chosen.why)
    by_people = queries.answered_by_people(project, Split.TRAIN)
    if by_people:
        told.append(
            f"{by_people} of the training rows measured on were answered by people, who are asked "
            f"the hard ones first.{_weighed_back(project, votes, labels)}"
        )
    if tied:
        told.append(f"{tied:.1%} of rows are tied; a tie is no answer.")
    if told:
        st.caption(text.plain(" ".join(told)))


def _weighed_back(project: Project, votes: VoteMatrix, labels: ProbableLabels) -> str:
    """Say what precision is where gold counts by how many rows are like it."""
    weighed = reads.reweighted(project, votes, labels)
    off = [
        (abs(value - r.precision.value), r.name, r.precision)
        for r in queries.function_reports(project, votes)
        if (value := weighed[r.name].value) is not None and r.precision.value is not None
    ]
    off = sorted((one for one in off if one[0] >= FAR), key=lambda one: -one[0])
    if not off:
        return ""
    named = "; ".join(
        f"{name} {scores.whole(weighed[name])}, not {scores.short(plain)}"
        for _, name, plain in off[:FARTHEST]
    )
    which = "farthest off" if len(off) > FARTHEST else "precision is"
    return f" Weighed back to all rows they vote on, {which}: {named}."


def warnings(project: Project, votes: VoteMatrix) -> None:
    """Draw where votes do not pay; of gold alone only once it was compared, which takes seconds."""
    told = [doubt.sentence for doubt in reads.doubts(project, votes)]
    for line in told[:MOST_WARNINGS]:
        _warning(line)
    if len(told) > MOST_WARNINGS:
        with st.expander(f"{len(told) - MOST_WARNINGS} more warnings"):
            for line in told[MOST_WARNINGS:]:
                _warning(line)


def _warning(line: str) -> None:
    st.markdown(f":orange[:material/warning:] {text.plain(line)}")
