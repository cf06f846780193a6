"""The table of functions: every number of it opens its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from curation.types import Score, VoteMatrix
from labeling_functions.analysis.leave_one_out import LeftOut
from labeling_functions.analysis.report import FunctionReport
from labeling_functions.analysis.selection import Selection, What
from studio.components import scores

EXPLAINED = {
    "coverage": "Share of examples it votes on. Click a number to see its rows.",
    "overlap": "Share where another function votes too.",
    "conflict": "Share where another function votes otherwise.",
    "precision": "Right votes among its votes on training rows with a gold answer.",
    "recall": "Right votes among the gold rows on which its vote would be right.",
    "effect": "Accuracy on gold with it, less accuracy without it.",
    "only it": "Rows that no other function covers.",
    "faults": "Rows it broke on.",
}
MOST_ROWS = 12
"""Rows shown without scrolling."""
FEW_ROWS = 5
"""The same while the rows of a number are shown below, so that they are in sight."""
OPENS: dict[str, What] = {
    "coverage": "covered",
    "overlap": "overlap",
    "conflict": "conflict",
    "precision": "incorrect",
    "precision 95 %": "correct",
    "recall": "missed",
    "recall 95 %": "missed",
    "faults": "faults",
}
"""What a click on a column's number opens. The function's name opens the function itself."""


@dataclass(frozen=True)
class Picked:
    """What was clicked: a function, and the rows its number counts, if it was a number."""

    function: str
    selection: Selection | None = None


def draw(
    votes: VoteMatrix,
    reports: Sequence[FunctionReport],
    *,
    left_out: Mapping[str, LeftOut],
    warnings: Mapping[str, str],
    about: Mapping[str, Mapping[str, Any]],
    disabled: Sequence[str],
    short: bool,
    key: str,
) -> Picked | None:
    """Draw the table and return what is selected in it.

    Parameters
    ----------
    votes : VoteMatrix
    reports : sequence of FunctionReport
        One a function that votes, in the matrix' order.
    left_out : mapping of name to LeftOut
    warnings : mapping of name to str
    about : mapping of name to mapping
        Its author and version number.
    disabled : sequence of str
        Functions that do not vote; listed last, without numbers.
    short : bool
        Show few rows and let the others scroll.
    key : str
    """
    families = {function.name: function.family for function in votes.functions}
    rows = [
        {
            **_row(report, families, left_out.get(report.name), warnings.get(report.name, "")),
            **about.get(report.name, {}),
        }
        for report in reports
    ]
    rows += [_off(name, about.get(name, {})) for name in disabled]
    if not any(row["warning"] for row in rows):  # an empty column would push numbers out of sight
        rows = [{name: value for name, value in row.items() if name != "warning"} for row in rows]
    most, height = (FEW_ROWS, 220) if short else (MOST_ROWS, 440)
    chosen = st.dataframe(
        _styled(rows),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-cell",
        key=key,
        column_config=_columns(),
        height="content" if len(rows) <= most else height,
    )
    return _picked(rows, chosen["selection"].get("cells") or [])


def _row(
    report: FunctionReport, families: Mapping[str, str], left: LeftOut | None, warning: str
) -> dict[str, Any]:
    said = [*report.polarity, *(f"not {label}" for label in report.against)]
    return {
        "function": report.name,
        "votes": ", ".join(said),
        "coverage": 100 * report.coverage,
        "overlap": 100 * report.overlap,
        "conflict": 100 * report.conflict,
        "precision": report.precision.value,
        "precision 95 %": _interval(report.precision),
        "effect": left.gain.value if left else None,
        "warning": warning,
        "recall": report.recall.value,
        "recall 95 %": _interval(report.recall),
        "effect 95 %": _interval(left.gain) if left else "",
        "only it": left.uncovered if left else None,
        "faults": report.faults,
        "family": families[report.name],
    }


def _off(name: str, about: Mapping[str, Any]) -> dict[str, Any]:
    return {"function": name, "warning": "disabled", **about}


def _interval(score: Score) -> str:
    if score.value is None or score.low is None or score.high is None:
        return scores.interval(score)
    return f"{score.low:.2f}–{score.high:.2f}, n={score.n}"  # noqa: RUF001 - a range


def _columns() -> dict[str, Any]:
    config = st.column_config
    numbers = {
        name: config.NumberColumn(name, format=form, help=EXPLAINED[name], width=width)
        for name, form, width in (
            ("coverage", "%.1f %%", 78),
            ("overlap", "%.1f %%", 72),
            ("conflict", "%.1f %%", 72),
            ("precision", "%.2f", 74),
            ("effect", "%+.3f", 64),
            ("recall", "%.2f", 62),
            ("only it", "%d", 62),
            ("faults", "%d", 58),
        )
    }
    texts = {
        "function": config.TextColumn("function", width=140),
        "votes": config.TextColumn("votes for", width=105),
        "precision 95 %": config.TextColumn("95 %, n", width=122),
        "recall 95 %": config.TextColumn("95 %, n", width=122),
        "effect 95 %": config.TextColumn("effect, 95 %", width=140),
        "warning": config.TextColumn("warning", width=150),
    }
    return {**numbers, **texts}


def _picked(rows: Sequence[Mapping[str, Any]], cells: Sequence[Any]) -> Picked | None:
    if not cells or int(cells[0][0]) >= len(rows):
        return None
    row, column = rows[int(cells[0][0])], str(cells[0][1])
    name = str(row["function"])
    if row.get("warning") == "disabled" or column not in OPENS:
        return Picked(name)
    return Picked(name, Selection(what=OPENS[column], function=name))


def _styled(rows: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401 - a pandas Styler
    """Return the table with disabled functions greyed out."""
    import pandas as pd

    off = [row.get("warning") == "disabled" for row in rows]
    grey = "color: #98a2b3"
    style = pd.DataFrame(list(rows)).style
    return style.apply(lambda column: [grey if o else "" for o in off[: len(column)]])
