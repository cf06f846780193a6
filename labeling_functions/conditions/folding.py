"""Bring letters that `re` takes for the same to one of them, sign by sign, so places stay."""

from __future__ import annotations

import re
from functools import cache

from labeling_functions.conditions.characters import ASCII, members, parser


class _Fold(dict[int, str]):
    """The first of the characters that match each other when case is ignored."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        if sign.lower() != sign or sign.upper() != sign:
            node = (parser.LITERAL, code)
            self[code] = members(node, re.IGNORECASE, ascii_only=False)[0]
        else:
            self[code] = sign
        return self[code]


_FOLD = _Fold()


def folded(text: str) -> str:
    r"""Return the text with one letter for all that `re.IGNORECASE` takes for it.

    Examples
    --------
    >>> folded("Straße, \u017ftreet") == folded("STRAẞE, Street")
    True
    """
    return text.translate(_FOLD)


@cache
def ascii_twins() -> dict[int, str]:
    """Return the ASCII letters that letters beyond ASCII are taken for, by code."""
    return {
        ord(sign): twin
        for twin in ASCII
        if twin.islower()
        for sign in members((parser.LITERAL, ord(twin)), re.IGNORECASE, ascii_only=False)
        if not sign.isascii()
    }
