"""Names to things: an explicit, lazy mapping that answers an unknown name with the near ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from curation.exceptions import UnknownNameError
from curation.nearest import nearest


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
