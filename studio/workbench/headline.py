"""What the functions are worth together, how their votes are added up, and whether that pays."""

from __future__ import annotations

import streamlit as st

from curation.project import Project, change_settings
from curation.types import ProbableLabels, Split, VoteMatrix
from labeling_functions.aggregate import AUTO, SETTINGS
from labeling_functions.choosing import Choice
from labeling_functions.comparing import Candidate
from labeling_functions.selection import Selection
from studio import frame, queries
from studio.components import scores, text
from studio.workbench import reads

MOST_WARNINGS = 2
NAMES = {
    AUTO: "Best by gold",
    "majority": "Majority",
    "weighted": "Weighted",
    "dawid_skene": "Dawid-Skene",
    "one_coin": "One coin",
    "logistic": "Logistic",
    "balanced": "Balanced",
    "label_model": "Snorkel's model",
}


def draw(project: Project, votes: VoteMatrix, labels: ProbableLabels) -> Selection | None:
    """Draw the headline; return what was asked to be opened."""
    found = queries.vote_summary(project, votes, labels)
    chosen = reads.choice(project, votes)
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
        _aggregator(project, chosen, labels.aggregator)
    _beneath(project, found.tied, chosen, labels.aggregator)
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


def _aggregator(project: Project, chosen: Choice, used: str) -> None:
    setting = project.settings.aggregator
    with st.container(border=True, height="stretch", gap="xsmall"):
        picked = st.selectbox(
            "Votes added up by",
            SETTINGS,
            index=SETTINGS.index(setting),
            format_func=lambda name: NAMES.get(name, name),
            key="aggregator",
        )
        with st.popover(
            NAMES.get(used, used) if setting == AUTO else "Compare",
            type="tertiary",
            width="content",
        ):
            _compare(chosen)
    if picked != setting:
        change_settings(project, project.settings.model_copy(update={"aggregator": picked}))
        st.rerun()


def _compare(chosen: Choice) -> None:
    st.caption(text.plain(chosen.why))
    if chosen.candidates:
        st.dataframe(
            [_candidate(one) for one in chosen.candidates],
            hide_index=True,
            column_config={"added up by": st.column_config.TextColumn(width=210)},
        )


def _candidate(one: Candidate) -> dict[str, str]:
    name = NAMES.get(one.aggregator, one.aggregator)
    rest = f", else {one.otherwise}" if one.otherwise else ""
    return {
        "added up by": name + rest,
        "coverage": scores.short(one.coverage),
        "accuracy where covered": scores.whole(one.accuracy_covered),
        "accuracy on all gold": scores.whole(one.accuracy_all),
        "more than majority": scores.whole(one.beyond),
        "seconds": f"{one.seconds:.2f}",
        "problem": one.problem,
    }


def _beneath(project: Project, tied: float, chosen: Choice, used: str) -> None:
    """Say in small print how to read the numbers, and what gold would rather have."""
    told: list[str] = []
    if chosen.candidates and chosen.aggregator != used:
        told.append(chosen.why)
    by_people = queries.answered_by_people(project, Split.TRAIN)
    if by_people:
        told.append(
            f"{by_people} of the training rows measured on were answered by people, who are asked "
            "the hard ones first: functions do better than this on the rest."
        )
    if tied:
        told.append(f"{tied:.1%} of rows are tied; a tie is no answer.")
    if told:
        st.caption(text.plain(" ".join(told)))


@st.fragment(parallel=True)
def warnings(project: Project, votes: VoteMatrix) -> None:
    """Draw where votes do not pay; beside the page, for gold alone takes seconds to measure."""
    with frame.in_words():
        told = reads.warnings(project, votes)
        for line in told[:MOST_WARNINGS]:
            _warning(line)
        if len(told) > MOST_WARNINGS:
            with st.expander(f"{len(told) - MOST_WARNINGS} more warnings"):
                for line in told[MOST_WARNINGS:]:
                    _warning(line)


def _warning(line: str) -> None:
    st.markdown(f":orange[:material/warning:] {text.plain(line)}")
