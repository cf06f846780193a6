"""Examples that somebody must decide: people disagree, want help, or all passed them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation.resolution import by_people
from curation.types import Annotation, Resolution
from curation.words import excluded_by, is_answer

PASSED_ON = 3
"""So many people who skip an example say that it is a hard one."""


@dataclass(frozen=True)
class Choice:
    """One of the answers given to an example.

    Attributes
    ----------
    answer : str
    voices : tuple of Annotation
        Everybody who gave it.
    """

    answer: str
    voices: tuple[Annotation, ...]


@dataclass(frozen=True)
class Case:
    """An example that somebody must decide.

    Attributes
    ----------
    example_id : str
    reason : str
        Why, in words.
    said : tuple of Annotation
        Its standing words.
    """

    example_id: str
    reason: str
    said: tuple[Annotation, ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The answers given, those of more people first."""
        answers = [a for a in self.said if is_answer(a)]
        given = dict.fromkeys(a.answer or "" for a in answers)
        grouped = [Choice(each, tuple(a for a in answers if a.answer == each)) for each in given]
        return tuple(sorted(grouped, key=lambda choice: (-len(choice.voices), choice.answer)))


def cases_of(
    standing: Mapping[str, Sequence[Annotation]], *, people: int = 1
) -> tuple[tuple[Case, ...], int]:
    """Return what somebody must decide, disagreements first, and how many wait for more answers.

    An example is decided once everybody has answered it who will be asked: its answers are
    shown here, and nobody is to see another's before giving their own.

    Parameters
    ----------
    standing : mapping of str to sequence of Annotation
        Standing words by example.
    people : int
        How many people answer an example.

    Returns
    -------
    tuple of Case, int
    """
    found: list[tuple[int, Case]] = []
    waiting = 0
    for example, said in standing.items():
        rank, reason = _reason(example, said)
        if not reason:
            continue
        answers = sum(is_answer(a) for a in said)
        if 0 < answers < people:
            waiting += 1
        else:
            found.append((rank, Case(example, reason, tuple(said))))
    return tuple(case for _, case in sorted(found, key=lambda pair: pair[0])), waiting


def _reason(example: str, said: Sequence[Annotation]) -> tuple[int, str]:
    """Return why an example must be decided and how urgent that is; no reason if it need not."""
    if len(said) == 1 and said[0].action == "answer" and not said[0].flagged:
        return 0, ""  # as most are
    if excluded_by(said):
        return 0, ""
    decided = max((at for at, a in enumerate(said) if a.action == "decide"), default=-1)
    flags = sum(a.flagged and a.action != "decide" for a in said[decided + 1 :])
    if decided < 0 and by_people(example, said) == "people disagree":
        return 0, f"{sum(map(is_answer, said))} people disagree"
    if flags:
        return 1, "flagged" if flags == 1 else f"flagged by {flags} people"
    skips = sum(a.action == "skip" for a in said)
    if skips >= PASSED_ON and not isinstance(by_people(example, said), Resolution):
        return 2, f"skipped by {skips} people"
    return 0, ""
