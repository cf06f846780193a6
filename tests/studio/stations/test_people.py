"""Several people: what each has done, how far they agree, and what somebody must decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from curation.project import Project, Settings, create_project, default_task
from curation.spans import write_spans
from curation.types import Annotation, Example, Span, Split, TaskKind
from studio import loop

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Maker = Callable[..., Example]


def say(example: Example, who: str, answer: str | None = "card", **more: object) -> Annotation:
    uid = f"{example.id} {who} {answer} {more}"
    fields = {"uid": uid, "example_id": example.id, "reviewer": who, "answer": answer}
    return Annotation.model_validate({**fields, "at": NOON, **more})


@pytest.fixture
def asked(project: Project, make_example: Maker) -> tuple[Project, list[Example]]:
    examples = [make_example(f"text {n}", reference="card" if n < 4 else None) for n in range(12)]
    examples.append(make_example("exam", reference="cash", split=Split.TEST))
    project.store.add_examples(examples)
    return project, examples


def test_people_are_counted_by_what_stands(asked: tuple[Project, list[Example]]) -> None:
    project, (a, b, c, d, *_) = asked
    project.store.add_annotations(
        [
            say(a, "ann", seconds=2.0),
            say(b, "ann", seconds=4.0, flagged=True),
            say(c, "ann", at=NOON - timedelta(days=1), seconds=9.0),
            say(d, "ann", None, action="skip"),
            say(a, "bob", "cash"),
            say(a, "bob", None, action="undo"),
            say(b, "bob", "cash", action="decide"),
            say(c, "gold.csv", via="file"),
        ]
    )
    ann, bob = loop.people_of(loop.said_in(project), at=NOON)
    assert (ann.name, ann.answers, ann.today, ann.skipped, ann.flagged) == ("ann", 3, 2, 1, 1)
    assert (ann.seconds, ann.last) == (4.0, NOON)
    assert (bob.name, bob.answers, bob.decided, bob.today, bob.seconds) == ("bob", 0, 1, 1, None)


def test_agreement_reads_on_from_what_it_had_read(asked: tuple[Project, list[Example]]) -> None:
    project, examples = asked
    project.store.add_annotations(say(e, "ann") for e in examples)
    assert loop.agreements(project)["Krippendorff's alpha"][0].undefined
    project.store.add_annotations(
        say(e, "bob", "cash" if n % 4 == 0 else "card") for n, e in enumerate(examples)
    )
    found = loop.agreements(project)
    assert found["Krippendorff's alpha"][0].n == 13
    assert [score.metric for score in found["alpha by label"]] == ["card", "cash"]
    (kappa,) = found["Cohen's kappa"]
    assert (kappa.metric, kappa.value) == ("ann and bob", 0.0)
    assert None not in (kappa.low, kappa.high)


def test_gold_questions_measure_people_on_training_gold_alone(
    asked: tuple[Project, list[Example]],
) -> None:
    project, examples = asked
    answers = ["card", "card", "cash", "card"]
    project.store.add_annotations(
        [
            *(say(e, "ann", a, drawn="gold") for e, a in zip(examples, answers, strict=False)),
            say(examples[5], "ann", drawn="gold"),  # without a known answer
            say(examples[-1], "ann", "card", drawn="gold"),  # of the exam
            say(examples[0], "bob"),  # no gold question
        ]
    )
    (score,) = loop.gold_questions(project, loop.said_in(project))
    assert (score.metric, score.value, score.n) == ("ann", 0.75, 4)
    assert (round(score.low or 0, 3), round(score.high or 0, 3)) == (0.301, 0.954)  # Wilson's


def test_a_reviewer_is_compared_with_the_others(asked: tuple[Project, list[Example]]) -> None:
    project, (a, b, c, *_) = asked
    project.store.add_annotations(
        [
            *(say(a, who, "cash") for who in ("ann", "bob", "eva")),
            *(say(b, who, "cash") for who in ("ann", "bob")),
            say(b, "eva", "refund"),
            say(c, "eva", "card"),
        ]
    )
    share, cells = loop.confusion_of(loop.said_in(project), "eva")
    assert (share.value, share.n, cells) == (0.5, 2, {("refund", "cash"): 1})
    alone, nothing = loop.confusion_of(loop.said_in(project), "max")
    assert (alone.value, nothing) == (None, {})
    assert alone.undefined


def test_what_one_left_to_others_comes_last_for_them_and_is_still_a_case(
    asked: tuple[Project, list[Example]],
) -> None:
    project, (a, b, *_) = asked
    for example in (a, b):
        project.store.add_annotations([say(example, "ann"), say(example, "bob", "cash")])
    passed = say(a, "ann", None, action="skip", mode="decide")
    project.store.add_annotations([passed])

    def order(who: str) -> list[str]:
        cases, _ = loop.to_decide(project, loop.said_in(project), who)
        return [case.example_id for case in cases]

    assert order("ann") == [b.id, a.id]
    assert order("bob") == [a.id, b.id]
    assert loop.said_in(project).standing[a.id][0].answer == "card"  # ann's own answer stands
    project.store.add_annotations([say(a, "ann", None, action="undo")])
    assert order("ann") == [a.id, b.id]


def test_spans_agree_by_their_f1(tmp_path: Path, make_example: Maker) -> None:
    task = default_task(TaskKind.EXTRACT, ("time",))
    project = create_project(tmp_path / "spans", Settings(name="spans", task=task))
    example = make_example("at 8 or 9")
    project.store.add_examples([example])
    one, other = (Span(start=at, end=at + 1, label="time") for at in (3, 8))
    project.store.add_annotations(
        [say(example, "ann", write_spans([one, other])), say(example, "bob", write_spans([one]))]
    )
    (score,) = loop.agreements(project)["F1 of spans"]
    assert score.value == pytest.approx(2 / 3)


def test_responses_agree_by_preferences(tmp_path: Path, make_example: Maker) -> None:
    task = default_task(TaskKind.GENERATE)
    project = create_project(tmp_path / "texts", Settings(name="texts", task=task))
    example = make_example("Summarise me")
    project.store.add_examples([example])
    assert loop.agreements(project)["preferences"][0].undefined
    compared = {"action": "prefer", "mode": "compare", "rejected": "long"}
    project.store.add_annotations(say(example, who, "short", **compared) for who in ("ann", "bob"))
    (score,) = loop.agreements(project)["preferences"]
    assert (score.value, score.n) == (1.0, 1)
