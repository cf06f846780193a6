"""What a labeling function is given to look at."""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from types import SimpleNamespace
from typing import Any, NoReturn

LOCKED = (
    "A row cannot be changed, for other functions look at it too. "
    "Put what you change into a variable, or copy the row with copy.copy(x)."
)
# A named tuple's own accessors, the fastest there are; its other methods would hide columns.
_FIRST, _SECOND = map(vars(namedtuple("_", "text packed")).get, ("text", "packed"))


class Row(tuple[str, str]):
    """An example without its gold answer: `text`, `metadata`, and each column as an attribute.

    It is read-only and light: a text, and its other columns as JSON, read when first asked for.
    A copy (`copy.copy`, or what Snorkel's preprocessors make) is an `OwnRow` and can be changed.

    Examples
    --------
    >>> Row(text="hello", stars=5).stars
    5
    """

    __slots__ = ()

    def __new__(cls, text: str = "", **columns: object) -> Row:  # noqa: D102
        return tuple.__new__(cls, (text, json.dumps(columns, default=str)))

    text: str = _FIRST
    input: str = _FIRST
    _packed: str = _SECOND

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The other columns, by name."""
        return _columns(self._packed)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a column holds what the file held
        try:
            return self.metadata[name]
        except KeyError:
            pass
        raise AttributeError(f"The row has no column {name!r}.", name=name, obj=self)

    # What every tuple has and a column may be called.
    count = property(lambda self: self.__getattr__("count"))
    index = property(lambda self: self.__getattr__("index"))

    def __getitem__(self, name: str) -> Any:  # type: ignore[override] # noqa: ANN401
        return getattr(self, name)

    def get(self, name: str, default: object = None) -> Any:  # noqa: ANN401
        """Return a column, or `default` where the row has none, as a pandas row does."""
        return getattr(self, name, default)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(LOCKED)

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(LOCKED)

    def __setitem__(self, name: str, value: object) -> NoReturn:
        raise TypeError(LOCKED)

    def __reduce__(self) -> tuple[Callable[..., OwnRow], tuple[str, str]]:
        return own_row, (self.text, self._packed)

    def __repr__(self) -> str:
        return f"Row(text={self.text!r}, metadata={self.metadata!r})"


class OwnRow(SimpleNamespace):
    """A row that belongs to the function that copied it, and can be changed."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a column holds what the file held
        return getattr(self, name)

    def get(self, name: str, default: object = None) -> Any:  # noqa: ANN401
        """Return a column, or `default` where the row has none."""
        return getattr(self, name, default)

    def __setitem__(self, name: str, value: object) -> None:
        setattr(self, name, value)


def row_of(text: str, metadata: Mapping[str, Any]) -> Row:
    """Return a row; a column named like one of the row's own fields does not hide it.

    Examples
    --------
    >>> row_of("hello", {"stars": 5, "text": "hidden"}).text
    'hello'
    """
    return tuple.__new__(Row, (text, json.dumps(dict(metadata), default=str)))


def rows_of(texts: Sequence[str], metadata: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of texts and their other columns, each a JSON object."""
    return map(tuple.__new__, repeat(Row), zip(texts, metadata, strict=True))


def own_row(text: str, packed: str) -> OwnRow:
    """Return a row that can be changed."""
    columns = json.loads(packed)
    return OwnRow(**{**columns, "text": text, "input": text, "metadata": dict(columns)})


# Rows of a chunk are looked at by one function after the other: each is read once.
@lru_cache(maxsize=1 << 14)
def _columns(packed: str) -> LockedDict:
    return LockedDict((name, _locked(value)) for name, value in json.loads(packed).items())


def _locked(value: object) -> object:
    if isinstance(value, dict):
        return LockedDict((name, _locked(inner)) for name, inner in value.items())
    return LockedList(map(_locked, value)) if isinstance(value, list) else value


def _refuse(*_arguments: object, **_options: object) -> NoReturn:
    raise TypeError(LOCKED)


class LockedDict(dict[str, Any]):
    """A dictionary that cannot be changed; a copy of it can."""

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return dict, (dict(self),)


class LockedList(list[Any]):
    """A list that cannot be changed; a copy of it can."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = extend = insert = pop = remove = clear = sort = reverse = _refuse

    def __reduce__(self) -> tuple[type, tuple[list[Any]]]:
        return list, (list(self),)
