"""Names to things: an explicit, lazy mapping that answers an unknown name with the near ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from curation.exceptions import UnknownNameError

MOST = 20
"""Names listed when none is near."""


def nearest(name: str, there: Iterable[str]) -> str:
    """Return the names that are near to `name` in either case, or else those there are.

    Examples
    --------
    >>> nearest("Refnud", ["refund", "other"])
    'Did you mean refund?'
    >>> nearest("x", ["refund", "other"]), nearest("x", [])
    ('There is: refund, other.', 'There is none yet.')
    """
    names = list(there)
    folded = {known.casefold(): known for known in names}
    near = [folded[known] for known in get_close_matches(name.casefold(), folded)]
    if near:
        return f"Did you mean {', '.join(near)}?"
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"There is: {', '.join(names[:MOST])}{more}." if names else "There is none yet."


class Registry:
    """A fixed set of named things, each imported when it is first asked for.

    Parameters
    ----------
    noun : str
        What the things are, for messages: "metric", "recipe".
    targets : mapping of str to str
        Name to `"module:object"`.

    Examples
    --------
    >>> shapes = Registry("shape", {"square": "math:sqrt"})
    >>> shapes["square"](9)
    3.0
    >>> shapes["sqare"]
    Traceback (most recent call last):
    ...
    curation.exceptions.UnknownNameError: There is no shape called 'sqare'. Did you mean square?
    """

    def __init__(self, noun: str, targets: Mapping[str, str]) -> None:
        self.noun = noun
        self._targets = dict(targets)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - each registry documents what it holds
        module, _, attribute = self.target(name).partition(":")
        return getattr(import_module(module), attribute)

    def __iter__(self) -> Iterator[str]:
        return iter(self._targets)

    def __len__(self) -> int:
        return len(self._targets)

    def __contains__(self, name: object) -> bool:
        return name in self._targets

    def target(self, name: str) -> str:
        """Return the `"module:object"` behind a name, without importing it."""
        if name in self._targets:
            return self._targets[name]
        raise UnknownNameError(
            f"There is no {self.noun} called {name!r}.", remedy=nearest(name, self._targets)
        )
