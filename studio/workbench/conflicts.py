"""Rows that need a rule: those nobody votes on, and conflicts by the labels that collide."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from labeling_functions.analysis.buckets import Bucket
from labeling_functions.analysis.selection import Selection
from studio.components import text
from studio.components.palette import color_of

MOST = 12


def draw(found: Sequence[Bucket], labels: Sequence[str], *, key: str) -> Selection | None:
    """Draw the buckets, the largest first; return the rows of the one that was opened."""
    opened = None
    with st.container(gap="xsmall"):
        for place, bucket in enumerate(found[:MOST]):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                if st.button(f"{bucket.n:,} rows", key=f"{key}_{place}", type="tertiary"):
                    opened = bucket.selection
                for label in bucket.labels:
                    text.chip(label, color_of(labels, label))
                for label in bucket.denied:
                    text.chip(f"not {label}", color_of(labels, label))
                st.caption(text.plain(_who(bucket)))
    if len(found) > MOST:
        rest = sum(bucket.n for bucket in found[MOST:])
        st.caption(f"{len(found) - MOST} smaller kinds of conflict: {rest:,} rows")
    return opened


def _who(bucket: Bucket) -> str:
    said = ", ".join(f"{name} {n:,}" for name, n in bucket.functions[:2])
    more = f" and {len(bucket.functions) - 2} more" if len(bucket.functions) > 2 else ""
    gold = ", ".join(f"{label} {n:,}" for label, n in bucket.gold[:2])
    return f"{said}{more}" + (f" · gold: {gold}" if gold else "")
