"""Several people: how much each does, how far they agree, and what somebody must decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from curation.adjudication import Case, cases_of
from curation.agreement import agreement, same_preference, span_agreement
from curation.preferences import judgements
from curation.project import Project
from curation.ratings import confusion, ratings_of
from curation.types import Annotation, Score, Split, TaskKind, now
from evaluation.intervals import wilson
from studio.stations.browsing.gathering import heard_of

Standing = Mapping[str, Sequence[Annotation]]


@dataclass
class Person:
    """How much somebody has done.

    Attributes
    ----------
    name : str
    answers, today, skipped, flagged, decided : int
        Of their standing words: answers given, those of today (UTC), skips, flags, and
        disagreements they ended.
    seconds : float or None
        The median time an answer took; None where none was timed.
    last : datetime or None
        When they last spoke.
    """

    name: str
    answers: int = 0
    today: int = 0
    skipped: int = 0
    flagged: int = 0
    decided: int = 0
    seconds: float | None = None
    last: datetime | None = None
    _times: list[float] = field(default_factory=list, repr=False, compare=False)


def standing_of(project: Project) -> dict[str, tuple[Annotation, ...]]:
    """Return every example's standing words, having read only what is new."""
    words = heard_of(project).words
    standing = ((example, words.standing(example)) for example in list(words.examples))
    return {example: said for example, said in standing if said}


def people_of(standing: Standing, *, at: datetime | None = None) -> tuple[Person, ...]:
    """Return what everybody has done, who answered most first.

    Parameters
    ----------
    standing : mapping of str to sequence of Annotation
    at : datetime, optional
        The moment whose day is today; now, unless a test says otherwise.
    """
    people: dict[str, Person] = {}
    today = (at or now()).date()
    for said in standing.values():
        for a in said:
            if a.via != "file":
                _count(people.setdefault(a.reviewer, Person(a.reviewer)), a, a.at.date() == today)
    for person in people.values():
        person.seconds = median(person._times) if person._times else None
    return tuple(sorted(people.values(), key=lambda p: (-p.answers - p.decided, p.name)))


def _count(person: Person, said: Annotation, today: bool) -> None:
    person.answers += said.action == "answer"
    person.decided += said.action == "decide"
    person.skipped += said.action == "skip"
    person.flagged += said.flagged
    person.today += today and said.action in ("answer", "decide")
    person.last = max(person.last or said.at, said.at)
    if said.action == "answer" and said.seconds is not None:
        person._times.append(said.seconds)


def agreements(project: Project, standing: Standing | None = None) -> dict[str, tuple[Score, ...]]:
    """Return how far people agree, by what is measured; what that is depends on the task.

    Labels: Krippendorff's alpha of everybody, the same label by label, and Cohen's kappa of every
    two. Spans: the F1 of every two, for exact spans. Responses: there are as many right ones as
    people, so only preferences between two of them can agree.
    """
    seed = project.settings.seed
    if project.task.kind is TaskKind.GENERATE:
        return {"preferences": (_preferences(project),)}
    standing = standing_of(project) if standing is None else standing
    if project.task.kind is TaskKind.EXTRACT:
        texts = {e.id: e.input for e in project.store.examples(ids=list(standing))}
        return {"F1 of spans": span_agreement(standing, texts, project.task.labels, seed=seed)}
    found = agreement(ratings_of(standing), seed=seed)
    return {
        "Krippendorff's alpha": (found.alpha,),
        "alpha by label": found.labels,
        "Cohen's kappa": found.pairs,
    }


def _preferences(project: Project) -> Score:
    same, asked = same_preference(judgements(project.store.annotations()))
    return _share("same preference", same, asked, "no two people compared the same responses")


def confusion_of(standing: Standing, reviewer: str) -> tuple[Score, dict[tuple[str, str], int]]:
    """Return how often what a reviewer says is gone with, and what they say where it is not."""
    cells = confusion(standing, reviewer)
    same = sum(count for (said, decided), count in cells.items() if said == decided)
    others = {cell: count for cell, count in cells.items() if cell[0] != cell[1]}
    ordered = dict(sorted(others.items(), key=lambda pair: (-pair[1], pair[0])))
    why = "nobody else answered what they answered"
    return _share(reviewer, same, sum(cells.values()), why), ordered


def gold_questions(project: Project, standing: Standing) -> tuple[Score, ...]:
    """Return how often each person is right on gold questions; Wilson's intervals.

    A gold question has a known answer, of the training split: the exam's are nobody's business.
    """
    known = project.store.references(Split.TRAIN)
    asked: dict[str, list[bool]] = defaultdict(list)
    for example, said in standing.items():
        for a in said:
            if a.drawn == "gold" and a.action == "answer" and a.via != "file" and example in known:
                asked[a.reviewer].append(a.answer == known[example])
    return tuple(
        _share(reviewer, sum(right), len(right), "") for reviewer, right in sorted(asked.items())
    )


def _share(name: str, right: int, n: int, undefined: str) -> Score:
    if not n:
        return Score(metric=name, value=None, n=0, undefined=undefined)
    low, high = wilson(right, n)
    return Score(metric=name, value=right / n, low=low, high=high, n=n)


def to_decide(project: Project, standing: Standing) -> tuple[tuple[Case, ...], int]:
    """Return the examples somebody must decide, and how many wait for more answers."""
    return cases_of(standing, people=project.settings.review.people)
