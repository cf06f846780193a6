"""One colour a label, the same on every chip and chart."""

from __future__ import annotations

from collections.abc import Sequence

COLORS = ("primary", "green", "orange", "red", "violet", "blue", "yellow", "gray")
"""Streamlit's named colours, in the order of the theme's chart colours of the same hue, so that a
chart with one series a label, in the task's order, needs no colours of its own."""


def color_of(labels: Sequence[str], label: str) -> str:
    """Return a label's colour by name; a word that is no label is gray.

    Examples
    --------
    >>> color_of(["card", "cash"], "cash"), color_of(["card", "cash"], "tied")
    ('green', 'gray')
    """
    return COLORS[labels.index(label) % len(COLORS)] if label in labels else "gray"
