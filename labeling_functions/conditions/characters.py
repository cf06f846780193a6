"""Which characters a piece of a Python regular expression matches; Python itself is asked."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

import numpy as np

# Python's own parser and compiler of regular expressions; they have no other name since 3.11.
parser: Any = import_module("re._parser")
compiler: Any = import_module("re._compiler")

Node = tuple[Any, Any]
"""An operation and its argument, as the parser of `re` makes them."""

ASCII = "".join(map(chr, range(128)))


def members(node: Node, flags: int, *, ascii_only: bool) -> str:
    r"""Return the characters, in order, that a node of one character's width matches.

    Examples
    --------
    >>> members((parser.LITERAL, ord("k")), re.IGNORECASE, ascii_only=True)
    'Kk'
    >>> ascii(members((parser.LITERAL, ord("k")), re.IGNORECASE, ascii_only=False))
    "'Kk\\u212a'"
    """
    kind = 0 if flags & re.ASCII else re.UNICODE
    return _members(repr(node), _Box(node), flags | kind, ascii_only)


class _Box:
    """A node that a cache may hold; its text says which it is."""

    def __init__(self, node: Node) -> None:
        self.node = node

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Box)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=1000)
def _members(_name: str, box: _Box, flags: int, ascii_only: bool) -> str:
    op, argument = box.node
    state = parser.State()
    state.flags = flags
    one = parser.SubPattern(state, [(op, argument)])
    run = parser.SubPattern(state, [(parser.MAX_REPEAT, (1, parser.MAXREPEAT, one))])
    found = compiler.compile(run, flags).finditer(ASCII if ascii_only else _where(op, argument))
    return "".join(match.group() for match in found)


def _where(op: Any, argument: Any) -> str:  # noqa: ANN401 - as the parser makes them
    """Return characters among which all members are: a letter has few, a class may have many."""
    if op is parser.LITERAL:
        return "".join(sorted({*cased(), chr(argument)}))
    return every()


@cache
def every() -> str:
    """Return every character there is, in order."""
    code = np.arange(0x110000, dtype="<u4")
    return code[(code < 0xD800) | (code > 0xDFFF)].tobytes().decode("utf-32-le")


@cache
def cased() -> str:
    """Return every character that has another case."""
    return "".join(sign for sign in every() if sign.lower() != sign or sign.upper() != sign)


@lru_cache(maxsize=1000)
def rust_class(signs: str) -> str:
    r"""Return a class for the Rust engine that holds exactly `signs`, given in order.

    Examples
    --------
    >>> print(rust_class("abcx"), rust_class("x"), rust_class(""))
    [\x{61}-\x{63}\x{78}] \x{78} [^\x{0}-\x{10ffff}]
    """
    if not signs:
        return r"[^\x{0}-\x{10ffff}]"
    code = np.frombuffer(signs.encode("utf-32-le"), dtype="<u4").astype(np.int64)
    # The last code before the surrogates and the first after them are neighbours in Rust.
    step = np.diff(np.where(code > 0xDFFF, code - 0x800, code))
    firsts = code[np.concatenate(([True], step > 1))]
    lasts = code[np.concatenate((step > 1, [True]))]
    if len(code) == 1:
        return rf"\x{{{code[0]:x}}}"
    return "[" + "".join(map(_range, firsts.tolist(), lasts.tolist())) + "]"


def _range(first: int, last: int) -> str:
    return rf"\x{{{first:x}}}" if first == last else rf"\x{{{first:x}}}-\x{{{last:x}}}"
