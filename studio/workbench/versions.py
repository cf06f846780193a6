"""The versions of a function: what each changed, its numbers as they would be today."""

from __future__ import annotations

import streamlit as st

from curation.project import Project
from studio import frame, loop, state
from studio.components import scores, text
from studio.workbench.bench import vote_quietly


def draw(project: Project, name: str) -> None:
    """Draw the versions, newest first, each with its diff and a way back to it."""
    found = loop.versions_of(project, name)
    if not found:
        st.caption("Its history begins with the next save.")
    for one in reversed(found):
        version, report = one.version, one.report
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(f"v{version.number}")
            if one.current:
                st.badge("current", color="green")
            st.caption(text.plain(f"{version.who}, {version.at:%d %b %Y %H:%M}"))
            if report:
                st.caption(
                    f"coverage {report.coverage:.1%}, precision {scores.whole(report.precision)}"
                )
            else:
                st.caption("votes not kept")
            st.space("stretch")
            if not one.current and st.button(
                "Restore", key=f"restore_{name}_{version.number}", type="tertiary"
            ):
                _restore(project, name, version.number)
        if version.diff:
            with st.expander("What it changed"):
                st.code(version.diff, language="diff")


def _restore(project: Project, name: str, number: int) -> None:
    with frame.in_words():
        loop.restore(project, name, number)
        vote_quietly(project)
        state.flash(f"{name} is as it was in v{number}")
        st.rerun()
