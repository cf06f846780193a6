"""Text of examples: data, shown as it is and never rendered."""

from __future__ import annotations

import re
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
    """Draw a label as a chip."""
    st.badge(plain(text), color=color, icon=icon)


def plain(text: str) -> str:
    r"""Return text for an element that renders Markdown, so that it reads as it was written.

    Examples
    --------
    >>> print(plain("*a* $b$ [c](d)"))
    \*a\* \$b\$ \[c\](d)
    """
    escaped = re.sub(r"([\\`*_\[\]$<>#!|~])", r"\\\1", " ".join(text.split()))
    # Streamlit looks for :icons: after the escapes are gone; an unseen joiner breaks them up.
    return escaped.replace(":", ":\u2060") or " "
