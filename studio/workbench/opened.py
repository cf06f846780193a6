"""The rows behind a number: with marks, votes and gold, and what can be done with all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from curation.project import Project
from curation.types import ABSTAIN, FunctionInfo, VoteMatrix, against
from labeling_functions.analysis.tally import Rows
from studio import loop, queries
from studio.components import bulk
from studio.components.rows import Row, Vote, rows
from studio.workbench.highlights import merged, spans_of

A_PAGE = 20


def draw(
    project: Project,
    votes: VoteMatrix,
    found: Rows,
    *,
    key: str,
    focus: FunctionInfo | None = None,
    why: str = "",
) -> None:
    """Draw rows of the matrix, a page at a time, and with `why` the actions on all of them."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{len(found):,} {'row' if len(found) == 1 else 'rows'}")
        st.space("stretch")
        if why and len(found):
            bulk.actions(project, lambda: _ids(votes, found), len(found), why, key=key)
    if not len(found):
        st.caption("There are none.")
        return
    pages = -(-len(found) // A_PAGE)
    page = st.pagination(pages, key=f"{key}_page") if pages > 1 else 1
    shown = found[(page - 1) * A_PAGE : page * A_PAGE]
    rows(present(project, votes, shown, focus), votes.labels, key=f"{key}_rows")


def present(
    project: Project, votes: VoteMatrix, shown: Rows, focus: FunctionInfo | None = None
) -> list[Row]:
    """Return rows ready to be drawn; gold is that of training rows the reader may see."""
    texts = loop.columns(project).corpus.texts[np.asarray(shown, dtype=np.int64)].to_list()
    ids = [votes.example_ids[row] for row in np.asarray(shown).tolist()]
    gold, hidden = queries.gold(project), queries.hidden_answers(project, ids)
    known = {id_: answer for id_, answer in gold.items() if id_ not in hidden} if hidden else gold
    return [
        _row(votes, row, text_, known.get(votes.example_ids[row]), focus)
        for row, text_ in zip(np.asarray(shown).tolist(), texts, strict=True)
    ]


def _row(
    votes: VoteMatrix, row: int, text_: str, gold: str | None, focus: FunctionInfo | None
) -> Row:
    voting = np.flatnonzero(votes.votes[row] != ABSTAIN).tolist()
    looked_at = [focus] if focus else [votes.functions[column] for column in voting]
    return Row(
        text=text_,
        spans=merged(span for function in looked_at for span in spans_of(function, text_)),
        votes=tuple(
            vote_of(int(votes.votes[row, column]), votes.labels, votes.functions[column].name)
            for column in voting
        ),
        gold=gold,
        note="" if voting else "no votes",
    )


def vote_of(vote: int, labels: Sequence[str], function: str = "") -> Vote:
    """Return a vote ready to be drawn."""
    label = labels[vote] if vote >= 0 else labels[against(vote)]
    return Vote(label, function, against=vote < ABSTAIN)


def _ids(votes: VoteMatrix, found: Rows) -> list[str]:
    return [votes.example_ids[row] for row in found.tolist()]
