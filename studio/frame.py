"""What stands around every page: the project picker, the ring on top, and errors in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import streamlit as st

from curation.exceptions import TunesmithError
from curation.project import Project
from studio import queries, signing, state
from studio.components import new_project, text
from studio.standing import Freshness, NextStep, Standing

MARKS = {
    Freshness.DONE: ":material/check_circle:",
    Freshness.NOW: ":material/arrow_circle_right:",
    Freshness.STALE: ":material/sync_problem:",
    Freshness.LATER: ":material/circle:",
}

_pages: dict[str, Any] = {}


def draw(pages: Mapping[str, Any]) -> None:
    """Draw the sidebar, and remember the pages for links between them."""
    _pages.update(pages)
    state.take_choice()
    names = state.project_names()
    with st.sidebar:
        if names:
            st.selectbox("Project", names, key="project", bind="query-params")
        if st.button("New project", icon=":material/add:", type="tertiary", key="new_project"):
            new_project.show()
        signing.draw()
    state.show_flash()


def page(title: str) -> Any:  # noqa: ANN401 - streamlit's page object has no public type
    """Return a page to link or switch to, by its title."""
    return _pages.get(title, f"studio/pages/{title.lower().replace(' ', '_')}.py")


def go(step: NextStep) -> None:
    """Go to the page of a next step."""
    st.switch_page(page(step.page))


def show(render: Callable[[Project], None], title: str) -> None:
    """Run a page: the ring on top, then the page, with the project's own errors in words.

    A ring that cannot be drawn (a dataset half copied, say) does not keep people from the page.
    """
    with in_words():
        project = state.current_project()
        if project is None:
            new_project.welcome()
            return
        if title != "Home":
            with in_words():
                ring(queries.standing(project), title)
        render(project)


@contextmanager
def in_words() -> Iterator[None]:
    """Say the project's own errors in words; dialogs and fragments run without the page's own."""
    try:
        yield
    except TunesmithError as error:
        show_error(error)


def show_error(error: TunesmithError) -> None:
    """Say what is wrong, where, and what to do. The text may quote data, so nothing is rendered."""
    with st.container(border=True):
        st.badge("Something to mend", icon=":material/error:", color="red")
        st.text(error.what)
        if error.where:
            st.code(error.where, language=None)
        if error.remedy:
            st.text(error.remedy)


def ring(standing: Standing, here: str) -> None:
    """Draw the thin strip that says where the project stands and what to do next."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key="ring"):
        for station in standing.stations:
            label = f"**{station.page}**" if station.page == here else station.page
            note = f"{station.count}. {station.note}" if station.note else station.count
            mark = MARKS[station.freshness]
            st.page_link(page(station.page), label=label, icon=mark, help=text.plain(note))
        st.space("stretch")
        step = standing.next_step
        if step.page != here:
            st.page_link(
                page(step.page), label=f"Next: {step.label}", icon=":material/east:", help=step.why
            )


def heading(title: str, question: str) -> None:
    """Draw a page's title and the one question it answers."""
    st.title(text.plain(title), anchor=False)
    st.caption(text.plain(question))
