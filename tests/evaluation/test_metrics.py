"""The same promises for every metric in the registry."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curation.exceptions import EvaluationError, UnknownNameError
from curation.types import TaskKind
from evaluation.metrics import METRICS
from evaluation.metrics.catalog import CATALOG, find_metric, metrics_for

Make = Callable[..., Any]

TEXTS = {
    TaskKind.CLASSIFY: ["card", "cash", "refund", "card"],
    TaskKind.EXTRACT: ["two people at seven", "no time given", "the usual place", "four of us"],
    TaskKind.GENERATE: [
        "you may keep the card for one year",
        "we pay the money back soon",
        "the firm shares nothing with other firms",
        "you can leave at any time",
    ],
}
every = pytest.mark.parametrize("name", list(METRICS))
everywhere = pytest.mark.parametrize(
    ("name", "kind"), [(info.name, kind) for info in CATALOG.values() for kind in info.kinds]
)


@every
def test_it_is_described_in_one_line_and_applies_to_a_task(name: str) -> None:
    info = CATALOG[name]
    assert info.description.endswith(".")
    assert "\n" not in info.description
    assert info.kinds
    assert info.scores


@everywhere
@pytest.mark.parametrize("n", [1, 4])
def test_perfect_answers_get_the_best_value(
    name: str, kind: TaskKind, n: int, make_sheet: Make
) -> None:
    gold = TEXTS[kind][:n]
    scores = METRICS[name]().scores(make_sheet(gold, gold, kind))
    assert {score.metric for score in scores} >= set(CATALOG[name].scores)
    for score in scores[: len(CATALOG[name].scores)]:
        assert score.undefined == ""
        tolerance = 0.02 if name == "meteor" else 1e-9  # its penalty never falls quite to zero
        assert score.value == pytest.approx(CATALOG[name].best, abs=tolerance)


@everywhere
def test_wrong_answers_get_a_worse_one(name: str, kind: TaskKind, make_sheet: Make) -> None:
    gold = TEXTS[kind]
    wrong = ["Zanzibar 77"] * 4 if kind is not TaskKind.CLASSIFY else ["nothing of the sort"] * 4
    sheet = make_sheet(gold, wrong, kind)
    sheet = type(sheet)(
        sheet.task,
        sheet.rows,
        tuple(one.model_copy(update={"reference_nll": 9.0}) for one in sheet.predictions),
    )
    if name == "malformed" and kind is not TaskKind.CLASSIFY:
        sheet = make_sheet(gold, [""] * 4, kind)
    score = METRICS[name]().scores(sheet)[0]
    worse = score.value < CATALOG[name].best
    assert worse is score.higher_is_better
    assert score.value != CATALOG[name].best


@everywhere
def test_without_rows_it_is_undefined_and_says_why(
    name: str, kind: TaskKind, make_sheet: Make
) -> None:
    for score in METRICS[name]().scores(make_sheet([], [], kind)):
        assert (score.value, score.n) == (None, 0)
        assert score.undefined.startswith("because ")


@everywhere
def test_its_value_lies_in_its_interval(name: str, kind: TaskKind, make_sheet: Make) -> None:
    gold = TEXTS[kind] * 5
    answers = [gold[at] if at % 3 else gold[at - 1] for at in range(20)]
    for score in METRICS[name]().scores(make_sheet(gold, answers, kind)):
        if score.low is not None:
            assert score.low <= score.value <= score.high
            assert score.low >= 0


@everywhere
def test_compute_of_evaluate_returns_the_same_value(
    name: str, kind: TaskKind, make_sheet: Make
) -> None:
    metric = METRICS[name]()
    sheet = make_sheet(TEXTS[kind], list(reversed(TEXTS[kind])), kind)
    computed = METRICS[name]().compute(**metric.inputs(sheet))
    scores = {score.metric: score.value for score in metric.scores(sheet)}
    assert computed == {name: scores[name] for name in CATALOG[name].scores}


@every
def test_compute_without_rows_is_refused(name: str) -> None:
    metric = METRICS[name]()
    with pytest.raises(EvaluationError, match="no rows"):
        metric._compute(**{column: [] for column in metric.columns})


@everywhere
def test_it_touches_neither_the_network_nor_the_disk(
    name: str, kind: TaskKind, make_sheet: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a metric opened a socket")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for attribute in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, attribute, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    METRICS[name]().scores(make_sheet(TEXTS[kind], TEXTS[kind], kind))
    assert not list(tmp_path.iterdir())


def test_the_whole_registry_works_in_a_fresh_process_without_network_or_cache(
    tmp_path: Path,
) -> None:
    program = """
import socket
def refuse(*args: object, **kwargs: object) -> None: raise AssertionError('network')
socket.socket.connect = socket.getaddrinfo = refuse
from evaluation.metrics import METRICS
given = {'string': ['a b c d', 'b c d e'], 'float64': [1.0, 2.0], 'int64': [3, 4]}
for name in METRICS:
    metric = METRICS[name]()
    metric.compute(**{column: given[kind] for column, kind in metric.columns.items()})
"""
    child = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:evaluation", "-c", program],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_catalogue_and_the_report_read_without_heavy_imports() -> None:
    program = """
import sys
import evaluation.report, evaluation.errors, evaluation.slices
from evaluation.metrics import METRICS
heavy = {'evaluate', 'torch', 'sklearn', 'nltk', 'rouge_score', 'datasets', 'scipy', 'sacrebleu'}
print(sorted(heavy & set(sys.modules)))
"""
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"


def test_metrics_are_found_by_kind_by_score_and_not_by_a_wrong_name() -> None:
    assert "bleu" not in {info.name for info in metrics_for(TaskKind.CLASSIFY)}
    assert find_metric("f1[refund]")[0].name == "macro_f1"
    assert find_metric("rougeLsum")[0].name == "rouge"
    with pytest.raises(UnknownNameError, match="no metric called 'acuracy'"):
        find_metric("acuracy")
