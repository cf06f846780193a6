"""Texts in which counting goes wrong: emoji, combining marks, no spaces, right to left."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from curation.types import Span

PIECES = st.sampled_from(
    [
        "8 pm",
        "don't",
        " ",
        "\n",
        "\t",
        "\r\n",
        ", ",
        "😬",
        "👨‍👩‍👧‍👦",
        "🇩🇪🇫🇷",
        "👍🏽",
        "e\u0301",
        "a\u0308\u0323",
        "明天晚上七点",
        "カフェで",
        "ที่นี่",
        "नमस्ते",
        "각",
        "שלום 8",
        "الساعة",
        "لأربعة",
        "\u200f",
        "\u200b",
        "\ufeff",
        "\U0001d7dc\U0001d7dd",
        "İ",
        "\u0000",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=4), min_size=1, max_size=12).map("".join).filter(bool)


def spans_of(text: str, labels: Sequence[str]) -> st.SearchStrategy[list[Span]]:
    """Return a strategy for any spans of a text, overlapping ones too."""
    places = st.lists(st.integers(0, len(text)), min_size=2, max_size=2, unique=True).map(sorted)
    one = st.builds(
        lambda place, label: Span(start=place[0], end=place[1], label=label),
        places,
        st.sampled_from(labels),
    )
    return st.lists(one, max_size=5)
