"""Offensive words are found however they are dressed up, and a project has the last word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from curation.types import TaskKind
from evaluation.lexicon import lexicon
from evaluation.metrics import METRICS

Make = Callable[..., Any]


@pytest.mark.parametrize(
    "text",
    [
        "Shit!",
        "what a SH1T show",
        "you @sshole",
        "fuuuuuck",
        "f\u200bucking hell",
        "bitches.",
        "$hit",
    ],
)
def test_it_is_found_in_disguise(text: str) -> None:
    assert lexicon().found_in(text)


@pytest.mark.parametrize(
    "text",
    ["Scunthorpe", "assess the class", "Dickens wrote it", "100$ at 3 pm", "a cocktail", "", "!!!"],
)
def test_words_that_only_contain_one_are_left_alone(text: str) -> None:
    assert lexicon().found_in(text) == ()


def test_a_project_adds_and_takes_away() -> None:
    own = lexicon(["# comment", "Flat Earther", "wombl*", "-damn", ""])
    assert own.found_in("a flat  earther") == ("flat earther",)
    assert own.found_in("wombles!") == ("wombles",)
    assert own.found_in("damn") == ()
    assert lexicon().found_in("damn") == ("damn",)


def test_reasons_say_the_word_and_whether_it_was_quoted(make_sheet: Make) -> None:
    answers = ["He said it is shit.", "It is bullshit.", "Fine."]
    sheet = make_sheet(["Fine."] * 3, answers, TaskKind.GENERATE, ["this is shit", "b", "c"])
    metric = METRICS["offensive_rate"]()
    assert metric.found(sheet) == [
        ("'shit' is on the list, its input says it too",),
        ("'bullshit' is on the list",),
        (),
    ]
    score = metric.scores(replace(sheet, lexicon=("-bullshit*",)))[0]
    assert score.value == pytest.approx(1 / 3)
    assert "Davidson" in score.note
    assert "Only 3 were counted" in score.note
