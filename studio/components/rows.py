"""Examples as rows: the text with what matched marked, the votes beside it, the gold answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from studio.components.palette import color_of

ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Vote:
    """What one function says about a row.

    Attributes
    ----------
    label : str
    function : str
        Empty where it is plain which function is meant.
    against : bool
        It says "not this label".
    """

    label: str
    function: str = ""
    against: bool = False


@dataclass(frozen=True)
class Row:
    """One example.

    Attributes
    ----------
    text : str
        As it came; never rendered.
    spans : tuple of (start, end)
        Stretches of `text` to mark, in characters, end exclusive.
    votes : tuple of Vote
    gold : str or None
        The answer known, for training rows only.
    note : str
        A word on the row, such as what the votes add up to.
    marks : tuple of (start, end, label)
        Labelled stretches, each in its label's colour; they may overlap.
    """

    text: str
    spans: tuple[tuple[int, int], ...] = ()
    votes: tuple[Vote, ...] = ()
    gold: str | None = None
    note: str = ""
    marks: tuple[tuple[int, int, str], ...] = ()


def rows(shown: Sequence[Row], labels: Sequence[str], *, key: str, height: int = 0) -> None:
    """Draw rows.

    Parameters
    ----------
    shown : sequence of Row
        A screenful or two; page through more.
    labels : sequence of str
        The task's labels, which give the chips their colours.
    key : str
    height : int
        In pixels, with a scroll bar; as high as needed when 0.
    """
    data = {"rows": [_as_data(row, labels) for row in shown], "height": height}
    _component(key=key, data=data)


def _as_data(row: Row, labels: Sequence[str]) -> dict[str, Any]:
    return {
        "text": row.text,
        "spans": [list(span) for span in row.spans],
        "votes": [
            {
                "label": vote.label,
                "function": vote.function,
                "against": vote.against,
                "color": color_of(labels, vote.label),
                "right": None if row.gold is None else (vote.label == row.gold) != vote.against,
            }
            for vote in row.votes
        ],
        "gold": row.gold and {"label": row.gold, "color": color_of(labels, row.gold)},
        "note": row.note,
        "marks": [
            {"start": start, "end": end, "label": label, "color": color_of(labels, label)}
            for start, end, label in row.marks
        ],
    }


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "tunesmith.rows",
    html='<ul data-part="rows" tabindex="0" aria-label="Examples"></ul>',
    css=_asset("rows.css"),
    js=_asset("rows.js"),
)
