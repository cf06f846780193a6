"""How far people agree: each measure with its interval, and where one person's answers differ."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from curation.types import Score
from studio.components import scores
from studio.stations.people import Said, confusion_of

MOST_DRAWN = 12
"""Scores drawn as points; more are a table."""
HIGHEST = 400
"""Pixels of a table, with a scroll bar beyond."""
HELP = {
    "Krippendorff's alpha": "1: always agree; 0: no more than by chance. From 0.8 on people can be"
    " relied on, below 0.67 they cannot (Krippendorff 2004).",
    "alpha by label": "Each label against all others together; without an interval where fewer"
    " than ten examples were given it.",
    "Cohen's kappa": "Two by two; 1: always agree, 0: no more than by chance.",
    "F1 of spans": "Two by two: how many of their spans are the same, start, end and label.",
    "preferences": "Of two people who chose between the same responses.",
}
OTHERS = "What was decided in a disagreement, else what most others said."


def draw(measures: dict[str, tuple[Score, ...]]) -> None:
    """Draw the measures: the one of everybody as a number, the others as points with whiskers."""
    for name, found in measures.items():
        if not found:
            continue
        if len(found) == 1 and name in ("Krippendorff's alpha", "preferences"):
            st.metric(name.capitalize(), scores.short(found[0]), help=HELP[name])
            st.caption(scores.interval(found[0]))
        else:
            _many(name, found)


def _many(name: str, found: Sequence[Score]) -> None:
    """Draw points with whiskers, the worst first; as a table where a chart would be endless."""
    st.markdown(f"**{name.capitalize()}**", help=HELP[name])
    ordered = sorted(found, key=lambda score: -2.0 if score.value is None else score.value)
    drawn = [score for score in ordered if score.low is not None]
    if len(drawn) > MOST_DRAWN:
        drawn = []
    if drawn:
        scores.whiskers([_row(score) for score in drawn], "", key=f"agreement_{name}")
    if rest := [score for score in ordered if score not in drawn]:
        _table(name, rest)


def _table(name: str, found: Sequence[Score]) -> None:
    rows = [
        {"of": s.metric, "value": s.value, "low": s.low, "high": s.high, "n": s.n}
        | ({"undefined": s.undefined} if any(score.undefined for score in found) else {})
        for s in found
    ]
    number = st.column_config.NumberColumn
    st.dataframe(
        rows,
        hide_index=True,
        placeholder="",
        key=f"agreement_table_{name}",
        height=min(35 * len(rows) + 38, HIGHEST),
        column_config={
            "of": st.column_config.TextColumn("of", width=150),
            "value": number("value", format="%.2f", width=60),
            "low": number(
                "low", format="%.2f", width=60, help="The 95 % interval; none below ten examples."
            ),
            "high": number("high", format="%.2f", width=60),
            "n": number("n", width=60, help="Examples that two or more answered."),
        },
    )


def _row(score: Score) -> dict[str, object]:
    return {
        "name": f"{score.metric} (n = {score.n})",
        "value": score.value,
        "low": score.low,
        "high": score.high,
    }


def draw_confusion(said: Said, reviewer: str, *, labels: bool) -> None:
    """Draw how often a reviewer says what others decided; of labels also where they do not."""
    share, cells = confusion_of(said, reviewer)
    st.metric("Same as the others", scores.short(share), help=OTHERS)
    st.caption(scores.interval(share))
    if cells and labels:
        rows = [
            {"times": count, "said": own, "others": decided}
            for (own, decided), count in cells.items()
        ]
        st.dataframe(
            rows,
            hide_index=True,
            key="reviewer_confusion",
            height=min(35 * len(rows) + 38, HIGHEST),
            column_config={
                "times": st.column_config.NumberColumn("times", width=60),
                "said": st.column_config.TextColumn("said", width=170),
                "others": st.column_config.TextColumn("others", width=170),
            },
        )
