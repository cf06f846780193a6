"""The dialog that holds every way to add votes up, and gold alone, side by side."""

from __future__ import annotations

import streamlit as st

from curation.project import Project
from curation.types import Score, VoteMatrix
from labeling_functions.aggregation.aggregate import AUTO
from labeling_functions.aggregation.comparing import Candidate
from studio import frame
from studio.components import scores, text
from studio.workbench import reads

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
EXPLAINED = {
    "coverage": "Gold rows with votes.",
    "where covered": "Right answers among gold rows with votes.",
    "on all gold": "Right answers among all gold rows; a row left undecided is not right.",
    "seconds": "What its fits took: one on all gold, and one a fold. Snorkel's loads torch first.",
}


def name(aggregator: str) -> str:
    """Return an aggregator's name for people."""
    return NAMES.get(aggregator, aggregator)


@st.dialog("Ways to add the votes up", width="large", on_dismiss="rerun")
@frame.in_words()
def show(project: Project, votes: VoteMatrix) -> None:
    """Compare them all; the first time that takes seconds."""
    found = reads.comparison(project, votes)
    st.caption(text.plain(found.chosen.why))
    if found.candidates:
        metric = found.candidates[0].score.metric
        forced = f"{metric}, all answered"
        rows = [_candidate(one, forced) for one in found.candidates]
        rows.append(_alone(found.gold_alone, forced))
        columns = list(dict.fromkeys(column for row in rows for column in row))
        _table([{column: row.get(column, "") for column in columns} for row in rows], forced)
    for doubt in reads.doubts(project, votes):
        if doubt.kind == "gold_better":
            st.markdown(f":orange[:material/warning:] {text.plain(doubt.sentence)}")
    st.caption(
        "Each gold row is answered by a fit that did not see its gold. "
        "Where all are answered, a row left undecided counts as drawn by lot. "
        "Gold alone is a text classifier (TF-IDF, logistic regression) trained on the same gold, "
        "without a vote: where it does better, votes do not pay yet."
    )


def _table(rows: list[dict[str, str]], forced: str) -> None:
    column = st.column_config.TextColumn
    helped = {title: column(title, help=told) for title, told in EXPLAINED.items()}
    told = "What is chosen by: also undecided rows are answered, by lot or with one label."
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        column_config={
            **helped,
            "added up by": column("added up by", width=220),
            forced: column(forced, help=told),
            "seconds": column("seconds", help=EXPLAINED["seconds"], width=75),
        },
    )


def _candidate(one: Candidate, forced: str) -> dict[str, str]:
    rest = f", else {one.otherwise}" if one.otherwise else ""
    if one.problem:
        return {
            "added up by": name(one.aggregator),
            **dict.fromkeys((*list(EXPLAINED), forced), ""),
            "not fitted because": one.problem,
        }
    return {
        "added up by": name(one.aggregator) + rest,
        "coverage": scores.short(one.coverage),
        "where covered": scores.whole(one.accuracy_covered),
        "on all gold": scores.whole(one.accuracy_all),
        forced: scores.whole(one.score),
        "seconds": f"{one.seconds:.2f}",
    }


def _alone(alone: Score, forced: str) -> dict[str, str]:
    told = dict.fromkeys(EXPLAINED, "") | {"added up by": "Gold alone, no votes"}
    if alone.metric == "accuracy":
        told["on all gold"] = scores.whole(alone)
    return told | {forced: scores.whole(alone)}
