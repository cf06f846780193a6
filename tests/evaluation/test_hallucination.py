"""Reasons against an answer: they fire where they should, and stay silent on gold answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curation.types import TaskKind
from evaluation.hallucination import malformed, normalise, reasons, unsupported
from evaluation.metrics import METRICS

Make = Callable[..., Any]

SOURCE = (
    "The contract with Acme Corp. ends on March 5, 2024. It costs 1,500 euros a year, "
    "due in three days, and covers 2.50 hours of Ms Webber's time."
)


def against(answer: str, make_sheet: Make, gold: str = "It ends in 2024.") -> tuple[str, ...]:
    sheet = make_sheet([gold], [answer], TaskKind.GENERATE, [SOURCE])
    return reasons(sheet.predictions[0], sheet.rows[0], sheet.task)


@pytest.mark.parametrize(
    "answer",
    [
        "It ends on 2024-03-05.",
        "It ends on 5 March 2024 and costs 1500 euros.",
        "It costs 1.500 euros, due in 3 days.",
        "It costs 1 , 500 euros.",
        "Webber works 2.5 hours for ACME.",
        "The year is 2024. Everything is in the contract with Acme.",
        "Payment follows. Acme waits, doesn't it?",
    ],
)
def test_what_the_input_says_in_other_words_is_supported(answer: str, make_sheet: Make) -> None:
    assert against(answer, make_sheet) == ()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("It costs 1600 euros.", "the number 1600 is not in the input"),
        ("It ends on 2024-04-05.", "the number 04 is not in the input"),
        ("It ends in June.", "the name June is not in the input"),
        ("The contract with Bravo ends.", "the name Bravo is not in the input"),
        ("NASA ends it.", "the name NASA is not in the input"),
        ("Due in 30 days.", "the number 30 is not in the input"),
    ],
)
def test_what_the_input_does_not_say_is_named(answer: str, reason: str, make_sheet: Make) -> None:
    assert reason in against(answer, make_sheet)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "the answer is empty"),
        (" \n ", "the answer is empty"),
        ("it ends and it ends and it ends and it ends and it ends and.", "it repeats itself"),
        ("It ends in 2024 and then it also goes on to", "it stops in the middle"),
    ],
)
def test_broken_answers_are_malformed(answer: str, reason: str, make_sheet: Make) -> None:
    assert any(found.startswith(reason) for found in against(answer, make_sheet))


@pytest.mark.parametrize("answer", ["It ends", "It ends, ends, and ends.", "1 1 1 1."])
def test_short_or_numeric_answers_are_not_taken_for_broken(answer: str, make_sheet: Make) -> None:
    sheet = make_sheet(["It ends in 2024."], [answer], TaskKind.GENERATE, [SOURCE])
    assert malformed(sheet.predictions[0], sheet.rows[0], sheet.task) == ()


@pytest.mark.parametrize("text", ["refund", " Refund. ", "REFUND!?", "refund\n", "refund。"])
def test_a_label_is_recognised_after_one_normalisation(text: str, make_sheet: Make) -> None:
    sheet = make_sheet(["refund"], ["refund"])
    prediction = sheet.predictions[0].model_copy(update={"text": text})
    assert malformed(prediction, sheet.rows[0], sheet.task) == ()


@pytest.mark.parametrize("text", ["refund please", "the label is refund", "", "refunds"])
def test_anything_else_is_malformed(text: str, make_sheet: Make) -> None:
    sheet = make_sheet(["refund"], ["refund"])
    prediction = sheet.predictions[0].model_copy(update={"text": text})
    assert len(malformed(prediction, sheet.rows[0], sheet.task)) == 1


def test_normalising_twice_changes_nothing() -> None:
    for text in ("  A.B!  ", "¿Qué?", "...", "x ) ."):
        assert normalise(normalise(text)) == normalise(text)


def test_the_rate_counts_an_answer_once_however_many_reasons(make_sheet: Make) -> None:
    answers = ["Bravo and Charlie pay 99 to 98.", "", "It ends in 2024.", "It ends."]
    sheet = make_sheet(["It ends in 2024."] * 4, answers, TaskKind.GENERATE, [SOURCE] * 4)
    rates = {
        name: METRICS[name]().scores(sheet)[0].value
        for name in ("malformed", "unsupported", "hallucination_rate")
    }
    assert rates == {"malformed": 0.25, "unsupported": 0.25, "hallucination_rate": 0.5}


def test_a_classifier_that_never_wrote_has_no_rate(make_sheet: Make) -> None:
    sheet = make_sheet(["card"], ["card"])
    silent = (sheet.predictions[0].model_copy(update={"text": ""}),)
    score = METRICS["malformed"]().scores(type(sheet)(sheet.task, sheet.rows, silent))[0]
    assert score.undefined == "because no free text was kept with the labels"


def test_labels_claim_nothing(make_sheet: Make) -> None:
    score = METRICS["unsupported"]().scores(make_sheet(["card"], ["card"]))[0]
    assert score.value is None
    assert score.undefined.startswith("because a label claims nothing")


def test_real_summaries_are_rarely_accused_and_shuffled_ones_more_often(make_sheet: Make) -> None:
    path = Path(__file__).parents[3] / "shared/data/legal_summarization/all_v1.json"
    if not path.exists():
        pytest.skip("the shared data are not on this machine")
    pairs = json.loads(path.read_text(encoding="utf-8")).values()
    texts = [one["original_text"] for one in pairs]
    gold = [one["reference_summary"] for one in pairs]
    sheet = make_sheet(gold, gold, TaskKind.GENERATE, texts)
    found = [reasons(p, r, sheet.task) for p, r in zip(sheet.predictions, sheet.rows, strict=True)]
    assert sum(map(bool, found)) <= 0.02 * len(gold)
    other = make_sheet(gold, gold[37:] + gold[:37], TaskKind.GENERATE, texts)
    pairs = zip(other.predictions, other.rows, strict=True)
    accused = [bool(unsupported(p, r, other.task)) for p, r in pairs]
    assert sum(accused) > 4 * sum(map(bool, found))
