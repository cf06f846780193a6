"""The same promises for every metric in the registry."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curation.exceptions import EvaluationError, UnknownNameError
from curation.types import Score, TaskKind
from evaluation.metrics import METRICS
from evaluation.metrics.catalog import CATALOG, find_metric, metrics_for
from evaluation.sheet import AnswerSheet

Make = Callable[..., Any]

INPUTS = {
    TaskKind.CLASSIFY: [f"question {at}" for at in range(4)],
    TaskKind.EXTRACT: [
        "from Rome at 8 pm",
        "a train to Paris",
        "to Oslo, at noon",
        "leaving at 9 for Bern",
    ],
    TaskKind.GENERATE: [
        "you may keep the card for one year, says the letter",
        "we pay the money back soon if you ask",
        "the firm shares nothing with other firms, it says",
        "you can leave at any time and come back",
    ],
}
GOLD = {
    TaskKind.CLASSIFY: ["card", "cash", "refund", "card"],
    TaskKind.EXTRACT: [
        '[{"start":5,"end":9,"label":"city"},{"start":13,"end":17,"label":"time"}]',
        '[{"start":11,"end":16,"label":"city"}]',
        '[{"start":3,"end":7,"label":"city"},{"start":12,"end":16,"label":"time"}]',
        '[{"start":11,"end":12,"label":"time"},{"start":17,"end":21,"label":"city"}]',
    ],
    TaskKind.GENERATE: [
        "you may keep the card for one year",
        "we pay the money back soon",
        "the firm shares nothing with other firms",
        "you can leave at any time",
    ],
}
WRONG = {
    TaskKind.CLASSIFY: "nothing of the sort",
    TaskKind.EXTRACT: '[{"label": "city", "text": "Zanzibar 77"}]',
    TaskKind.GENERATE: "Oh shit, Zanzibar 77?",
}
every = pytest.mark.parametrize("name", list(METRICS))
everywhere = pytest.mark.parametrize(
    ("name", "kind"), [(info.name, kind) for info in CATALOG.values() for kind in info.kinds]
)
NAMES = {"custom": ("custom.same",)}
BELOW_ZERO = {"mcc", "embedding_similarity"}


def names_of(name: str) -> tuple[str, ...]:
    return CATALOG[name].scores or NAMES[name]


def check(scores: Sequence[Score]) -> None:
    """Hold what holds of every score: it has a value in its interval, or a reason."""
    for score in scores:
        assert (score.value is None) == score.undefined.startswith("because ")
        assert score.value is None or np.isfinite(score.value)
        if score.low is not None:
            assert score.low <= score.value <= score.high
            below = score.metric in BELOW_ZERO
            assert score.low >= (-1 if below else 0)


@every
def test_it_is_described_in_one_line_and_applies_to_a_task(name: str) -> None:
    info = CATALOG[name]
    assert info.description.endswith(".")
    assert "\n" not in info.description
    assert info.kinds
    assert len(info.description) < 200


@everywhere
@pytest.mark.parametrize("n", [1, 4])
def test_perfect_answers_get_the_best_value(
    name: str, kind: TaskKind, n: int, make_whole: Make
) -> None:
    gold = GOLD[kind][:n]
    found = METRICS[name]().scores(make_whole(kind, gold, gold, INPUTS[kind][:n]))
    scores = {score.metric: score for score in found}
    assert scores.keys() >= set(names_of(name))
    for score in map(scores.__getitem__, names_of(name)):
        if (name, n) == ("mcc", 1):
            assert score.undefined.startswith("because all gold rows have one label")
            continue
        assert score.undefined == ""
        tolerance = 0.02 if name == "meteor" else 1e-6  # its penalty never falls quite to zero
        assert score.value == pytest.approx(CATALOG[name].best, abs=tolerance)


@everywhere
def test_wrong_answers_get_a_worse_one(name: str, kind: TaskKind, make_whole: Make) -> None:
    gold = GOLD[kind]
    wrong = [WRONG[kind]] * 4
    if name == "malformed" and kind is TaskKind.GENERATE:
        wrong = [""] * 4
    sheet = make_whole(kind, gold, wrong, INPUTS[kind])
    dear = tuple(one.model_copy(update={"reference_nll": 9.0}) for one in sheet.predictions)
    score = METRICS[name]().scores(replace(sheet, predictions=dear))[0]
    worse = score.value < CATALOG[name].best
    assert worse is score.higher_is_better or not CATALOG[name].decides
    assert score.value != CATALOG[name].best


@everywhere
def test_without_rows_it_is_undefined_and_says_why(
    name: str, kind: TaskKind, make_whole: Make
) -> None:
    for score in METRICS[name]().scores(make_whole(kind, [], [], [])):
        assert (score.value, score.n) == (None, 0)
        assert score.undefined.startswith("because ")


@everywhere
def test_a_bare_sheet_is_scored_or_told_what_it_lacks(
    name: str, kind: TaskKind, make_sheet: Make
) -> None:
    check(METRICS[name]().scores(make_sheet(GOLD[kind], GOLD[kind], kind, INPUTS[kind])))


@everywhere
def test_its_value_lies_in_its_interval_and_it_repeats_itself(
    name: str, kind: TaskKind, make_whole: Make
) -> None:
    gold = GOLD[kind] * 5
    answers = [gold[at] if at % 3 else gold[at - 1] for at in range(20)]
    sheet = make_whole(kind, gold, answers, INPUTS[kind] * 5)
    scores = METRICS[name]().scores(sheet)
    check(scores)
    assert METRICS[name]().scores(sheet) == scores
    assert all(score.low is not None for score in scores[:1] if np.ptp(answered(name, sheet)))
    assert all("." not in score.note[-1:] for score in scores)


def answered(name: str, sheet: AnswerSheet) -> Any:
    metric = METRICS[name]()
    return metric.statistics(**metric.inputs(sheet))[:, 0]


@everywhere
def test_its_statistics_have_a_row_for_each_of_the_sheet_in_order(
    name: str, kind: TaskKind, make_whole: Make
) -> None:
    gold = GOLD[kind] * 3
    answers = [WRONG[kind] if at % 4 == 1 else text for at, text in enumerate(gold)]
    sheet, metric = make_whole(kind, gold, answers, INPUTS[kind] * 3), METRICS[name]()
    rows = metric.statistics(**metric.inputs(sheet))
    assert len(rows) == len(sheet)
    values = metric.values(rows.sum(axis=0, keepdims=True))
    assert values.shape == (1, len(metric.score_names(sheet)))
    found = {score.metric: score.value for score in metric.scores(sheet)}
    for at, one in enumerate(metric.score_names(sheet)):
        assert found[one] is None or found[one] == pytest.approx(values[0, at])


@everywhere
def test_rows_of_one_group_say_less_than_as_many_rows(
    name: str, kind: TaskKind, make_whole: Make
) -> None:
    gold = [text for text in GOLD[kind] for _ in range(20)]
    answers = [WRONG[kind] if at % 20 < 10 * (at // 20 % 2) + 5 else gold[at] for at in range(80)]
    texts = [text for text in INPUTS[kind] for _ in range(20)]
    groups = [f"talk {at // 5}" for at in range(80)]
    alone, together = (
        METRICS[name]().scores(make_whole(kind, gold, answers, texts, which))[0]
        for which in ((), groups)
    )
    if name == "goal_completion":  # the conversation is what is counted
        assert (alone.n, together.n) == (80, 16)
    elif name in {"mcc", "perplexity", "bits_per_byte", "ece"}:
        check([alone, together])
    else:
        assert together.value == pytest.approx(alone.value)
        assert together.high - together.low > 1.2 * (alone.high - alone.low)
    assert "80 rows in 16 groups" in together.note or together.value is None


HOSTILE = {
    "empty": "",
    "blank": " \t\u3000\n",
    "nul": "a\0b\0",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈" * 50,
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd\u202c \u0645\u0631\u062d\u0628\u0627 \u061f",
    "marks": "e" + "\u0301" * 500,
    "markup": "<script>alert(1)</script> **[x](javascript:y)** $HOME {{0}} %s",
    "dots": "." * 100_000,
    "letters": "a" * 100_000,
    "words": "word " * 20_000,
    "numbers": "1,000.5 " * 12_000,
    "names": "Anna Smith " * 9_000,
    "brackets": "[" * 100_000,
    "spans": '[{"start":-1,"end":1e99,"label":"city"}]',
    "huge number": '[{"value": ' + "9" * 10_000 + "}]",
}


@everywhere
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_only_text(name: str, kind: TaskKind, text: str, make_whole: Make) -> None:
    start = time.perf_counter()
    gold, inputs = GOLD[kind], INPUTS[kind]
    check(METRICS[name]().scores(make_whole(kind, gold, [text, *gold[1:]], inputs)))
    check(METRICS[name]().scores(make_whole(kind, gold, gold, [text + inputs[0], *inputs[1:]])))
    if kind is not TaskKind.CLASSIFY:
        check(METRICS[name]().scores(make_whole(kind, [text, *gold[1:]], gold, inputs)))
    assert time.perf_counter() - start < 20


@everywhere
def test_compute_of_evaluate_returns_the_same_value(
    name: str, kind: TaskKind, make_whole: Make
) -> None:
    metric = METRICS[name]()
    sheet = make_whole(kind, GOLD[kind], list(reversed(GOLD[kind])), INPUTS[kind])
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
    name: str, kind: TaskKind, make_whole: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a metric opened a socket")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for attribute in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, attribute, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    METRICS[name]().scores(make_whole(kind, GOLD[kind], GOLD[kind], INPUTS[kind]))
    assert not list(tmp_path.iterdir())


def test_the_whole_registry_works_in_a_fresh_process_without_network_or_cache(
    tmp_path: Path,
) -> None:
    program = """
import socket
def refuse(*args: object, **kwargs: object) -> None: raise AssertionError('network')
socket.socket.connect = socket.getaddrinfo = refuse
from evaluation.metrics import METRICS
given = {
    'string': ['a b c d', 'b c d e'], 'float64': [0.5, 1.0], 'int64': [3, 4],
    'floats': [[0.5, 0.5], [1.0, 0.0]],
}
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
