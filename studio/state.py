"""What a browser tab remembers; the only module that touches `st.session_state`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import streamlit as st

from curation.project import Project, is_project, open_project
from studio.stations.reviewers import whoami

ACKED = "acked"
FLASH = "flash"
REFUSED = "refused"
REVIEWER = "reviewer"
TAB = "tab"


def projects_folder() -> Path:
    """Return the folder that holds the projects the app offers."""
    return Path(os.environ.get("TUNESMITH_PROJECTS", "projects")).resolve()


def project_names() -> list[str]:
    """Return the names of the project folders, in order."""
    folder = projects_folder()
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path.name for path in found if is_project(path))


def folder_for(name: str) -> Path:
    """Return the folder a project of this name would live in."""
    plain = re.sub(r"[^\w-]+", "-", name.strip().lower()).strip("-")
    return projects_folder() / (plain or "project")


def current_project() -> Project | None:
    """Return the project chosen in the sidebar, opened afresh so that its settings are true."""
    names = project_names()
    chosen = st.session_state.get("project") or st.query_params.get("project")
    name = chosen if chosen in names else (names[0] if names else None)
    return open_project(projects_folder() / name) if name else None


def choose_project(name: str) -> None:
    """Make a project the current one from the next run on."""
    st.session_state["chosen"] = name


def take_choice() -> None:
    """Carry out `choose_project` and `select_run` before their pickers are drawn."""
    for wish, picker in (("chosen", "project"), ("run_to_show", "run")):
        if wish in st.session_state:
            st.session_state[picker] = st.session_state.pop(wish)


def acked() -> list[str]:
    """Return the uids of decisions known to be stored, for the labeller."""
    return list(st.session_state.get(ACKED, ()))


def acknowledge(uids: Sequence[str]) -> None:
    """Note that decisions are stored. The last hundred are plenty: the rest were cleared."""
    st.session_state[ACKED] = [*acked(), *uids][-100:]


def refused() -> dict[str, str]:
    """Return why decisions of this tab cannot be stored as they are, by uid, for the labeller."""
    return dict(st.session_state.get(REFUSED, {}))


def refuse(reasons: Mapping[str, str]) -> None:
    """Note why decisions cannot be stored; the browser keeps them."""
    if reasons:
        st.session_state[REFUSED] = {**refused(), **reasons}


def reviewer() -> str:
    """Return who decides in this tab: who logged in, else the name chosen here, else the user."""
    mail = st.user.get("email")
    if mail and st.user.get("is_logged_in"):
        return str(mail)
    chosen = st.session_state.get(REVIEWER) or st.query_params.get(REVIEWER, "")
    return chosen.strip() or whoami()


def tab() -> str:
    """Return what tells this tab from a reviewer's others."""
    return str(st.session_state.setdefault(TAB, uuid4().hex[:12]))


def flash(message: str) -> None:
    """Show a short message after the rerun that is about to happen."""
    st.session_state[FLASH] = message


def show_flash() -> None:
    """Show the message left by the run before."""
    message = st.session_state.pop(FLASH, "")
    if message:
        st.toast(message)


def remember(key: str, value: object) -> None:
    """Keep something for this tab under a page's own key."""
    st.session_state[key] = value


def recall(key: str, default: object = None) -> object:
    """Return what `remember` kept."""
    return st.session_state.get(key, default)


def forget(key: str) -> None:
    """Drop what `remember` kept."""
    st.session_state.pop(key, None)


def select_run(run: str) -> None:
    """Show a run where runs are chosen, on every page."""
    st.session_state["run_to_show"] = run
