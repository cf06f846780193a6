"""People: who answered how much, how far they agree, and how they do on gold questions."""

from __future__ import annotations

import streamlit as st

from curation.project import Project, change_settings, open_project
from curation.types import Score, TaskKind
from studio import frame, loop, state
from studio.components import scores
from studio.desk import agreement
from studio.stations.people import Person, Said


@frame.in_words()
def render(project: Project) -> None:
    """Draw who answers, how far they agree, and how this project asks people."""
    said, who = loop.said_in(project), state.reviewer()
    people = loop.people_of(said)
    _settings(project)
    if not people:
        st.info("Nobody has answered yet. Names come here with the first answers.")
        return
    st.subheader("Who answered", anchor=False)
    _table(project, people, who)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Agreement", anchor=False)
        agreement.draw(_agreements(project, said))
    with right:
        if project.task.kind is not TaskKind.GENERATE:  # responses differ, and may all be right
            _one(project, said, people, who)
        _gold(loop.gold_questions(project, said))


def _settings(project: Project) -> None:
    review = project.settings.review
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(
            "People an example", 1, 20, review.people, key="people_per_example", width=170,
            help="How many people answer each example. Two or more show how far they agree;"
            " nobody sees another's answer before giving their own.",
        )  # fmt: skip
        board = st.toggle(
            "Show everybody's pace", review.leaderboard, key="leaderboard",
            help="Off: each person sees their own.",
        )  # fmt: skip
    if (number, board) != (review.people, review.leaderboard):
        changed = review.model_copy(update={"people": int(number), "leaderboard": board})
        settings = open_project(project.folder).settings  # another tab may have changed others
        change_settings(project, settings.model_copy(update={"review": changed}))
        st.rerun()


def _table(project: Project, people: tuple[Person, ...], who: str) -> None:
    all_paces = project.settings.review.leaderboard
    rows = [
        {
            "who": f"{person.name} (you)" if person.name == who else person.name,
            "answers": person.answers,
            "today": person.today,
            "skipped": person.skipped,
            "flagged": person.flagged,
            "decided": person.decided,
            "last": person.last,
            "seconds each": person.seconds if all_paces or person.name == who else None,
        }
        for person in people
    ]
    if all(row["seconds each"] is None for row in rows):
        rows = [{k: v for k, v in row.items() if k != "seconds each"} for row in rows]
    shown = st.column_config
    st.dataframe(
        rows,
        hide_index=True,
        placeholder="",
        key="people_table",
        height=min(35 * len(rows) + 38, 320),
        column_config={
            "today": shown.NumberColumn("today (UTC)"),
            "last": shown.DatetimeColumn("last spoke (UTC)", format="YYYY-MM-DD HH:mm"),
            "seconds each": shown.NumberColumn(
                "seconds each", format="%.1f", help="The median of the answers that were timed."
            ),
        },
    )


def _agreements(project: Project, said: Said) -> dict[str, tuple[Score, ...]]:
    """Return how far people agree, measured again only after something was said."""
    key = f"{project.folder} {project.store.revision()}"
    kept = state.recall("agreements")
    if not isinstance(kept, tuple) or kept[0] != key:
        with st.spinner("Measuring agreement"):
            kept = (key, loop.agreements(project, said))
        state.remember("agreements", kept)
    found: dict[str, tuple[Score, ...]] = kept[1]
    return found


def _one(project: Project, said: Said, people: tuple[Person, ...], who: str) -> None:
    """Draw one person's answers beside those decided."""
    names = [person.name for person in people]
    st.subheader("One reviewer", anchor=False)
    chosen = st.selectbox(
        "Reviewer",
        names,
        index=names.index(who) if who in names else 0,
        key="reviewer_shown",
        label_visibility="collapsed",
    )
    agreement.draw_confusion(said, chosen, labels=project.task.classifies)


def _gold(found: tuple[Score, ...]) -> None:
    st.subheader(
        "Gold questions",
        anchor=False,
        help="Examples whose answer is known, asked now and then: how often each person is right.",
    )
    if not found:
        st.text("None was answered yet.")
        return
    rows = [
        {"name": f"{s.metric} (n = {s.n})", "value": s.value, "low": s.low, "high": s.high}
        for s in found
    ]
    scores.whiskers(rows, "share right", key="gold_questions")
