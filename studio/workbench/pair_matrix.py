"""Every two functions as a cell: rows they share, agree on, or contradict each other on."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from labeling_functions.analysis.pairs import Pairs
from labeling_functions.analysis.selection import Selection

Shown = Literal["conflict", "overlap", "agree"]
WORDS: dict[str, Shown] = {"Conflict": "conflict", "Overlap": "overlap", "Agreement": "agree"}
WIDE, HIGH = 52, 27
MOST = 40
"""Functions drawn; with more of them cells would be too small to hit."""


def draw(found: Pairs, *, key: str) -> Selection | None:
    """Draw the matrix and return the rows of the cell that was clicked."""
    word = st.segmented_control(
        "Rows in common",
        list(WORDS),
        default="Conflict",
        required=True,
        key=f"{key}_what",
        label_visibility="collapsed",
    )
    what = WORDS[word]
    names = _busiest(found, what)
    if not names:
        st.caption("No two functions vote on the same row.")
        return None
    if len(names) < len(found.names):
        st.caption(f"The {len(names)} of {len(found.names)} functions with the most rows.")
    cells = _cells(found, names, what)
    chosen = st.vega_lite_chart(
        _frame(cells),
        _spec(names, what, max(cell["rows"] for cell in cells)),
        width="content",
        on_select="rerun",
        key=f"{key}_{what}",
    )
    picked = (chosen["selection"] or {}).get("cell") or []
    if not picked:
        return None
    one, other = str(picked[0]["function"]), str(picked[0]["other"])
    return found.selection(what, one, other) if one != other else Selection(function=one)


def _busiest(found: Pairs, what: Shown) -> list[str]:
    """Return the functions to draw, in their order: those with the most rows in common."""
    counts = getattr(found, what).sum(axis=1) - getattr(found, what).diagonal()
    if not counts.size or not (found.overlap.sum() - found.overlap.diagonal().sum()):
        return []
    best = sorted(range(len(found.names)), key=lambda place: -int(counts[place]))[:MOST]
    return [found.names[place] for place in sorted(best)]


def _cells(found: Pairs, names: list[str], what: Shown) -> list[dict[str, Any]]:
    places = [found.names.index(name) for name in names]
    counts = getattr(found, what)
    return [
        {
            "function": found.names[one],
            "other": found.names[other],
            "rows": int(counts[one, other]),
            "overlap": int(found.overlap[one, other]),
            "agree": int(found.agree[one, other]),
            "conflict": int(found.conflict[one, other]),
        }
        for one in places
        for other in places
        if one != other
    ]


def _spec(names: list[str], what: Shown, most: int) -> dict[str, Any]:
    axis = {
        "domain": False,
        "ticks": False,
        "labelLimit": 170,
        "title": None,
        "labelOverlap": False,
    }
    place = {"type": "nominal", "sort": names, "scale": {"domain": names}}
    return {
        "width": {"step": WIDE},
        "height": {"step": HIGH},
        "encoding": {
            "x": {"field": "other", **place, "axis": {**axis, "labelAngle": -40, "orient": "top"}},
            "y": {"field": "function", **place, "axis": axis},
        },
        "layer": [
            {
                "params": [
                    {"name": "cell", "select": {"type": "point", "fields": ["function", "other"]}}
                ],
                "mark": {"type": "rect", "cornerRadius": 3, "cursor": "pointer"},
                "encoding": {
                    "color": {
                        "field": "rows",
                        "type": "quantitative",
                        "legend": None,
                        "scale": {"type": "sqrt", **_colors(what)},
                    },
                    "opacity": {"condition": {"param": "cell", "value": 1}, "value": 0.35},
                    "tooltip": [{"field": name} for name in _TOLD],
                },
            },
            {
                "transform": [{"filter": "datum.rows > 0"}],
                "mark": {"type": "text", "fontSize": 10, "cursor": "pointer"},
                "encoding": {
                    "text": {"field": "rows", "format": "~s"},
                    "color": {
                        "condition": {"test": f"datum.rows > {0.45 * most}", "value": "white"},
                        "value": "#e6e8f4" if st.context.theme.type == "dark" else "#344054",
                    },
                },
            },
        ],
        "config": {"scale": {"bandPaddingInner": 0.08}, "view": {"stroke": None}},
    }


_TOLD = ("function", "other", "overlap", "agree", "conflict")


def _colors(what: Shown) -> dict[str, Any]:
    """Return the colours of a count: red where functions contradict each other."""
    return (
        {"range": ["#e5484d12", "#e5484d"]}
        if what == "conflict"
        else {"range": ["#6d66f212", "#6d66f2"]}
    )


def _frame(rows: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - a pandas frame
    import pandas as pd

    return pd.DataFrame(rows)
