"""Which of two responses people find better: from their choices, and from what they edited."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from curation.exceptions import LeakageError
from curation.templates import render_prompt
from curation.types import Annotation, Example, Message, Noun, Split, Task
from curation.words import Words, excluded_by, is_answer, standing_words

Pair = frozenset[str]
"""Two responses, in no order."""

TIE = "tie"
"""The note of who finds both responses as good as each other."""


class PreferencePair(Noun):
    """Two responses to an example, and which of them people find better."""

    example_id: str = Field(description="The example.")
    prompt: tuple[Message, ...] = Field(description="The turns the model is given.")
    chosen: str = Field(description="The better response.")
    rejected: str = Field(description="The other.")
    reviewers: tuple[str, ...] = Field(description="Who finds so.")
    against: int = Field(default=0, ge=0, description="How many find the other one better.")
    source: Literal["edit", "choice"] = Field(
        description="Edit: a person made the better one of the other; choice: chose between two."
    )
    at: datetime = Field(description="When it was last said.")


@dataclass(frozen=True)
class Preferences:
    """What people prefer, and what is left out of it.

    Attributes
    ----------
    pairs : tuple of PreferencePair
        In the order the pairs were first judged.
    left_out : dict of str to tuple of str
        Example ids by reason, one for every pair that is left out.
    """

    pairs: tuple[PreferencePair, ...]
    left_out: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Judgement:
    """What one person thinks of two responses.

    Attributes
    ----------
    said : Annotation
    pair : frozenset of str
        The two responses; empty where a comparison was skipped without naming them.
    source : {"edit", "choice"}
    """

    said: Annotation
    pair: Pair
    source: Literal["edit", "choice"]


def judgements(annotations: Iterable[Annotation]) -> Iterator[Judgement]:
    """Yield what stands of people's judgements of pairs, undone ones left out.

    Of a person's choices between the same two the last stands; of a person's edits the one that
    is their word on the example. A comparison that was skipped is a judgement too: whoever cannot
    choose is not asked again.

    Parameters
    ----------
    annotations : iterable of Annotation, oldest first
    """
    words = Words()
    words.hear(annotations)
    for stack in words.said.values():
        said = [annotation for _, annotation in stack]
        choices = {_pair(a): a for a in said if _compares(a)}
        yield from (Judgement(a, pair, "choice") for pair, a in choices.items())
    for example in words.examples:
        for word in words.standing(example):
            if is_answer(word) and word.rejected is not None:
                yield Judgement(word, _pair(word), "edit")


def _compares(said: Annotation) -> bool:
    return said.action == "prefer" or (said.action == "skip" and said.mode == "compare")


def _pair(said: Annotation) -> Pair:
    """Return the two responses; a skipped comparison shows the first and names the second."""
    first = said.shown if said.action == "skip" else said.answer
    return frozenset(text for text in (first, said.rejected) if text is not None)


def preference_pairs(
    annotations: Iterable[Annotation],
    examples: Iterable[Example],
    task: Task,
    *,
    split: Split = Split.TRAIN,
) -> Preferences:
    """Return the pairs that people agree on, as a model may learn from them.

    Of several who judged the same two responses most decide. What is left out is named: pairs
    they are divided on, of examples that were excluded, and of the other splits. The exam's are
    never given away, whichever split is asked for.

    Parameters
    ----------
    annotations : iterable of Annotation, oldest first
    examples : iterable of Example
    task : Task
        Its template makes the prompts.
    split : Split
        Training's, or validation's to measure with.

    Returns
    -------
    Preferences

    Raises
    ------
    LeakageError
        When the exam's pairs are asked for.
    """
    if split is Split.TEST:
        raise LeakageError(
            "The exam's responses are not given away.", remedy="Ask for train or validation."
        )
    said, known = tuple(annotations), {example.id: example for example in examples}
    excluded = {id_ for id_, words in standing_words(said).items() if excluded_by(words)}
    pairs, left_out = [], defaultdict[str, list[str]](list)
    for (id_, _), judged in _by_pair(judgements(said)).items():
        example = known.get(id_)
        found = _verdict(judged) if id_ not in excluded else "excluded by a person"
        if example is None or example.split is not split:
            left_out[_elsewhere(example)].append(id_)
        elif isinstance(found, str):
            left_out[found].append(id_)
        else:
            pairs.append(_preference(example, task, judged, found))
    return Preferences(tuple(pairs), {reason: tuple(ids) for reason, ids in left_out.items()})


def _by_pair(judged: Iterable[Judgement]) -> dict[tuple[str, Pair], list[Judgement]]:
    """Return the judgements of each pair; skips that name no pair judge none."""
    found = defaultdict[tuple[str, Pair], list[Judgement]](list)
    for judgement in judged:
        if len(judgement.pair) == 2:
            found[judgement.said.example_id, judgement.pair].append(judgement)
    return found


def _elsewhere(example: Example | None) -> str:
    if example is None:
        return "the example is not in the project"
    return "of the exam" if example.split is Split.TEST else f"of {example.split.value}"


def _verdict(judged: Sequence[Judgement]) -> tuple[str, str] | str:
    """Return the better response and the other, or why there is none."""
    pair = judged[0].pair
    if any(not text.strip() for text in pair):
        return "a response is empty"
    if len({text.strip() for text in pair}) == 1:
        return "the responses differ in white space alone"
    spoken = {(j.said.reviewer, j.said.answer) for j in judged if j.said.action != "skip"}
    votes = Counter(answer for _, answer in spoken)
    one, other = sorted(pair, key=lambda text: -votes[text])
    if not votes:
        return "nobody finds one better"
    return "people disagree" if votes[one] == votes[other] else (one, other)


def _preference(
    example: Example, task: Task, judged: Sequence[Judgement], found: tuple[str, str]
) -> PreferencePair:
    chosen, rejected = found
    agree = [j for j in judged if j.said.answer == chosen]
    return PreferencePair(
        example_id=example.id,
        prompt=render_prompt(task, example.input),
        chosen=chosen,
        rejected=rejected,
        reviewers=tuple(dict.fromkeys(j.said.reviewer for j in agree)),
        against=len({j.said.reviewer for j in judged if j.said.answer == rejected}),
        source="choice" if any(j.source == "choice" for j in agree) else "edit",
        at=max(j.said.at for j in agree),
    )
