from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.exceptions import ReviewBackendError
from curation.review.label_config import HOTKEYS, guess, label_config, offered
from curation.review.label_studio import check_prediction
from curation.types import Criterion, Task, TaskKind

LABELS = st.lists(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1).filter(
        lambda label: not label.startswith("$")
    ),
    min_size=1,
    max_size=40,
    unique=True,
)


def task_of(kind: TaskKind, labels: list[str]) -> Task:
    criterion = Criterion(metric="f1", target=0.5)
    return Task(kind=kind, instruction="", labels=tuple(labels), criterion=criterion)


@settings(max_examples=60, deadline=None)
@given(LABELS, st.sampled_from([TaskKind.CLASSIFY, TaskKind.EXTRACT]))
def test_any_label_survives_the_screen_in_order(labels: list[str], kind: TaskKind) -> None:
    screen = ElementTree.fromstring(label_config(task_of(kind, labels)))  # noqa: S314
    tags = [*screen.iter("Choice"), *screen.iter("Label")]
    assert [tag.attrib["value"] for tag in tags] == labels
    hotkeys = [tag.attrib["hotkey"] for tag in tags if "hotkey" in tag.attrib]
    assert hotkeys == list(HOTKEYS[: len(labels)])


@settings(max_examples=30, deadline=None)
@given(LABELS, st.data())
def test_every_label_of_a_task_is_a_valid_guess(labels: list[str], data: st.DataObject) -> None:
    task = task_of(TaskKind.CLASSIFY, labels)
    regions = guess(task, data.draw(st.sampled_from(labels)))
    prediction = {"model_version": "m", "score": 0.5, "result": regions}
    check_prediction(label_config(task), prediction, "an example")


@pytest.mark.parametrize("label", ["$text", "", " spam", "spam ", "\n"])
def test_labels_it_would_misread_are_refused(label: str) -> None:
    with pytest.raises(ReviewBackendError, match="cannot show this label") as caught:
        label_config(task_of(TaskKind.CLASSIFY, ["ham", label]))
    assert caught.value.where == repr(label)


@pytest.mark.parametrize("kind", list(TaskKind))
def test_every_screen_shows_the_text_and_the_reason(kind: TaskKind) -> None:
    screen = ElementTree.fromstring(label_config(task_of(kind, ["a"])))  # noqa: S314
    shown = {tag.attrib.get("value") for tag in screen}
    assert {"$text", "$reason"} <= shown
    assert all(tag.attrib["toName"] == "text" for tag in screen if "toName" in tag.attrib)


def test_hotkeys_are_distinct() -> None:
    assert len(set(HOTKEYS)) == len(HOTKEYS)


def test_what_a_screen_offers(make: Any) -> None:
    before = offered(label_config(make.task("classify", "spam", "ham")))
    after = offered(label_config(make.task("classify", "spam", "eggs")))
    assert before - after == {"label ham"}
    extract = offered(label_config(make.task("extract", "spam", "ham")))
    assert "label <Choices>" in before - extract


def test_guesses_of_responses_and_spans_fit_their_screens(make: Any) -> None:
    spans = '[{"start": 0, "end": 4, "label": "PER"}]'
    for task, suggestion in [
        (make.task("generate"), "A whole\nanswer & <more>"),
        (make.task("extract", "PER"), spans),
        (make.task("extract", "PER"), "[]"),
    ]:
        regions = guess(task, suggestion)
        prediction = {"model_version": "m", "score": 0.5, "result": regions}
        check_prediction(label_config(task), prediction, "an example")
        json.dumps(prediction)


@pytest.mark.parametrize("suggestion", ["PER", "{}", '[{"start": -1, "end": 2, "label": "PER"}]'])
def test_spans_must_be_spans(make: Any, suggestion: str) -> None:
    with pytest.raises(ReviewBackendError, match="not a list of spans"):
        guess(make.task("extract", "PER"), suggestion)
