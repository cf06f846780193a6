"""The map of the corpus: every example a dot among those like it, and a lasso that picks some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from curation.project import Project
from curation.types import fingerprint
from curation.vectors import Floats
from studio import loop
from studio.stations.browsing import SPLITS, WORDS, Facts, Rows

MOST_DOTS = 20_000
"""Dots a browser draws and lassos without stutter."""
BACKGROUND = 4_000
SNIPPET = 90
ROWS_A_SECOND = 250
"""Texts that two slow cores embed a second, for the estimate before anything was measured."""
GRAY = "#98a2b3"
COLOR_BY = ("Label", "Votes", "Covered", "On whose word", "Split")


def draw(project: Project, facts: Facts, rows: Rows, key: str) -> Rows:
    """Draw the found rows where they lie; return those the lasso picked.

    Parameters
    ----------
    project : Project
    facts : Facts
    rows : int64 array
        The rows a filter found; the others are drawn faintly behind them.
    key : str
        Names the filter, so that a lasso drawn over other rows is not taken for one over these.
    """
    if not _is_made(project):
        return np.empty(0, dtype=np.int64)
    with st.spinner("Drawing the map"):
        made = loop.map_of(project)
    with st.container(horizontal=True, vertical_alignment="center"):
        color = st.segmented_control(
            "Colour by",
            COLOR_BY,
            default=COLOR_BY[0],
            required=True,
            key="map_color",
            bind="query-params",
            label_visibility="collapsed",
        )
        told = st.container(width="content")
    places = np.full((len(facts), 2), np.nan, dtype=np.float32)
    mapped = facts.shelf.rows_of(made.ids)
    places[mapped[mapped >= 0]] = made.places[mapped >= 0]
    here = rows[~np.isnan(places[rows, 0])]
    dots = _sample(here, MOST_DOTS)
    told.caption(_told(facts, rows, here, dots), width="content")
    groups = _groups(facts, dots, color or "Label")
    others = _sample(np.setdiff1d(mapped[mapped >= 0], here), BACKGROUND)
    event = st.echarts_chart(
        _spec(facts, places, groups, others),
        height=560,
        key=f"map_{fingerprint(key, color or '', length=8)}",
        on_select="rerun",
    )
    return _picked(event, groups)


def _is_made(project: Project) -> bool:
    """Offer to embed what is not embedded yet; return whether there is a map to draw."""
    missing = loop.missing_embeddings(project)
    if not missing:
        return True
    minutes = missing / ROWS_A_SECOND / 60
    said = f"about {minutes:.0f} minutes" if minutes >= 1.5 else "about a minute"
    with st.container(border=True):
        st.text("The map puts like next to like. For that, every text is read once by a model.")
        if st.button(f"Embed {missing:,} examples, {said}", key="embed", type="primary"):
            with st.status("Reading the texts") as status:
                loop.embed(
                    project,
                    lambda done, total: status.update(label=f"{done:,} of {total:,} texts read"),
                )
            st.rerun()
    return False


def _sample(rows: Rows, most: int) -> Rows:
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False))


def _told(facts: Facts, rows: Rows, here: Rows, dots: Rows) -> str:
    exam = int(facts.shelf.exam[rows].sum())
    parts = [f"{len(dots):,} dots"]
    if len(dots) < len(here):
        parts = [f"A sample of {len(dots):,} of {len(here):,}"]
    if exam:
        parts.append("none of the exam's")
    rest = len(rows) - exam - len(here)
    if rest:
        parts.append(f"{rest:,} came after it was drawn")
    return ", ".join(parts) + ". Draw round some to pick them."


def _groups(facts: Facts, rows: Rows, color: str) -> list[tuple[str, Rows]]:
    """Return the dots by what colours them, in the palette's order, the colourless last."""
    shelf, opinions = facts.shelf, facts.opinions
    if color == "Split":
        names, codes = [split.value for split in SPLITS[:2]], shelf.split[rows].astype(np.int16)
    elif color == "On whose word":
        names, codes = [word.value for word in WORDS], facts.answers.word[rows].astype(np.int16)
    elif color == "Covered" and opinions is not None:
        names = ["uncovered", "covered"]
        codes = (~np.isnan(opinions.confidence))[rows].astype(np.int16)
    elif color == "Votes" and opinions is not None:
        names, codes = list(facts.labels), opinions.best[rows]
    else:
        names, codes = list(facts.labels), facts.answers.label[rows]
    groups = [(name, rows[codes == place]) for place, name in enumerate(names)]
    return [*groups, ("none", rows[codes < 0])]


def _spec(
    facts: Facts, places: Floats, groups: Sequence[tuple[str, Rows]], others: Rows
) -> dict[str, Any]:
    axis = {"show": False, "min": -1.05, "max": 1.05}
    names = [name for name, _ in groups]
    series = [_dots(facts, places, name, rows) for name, rows in groups]
    behind = {
        "type": "scatter",
        "name": "other rows",
        "data": places[others].round(3).tolist(),
        "symbolSize": 3,
        "itemStyle": {"color": GRAY, "opacity": 0.18},
        "silent": True,
        "z": 1,
    }
    return {
        "animation": False,
        "grid": {"left": 8, "right": 8, "top": 44, "bottom": 8},
        "xAxis": axis,
        "yAxis": axis,
        "legend": {"top": 4, "left": 4, "width": "82%", "type": "scroll", "data": names},
        "tooltip": {"trigger": "item", "formatter": "{@[2]}", "confine": True},
        "toolbox": {"top": 0, "right": 4},
        "brush": {
            "toolbox": ["polygon", "rect", "clear"],
            "seriesIndex": list(range(len(series))),
            "outOfBrush": {"colorAlpha": 0.25},
            "throttleType": "debounce",
            "throttleDelay": 300,
        },
        "dataZoom": [
            {"type": "inside", "xAxisIndex": 0, "filterMode": "none"},
            {"type": "inside", "yAxisIndex": 0, "filterMode": "none"},
        ],
        "series": [*series, behind],
    }


def _dots(facts: Facts, places: Floats, name: str, rows: Rows) -> dict[str, Any]:
    texts = (str(text)[:SNIPPET] for text in facts.shelf.gather("texts", rows))
    where = places[rows].round(3).tolist()
    dots = {
        "type": "scatter",
        "name": name,
        "data": [[x, y, text] for (x, y), text in zip(where, texts, strict=True)],
        "symbolSize": 6 if len(rows) < 3000 else 4,
        "z": 2,
    }
    colorless = {"itemStyle": {"color": GRAY, "opacity": 0.6}}
    return dots | colorless if name == "none" else dots | {"itemStyle": {"opacity": 0.8}}


def _picked(event: Any, groups: Sequence[tuple[str, Rows]]) -> Rows:  # noqa: ANN401
    """Return the rows under the lasso; places of a chart that has changed since are dropped."""
    chosen = [
        groups[group["series_index"]][1][place]
        for group in event["selection"]["selected"]
        if group["series_index"] < len(groups)
        for place in group["data_indices"]
        if place < len(groups[group["series_index"]][1])
    ]
    return np.unique(np.array(chosen, dtype=np.int64))
