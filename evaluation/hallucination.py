"""Answers that are malformed, or claim what their input does not say: reasons, item by item."""

from __future__ import annotations

import re
from unicodedata import category, normalize

from curation.types import DatasetRow, Prediction, Task, TaskKind
from evaluation.sheet import source
from evaluation.words import sentences, words

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_BROKEN_NUMBER = re.compile(r"(?<=\d) ?([.,]) (?=\d{3}\b)|(?<=\d) ([.,]) ?(?=\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_NAME = re.compile(r"[^\W\d_][\w'\u2019.&-]*")
_CLOSING = ".!?…。\uff01\uff1f\"'”\u2019»)]}:;*`"
_LOOP = re.compile(r"(\b.{2,80}?)(?:\W*\1){3,}", re.DOTALL)
_UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TENS = {"eleven": "11", "twelve": "12", "twenty": "20", "thirty": "30", "hundred": "100"}
_SPELLED = {word: str(value) for value, word in enumerate(_UNITS)} | _TENS
_MONTH_NAMES: tuple[str, ...] = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
)
_MONTH_NAMES += ("september", "october", "november", "december")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()}


def normalise(text: str) -> str:
    """Return a free answer as labels are compared: stripped, casefolded, no closing punctuation.

    Examples
    --------
    >>> normalise("  Refund. ")
    'refund'
    """
    bare = normalize("NFC", text).strip().casefold()
    while bare and category(bare[-1]).startswith("P"):
        bare = bare[:-1].rstrip()
    return bare


def malformed(prediction: Prediction, row: DatasetRow, task: Task) -> tuple[str, ...]:
    """Return why an answer has the wrong form; empty when its form is right."""
    if task.kind is TaskKind.CLASSIFY:
        return _outside(prediction.text, task.labels)
    answer = prediction.answer
    if not answer.strip():
        return ("the answer is empty",)
    found = []
    loops = (match.group(1).strip() for match in _LOOP.finditer(answer))
    if loop := next((unit for unit in loops if any(map(str.isalpha, unit))), ""):
        found.append(f"it repeats itself: {loop[:40]!r}")
    if _cut_off(answer, row.answer):
        found.append("it stops in the middle of a sentence, past its reference's length")
    return tuple(found)


def unsupported(prediction: Prediction, row: DatasetRow) -> tuple[str, ...]:
    """Return the numbers, dates and names of an answer that its input does not contain.

    The precision-oriented source check of Nan et al. 2021 (arXiv 2102.09130), on capitalised
    words and canonical numbers. Names need a language that capitalises only names.
    """
    text = source(row)
    known = _numbers(text)
    strange = [match for match in _number_words(prediction.answer) if not _readings(match) & known]
    found = [f"the number {number} is not in the input" for number in dict.fromkeys(strange)]
    vocabulary = {_stem(word) for word in words(text)}
    names = dict.fromkeys(_names(prediction.answer))
    missing = [name for name in names if not _named(name, vocabulary, known)]
    return tuple(found + [f"the name {name} is not in the input" for name in missing])


def reasons(prediction: Prediction, row: DatasetRow, task: Task) -> tuple[str, ...]:
    """Return why an answer counts as a hallucination: malformed, or unsupported by its input."""
    found = malformed(prediction, row, task)
    return found if task.kind is TaskKind.CLASSIFY else found + unsupported(prediction, row)


def _outside(text: str, labels: tuple[str, ...]) -> tuple[str, ...]:
    written = normalise(text)
    if written in {normalise(label) for label in labels}:
        return ()
    return (f"{text.strip()[:60]!r} is not one of the labels" if written else "it wrote nothing",)


def _cut_off(answer: str, reference: str) -> bool:
    closed = answer.rstrip()[-1] in _CLOSING
    closes = reference.rstrip()[-1:] in tuple(_CLOSING)
    return closes and not closed and len(words(answer)) > len(words(reference))


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


def _numbers(text: str) -> set[str]:
    known = {reading for number in _number_words(text) for reading in _readings(number)}
    lowered = words(text)
    known |= {_SPELLED[word] for word in lowered if word in _SPELLED}
    return known | {str(_MONTHS[word]) for word in lowered if word in _MONTHS}


def _names(text: str) -> list[str]:
    """Return the capitalised words, except the first of a sentence, which always is."""
    found: list[str] = []
    for sentence in sentences(text):
        for match in _NAME.finditer(sentence):
            word = re.sub(r"['\u2019]s?$", "", match.group().rstrip(".-&"))
            opens = not any(character.isalnum() for character in sentence[: match.start()])
            acronym = len(word) > 1 and word.isupper()
            if word[:1].isupper() and len(word) > 1 and (acronym or not opens):
                found.append(word)
    return [word for word in found if word.casefold() not in {"i'm", "i'll", "i've", "i'd"}]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _named(name: str, vocabulary: set[str], known: set[str]) -> bool:
    if str(_MONTHS.get(name.casefold())) in known:
        return True
    return all(_stem(part) in vocabulary for part in words(name))
