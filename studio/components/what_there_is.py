"""What there is: examples by split, label and source; a click on a bar asks for its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from curation.findings import still_open
from curation.project import Project
from curation.types import Split
from studio.components import text
from studio.stations.browsing import NONE, OTHER, SPLITS, UNLISTED, Facts, Part


def draw(project: Project, facts: Facts) -> Part | None:
    """Draw the counts; return the part of a filter that a click on one asks for."""
    _splits(facts)
    with st.expander("By label, source and problem", key="what_there_is"):
        left, right = st.columns(2)
        with left:
            label = _labels(facts) if facts.labels else None
        with right:
            source = _sources(facts)
        problem = _problems(project, facts)
    return problem or source or label


def _splits(facts: Facts) -> None:
    shelf, spoken = facts.shelf, facts.spoken
    for place, (split, card) in enumerate(zip(SPLITS, st.columns(len(SPLITS)), strict=True)):
        with card:
            rows = shelf.split == place
            answered = int((spoken.answered & rows).sum())
            gold = int(((facts.answers.gold != NONE) & rows).sum())
            known = f"{gold:,} with gold, " if split is not Split.TEST else ""
            st.metric(
                split.value.capitalize(),
                f"{int(rows.sum()):,}",
                f"{known}{answered:,} answered",
                border=True,
                delta_color="off",
                delta_arrow="off",
                height="stretch",
            )


def _labels(facts: Facts) -> Part | None:
    counts = np.bincount(facts.answers.label[facts.answers.label >= 0], minlength=len(facts.labels))
    bars = list(zip(facts.labels, counts.tolist(), strict=True))
    chosen = _bars(bars, "label we go with, without the exam", "by_label", coloured=True)
    return Part(kind="label", values=(chosen,)) if chosen else None


def _sources(facts: Facts) -> Part | None:
    bars = [(name, int(mask.sum())) for name, mask in facts.shelf.sources.items()]
    chosen = _bars(bars, "source", "by_source")
    return Part(kind="source", values=(chosen,)) if chosen else None


def _bars(
    bars: Sequence[tuple[str, int]], title: str, key: str, *, coloured: bool = False
) -> str | None:
    """Draw a bar a name; return the name of the bar that was clicked."""
    import pandas as pd

    y = {"field": "name", "type": "nominal", "sort": None, "title": None}
    encoding: dict[str, Any] = {
        "y": y | {"axis": {"labelLimit": 220}},
        "x": {"field": "rows", "type": "quantitative", "title": title, "axis": {"tickCount": 4}},
        "tooltip": [{"field": "name"}, {"field": "rows", "format": ","}],
    }
    if coloured:
        names = [name for name, _ in bars]
        encoding["color"] = {
            "field": "name", "type": "nominal", "legend": None, "sort": names,
            "scale": {"domain": names},
        }  # fmt: skip
    spec = {
        "height": {"step": 24},
        "params": [{"name": "bar", "select": {"type": "point", "fields": ["name"]}}],
        "mark": {"type": "bar", "cornerRadiusEnd": 4, "cursor": "pointer"},
        "encoding": encoding,
    }
    frame = pd.DataFrame(bars, columns=["name", "rows"])
    event: Any = st.vega_lite_chart(frame, spec, key=key, on_select="rerun")
    picked = event["selection"].get("bar") or []
    return str(picked[0]["name"]) if picked else None


def _problems(project: Project, facts: Facts) -> Part | None:
    """Draw what is wrong with the data, each with its rows one click away."""
    unlisted = int((facts.answers.gold == OTHER).sum())
    empty = int((facts.shelf.lengths == 0).sum())
    asked: list[Part] = []
    for count, said, part in (
        (empty, "texts are empty", Part(kind="length", high=0.0)),
        (unlisted, "gold answers are none of the labels", Part(kind="gold", values=(UNLISTED,))),
    ):
        if count and _link(f"{count:,} {said}", f"problem_{part.kind}"):
            asked.append(part)
    for finding in still_open(project.store.findings()):
        told = f"{len(finding.example_ids):,} rows: {finding.title}"
        if finding.example_ids and _link(told, f"problem_{finding.id}"):
            asked.append(Part(kind="finding", values=(finding.id,)))
    return asked[0] if asked else None


def _link(said: str, key: str) -> bool:
    return st.button(text.plain(said), key=key, type="tertiary", icon=":material/report:")
