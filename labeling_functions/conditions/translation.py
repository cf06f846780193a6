r"""Say a Python regular expression to the Rust engine that polars has, exactly or widened.

Python's parser makes a tree of the pattern. A class of characters is spelt out as the very
characters Python matches, so that no difference between two ideas of `\w` or of upper case
remains. What the Rust engine lacks (looking around, references back) is left out: the widened
pattern is found wherever the original is, and is searched first, so that `re` looks at few rows.
Whether a pattern is found somewhere is all that is asked, so greed and order do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from labeling_functions.conditions.characters import ASCII, Node, members, parser, rust_class

TYPES = re.ASCII | re.LOCALE | re.UNICODE
WORD: Node = (parser.IN, [(parser.CATEGORY, parser.CATEGORY_WORD)])
ONE = {parser.LITERAL, parser.NOT_LITERAL, parser.IN, parser.ANY}
"""Operations that match one character."""
NOTHING = "(?:)"


@dataclass(frozen=True)
class Translation:
    """A pattern for the Rust engine.

    Attributes
    ----------
    regex : str
        Found in every text the Python pattern is found in.
    exact : bool
        It is found in no other.
    """

    regex: str
    exact: bool


@lru_cache(maxsize=500)
def translated(regex: str, flags: int, *, ascii_only: bool) -> Translation:
    r"""Return the Rust engine's pattern for a Python one.

    Parameters
    ----------
    regex : str
        It compiles.
    flags : int
        Those of `re.compile`.
    ascii_only : bool
        It will only be asked about ASCII text, of which more is known.

    Examples
    --------
    >>> print(translated(r"#\d{2}", 0, ascii_only=True).regex)
    \x{23}(?:[\x{30}-\x{39}]){2,2}
    >>> translated(r"(?<!not )good", 0, ascii_only=True).exact
    False
    """
    tree = parser.parse(regex, flags)
    translator = _Translator(ascii_only)
    rust = translator.sequence(tree, tree.state.flags, left=True, right=True)
    if not _compiles(rust):
        return Translation(NOTHING, exact=False)
    return Translation(rust, translator.exact)


def _compiles(rust: str) -> bool:
    import polars as pl

    try:
        pl.Series([""]).str.contains(rust)
    except pl.exceptions.ComputeError:  # larger than the engine allows
        return False
    return True


class _Translator:
    """One walk over a parsed pattern.

    `left` and `right` say that nothing of the pattern stands before or behind what is translated:
    there, looking around may as well be consuming.
    """

    def __init__(self, ascii_only: bool) -> None:
        self.ascii_only = ascii_only
        self.exact = True

    def sequence(self, nodes: Any, flags: int, *, left: bool, right: bool) -> str:  # noqa: ANN401
        items = list(nodes)
        last = len(items) - 1
        return "".join(
            self._at(items, place, flags, left and place == 0, right and place == last)
            if item[0] is parser.AT
            else self._node(item, flags, left=left and place == 0, right=right and place == last)
            for place, item in enumerate(items)
        )

    def _node(self, node: Node, flags: int, *, left: bool, right: bool) -> str:  # noqa: PLR0911
        op, argument = node
        if op in ONE:
            return rust_class(self._members(node, flags))
        if op is parser.SUBPATTERN:
            _, added, removed, inner = argument
            flags = (flags & ~TYPES if added & TYPES else flags) | added
            return f"(?:{self.sequence(inner, flags & ~removed, left=left, right=right)})"
        if op is parser.BRANCH:
            return self._either(argument[1], flags, left=left, right=right)
        if op is parser.GROUPREF_EXISTS:
            self.exact = False
            return self._either(argument[1:], flags, left=left, right=right)
        if op in {parser.MAX_REPEAT, parser.MIN_REPEAT, parser.POSSESSIVE_REPEAT}:
            self.exact &= op is not parser.POSSESSIVE_REPEAT
            return self._repeat(argument, flags)
        if op is parser.ATOMIC_GROUP:
            self.exact = False
            return f"(?:{self.sequence(argument, flags, left=left, right=right)})"
        if op in {parser.ASSERT, parser.ASSERT_NOT}:
            return self._around(node, flags, left=left, right=right)
        if op is parser.FAILURE:
            return rust_class("")
        self.exact = False  # a reference back, or what a later Python may have
        return r"[\x{0}-\x{10ffff}]*"

    def _either(self, choices: Sequence[Any], flags: int, *, left: bool, right: bool) -> str:
        said = (self.sequence(choice or (), flags, left=left, right=right) for choice in choices)
        return f"(?:{'|'.join(said)})"

    def _repeat(self, argument: Any, flags: int) -> str:  # noqa: ANN401
        least, most, inner = argument
        body = self.sequence(inner, flags, left=False, right=False)
        return f"(?:{body}){{{least},{'' if most is parser.MAXREPEAT else most}}}"

    def _around(self, node: Node, flags: int, *, left: bool, right: bool) -> str:
        op, (direction, inner) = node
        if not (left if direction < 0 else right):
            return self._left_out()
        if op is parser.ASSERT:
            # What is looked at is what would stand there: nothing else of the pattern does.
            return f"(?:{self.sequence(inner, flags, left=direction < 0, right=direction > 0)})"
        if len(inner) != 1 or inner[0][0] not in ONE:
            return self._left_out()
        return self._other_than(self._members(inner[0], flags), direction)

    def _other_than(self, signs: str, direction: int) -> str:
        """Return what stands before (-1) or behind (1) where none of `signs` does."""
        if self.ascii_only:
            other = rust_class("".join(sign for sign in ASCII if sign not in signs))
        else:
            other = f"[^{rust_class(signs).removeprefix('[').removesuffix(']')}]"
        return rf"(?:\A|{other})" if direction < 0 else rf"(?:{other}|\z)"

    def _at(self, items: list[Node], place: int, flags: int, left: bool, right: bool) -> str:
        where = items[place][1]
        lines = bool(flags & re.MULTILINE)
        if where is parser.AT_BEGINNING:
            return "(?m:^)" if lines else r"\A"
        if where is parser.AT_BEGINNING_STRING:
            return r"\A"
        if where is parser.AT_END_STRING:
            return r"\z"
        if where is parser.AT_END and (lines or right):
            return "(?m:$)" if lines else r"\n?\z"
        if where is parser.AT_BOUNDARY:
            return self._boundary(items, place, flags, left=left, right=right)
        return self._left_out()

    def _boundary(
        self, items: list[Node], place: int, flags: int, *, left: bool, right: bool
    ) -> str:
        beside = items[place + 1 :] if left else items[:place][::-1] if right else []
        word = self._wordlike(beside[:1], flags, 0 if left else -1)
        if word is not None:
            signs = self._members(WORD, flags)
            return self._other_than(signs, -1 if left else 1) if word else rust_class(signs)
        if self.ascii_only or flags & re.ASCII:
            return r"(?-u:\b)"
        return self._left_out()

    def _wordlike(self, items: Any, flags: int, side: int) -> bool | None:  # noqa: ANN401
        """Whether all first (side 0) or last (-1) characters are word's, or none; else None."""
        if not len(items):
            return None
        op, argument = items[side]
        if op in ONE:
            signs = self._members((op, argument), flags)
            inside, outside = re.search(r"\w", signs), re.search(r"\W", signs)
            return None if bool(inside) == bool(outside) else bool(inside)
        if op is parser.SUBPATTERN and not argument[1] and not argument[2]:
            return self._wordlike(argument[3], flags, side)
        if op is parser.BRANCH:
            kinds = {self._wordlike(choice, flags, side) for choice in argument[1]}
            return kinds.pop() if len(kinds) == 1 else None
        if op in {parser.MAX_REPEAT, parser.MIN_REPEAT} and argument[0] > 0:
            return self._wordlike(argument[2], flags, side)
        return None

    def _members(self, node: Node, flags: int) -> str:
        return members(node, flags, ascii_only=self.ascii_only)

    def _left_out(self) -> str:
        self.exact = False
        return NOTHING


def tame(regex: str, flags: int) -> bool:
    r"""Whether searching with `re` takes time in proportion to the text, whatever the text.

    Only patterns without repetition of no fixed number are certain to.

    Examples
    --------
    >>> tame(r"(?<!not )good", 0), tame(r"(\w+\s?)+!", 0)
    (True, False)
    """
    return _ways(parser.parse(regex, flags)) <= 1000


def _ways(nodes: Any) -> float:  # noqa: ANN401 - nodes as the parser makes them
    """Return in how many ways a sequence can be tried from one place in the text."""
    ways = 1.0
    for op, argument in nodes:
        if op in {parser.MAX_REPEAT, parser.MIN_REPEAT, parser.POSSESSIVE_REPEAT}:
            ways *= _repeated(*argument)
        elif op is parser.BRANCH:
            ways *= sum(map(_ways, argument[1]))
        elif op is parser.GROUPREF_EXISTS:
            ways *= sum(_ways(choice or ()) for choice in argument[1:])
        elif op is parser.SUBPATTERN:
            ways *= _ways(argument[3])
        elif op is parser.ATOMIC_GROUP:
            ways *= _ways(argument)
        elif op in {parser.ASSERT, parser.ASSERT_NOT}:
            ways *= _ways(argument[1])
    return ways


def _repeated(least: int, most: int, inner: Any) -> float:  # noqa: ANN401
    if most > 100:
        return float("inf")
    once = _ways(inner)
    return sum(once**times for times in range(least, most + 1))
