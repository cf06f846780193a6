"""The answer we go with for each example, and on whose word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation.types import Annotation, Example, Probable, Resolution, VoteMatrix, Word
from curation.words import excluded_by, is_answer


@dataclass(frozen=True)
class Resolved:
    """The answers we go with, and why the other examples have none.

    Attributes
    ----------
    resolutions : dict of str to Resolution
        By example id.
    open : dict of str to str
        The reason an example has no answer, by id.
    """

    resolutions: dict[str, Resolution]
    open: dict[str, str]


def resolve(
    examples: Sequence[Example],
    standing: Mapping[str, Sequence[Annotation]],
    probable: Probable | None,
    *,
    threshold: float,
    matrix: VoteMatrix | None = None,
) -> Resolved:
    """Decide every example: a person's word, else the file's gold, else votes over a threshold.

    An example that a person excluded stays open, whatever else was said about it.
    Where people disagree, most of them decide; without a majority the example stays open for
    adjudication, whatever the functions think.
    """
    rows = {} if probable is None else {id_: i for i, id_ in enumerate(probable.example_ids)}
    voters = _voters(matrix)
    resolutions: dict[str, Resolution] = {}
    undecided: dict[str, str] = {}
    for example in examples:
        said = standing.get(example.id, ())
        decided = excluded_by(said) or by_people(example.id, said) or _by_file(example, said)
        if decided is None and probable is not None and example.id in rows:
            best = probable.best(rows[example.id])
            decided = _by_votes(example, best, threshold, voters.get(example.id, ()))
        match decided:
            case Resolution():
                resolutions[example.id] = decided
            case None:
                undecided[example.id] = "nobody has said"
            case reason:
                undecided[example.id] = reason
    return Resolved(resolutions, undecided)


def by_people(example_id: str, said: Sequence[Annotation]) -> Resolution | str | None:
    """Return what most people answered, that they disagree, or None if nobody answered.

    Whoever decided between them has the last word.
    """
    people = [a for a in said if is_answer(a)]
    people = [a for a in people if a.action == "decide"][-1:] or people
    answers = Counter(a.answer for a in people if a.answer)
    if not answers:
        return None  # a skip says "ask someone else", it does not unsay gold or votes
    (best, votes), *rest = answers.most_common()
    if rest and rest[0][1] == votes:
        return "people disagree"
    return Resolution(
        example_id=example_id,
        answer=best,
        word=Word.PERSON,
        confidence=votes / answers.total(),
        sources=tuple(a.reviewer for a in people if a.answer == best),
    )


def late_gold(said: Sequence[Annotation]) -> Annotation | None:
    """Return the gold answer that a later file gave, by an example's standing words."""
    late = [a for a in said if a.via == "file" and a.answer]
    return late[-1] if late else None


def _by_file(example: Example, said: Sequence[Annotation]) -> Resolution | None:
    late = late_gold(said)
    gold = example.reference or (late.answer if late else None)
    if not gold:
        return None
    source = example.source if example.reference or late is None else late.reviewer
    return Resolution(
        example_id=example.id, answer=gold, word=Word.GOLD, confidence=1.0, sources=(source,)
    )


def _by_votes(
    example: Example,
    best: tuple[str, float] | None,
    threshold: float,
    voters: Sequence[tuple[str, str]],
) -> Resolution | str:
    if best is None:
        return "the votes are tied" if voters else "no function votes"
    answer, probability = best
    if probability < threshold:
        return "the votes are below the threshold"
    return Resolution(
        example_id=example.id,
        answer=answer,
        word=Word.VOTES,
        confidence=min(1.0, probability),
        sources=tuple(name for name, label in voters if label == answer),
    )


def _voters(matrix: VoteMatrix | None) -> dict[str, list[tuple[str, str]]]:
    """Return, by example, the functions that voted and what they said."""
    voters: dict[str, list[tuple[str, str]]] = {}
    if matrix is None:
        return voters
    for row, column in zip(*(matrix.votes >= 0).nonzero(), strict=True):
        said = (matrix.functions[column].name, matrix.labels[matrix.votes[row, column]])
        voters.setdefault(matrix.example_ids[row], []).append(said)
    return voters
