"""What declarative labeling functions test: conditions on a row, as data, by kind.

A condition reads one row (`holds`) or a whole corpus (`mask`), with the same answers: the first is
plain Python and says what is meant, the second is how a million rows are asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curation.exceptions import FunctionError
from curation.registry import Registry
from labeling_functions.conditions.condition import Condition
from labeling_functions.conditions.masks import masks

__all__ = ["CONDITIONS", "Condition", "condition_from", "masks"]

CONDITIONS = Registry(
    "kind of condition",
    {
        "words": "labeling_functions.conditions.words:Words",
        "pattern": "labeling_functions.conditions.pattern:Pattern",
        "gazetteer": "labeling_functions.conditions.gazetteer:Gazetteer",
        "length": "labeling_functions.conditions.length:Length",
        "punctuation": "labeling_functions.conditions.punctuation:Punctuation",
        "metadata": "labeling_functions.conditions.metadata:Metadata",
        "all": "labeling_functions.conditions.combined:All",
        "any": "labeling_functions.conditions.combined:AnyOf",
        "none": "labeling_functions.conditions.combined:NoneOf",
    },
)
"""Each is a `Condition`; a new kind is one file here and one line above."""


def condition_from(data: Mapping[str, Any]) -> Condition:
    """Return the condition that `data` describes.

    Raises
    ------
    UnknownNameError
        There is no such kind of condition.
    FunctionError
        The data is no condition, or says nothing.

    Examples
    --------
    >>> condition_from({"kind": "words", "words": ["open", "close"]}).code()
    'words("open", "close")'
    """
    kind: type[Condition] = CONDITIONS[str(data.get("kind"))]
    try:
        return kind.from_data({name: value for name, value in data.items() if name != "kind"})
    except (TypeError, ValueError, AttributeError) as error:
        raise FunctionError(
            f"This is no {data['kind']} condition: {error}.",
            remedy="Write it again by form, or as the function's Python.",
        ) from error
