"""Answers that are malformed, or claim what their input does not say: reasons, item by item."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import category, normalize

from curation.types import DatasetRow, Prediction, Task, TaskKind
from evaluation.extraction import claims, invalid
from evaluation.quantities import MONTHS, numbers_in, strange_numbers
from evaluation.sheet import source
from evaluation.words import sentences, words

_NAME = re.compile(r"[^\W\d_][\w'\u2019.&-]*")
_CLOSING = ".!?…。\uff01\uff1f\"'”\u2019»)]}:;*`"
_LOOP = re.compile(r"(\b.{2,80}?)(?:\W*\1){3,}", re.DOTALL)


def normalise(text: str) -> str:
    """Return a free answer as labels are compared: stripped, casefolded, no closing punctuation.

    Examples
    --------
    >>> normalise("  Refund. ")
    'refund'
    """
    bare = normalize("NFC", text).strip().casefold()
    end = len(bare)
    while end and (bare[end - 1].isspace() or category(bare[end - 1]).startswith("P")):
        end -= 1
    return bare[:end]


def malformed(prediction: Prediction, row: DatasetRow, task: Task) -> tuple[str, ...]:
    """Return why an answer has the wrong form; empty when its form is right."""
    answer = prediction.answer
    if task.kind is TaskKind.CLASSIFY:
        return _outside(prediction.text, task.labels)
    if not answer.strip():
        return ("the answer is empty",)
    if task.kind is TaskKind.EXTRACT:
        return tuple(filter(None, [invalid(answer, row.input, task.labels)]))
    found = []
    loops = (match.group(1).strip() for match in _LOOP.finditer(answer))
    if loop := next((unit for unit in loops if any(map(str.isalpha, unit))), ""):
        found.append(f"it repeats itself: {loop[:40]!r}")
    if _cut_off(answer, row.answer):
        found.append("it stops in the middle of a sentence, past its reference's length")
    return tuple(found)


def unsupported(prediction: Prediction, row: DatasetRow, task: Task) -> tuple[str, ...]:
    """Return what an answer claims that its input does not say.

    Of a written answer its numbers, dates and names: the precision-oriented source check of Nan et
    al. 2021 (arXiv 2102.09130), on capitalised words and canonical numbers. Names need a language
    that capitalises only names. Of an extracted answer the values and keys of its JSON.
    """
    if task.kind is TaskKind.EXTRACT:
        return claims(prediction.answer, row, task).unsupported
    return strange_claims(prediction.answer, source(row))


def strange_claims(answer: str, text: str) -> tuple[str, ...]:
    """Return the numbers, dates and names of a text that its source does not contain."""
    found = [f"the number {number} is not in the input" for number in strange_numbers(answer, text)]
    names = dict.fromkeys(_names(answer))
    if not names:
        return tuple(found)
    vocabulary, known = {_stem(word) for word in words(text)}, numbers_in(text)
    missing = [name for name in names if not _named(name, vocabulary, known)]
    return tuple(found + [f"the name {name} is not in the input" for name in missing])


def reasons(prediction: Prediction, row: DatasetRow, task: Task) -> tuple[str, ...]:
    """Return why an answer counts as a hallucination: malformed, or unsupported by its input."""
    found = malformed(prediction, row, task)
    return found if task.kind is TaskKind.CLASSIFY else found + unsupported(prediction, row, task)


def support(answer: str, text: str) -> float | None:
    """Return the share of an answer's words that its source has; None without words.

    Plurals count as their singular. Every word counts, so that no language needs a list of those
    that say nothing. A signal for triage: it sees what is new, not whether it is wrong.

    Examples
    --------
    >>> support("Cats sleep all day.", "A cat sleeps all day long.")
    1.0
    """
    said = [_stem(word) for word in words(answer)]
    known = {_stem(word) for word in words(text)}
    return sum(word in known for word in said) / len(said) if said else None


def _outside(text: str, labels: tuple[str, ...]) -> tuple[str, ...]:
    written = normalise(text)
    if written in _normalised(labels):
        return ()
    return (f"{text.strip()[:60]!r} is not one of the labels" if written else "it wrote nothing",)


@lru_cache(maxsize=4)
def _normalised(labels: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(normalise, labels))


def _cut_off(answer: str, reference: str) -> bool:
    closed = answer.rstrip()[-1] in _CLOSING
    closes = reference.rstrip()[-1:] in tuple(_CLOSING)
    return closes and not closed and len(words(answer)) > len(words(reference))


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
    if str(MONTHS.get(name.casefold())) in known:
        return True
    return all(_stem(part) in vocabulary for part in words(name))
