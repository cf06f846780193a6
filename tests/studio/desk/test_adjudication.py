"""The Disagreements view: what its cards hold, and what is kept of a decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from curation.people.adjudication import cases_of
from curation.project import Project, Settings, change_settings, create_project, default_task
from curation.types import Annotation, Example, Split, TaskKind
from curation.words import standing_words
from studio import loop
from studio.components.labeller import Decision, Given, Voice
from studio.desk import adjudication

Open = Callable[..., AppTest]


def say(example: Example, who: str, answer: str | None, **more: Any) -> Annotation:
    uid = f"{who} {example.id} {answer} {more}"
    return Annotation(uid=uid, example_id=example.id, reviewer=who, answer=answer, **more)


@pytest.fixture
def divided(retail: Project) -> Iterator[tuple[Project, Example]]:
    example = retail.store.examples(split=Split.TRAIN)[0]
    one, other, *_ = retail.task.labels
    retail.store.add_annotations(
        [
            say(example, "mia", one, note="it says so"),
            say(example, "ben", other, flagged=True),
            say(example, "eva", None, action="skip", note="no idea"),
        ]
    )
    yield retail, example
    retail.store.close()


def test_a_card_holds_each_answer_with_who_gave_it_and_who_gave_none(
    divided: tuple[Project, Example],
) -> None:
    project, example = divided
    cases, _ = cases_of(standing_words(project.store.annotations()))
    (card,) = adjudication._cards(project, cases)
    one, other = sorted(project.task.labels[:2])
    voices = {
        project.task.labels[0]: Voice("mia", "it says so"),
        project.task.labels[1]: Voice("ben", "flagged"),
    }
    assert card.answers == (Given(one, (voices[one],)), Given(other, (voices[other],)))
    assert card.unanswered == (Voice("eva", "no idea", "skipped"),)
    assert (card.mode, card.reason) == ("decide", "2 people disagree")
    assert (card.text, card.suggestion) == (example.input, None)


def test_a_decision_is_kept_as_the_adjudicators_word(divided: tuple[Project, Example]) -> None:
    project, example = divided
    label = project.task.labels[2]
    decision = Decision("u1", example.id, "decide", label, seconds=3.0, note="neither")
    said = adjudication._annotation(project, "judge", decision)
    assert (said.uid, said.action, said.answer, said.via) == ("u1", "decide", label, "app")
    assert (said.reviewer, said.note, said.seconds) == ("judge", "neither", 3.0)
    loop.answer(project, [said])
    resolution = loop.resolve_all(project, None, None).resolutions[example.id]
    assert (resolution.answer, resolution.sources) == (label, ("judge",))


def test_the_view_draws_the_labeller_for_a_case_and_teaches_without(
    open_page: Open, divided: tuple[Project, Example]
) -> None:
    project, example = divided
    app = open_page("Review", project="retail", view="disagreements")
    assert not app.exception
    assert len(app.get("bidi_component")) == 1
    project.store.add_annotations(
        [say(example, who, None, action="undo") for who in ("mia", "ben")]
    )
    app.run()
    assert not app.get("bidi_component")
    assert [header.value for header in app.subheader] == ["Nothing to decide"]


def test_what_waits_for_a_third_answer_is_counted_and_not_shown(
    open_page: Open, divided: tuple[Project, Example]
) -> None:
    project, _ = divided
    review = project.settings.review.model_copy(update={"people": 3})
    change_settings(project, project.settings.model_copy(update={"review": review}))
    app = open_page("Review", project="retail", view="disagreements")
    assert not app.get("bidi_component")
    waiting = "1 more waits until everybody who is asked has answered."
    assert waiting in [caption.value for caption in app.caption]


def test_a_decision_that_cannot_be_kept_comes_back_and_blocks_no_other(
    tmp_path: Path, make_example: Callable[..., Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    task = default_task(TaskKind.EXTRACT, ("time",))
    project = create_project(tmp_path / "times", Settings(name="times", task=task))
    examples = [make_example(f"at {n} o'clock") for n in (7, 8)]
    project.store.add_examples(examples)
    acked: list[str] = []
    refused: dict[str, str] = {}
    monkeypatch.setattr(adjudication.state, "acknowledge", acked.extend)
    monkeypatch.setattr(adjudication.state, "refuse", refused.update)
    gone = '[{"start": 3, "end": 4, "label": "gone"}]'
    decisions = [
        Decision("bad", examples[0].id, "decide", gone),
        Decision("good", examples[1].id, "decide", "[]"),
    ]
    adjudication._store(project, "judge", decisions)
    assert [said.uid for said in project.store.annotations()] == acked == ["good"]
    assert set(refused) == {"bad"}
    project.store.close()
