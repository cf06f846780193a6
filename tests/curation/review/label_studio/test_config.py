from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.config import HOTKEYS, guess, instruction, label_config, offered
from curation.review.label_studio.door import check_prediction
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
    assert offered(label_config(make.task("classify", "spam", "ham"))) == {"label": {"spam", "ham"}}
    assert offered(label_config(make.task("extract", "PER"))) == {"span": {"PER"}}
    written = offered(label_config(make.task("generate")))
    assert written == {"response": set(), "quality": set(), "verdict": {"accept", "reject"}}
    assert offered(label_config(make.task("generate"), compare=True)) == {"better": set()}


@pytest.mark.parametrize(("kind", "control"), [("classify", "label"), ("extract", "span")])
def test_labels_without_keys_are_found_by_name(make: Any, kind: str, control: str) -> None:
    many = [f"label {number}" for number in range(len(HOTKEYS) + 1)]
    screen = ElementTree.fromstring(label_config(make.task(kind, *many)))  # noqa: S314
    assert [tag.attrib["toName"] for tag in screen.iter("Filter")] == [control]
    assert offered(label_config(make.task(kind, *many))) == {control: set(many)}
    few = ElementTree.fromstring(label_config(make.task(kind, *many[:-1])))  # noqa: S314
    assert not list(few.iter("Filter"))


def test_two_responses_stand_side_by_side(make: Any) -> None:
    screen = ElementTree.fromstring(label_config(make.task("generate"), compare=True))  # noqa: S314
    shown = {tag.attrib.get("value") for tag in screen.iter()}
    assert {"$text", "$reason", "$left", "$right"} <= shown
    assert [tag.attrib["toName"] for tag in screen.iter("Pairwise")] == ["left,right"]


def test_guidelines_are_shown_as_they_are_written(make: Any) -> None:
    told = instruction(make.task("classify", "a"), "1. <b>Ads</b> & co\n2. The rest\n")
    assert told == "Is it &lt;spam&gt;?<br><br>1. &lt;b&gt;Ads&lt;/b&gt; &amp; co<br>2. The rest"


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
