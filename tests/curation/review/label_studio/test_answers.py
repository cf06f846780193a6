from __future__ import annotations

import json
from typing import Any

import pytest

from curation.review.label_studio.answers import Said, UnreadableError, read, skipped, suggested
from curation.review.label_studio.config import guess
from curation.types import Span

TEXT = "😀😀 Anna met Bob\nin Paris today"


def region(control: str, **value: Any) -> dict[str, Any]:
    return {"from_name": control, "to_name": "text", "type": "any", "value": value}


def span(start: int, end: int, label: str = "PER", **more: Any) -> dict[str, Any]:
    return region("span", start=start, end=end, labels=[label], **more)


def test_a_choice_is_the_answer(make: Any) -> None:
    assert read(make.task("classify", "a", "b"), {}, [make.choice("b")]).answer == "b"


@pytest.mark.parametrize(
    ("regions", "why"),
    [
        ([], "no answers for 'label'"),
        ([region("label", choices=["a", "b"])], "2 answers for 'label'"),
        ([region("label", choices=["c"])], "'c', which is no label"),
        ([region("other", choices=["a"])], "no answers"),
    ],
)
def test_what_is_no_single_known_label_is_unreadable(
    make: Any, regions: list[Any], why: str
) -> None:
    with pytest.raises(UnreadableError, match=why):
        read(make.task("classify", "a", "b"), {}, regions)


def test_an_edited_response_is_better_than_its_draft(make: Any) -> None:
    regions = [region("response", text=["So it is.\nIndeed."]), region("quality", rating=2)]
    said = read(make.task("generate"), {}, regions, "So it was.")
    assert said == Said(
        answer="So it is.\nIndeed.", shown="So it was.", rating=2, rejected="So it was."
    )


@pytest.mark.parametrize("text", ["So it was.", " So it was.\n"])
def test_a_draft_taken_over_is_better_than_nothing(make: Any, text: str) -> None:
    regions = [region("response", text=[text]), region("verdict", choices=["accept"])]
    assert read(make.task("generate"), {}, regions, "So it was.") == Said(
        answer=text, shown="So it was."
    )


def test_without_a_suggestion_a_rating_is_a_note(make: Any) -> None:
    regions = [region("response", text=["Mine."]), region("quality", rating=4)]
    assert read(make.task("generate"), {}, regions) == Said(answer="Mine.", note="rated 4 of 5")


def test_a_rejected_response_refuses_the_suggestion(make: Any) -> None:
    regions = [region("response", text=["Nonsense."]), region("verdict", choices=["reject"])]
    refused = read(make.task("generate"), {}, [*regions, region("quality", rating=1)], "Nonsense.")
    assert refused == Said("refuse", answer="Nonsense.", shown="Nonsense.", rating=1)
    assert read(make.task("generate"), {}, regions) == Said("skip", note="rejected")


@pytest.mark.parametrize("rating", [0, 6, "4", 2.5])
def test_a_rating_off_the_scale_is_unreadable(make: Any, rating: Any) -> None:
    regions = [region("response", text=["Mine."]), region("quality", rating=rating)]
    with pytest.raises(UnreadableError, match="not 1 to 5"):
        read(make.task("generate"), {}, regions)


SIDES = {"text": "?", "left": "One.", "right": "Two."}


@pytest.mark.parametrize(
    ("chosen", "better", "worse"), [("left", "One.", "Two."), ("right", "Two.", "One.")]
)
def test_a_choice_between_two_is_a_preference(
    make: Any, chosen: str, better: str, worse: str
) -> None:
    said = read(make.task("generate"), SIDES, [region("better", selected=chosen)], compare=True)
    assert said == Said("prefer", answer=better, rejected=worse)


def test_a_comparison_skipped_names_both(make: Any) -> None:
    assert skipped(SIDES, compare=True) == Said("skip", shown="One.", rejected="Two.")
    with pytest.raises(UnreadableError, match="neither"):
        read(make.task("generate"), SIDES, [region("better", selected="both")], compare=True)


@pytest.mark.parametrize(
    ("kind", "suggestion"),
    [("classify", "b"), ("generate", "A\nB"), ("extract", '[{"start":0,"end":4,"label":"b"}]')],
)
def test_a_suggestion_comes_back_as_it_was_made(make: Any, kind: str, suggestion: str) -> None:
    task = make.task(kind, "a", "b")
    assert suggested(task, guess(task, suggestion)) == suggestion
    assert suggested(task, [{"from_name": "odd"}]) is None


def test_a_missing_response_is_unreadable(make: Any) -> None:
    with pytest.raises(UnreadableError, match="no answers for 'response'"):
        read(make.task("generate"), {}, [region("quality", rating=4)])


def test_spans_as_a_real_browser_sent_them(make: Any) -> None:
    # Recorded from Label Studio 1.23.2: characters are counted, line breaks are spelled out.
    regions = [span(12, 15, text="Bob"), span(8, 24, "LOC", text="met Bob\\nin Paris")]
    said = read(make.task("extract", "PER", "LOC"), {"text": TEXT}, regions)
    assert said.spans == (
        Span(start=8, end=24, label="LOC"),
        Span(start=12, end=15, label="PER"),
    )
    assert json.loads(said.answer or "")[1] == {"start": 12, "end": 15, "label": "PER"}


def test_nothing_to_mark_is_an_answer_too(make: Any) -> None:
    said = read(make.task("extract", "PER"), {"text": TEXT}, [])
    assert (said.spans, said.answer) == ((), "[]")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (span(0, 3, text="Bob"), "is not at 0 to 3"),
        (span(12, 12), "is not at 12 to 12"),
        (span(900, 903), "is not at 900"),
        (span(12, 15, "ORG", text="Bob"), "no label of this task"),
        (region("span", start=0, end=2, labels=[]), "no labels"),
        (region("span", start=0, end=2, labels=["PER", "LOC"]), "2 labels"),
    ],
)
def test_spans_that_do_not_lie_where_they_say(make: Any, wrong: Any, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        read(make.task("extract", "PER", "LOC"), {"text": TEXT}, [wrong])
