"""One colour a label."""

from __future__ import annotations

from itertools import pairwise

from studio.components.palette import COLORS, color_of

LABELS = tuple(f"label {n}" for n in range(20))


def test_a_label_keeps_its_colour_and_neighbours_differ() -> None:
    colors = [color_of(LABELS, label) for label in LABELS]
    assert colors[: len(COLORS)] == list(COLORS)
    assert all(one != other for one, other in pairwise(colors))
