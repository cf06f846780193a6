"""An evaluation in a child process gives the same numbers, or the child's own words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curation.exceptions import EvaluationError
from curation.types import Split
from evaluation.worker import Order, carry_out, evaluate_in_child, main

Make = Callable[..., Any]


@pytest.fixture
def order(tmp_path: Path, make_task: Make, make_rows: Make, make_predictions: Make) -> Order:
    gold = ["card", "cash", "refund", "card"] * 5
    files = {"rows": make_rows(gold), "predictions": make_predictions(gold)}
    for name, records in files.items():
        lines = "\n".join(record.model_dump_json() for record in records)
        (tmp_path / f"{name}.jsonl").write_text(lines + "\n", encoding="utf-8")
    return Order(
        run="r",
        split=Split.VALIDATION,
        dataset="v0001",
        task=make_task(),
        rows=tmp_path / "rows.jsonl",
        predictions=tmp_path / "predictions.jsonl",
        baselines={"base model": tmp_path / "predictions.jsonl"},
        majority="card",
        output=tmp_path / "evaluation.json",
    )


def test_the_child_saves_what_it_returns(order: Order) -> None:
    found = evaluate_in_child(order)
    assert found.score("accuracy").value == 1
    assert "gain over the base model is +0.000" in found.verdict.sentence
    carry_out(order)
    assert found.scores == evaluate_again(order)


def evaluate_again(order: Order) -> Any:
    from evaluation.report import load

    return load(order.output).scores


def test_the_child_refuses_in_its_own_words(order: Order) -> None:
    missing = order.model_copy(update={"predictions": order.rows.with_name("none.jsonl")})
    with pytest.raises(EvaluationError, match=r"no rows to read\. \[.*none\.jsonl\]"):
        evaluate_in_child(missing)
    assert not order.output.exists()


def test_a_refusal_is_exit_code_two(order: Order, tmp_path: Path) -> None:
    paper = tmp_path / "order.json"
    missing = order.model_copy(update={"rows": tmp_path / "none.jsonl"})
    paper.write_text(missing.model_dump_json(), encoding="utf-8")
    assert main(str(paper)) == 2
