"""Numbers and dates in a text, in every way they may be written."""

from __future__ import annotations

import re

from evaluation.words import words

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_BROKEN_NUMBER = re.compile(r"(?<=\d) ?([.,]) (?=\d{3}\b)|(?<=\d) ([.,]) ?(?=\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TENS = {"eleven": "11", "twelve": "12", "twenty": "20", "thirty": "30", "hundred": "100"}
_SPELLED = {word: str(value) for value, word in enumerate(_UNITS)} | _TENS
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()}


def strange_numbers(text: str, source: str) -> tuple[str, ...]:
    """Return the numbers of a text that its source does not have, each once.

    Examples
    --------
    >>> strange_numbers("1.500 euros on 2024-03-05, or 7", "It costs 1,500 until March 5, 2024.")
    ('7',)
    """
    known = numbers_in(source)
    found = dict.fromkeys(_number_words(text))
    return tuple(number for number in found if not _readings(number) & known)


def numbers_in(text: str) -> set[str]:
    """Return everything the numbers, number words and months of a text can stand for."""
    known = {reading for number in _number_words(text) for reading in _readings(number)}
    lowered = words(text)
    known |= {_SPELLED[word] for word in lowered if word in _SPELLED}
    return known | {str(MONTHS[word]) for word in lowered if word in MONTHS}


def _number_words(text: str) -> list[str]:
    joined = _BROKEN_NUMBER.sub(lambda match: match.group(1) or match.group(2), text)
    return _NUMBER.findall(joined)


def _readings(number: str) -> set[str]:
    """Return what a written number can stand for: 1,500 is 1500 or, in Paris, 1.5."""
    found = {number, _plain(number.replace(",", "."))}
    if _THOUSANDS.fullmatch(number):
        found.add(_plain(number.replace(",", "").replace(".", "")))
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d+", number):
        found.add(_plain(number.replace(",", "")))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+", number):
        found.add(_plain(number.replace(".", "").replace(",", ".")))
    return found


def _plain(number: str) -> str:
    whole, _, fraction = number.partition(".")
    fraction = fraction.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
