"""The table of examples: one page of what a filter found, and which rows of it are chosen."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import streamlit as st

from curation.people.audit import HELD_BACK
from curation.types import fingerprint
from studio.components.palette import color_of
from studio.stations.browsing import ORDERS, Facts, Order, Rows

PAGE = 100
HIGHEST = 470
"""Pixels, so that a row's story below is on the screen too."""
MOST_COLUMNS = 3
"""Columns of the file that are shown beside the text; a row's story has the others."""


def draw(facts: Facts, rows: Rows, key: str, turner: Any) -> Rows:  # noqa: ANN401 - a container
    """Draw one page of rows; return those chosen in it.

    Parameters
    ----------
    facts : Facts
    rows : int64 array
    key : str
        Names what found them, so that no choice is carried over to other rows.
    turner : container
        Where the pages are turned.
    """
    with turner:
        page = _page(len(rows), key)
    shown = rows[(page - 1) * PAGE : page * PAGE]
    event: Any = st.dataframe(
        _frame(facts, shown),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"examples_{fingerprint(key, str(page), length=8)}",
        height=min(35 * len(shown) + 38, HIGHEST),
        column_config=_columns(facts),
    )
    picked = [place for place in event["selection"]["rows"] if place < len(shown)]
    return shown[np.array(picked, dtype=np.int64)]


def _page(found: int, key: str) -> int:
    pages = -(-found // PAGE)
    if pages < 2:
        return 1
    return int(st.pagination(pages, key=f"page_{fingerprint(key, str(pages), length=8)}"))


def order() -> Order:
    """Ask in which order rows are shown."""
    chosen = st.selectbox(
        "Order",
        ORDERS,
        key="order",
        bind="query-params",
        label_visibility="collapsed",
        width=170,
        format_func=lambda name: f"By {name}" if name == "arrival" else name.capitalize(),
    )
    return chosen or "arrival"


def _columns(facts: Facts) -> dict[str, Any]:
    column = st.column_config
    colors = [color_of(facts.labels, label) for label in facts.labels]
    return {
        "text": column.TextColumn("text", width=500),
        "label": column.MultiselectColumn(
            "label", width=130, options=list(facts.labels), color=colors
        ),
        "by": column.TextColumn("by", width=80, help="On whose word: a person's, gold, the votes."),
        "sure": column.TextColumn("sure", width=60, help="How sure the votes are together."),
        "split": column.TextColumn("split", width=90),
    }


def _frame(facts: Facts, rows: Rows) -> list[dict[str, object]]:
    shelf = facts.shelf
    texts, sources = shelf.gather("texts", rows), shelf.gather("source", rows)
    others = shelf.gather("metadata", rows)
    columns = shelf.metadata_columns[:MOST_COLUMNS]
    return [
        {"text": text, **_answer(facts, row), "split": shelf.split_of(row).value, "source": source}
        | {_named(name): _plain(json.loads(str(other)).get(name)) for name in columns}
        for row, text, source, other in zip(rows.tolist(), texts, sources, others, strict=True)
    ]


def _answer(facts: Facts, row: int) -> dict[str, object]:
    if not facts.labels:
        return {}
    if facts.shelf.exam[row]:
        return {"label": [], "by": HELD_BACK, "sure": ""}
    if facts.spoken.excluded[row]:
        return {"label": [], "by": "excluded", "sure": ""}
    sure, label = float(facts.confidence[row]), facts.label_of(row)
    return {
        "label": [label] if label else [],
        "by": facts.word_of(row),
        "sure": "" if np.isnan(sure) else f"{sure:.2f}",
    }


def _named(column: str) -> str:
    """Return a heading that is none of our own."""
    taken = {"text", "label", "gold", "by", "sure", "split", "source"}
    return f"{column} (file)" if column in taken else column


def _plain(value: object) -> str:
    return "" if value is None else str(value)
