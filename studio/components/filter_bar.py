"""The filter bar: which examples are shown, as chips, with the filter in the page's address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from curation.exceptions import FilterError
from curation.project import Project
from curation.slices import list_slices, remove_slice, save_slice
from studio import frame, state
from studio.components import filter_form, text
from studio.stations.browsing import SPLITS, Facts, Filter, Part, as_line, from_line, in_words

FILTER = "filter"
SEARCH = "search"
REMEMBERED = "data_filter"


def current() -> Filter:
    """Return the filter of the page's address, or the last one of this tab."""
    line = st.query_params.get(FILTER)
    if line is None:
        line = str(state.recall(REMEMBERED, ""))
    _write(line)
    try:
        return from_line(line)
    except FilterError as error:
        frame.show_error(error)
        return Filter()


def change(filter_: Filter) -> None:
    """Show other examples, on the page that is open."""
    _write(as_line(filter_))
    st.rerun()


def open_rows(filter_: Filter) -> None:
    """Go to Data and show the examples of a filter."""
    line = as_line(filter_)
    state.remember(REMEMBERED, line)
    st.switch_page(frame.page("Data"), query_params={FILTER: line} if line else None)


def _write(line: str) -> None:
    state.remember(REMEMBERED, line)
    if line:
        st.query_params[FILTER] = line
    else:
        st.query_params.pop(FILTER, None)


def draw(project: Project, facts: Facts, views: Sequence[str]) -> tuple[Filter, str]:
    """Draw the search, the chips and the menus; return the filter they make, and the view chosen.

    Parameters
    ----------
    project : Project
    facts : Facts
        What there is to choose from.
    views : sequence of str
        The ways to look at what is found.
    """
    chosen = current()
    with st.container(horizontal=True, vertical_alignment="center", key="filter_bar"):
        typed = st.text_input(
            "Search",
            type="search",
            key=SEARCH,
            bind="query-params",
            live=True,
            placeholder="Search the texts",
            label_visibility="collapsed",
            width=230,
        )
        with st.popover("Add filter", icon=":material/filter_alt:", key="add_filter"):
            part = filter_form.draw(project, facts)
            if part is not None:
                change(chosen & part)
        split = st.segmented_control(
            "Split",
            ["All", *(split.value for split in SPLITS)],
            default="All",
            key="split",
            bind="query-params",
            required=True,
            label_visibility="collapsed",
            format_func=str.capitalize,
        )
        whole = _with_quick(chosen, typed.strip(), split or "All")
        with st.popover("Slices", icon=":material/bookmark:", key="slices"):
            _slices(project, chosen, whole)
        st.space("stretch")
        view = st.segmented_control(
            "View",
            views,
            default=views[0],
            required=True,
            key="data_view",
            bind="query-params",
            label_visibility="collapsed",
        )
    if chosen.parts:
        _chips(chosen)
    return whole, view or views[0]


def _with_quick(chosen: Filter, typed: str, split: str) -> Filter:
    """Return the chips' filter with what the search and the split say."""
    whole = chosen & Part(kind="text", values=(typed,)) if typed else chosen
    return whole & Part(kind="split", values=(split,)) if split != "All" else whole


def _chips(chosen: Filter) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="chips"):
        for at, part in enumerate(chosen.parts):
            if st.button(
                text.plain(_short(in_words(part))),
                key=f"drop_{at}",
                icon=":material/close:",
                icon_position="right",
                help="Take this filter away",
            ):
                change(chosen.without(part))
        if st.button("Clear", key="clear_filter", type="tertiary"):
            change(Filter())


def _short(words: str, most: int = 60) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _slices(project: Project, chosen: Filter, whole: Filter) -> None:
    kept = list_slices(project)
    if not kept and not whole.parts:
        st.caption("A slice is a filter with a name. Filter the examples, then save it here.")
    for slice_ in kept:
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(text.plain(slice_.name), key=f"slice_{slice_.name}", type="tertiary"):
                change(chosen & Part(kind="slice", values=(slice_.name,)))
            st.space("stretch")
            if st.button(
                "", key=f"forget_{slice_.name}", icon=":material/delete:", help="Forget this slice"
            ):
                _forget(project, slice_.name, chosen)
    if whole.parts:
        name = st.text_input("Save this filter as", key="slice_name", placeholder="short questions")
        if st.button("Save slice", key="save_slice", disabled=not name.strip()):
            save_slice(project, name, whole.model_dump(mode="json", exclude_defaults=True))
            state.flash(f"Saved the slice {name.strip()}")
            change(chosen)


def _forget(project: Project, name: str, chosen: Filter) -> None:
    remove_slice(project, name)
    state.flash(f"The slice {name} is gone; its examples are as they were")
    change(chosen.without(Part(kind="slice", values=(name,))))


def keep_ids(project: Project, ids: Sequence[str], called: str) -> Part:
    """Return a part for chosen examples: their ids, or, where they are many, a slice of them.

    An address can hold some dozens of ids, not thousands.
    """
    part = Part(kind="ids", values=tuple(ids))
    if len(ids) <= MOST_IN_ADDRESS:
        return part
    name = f"{called} of {len(ids):,} rows"
    save_slice(project, name, Filter(parts=(part,)).model_dump(mode="json", exclude_defaults=True))
    return Part(kind="slice", values=(name,))


MOST_IN_ADDRESS = 40
"""Ids beyond which a selection is kept as a slice."""
