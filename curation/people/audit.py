"""Who said what, when and through which door, and what the answer was after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from curation.resolution import resolve
from curation.types import Annotation, Example, Split
from curation.words import Words

HELD_BACK = "held back"
"""What is shown in place of an answer to an exam row."""


@dataclass(frozen=True)
class Line:
    """One thing that was said, and what it led to.

    Attributes
    ----------
    said : Annotation
    answer : str
        The answer we went with after it; empty while there was none.
    on : str
        On whose word: person or gold; where there was no answer, why.
    changed : bool
        Whether it was another answer, or on another word, before.
    """

    said: Annotation
    answer: str
    on: str
    changed: bool

    @property
    def words(self) -> str:
        """What was said, with its flag and note."""
        said = self.said
        done = [] if said.action == "answer" and said.answer else [said.action]
        parts = [" ".join([*done, *([said.answer] if said.answer else [])])]
        parts += ["flagged"] if said.flagged else []
        parts += [f"note: {said.note}"] if said.note else []
        return "; ".join(parts)

    @property
    def after(self) -> str:
        """The answer after it and on whose word, or why there was none."""
        now = f"{self.answer}, by {self.on}" if self.answer else self.on
        return now if self.changed else f"{now} (as before)"


def trail(
    annotations: Iterable[Annotation],
    examples: Mapping[str, Example],
    *,
    reviewer: str = "",
    exam: bool = False,
) -> Iterator[Line]:
    """Yield everything that was said, oldest first, each with the answer we went with after it.

    What functions say is left out: their votes are made again whenever they change, so nobody
    knows what they said then. An undo is a line like any other.

    Parameters
    ----------
    annotations : iterable of Annotation
        All of them, or all on some examples, oldest first.
    examples : mapping of str to Example
        Those they are about.
    reviewer : str
        Yield only the lines of this person.
    exam : bool
        Whether to show the answers to exam rows.
    """
    words = Words()
    before: dict[str, tuple[str, str]] = {}
    for said in annotations:
        words.hear([said])
        example = examples[said.example_id]
        after = _resolution(example, words.standing(example.id))
        changed = after != (before.get(example.id) or _resolution(example, ()))
        before[example.id] = after
        if not reviewer or said.reviewer == reviewer:
            line = Line(said, *after, changed=changed)
            yield line if exam or example.split is not Split.TEST else _held_back(line)


def _resolution(example: Example, said: tuple[Annotation, ...]) -> tuple[str, str]:
    resolved = resolve([example], {example.id: said}, None, threshold=1)
    found = resolved.resolutions.get(example.id)
    return (found.answer, found.word.value) if found else ("", resolved.open[example.id])


def _held_back(line: Line) -> Line:
    hidden = {
        name: HELD_BACK for name in ("answer", "shown", "rejected") if getattr(line.said, name)
    }
    said = line.said.model_copy(update={**hidden, "spans": ()})
    return Line(said, HELD_BACK if line.answer else "", line.on, line.changed)
