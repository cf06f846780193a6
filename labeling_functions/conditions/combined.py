"""Conditions made of conditions: all of them, any of them, none of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, ClassVar, Self

from curation.exceptions import FunctionError
from curation.types import JsonObject
from labeling_functions.conditions.condition import Condition

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Combined(Condition):
    """A condition made of others."""

    conditions: tuple[Condition, ...]
    written: ClassVar[str]

    def __post_init__(self) -> None:
        if not self.conditions or not all(isinstance(c, Condition) for c in self.conditions):
            raise FunctionError(
                f"{self.written} needs conditions, not {self.conditions!r}.",
                remedy=f'Write it like {self.written}(words("open"), length(at_most=9)).',
            )

    @property
    def data(self) -> JsonObject:
        """The condition as JSON."""
        return {"kind": self.kind, "conditions": [part.data for part in self.conditions]}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Make the condition, and those it is made of, of data."""
        from labeling_functions.conditions import condition_from

        return cls(tuple(condition_from(part) for part in data["conditions"]))

    def parts(self) -> tuple[Condition, ...]:
        """Return the conditions it is made of."""
        return self.conditions

    @abstractmethod
    def combine(self, parts: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """Return its mask from the masks of its parts."""

    def code(self) -> str:
        """Return the Python that makes it."""
        return f"{self.written}({', '.join(part.code() for part in self.conditions)})"

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where in the text its parts hold, in order."""
        return sorted({span for part in self.conditions for span in part.spans(text)})


@dataclass(frozen=True)
class All(Combined):
    """Holds where all of its parts do."""

    kind: ClassVar[str] = "all"
    written: ClassVar[str] = "all_of"

    def holds(self, row: Any) -> bool:  # noqa: ANN401
        """Whether all parts hold."""
        return all(part.holds(row) for part in self.conditions)

    def combine(self, parts: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """Return where all parts hold."""
        return reduce(and_, parts)


@dataclass(frozen=True)
class AnyOf(Combined):
    """Holds where at least one of its parts does."""

    kind: ClassVar[str] = "any"
    written: ClassVar[str] = "any_of"

    def holds(self, row: Any) -> bool:  # noqa: ANN401
        """Whether some part holds."""
        return any(part.holds(row) for part in self.conditions)

    def combine(self, parts: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """Return where some part holds."""
        return reduce(or_, parts)


@dataclass(frozen=True)
class NoneOf(Combined):
    """Holds where none of its parts does."""

    kind: ClassVar[str] = "none"
    written: ClassVar[str] = "none_of"

    def holds(self, row: Any) -> bool:  # noqa: ANN401
        """Whether no part holds."""
        return not any(part.holds(row) for part in self.conditions)

    def combine(self, parts: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """Return where no part holds."""
        return ~reduce(or_, parts)

    def spans(self, text: str) -> list[tuple[int, int]]:  # noqa: ARG002
        """Return nothing: what is not there cannot be shown."""
        return []


def all_of(*conditions: Condition) -> All:
    """Hold where all of `conditions` hold."""
    return All(conditions)


def any_of(*conditions: Condition) -> AnyOf:
    """Hold where at least one of `conditions` holds."""
    return AnyOf(conditions)


def none_of(*conditions: Condition) -> NoneOf:
    """Hold where none of `conditions` holds."""
    return NoneOf(conditions)
