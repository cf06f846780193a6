"""The families of labeling functions a user can declare, by name."""

from __future__ import annotations

from curation.registry import Registry

FAMILIES = Registry(
    "labeling function family",
    {
        "keywords": "labeling_functions.families.keywords:keywords",
        "pattern": "labeling_functions.families.pattern:pattern",
        "gazetteer": "labeling_functions.families.gazetteer:gazetteer",
        "lengths": "labeling_functions.families.lengths:lengths",
        "punctuation": "labeling_functions.families.punctuation:marks",
        "metadata": "labeling_functions.families.metadata:fields",
        "when": "labeling_functions.families.when:when",
        "similar": "labeling_functions.families.similar:similar",
        "nearest_gold": "labeling_functions.families.nearest_gold:nearest_gold",
        "predictions": "labeling_functions.families.predictions:predictions",
        "prompted": "labeling_functions.families.prompted:prompted",
        "python": "labeling_functions.families.python:labeling_function",
    },
)
"""Each makes a `LabelingFunction`; a new family is one file here and one line above."""

WHEN = "labeling_functions.families.when:votes"
VOTERS = Registry(
    "declarative family",
    {
        "keywords": WHEN,
        "pattern": WHEN,
        "gazetteer": WHEN,
        "lengths": WHEN,
        "punctuation": WHEN,
        "metadata": WHEN,
        "when": WHEN,
        "similar": "labeling_functions.families.similar:votes",
        "nearest_gold": "labeling_functions.families.nearest_gold:votes",
        "predictions": "labeling_functions.families.predictions:votes",
        "prompted": "labeling_functions.families.prompted:votes",
    },
)
"""How each family that says what it does as data votes: `votes(rule, corpus, labels, resources)`.

`labeling_functions.families.when.votes` says what is given, returned and raised. Families that are
a condition can also be asked together, which is faster: `labeling_functions.families.when
.votes_together(rules, corpus, labels)`.
"""
