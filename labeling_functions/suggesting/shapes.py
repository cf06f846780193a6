"""Forms that phrases cannot say: amounts, dates, links, questions, and codes by their shape."""

from __future__ import annotations

import re

FORMS = {
    "asks a question": r"\?\s*$",
    "exclaims": r"!",
    "names a number": r"(?<![\w.,])\d+(?![\w.,]*\w)",
    "names an amount of money": r"[$€£¥]\s?\d"
    r"|\d\s?(?:[$€£¥]|(?:dollars?|euros?|pounds?|usd|eur|gbp)\b)",
    "names a date": r"\b\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b"
    r"|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s+\d{1,2}\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)?\s+(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)",
    "names a time": r"\b\d{1,2}:\d{2}\b|\b\d{1,2}\s?[ap]\.?m\b",
    "names a percentage": r"\d\s?%",
    "has a link": r"https?://|\bwww\.",
    "has an address": r"\b[\w.+-]+@[\w-]+\.\w",
}
"""Forms that phrases cannot say, with the patterns that find them."""

CODE = r"#?[A-Za-z]{0,4}[-_]?\d{3,}(?:[-_]\d+)*\b"
"""What may be a code, such as an order number."""


def shape_of(code: str) -> str:
    r"""Return the pattern of codes that look alike: as many digits, as many capitals.

    Examples
    --------
    >>> print(shape_of("#AB-12345"))
    (?<!\w)\#[A-Z]{2}\-\d{5}(?!\w)
    """
    parts = re.findall(r"\d+|[A-Z]+|[a-z]+|.", code)
    return rf"(?<!\w){''.join(map(_shape, parts))}(?!\w)"


def _shape(part: str) -> str:
    for digits, sign in ((r"\d", r"\d"), ("[A-Z]", "[A-Z]"), ("[a-z]", "[a-z]")):
        if re.match(digits, part):
            return f"{sign}{{{len(part)}}}"
    return re.escape(part)
