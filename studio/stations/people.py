"""Several people: how much each does, how far they agree, and what somebody must decide."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median
from threading import RLock

from curation.people.adjudication import Case, cases_of
from curation.people.agreement import agreement, same_preference, span_agreement
from curation.people.preferences import judgements
from curation.people.ratings import confusion, own_answers, ratings_of
from curation.project import Project
from curation.statistics import proportion
from curation.types import Annotation, Score, Split, TaskKind, now
from curation.words import Words
from studio.stations.browsing.gathering import Heard, heard_of


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Said:
    """What people said, as it stands.

    Attributes
    ----------
    standing : dict of str to tuple of Annotation
        Everybody's last word by example.
    answers : dict of str to tuple of Annotation
        What each answered of their own accord.
    passed : set of (example id, reviewer)
        Who left a disagreement to somebody else.
    """

    standing: dict[str, tuple[Annotation, ...]]
    answers: dict[str, tuple[Annotation, ...]]
    passed: frozenset[tuple[str, str]]


NOTHING = Said({}, {}, frozenset())


_last: dict[Path, tuple[Heard, int, Said]] = {}
_lock = RLock()


def said_in(project: Project) -> Said:
    """Return what people said; what was known before is looked at again only where it is new."""
    with _lock:
        heard = heard_of(project)
        known, taken, said = _last.get(project.folder, (None, 0, NOTHING))
        if known is not heard:
            taken, said = 0, NOTHING
        count = len(heard.about)
        if count > taken:
            said = _with_words(said, heard.words, dict.fromkeys(heard.about[taken:count]))
        _last[project.folder] = (heard, count, said)
        return said


def _with_words(said: Said, words: Words, about: Collection[str]) -> Said:
    """Return what people said with what is new about some examples taken in."""
    standing, answers = dict(said.standing), dict(said.answers)
    passed = {key for key in said.passed if key[0] not in about}
    for example in about:
        standing[example] = words.standing(example)
        answers[example] = own_answers(words, example)
        last = [spoken[-1][1] for spoken in words.spoken(example) if spoken]
        passed |= {(example, a.reviewer) for a in last if a.action == "skip" and a.mode == "decide"}
    return Said(standing, answers, frozenset(passed))


def people_of(said: Said, *, at: datetime | None = None) -> tuple[Person, ...]:
    """Return what everybody has done, who answered most first.

    Parameters
    ----------
    said : Said
    at : datetime, optional
        The moment whose day is today; now, unless a test says otherwise.
    """
    spoken: dict[str, list[Annotation]] = defaultdict(list)
    for words in said.standing.values():
        for word in words:
            if word.via != "file":
                spoken[word.reviewer].append(word)
    people = [_person(name, words, (at or now()).date()) for name, words in spoken.items()]
    return tuple(sorted(people, key=lambda p: (-p.answers - p.decided, p.name)))


def _person(name: str, words: list[Annotation], today: date) -> Person:
    done = Counter(word.action for word in words)
    timed = [w.seconds for w in words if w.action == "answer" and w.seconds is not None]
    given = [word for word in words if word.action in ("answer", "decide")]
    return Person(
        name,
        answers=done["answer"],
        today=sum(word.at.date() == today for word in given),
        skipped=done["skip"],
        flagged=sum(word.flagged for word in words),
        decided=done["decide"],
        seconds=median(timed) if timed else None,
        last=max(word.at for word in words),
    )


def agreements(project: Project, said: Said | None = None) -> dict[str, tuple[Score, ...]]:
    """Return how far people agree, by what is measured; what that is depends on the task.

    Labels: Krippendorff's alpha of everybody, the same label by label, and Cohen's kappa of every
    two. Spans: the F1 of every two, for exact spans. Responses: there are as many right ones as
    people, so only preferences between two of them can agree.
    """
    seed = project.settings.seed
    if project.task.kind is TaskKind.GENERATE:
        return {"preferences": (_preferences(project),)}
    answers = (said or said_in(project)).answers
    if project.task.kind is TaskKind.EXTRACT:
        texts = {e.id: e.input for e in project.store.examples(ids=list(answers))}
        return {"F1 of spans": span_agreement(answers, texts, project.task.labels, seed=seed)}
    found = agreement(ratings_of(answers), seed=seed)
    return {
        "Krippendorff's alpha": (found.alpha,),
        "alpha by label": found.labels,
        "Cohen's kappa": found.pairs,
    }


def _preferences(project: Project) -> Score:
    same, asked = same_preference(judgements(project.store.annotations()))
    return proportion("same preference", same, asked, "no two people compared the same responses")


def confusion_of(said: Said, reviewer: str) -> tuple[Score, dict[tuple[str, str], int]]:
    """Return how often a reviewer says what is decided without them, and where they do not."""
    cells = confusion(said.answers, said.standing, reviewer)
    same = sum(count for (own, decided), count in cells.items() if own == decided)
    others = {cell: count for cell, count in cells.items() if cell[0] != cell[1]}
    ordered = dict(sorted(others.items(), key=lambda pair: (-pair[1], pair[0])))
    why = "nobody else decided what they answered"
    return proportion(reviewer, same, sum(cells.values()), why), ordered


def gold_questions(project: Project, said: Said) -> tuple[Score, ...]:
    """Return how often each person is right on gold questions; Wilson's intervals.

    A gold question has a known answer, of the training split: the exam's are nobody's business.
    """
    known = project.store.references(Split.TRAIN)
    asked: dict[str, list[bool]] = defaultdict(list)
    for example, words in said.standing.items():
        for a in words:
            if a.drawn == "gold" and a.action == "answer" and a.via != "file" and example in known:
                asked[a.reviewer].append(a.answer == known[example])
    return tuple(
        proportion(reviewer, sum(right), len(right), "")
        for reviewer, right in sorted(asked.items())
    )


def to_decide(project: Project, said: Said, reviewer: str) -> tuple[tuple[Case, ...], int]:
    """Return the examples somebody must decide, and how many wait for more answers.

    Those the reviewer left to somebody else come last.
    """
    cases, waiting = cases_of(said.standing, people=project.settings.review.people)
    ordered = sorted(cases, key=lambda case: (case.example_id, reviewer) in said.passed)
    return tuple(ordered), waiting
