r"""What a user's own file of labeling functions imports.

Examples
--------
A file in the project's `labeling_functions` folder::

    from labeling_functions import ABSTAIN, keywords, labeling_function, pattern

    asks_hours = keywords("asks_hours", "store_hours", ["open", "close", "opening"])
    order_number = pattern("order_number", "order_status", r"#\d{6}")

    @labeling_function
    def shouts(x):
        return "complaint" if x.text.isupper() else ABSTAIN
"""

from __future__ import annotations

from curation.types import ABSTAIN
from labeling_functions.families.keywords import keywords
from labeling_functions.families.lengths import lengths
from labeling_functions.families.pattern import pattern
from labeling_functions.families.python import labeling_function

__all__ = ["ABSTAIN", "keywords", "labeling_function", "lengths", "pattern"]
