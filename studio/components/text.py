"""Text of examples: data, shown as it is and never rendered."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from curation.types import Message


def block(text: str) -> None:
    """Draw an example's text, wrapped, with nothing in it taken for markup."""
    st.code(text, language=None, wrap_lines=True)


def conversation(messages: Sequence[Message]) -> None:
    """Draw a conversation turn by turn, as the model reads it."""
    for message in messages:
        st.caption(message.role)
        block(message.content)


def chip(text: str, color: str = "gray", icon: str | None = None) -> None:
    """Draw a label as a chip. Labels may come from files, so markup in them is taken out."""
    plain = "".join(" " if sign in "[]()*_`$:<>\\#!|~" and sign != "_" else sign for sign in text)
    st.badge(plain.replace("_", "\\_") or " ", color=color, icon=icon)
