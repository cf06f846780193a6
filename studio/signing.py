"""Who is at the keyboard: signed in with the team's own provider, or known by name here."""

from __future__ import annotations

from ipaddress import ip_address

import streamlit as st

from studio import state
from studio.components import text


def is_asked() -> bool:
    """Return whether people must sign in: the project's server has an OpenID provider."""
    return st.user.get("is_logged_in") is not None


def let_in() -> bool:
    """Draw the way in for whoever is not signed in; return whether the pages may be drawn.

    A server that others can reach, and that asks nobody who they are, draws no page: Tunesmith
    runs the functions its users write.
    """
    if is_asked() and not st.user.get("is_logged_in"):
        _draw_door()
        return False
    if not is_asked() and not _is_ours_alone(st.get_option("server.address")):
        st.error(
            "This server can be reached from other machines, and nobody has to sign in.",
            icon=":material/lock:",
        )
        st.text("Set up a provider in .streamlit/secrets.toml, or serve 127.0.0.1 only.")
        return False
    return True


def draw() -> None:
    """Draw who it is, and the way out or the way to another name."""
    if is_asked():
        st.caption(f"Signed in as {text.plain(state.reviewer())}")
        if st.button("Sign out", icon=":material/logout:", type="tertiary", key="sign_out"):
            st.logout()
        return
    label = text.plain(state.reviewer())
    with st.popover(label, icon=":material/person:", type="tertiary", key="who"):
        st.text_input(
            "Sign my answers as",
            key=state.REVIEWER,
            placeholder=state.reviewer(),
            max_chars=80,
            bind="query-params",
            help="For several people on one machine. A team signs in with its own provider.",
        )


def _draw_door() -> None:
    with st.container(horizontal_alignment="center", vertical_alignment="center", height=420):
        st.title("Tunesmith", anchor=False, width="content")
        st.caption("Sign in, so that your answers carry your name.", width="content")
        for provider in _providers():
            label = f"Sign in with {text.plain(provider)}" if provider else "Sign in"
            if st.button(label, type="primary", icon=":material/login:", key=f"sign_in{provider}"):
                st.login(provider or None)


def _providers() -> list[str]:
    """Return the names of the providers; one without a name is the empty one."""
    auth = st.secrets["auth"]
    named = [name for name in auth if hasattr(auth[name], "keys")]
    return named or [""]


def _is_ours_alone(address: str | None) -> bool:
    try:
        return address == "localhost" or ip_address(address or "").is_loopback
    except ValueError:  # no address means all of them
        return False
