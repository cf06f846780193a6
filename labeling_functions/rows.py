"""What a labeling function is given to look at."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any


class Row(SimpleNamespace):
    """An example without its gold answer: `text`, `metadata`, and each column as an attribute.

    It is a `SimpleNamespace`, so that Snorkel's preprocessors can copy and extend it.
    """

    text: str
    input: str
    metadata: dict[str, Any]

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a column holds what the file held
        return getattr(self, name)


def row_of(text: str, metadata: Mapping[str, Any]) -> Row:
    """Return a fresh row; a column named like one of the row's own fields does not hide it.

    Examples
    --------
    >>> row_of("hello", {"stars": 5}).stars
    5
    """
    columns = {str(name): value for name, value in metadata.items()}
    return Row(**{**columns, "text": text, "input": text, "metadata": dict(metadata)})
