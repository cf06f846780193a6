"""The lengths family: a label for every text with so many words."""

from __future__ import annotations

from curation.exceptions import FunctionError
from labeling_functions.function import LabelingFunction
from labeling_functions.rows import Row


def lengths(
    name: str, label: str, *, at_least: int = 0, at_most: int | None = None
) -> LabelingFunction:
    """Vote `label` where the text has `at_least` to `at_most` words, else abstain.

    Raises
    ------
    FunctionError
        The bounds let every text through, or none.

    Examples
    --------
    >>> short = lengths("short", "chitchat", at_most=2)
    >>> short(Row(text="hello there"))
    'chitchat'
    """
    most = float("inf") if at_most is None else at_most
    if at_least > most or (at_least <= 0 and at_most is None):
        raise FunctionError(
            f"No text is singled out by {at_least} to {most} words.",
            where=name,
            remedy="Give at_least, at_most, or both with at_least below at_most.",
        )

    def rule(x: Row) -> str | None:
        return label if at_least <= len(x.text.split()) <= most else None

    return LabelingFunction(name=name, family="lengths", rule=rule, label=label)
