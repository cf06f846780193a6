"""Numbers with their uncertainty: the same words, tables and whiskers on every page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from curation.types import Evaluation, Score


def short(score: Score | None) -> str:
    """Return a score in a few characters."""
    if score is None:
        return "not scored"
    return "undefined" if score.value is None else f"{score.value:.2f}"


def interval(score: Score | None) -> str:
    """Return a score's interval and n, or why it is undefined."""
    if score is None:
        return ""
    if score.value is None:
        return f"undefined, {score.undefined}"
    if score.low is None or score.high is None:
        return f"n = {score.n}"
    return f"{score.low:.2f} to {score.high:.2f}, n = {score.n}"


def whole(score: Score | None) -> str:
    """Return a score with its interval, in one line."""
    if score is None or score.value is None:
        return interval(score) or short(score)
    return f"{short(score)}  ({interval(score)})"


def table(evaluation: Evaluation) -> list[dict[str, str]]:
    """Return one row a metric, the run beside its baselines."""
    rows = []
    for score in evaluation.scores:
        row = {"metric": score.metric, "this run": whole(score)}
        for name, others in evaluation.baselines.items():
            found = next((other for other in others if other.metric == score.metric), None)
            row[name] = whole(found) if found else ""
        rows.append(row)
    return rows


def whiskers(rows: Sequence[Mapping[str, Any]], title: str, key: str) -> None:
    """Draw scores as points with 95 % whiskers. Rows have name, value, low and high."""
    spec = {
        "height": {"step": 34},
        "encoding": {
            "y": {
                "field": "name",
                "type": "nominal",
                "title": None,
                "sort": None,
                "axis": {"labelLimit": 260, "labelOverlap": False},
            }
        },
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 3, "color": "#98a2b3"},
                "encoding": {
                    "x": {
                        "field": "low",
                        "type": "quantitative",
                        "title": title,
                        "scale": {"zero": False},
                    },
                    "x2": {"field": "high"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
                "encoding": {
                    "x": {"field": "value", "type": "quantitative"},
                    "tooltip": [
                        {"field": "name"},
                        {"field": "value", "format": ".3f"},
                        {"field": "low", "format": ".3f"},
                        {"field": "high", "format": ".3f"},
                    ],
                },
            },
        ],
    }
    st.vega_lite_chart(_frame(rows), spec, key=key)


def _frame(rows: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401 - a pandas frame
    import pandas as pd

    return pd.DataFrame(list(rows))


def confusion(evaluation: Evaluation, key: str) -> tuple[str, str] | None:
    """Draw the confusion matrix; return the cell chosen in it, as (gold, predicted)."""
    cells = [
        {"gold": gold, "predicted": predicted, "rows": count, "right": gold == predicted}
        for gold, row in zip(evaluation.labels, evaluation.confusion, strict=False)
        for predicted, count in zip(evaluation.labels, row, strict=False)
    ]
    size = 42 * len(evaluation.labels) + 40
    axis = {"domain": False, "ticks": False, "labelLimit": 130}
    order = list(evaluation.labels)
    spec = {
        "height": size,
        "encoding": {
            "x": {
                "field": "predicted",
                "type": "nominal",
                "sort": order,
                "title": "predicted",
                "axis": {**axis, "labelAngle": -35},
            },
            "y": {"field": "gold", "type": "nominal", "sort": order, "title": "gold", "axis": axis},
        },
        "layer": [
            {
                "params": [
                    {"name": "cell", "select": {"type": "point", "fields": ["gold", "predicted"]}}
                ],
                "mark": {"type": "rect", "cornerRadius": 4},
                "encoding": {
                    "color": {
                        "field": "rows",
                        "type": "quantitative",
                        "legend": None,
                        "scale": {"type": "sqrt"},
                    },
                    "opacity": {"condition": {"param": "cell", "value": 1}, "value": 0.35},
                    "tooltip": [{"field": "gold"}, {"field": "predicted"}, {"field": "rows"}],
                },
            },
            {
                "transform": [{"filter": "datum.rows > 0"}],
                "mark": {"type": "text", "fontSize": 12},
                "encoding": {
                    "text": {"field": "rows"},
                    "color": {
                        "condition": {"test": "datum.rows > 7", "value": "white"},
                        "value": "#667085",
                    },
                },
            },
        ],
        "config": {"scale": {"bandPaddingInner": 0.06}, "view": {"stroke": None}},
    }
    chosen = st.vega_lite_chart(_frame(cells), spec, on_select="rerun", key=key)
    picked = (chosen.get("selection") or {}).get("cell") or []
    return (picked[0]["gold"], picked[0]["predicted"]) if picked else None
