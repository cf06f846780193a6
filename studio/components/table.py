"""The table of examples: one page of what a filter found, and which rows of it are chosen."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import streamlit as st

from curation.types import fingerprint
from studio.components.story import HELD_BACK
from studio.stations.browsing import Facts, Rows

PAGE = 100
MOST_COLUMNS = 3
"""Columns of the file that are shown beside the text; a row's story has the others."""


def draw(facts: Facts, rows: Rows, key: str) -> Rows:
    """Draw one page of rows; return those chosen in it.

    Parameters
    ----------
    facts : Facts
    rows : int64 array
    key : str
        Names what found them, so that no choice is carried over to other rows.
    """
    pages = max(1, -(-len(rows) // PAGE))
    page = 1
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            page = st.pagination(pages, key=f"page_{fingerprint(key, str(pages), length=8)}")
    shown = rows[(page - 1) * PAGE : page * PAGE]
    frame = _frame(facts, shown)
    event: Any = st.dataframe(
        frame,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"examples_{fingerprint(key, str(page), length=8)}",
        height=min(36 * len(shown) + 38, 560),
        column_config={
            "text": st.column_config.TextColumn("text", width=520),
            "sure": st.column_config.NumberColumn("sure", format="%.2f", width=70),
        },
    )
    picked = [place for place in event["selection"]["rows"] if place < len(shown)]
    return shown[np.array(picked, dtype=np.int64)]


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
        return {"label": HELD_BACK, "word": "", "sure": None}
    if facts.spoken.excluded[row]:
        return {"label": "excluded", "word": "", "sure": None}
    sure = float(facts.confidence[row])
    known = None if np.isnan(sure) else sure
    return {"label": facts.label_of(row), "word": facts.word_of(row), "sure": known}


def _named(column: str) -> str:
    """Return a heading that is none of our own."""
    taken = {"text", "label", "word", "sure", "split", "source"}
    return f"{column} (file)" if column in taken else column


def _plain(value: object) -> str:
    return "" if value is None else str(value)
