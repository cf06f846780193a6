r"""What a user's own file of labeling functions imports.

Examples
--------
A file in the project's `labeling_functions` folder::

    from labeling_functions import ABSTAIN, keywords, labeling_function, not_, pattern, words

    asks_hours = keywords("asks_hours", "store_hours", ["open", "close", "opening"])
    order_number = pattern("order_number", "order_status", r"#\d{6}", scope=words("order"))
    says_hello = keywords("says_hello", not_("complaint"), ["hello", "hi there"])

    @labeling_function
    def shouts(x):
        return "complaint" if x.text.isupper() else ABSTAIN
"""

from __future__ import annotations

from curation.types import ABSTAIN
from labeling_functions.conditions.combined import all_of, any_of, none_of
from labeling_functions.conditions.gazetteer import listed
from labeling_functions.conditions.length import length
from labeling_functions.conditions.metadata import metadata
from labeling_functions.conditions.pattern import matches
from labeling_functions.conditions.punctuation import punctuation
from labeling_functions.conditions.words import words
from labeling_functions.families.gazetteer import gazetteer
from labeling_functions.families.keywords import keywords
from labeling_functions.families.lengths import lengths
from labeling_functions.families.metadata import fields
from labeling_functions.families.nearest_gold import nearest_gold
from labeling_functions.families.pattern import pattern
from labeling_functions.families.predictions import predictions
from labeling_functions.families.prompted import prompted
from labeling_functions.families.punctuation import marks
from labeling_functions.families.python import labeling_function
from labeling_functions.families.similar import similar
from labeling_functions.families.when import when
from labeling_functions.function import not_

__all__ = [
    "ABSTAIN",
    "all_of",
    "any_of",
    "fields",
    "gazetteer",
    "keywords",
    "labeling_function",
    "length",
    "lengths",
    "listed",
    "marks",
    "matches",
    "metadata",
    "nearest_gold",
    "none_of",
    "not_",
    "pattern",
    "predictions",
    "prompted",
    "punctuation",
    "similar",
    "when",
    "words",
]
