"""The responses there are to an example: to start writing from, and to choose between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from curation.exceptions import DatasetError, LeakageError
from curation.people.preferences import Judgement, Pair, judgements
from curation.project import Project, open_project
from curation.review.queue import QueueItem
from curation.review.strategies import STRATEGIES
from curation.types import Example, Split, TaskKind, fingerprint
from curation.words import excluded_by, standing_words
from labeling_functions.resources import Answers
from studio.stations.answering import answers_of, answers_stamp
from studio.stations.training import list_runs

COLUMNS = ("response", "responses", "response_a", "response_b", "draft", "chosen", "rejected")
"""Columns of an imported file that hold responses: texts, lists of texts, or conversations."""

COMPARE = "compare"
"""What draws a card on which two responses are compared."""


@dataclass(frozen=True)
class Response:
    """A text that answers an example.

    Attributes
    ----------
    text : str
    source : str
        Where it is from: `file`, `run:<name>` or `column:<name>`.
    """

    text: str
    source: str


def candidate_responses(project: Project, split: Split) -> dict[str, tuple[Response, ...]]:
    """Return the different responses to each example of a split, by its id.

    Raises
    ------
    LeakageError
        For the exam, which is answered blind.
    """
    return responses_to(project, project.store.examples(split=split))


def responses_to(project: Project, examples: Iterable[Example]) -> dict[str, tuple[Response, ...]]:
    """Return the different responses to each example: of runs, newest first, then of the file.

    A run answers for the examples that it was not trained on. A text that two sources gave is
    there once, by the first.

    Raises
    ------
    LeakageError
        When one of them is the exam's.
    """
    answered = _answers_of_runs(project)
    found = {}
    for example in examples:
        if example.split is Split.TEST:
            raise LeakageError("The exam is answered blind.", where=example.id)
        by_runs = [
            Response(answers[example.id][0], f"run:{run}")
            for run, answers in answered
            if example.id in answers
        ]
        found[example.id] = _each_once([*by_runs, *_in_file(example)])
    return found


def _answers_of_runs(project: Project) -> tuple[tuple[str, Answers], ...]:
    names = [state.spec.id for state in list_runs(project)]
    stamps = tuple((name, answers_stamp(project, name)) for name in names)
    return _read_answers(project.folder, stamps)


@lru_cache(maxsize=2)
def _read_answers(
    folder: Path, stamps: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, Answers], ...]:
    project, found = open_project(folder), []
    for name, _ in stamps:
        try:
            found.append((name, answers_of(project, name)))
        except DatasetError:  # nobody can tell any more what the run was trained on
            continue
    return tuple(found)


def _in_file(example: Example) -> Iterator[Response]:
    if example.reference is not None:
        yield Response(example.reference, "file")
    for column in COLUMNS:
        for text in _texts(example.metadata.get(column)):
            yield Response(text, f"column:{column}")


def _texts(cell: Any) -> list[str]:  # noqa: ANN401 - any cell
    """Return the responses in a cell: a text, several, or the last turn of a conversation.

    Examples
    --------
    >>> _texts("fine"), _texts(["one", "two"]), _texts(7)
    (['fine'], ['one', 'two'], [])
    >>> _texts([{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}])
    ['hello']
    """
    match cell:
        case str():
            return [cell]
        case [*_, {"content": str(last)}]:
            return [last]
        case [*texts]:
            return [text for text in texts if isinstance(text, str)]
    return []


def _each_once(responses: Sequence[Response]) -> tuple[Response, ...]:
    """Return the responses that say something, those that differ in white space at the ends once.

    Examples
    --------
    >>> [r.source for r in _each_once([Response("a", "file"), Response("a ", "run:x")])]
    ['file']
    """
    first: dict[str, Response] = {}
    for response in responses:
        first.setdefault(response.text.strip(), response)
    return tuple(response for text, response in first.items() if text)


def draft_for(item: QueueItem, responses: Sequence[Response]) -> str | None:
    """Return the response to start writing from: the newest run's, else the file's.

    None where the answer measures: on held-out examples, and on what a blind strategy drew, as
    random cards and gold questions are.
    """
    blind = item.drawn in STRATEGIES and STRATEGIES[item.drawn].blind
    measures = item.example.split is not Split.TRAIN or blind
    return None if measures or not responses else responses[0].text


def compare_cards(project: Project, split: Split, reviewer: str) -> tuple[QueueItem, ...]:
    """Return the comparisons a reviewer was not asked yet, one an example.

    A pair is asked of no more people than the project's settings wish. Which response is shown
    first depends on the example and the project's seed alone: where it comes from cannot be told.

    Raises
    ------
    LeakageError
        For the exam.
    """
    if project.task.kind is not TaskKind.GENERATE:
        return ()
    annotations = project.store.annotations()
    excluded = {id_ for id_, said in standing_words(annotations).items() if excluded_by(said)}
    judged = _by_example(judgements(annotations))
    examples = {e.id: e for e in project.store.examples(split=split) if e.id not in excluded}
    cards = []
    for id_, responses in responses_to(project, examples.values()).items():
        pair = _unasked(responses, judged.get(id_, ()), reviewer, project.settings.review.people)
        if pair is not None:
            cards.append(_card(examples[id_], pair, project.settings.seed))
    return tuple(sorted(cards, key=lambda c: fingerprint(str(project.settings.seed), c.example.id)))


def _by_example(judged: Iterable[Judgement]) -> Mapping[str, list[Judgement]]:
    found = defaultdict[str, list[Judgement]](list)
    for judgement in judged:
        found[judgement.said.example_id].append(judgement)
    return found


def _unasked(
    responses: Sequence[Response], judged: Sequence[Judgement], reviewer: str, people: int
) -> Pair | None:
    """Return the first two responses that a reviewer may be asked to choose between."""
    mine = {j.pair for j in judged if j.said.reviewer == reviewer}
    if frozenset() in mine:  # skipped the comparison as such
        return None
    for one, other in combinations(responses, 2):
        pair = frozenset((one.text, other.text))
        others = {j.said.reviewer for j in judged if j.pair == pair and j.said.action != "skip"}
        if pair not in mine and len(others) < people:
            return pair
    return None


def _card(example: Example, pair: Pair, seed: int) -> QueueItem:
    shuffled = sorted(pair, key=lambda text: fingerprint(str(seed), example.id, text))
    reason = "Two responses to choose between"
    return QueueItem(example, reason, drawn=COMPARE, mode="compare", candidates=tuple(shuffled))
