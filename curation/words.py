"""What people's words on each example are: the last each reviewer said, after undoing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from curation.types import Annotation

ASIDE = ("prefer", "draft")
"""What is said beside a word, not instead of one: a preference between two responses, a draft."""


def is_aside(said: Annotation) -> bool:
    """Return whether something is said beside a word: it displaces no answer and resolves nothing.

    Who cannot choose between two responses skips the comparison, not the example; who leaves a
    disagreement to somebody else does not take back what they had answered.
    """
    return said.action in ASIDE or (said.action == "skip" and said.mode in ("compare", "decide"))


class Words:
    """What people said so far; hearing more costs no more than what is new.

    Attributes
    ----------
    said : dict of (example id, reviewer) to list of (place, Annotation)
        What has not been undone, oldest first, without drafts. What is said aside is in it: an
        undo takes back what the reviewer said last on the example, a preference as well as an
        answer. Who edited the better of two said both at once, and takes both back. An undo that
        names what it takes back leaves everything else.
    """

    def __init__(self) -> None:
        self.said: dict[tuple[str, str], list[tuple[int, Annotation]]] = {}
        self._reviewers: dict[str, list[str]] = {}
        self._heard = 0

    def hear(self, annotations: Iterable[Annotation]) -> set[str]:
        """Take in what was said next, oldest first; return the examples it is about."""
        touched = set()
        for annotation in annotations:
            self._heard += 1
            if annotation.action == "draft":
                continue
            key = (annotation.example_id, annotation.reviewer)
            if key not in self.said:
                self._reviewers.setdefault(annotation.example_id, []).append(annotation.reviewer)
            said = self.said.setdefault(key, [])
            if annotation.action != "undo":
                said.append((self._heard, annotation))
            elif annotation.undoes:
                said[:] = [word for word in said if word[1].uid != annotation.undoes]
            elif said:
                _take_back(said)
            touched.add(annotation.example_id)
        return touched

    def spoken(self, example_id: str) -> list[list[tuple[int, Annotation]]]:
        """Return what each reviewer said on an example, as in `said`."""
        reviewers = self._reviewers.get(example_id, ())
        return [self.said[example_id, reviewer] for reviewer in reviewers]

    def standing(self, example_id: str) -> tuple[Annotation, ...]:
        """Return each reviewer's last word on an example, the latest last."""
        spoken = self.spoken(example_id)
        words = (next((w for w in reversed(said) if not is_aside(w[1])), None) for said in spoken)
        last = sorted(filter(None, words), key=lambda word: word[0])
        return tuple(annotation for _, annotation in last)

    @property
    def examples(self) -> Iterable[str]:
        """The examples anything was ever said about."""
        return self._reviewers.keys()


def _take_back(said: list[tuple[int, Annotation]]) -> None:
    _, last = said.pop()
    if last.action == "prefer" and said and _edits(said[-1][1], last):
        said.pop()


def _edits(word: Annotation, preferred: Annotation) -> bool:
    """Return whether a text was made of the better of two, the preference said right after it."""
    compared = word.action == "answer" and word.mode == "compare"
    return compared and word.shown == preferred.answer


def standing_words(annotations: Iterable[Annotation]) -> dict[str, tuple[Annotation, ...]]:
    """Return what each reviewer's last word on each example is, after undoing.

    Parameters
    ----------
    annotations : iterable of Annotation, oldest first

    Returns
    -------
    dict of str to tuple of Annotation
        By example; one annotation a reviewer, the latest last. Skips are words too. What is
        latest is decided by arrival: clocks of browsers and servers differ.
    """
    words = Words()
    words.hear(annotations)
    standing = ((example, words.standing(example)) for example in words.examples)
    return {example: said for example, said in standing if said}


def excluded_by(said: Iterable[Annotation]) -> str:
    """Return why an example is kept out of datasets, by its standing words; empty if it is not.

    One person's word is enough: who thinks otherwise asks them to take it back.
    """
    for annotation in said:
        if annotation.action == "exclude":
            return f"excluded: {annotation.note}" if annotation.note else "excluded by a person"
    return ""


def answers_of_people(
    standing: Mapping[str, Sequence[Annotation]],
) -> dict[str, tuple[Annotation, ...]]:
    """Return, by example, the standing words that are answers: no skips, and no file's gold."""
    answered = {
        example: tuple(a for a in said if is_answer(a)) for example, said in standing.items()
    }
    return {example: said for example, said in answered.items() if said}


def is_answer(said: Annotation) -> bool:
    """Return whether a word answers its example: a person's, and not to a gold question.

    A gold question asks what is known already, to see how reliable the person is.
    """
    answers = said.action in ("answer", "decide") and bool(said.answer)
    return answers and said.via != "file" and said.drawn != "gold"


def has_seen(said: Iterable[Annotation], reviewer: str) -> bool:
    """Return whether a reviewer needs not be asked again, by an example's standing words.

    Who refused a suggestion has not said yet what the answer is.
    """
    return any(a.reviewer == reviewer and a.via != "file" and a.action != "refuse" for a in said)
