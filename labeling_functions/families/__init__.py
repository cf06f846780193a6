"""The families of labeling functions a user can declare, by name."""

from __future__ import annotations

from curation.registry import Registry

FAMILIES = Registry(
    "labeling function family",
    {
        "keywords": "labeling_functions.families.keywords:keywords",
        "pattern": "labeling_functions.families.pattern:pattern",
        "lengths": "labeling_functions.families.lengths:lengths",
        "python": "labeling_functions.families.python:labeling_function",
    },
)
"""Each makes a `LabelingFunction`; a new family is one file here and one line above."""
