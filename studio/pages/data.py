"""Data: what have we got?"""

from typing import Any

import streamlit as st

from curation.exceptions import FilterError
from curation.project import Project
from studio import frame, loop, queries, state
from studio.components import (
    bulk,
    corpus_map,
    filter_bar,
    function_from_filter,
    import_dialog,
    story,
    table,
    what_there_is,
)
from studio.stations.browsing import Facts, Filter, Rows, as_line, in_words
from studio.stations.browsing.blinding import blinded

VIEWS = ("Table", "Map")


def render(project: Project) -> None:
    """Draw what there is by split, source and label, and the examples a filter finds."""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            frame.heading("Data", "What have we got?")
        st.space("stretch")
        bulk.recent(project)
        if st.button("Import", type="primary", icon=":material/upload_file:", shortcut="i"):
            import_dialog.show(project)
    facts = loop.facts_of(project, queries.matrix(project), queries.probable(project))
    facts = blinded(project, facts, state.reviewer())
    if not len(facts):
        st.info("Your texts live here. Import a CSV, JSONL, Parquet or chat file to begin.")
        return
    wish = what_there_is.draw(project, facts)
    if wish is not None and wish not in filter_bar.current().parts:
        filter_bar.change(filter_bar.current() & wish)
    asked, view = filter_bar.draw(project, facts, VIEWS)
    try:
        _found(project, facts, asked, view)
    except FilterError as error:
        frame.show_error(error)


def _found(project: Project, facts: Facts, asked: Filter, view: str) -> None:
    """Draw the examples a filter finds, as a table or on the map, and what can be done to them."""
    with st.container(horizontal=True, vertical_alignment="center", key="found"):
        count = st.empty()
        st.space("stretch")
        actions = st.container(
            horizontal=True, vertical_alignment="center", gap="small", width="content"
        )
    body = st.container(key="examples")
    if view == "Map":
        rows = loop.find(project, asked, facts)
        with body:
            picked = corpus_map.draw(project, facts, rows, as_line(asked))
    else:
        rows, picked = _table(project, facts, asked, body)
    count.text(_counted(facts, rows, picked))
    with actions:
        _actions(project, facts, asked, rows, picked)


def _table(project: Project, facts: Facts, asked: Filter, body: Any) -> tuple[Rows, Rows]:  # noqa: ANN401 - a container
    """Draw the table, under it how it is ordered and paged, and the story of the row chosen."""
    with st.container(horizontal=True, vertical_alignment="center"):
        order = table.order()
        st.space("stretch")
        turner = st.container(width="content")
    rows = loop.find(project, asked, facts, order=order)
    if not len(rows):
        body.info("No example is like that. Take a filter away.")
        return rows, rows
    with body:
        picked = table.draw(facts, rows, f"{order} {as_line(asked)}", turner)
    if len(picked) == 1:
        (example,) = project.store.examples(ids=facts.shelf.ids(picked))
        story.draw(project, facts, example, asked)
    return rows, picked


def _counted(facts: Facts, rows: Rows, picked: Rows) -> str:
    if len(picked):
        return f"{len(picked):,} chosen of {len(rows):,} examples"
    return f"{len(rows):,} of {len(facts):,} examples"


def _actions(project: Project, facts: Facts, asked: Filter, rows: Rows, picked: Rows) -> None:
    """Draw what can be done to the chosen rows, or to all that were found."""
    meant = picked if len(picked) else rows
    why = "; ".join(map(in_words, asked.parts)) or "every example"
    if len(picked):
        why = f"chosen among {why}"
        if st.button("Only these", key="only_these", icon=":material/filter_center_focus:"):
            part = filter_bar.keep_ids(project, facts.shelf.ids(picked), "Selection")
            filter_bar.change(Filter(parts=(part,)))
    else:
        function_from_filter.button(project, asked)
    bulk.actions(project, lambda: facts.shelf.ids(meant), len(meant), why, key="found")


if __name__ == "__main__":
    frame.show(render, "Data")
