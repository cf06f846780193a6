"""A function's votes on gold rows, by what it voted and what is right."""

from __future__ import annotations

from typing import Any

import streamlit as st

from labeling_functions.analysis.report import FunctionReport
from labeling_functions.analysis.selection import OTHER, Selection
from studio.components import scores


def draw(report: FunctionReport, labels: tuple[str, ...], *, key: str) -> Selection | None:
    """Draw a row a kind of vote: precision, recall, and gold by label; cells open their rows."""
    rows = [
        {
            "vote": f"not {kind.label}" if kind.against else kind.label,
            "rows": kind.votes,
            "precision": scores.whole(kind.precision),
            "recall": scores.whole(kind.recall),
            **{
                f"gold {label}": count
                for label, count in zip([*labels, OTHER], kind.gold, strict=True)
                if any(other.gold[_place(labels, label)] for other in report.classes)
            },
        }
        for kind in report.classes
    ]
    if not rows:
        st.caption("It votes on no row.")
        return None
    chosen = st.dataframe(
        rows, hide_index=True, on_select="rerun", selection_mode="single-cell", key=key
    )
    cells = chosen["selection"].get("cells") or []
    return _picked(report, cells[0]) if cells else None


def _place(labels: tuple[str, ...], label: str) -> int:
    return len(labels) if label == OTHER else labels.index(label)


def _picked(report: FunctionReport, cell: Any) -> Selection | None:  # noqa: ANN401
    row, column = int(cell[0]), str(cell[1])
    if row >= len(report.classes):
        return None
    kind = report.classes[row]
    asked = {"function": report.name, "label": kind.label, "against": kind.against}
    if column.startswith("gold "):
        return Selection(what="covered", gold=column.removeprefix("gold "), **asked)
    what = {"precision": "incorrect", "recall": "missed"}.get(column, "covered")
    return Selection.model_validate({"what": what, **asked})
