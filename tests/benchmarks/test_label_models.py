from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import label_models, peers
from benchmarks.wrench import matrix_of, read_wrench
from curation.exceptions import ImportFailedError
from tests.labeling_functions.votes import voters

Break = Callable[[Path], object]
FIGURES = [
    "n_test", "majority", "snorkel", "dawid_skene_crowdkit", "default", "default_covered",
    "coverage", "ratio_fit_time",
]  # fmt: skip


def write(folder: Path, labels: int = 3, seed: int = 3) -> Path:
    """Write a small data set in WRENCH format."""
    folder.mkdir()
    names = {str(k): "abc"[k] for k in range(labels)}
    (folder / "label.json").write_text(json.dumps(names))
    votes, truth = voters((0.9, 0.9, 0.4, 0.4), 400, labels, coverage=0.7, seed=seed)
    rows = [
        {"label": int(y), "weak_labels": v.tolist(), "data": {"text": f"text {n}"}}
        for n, (v, y) in enumerate(zip(votes, truth, strict=True))
    ]
    for split, part in (("train", rows[:200]), ("valid", rows[200:300]), ("test", rows[300:])):
        (folder / f"{split}.json").write_text(json.dumps(dict(enumerate(part))))
    return folder


def edit(folder: Path, split: str, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / f"{split}.json"
    rows = json.loads(path.read_text())
    change(rows)
    path.write_text(json.dumps(rows))


def test_it_is_read_as_written_and_the_gold_of_train_is_not(tmp_path: Path) -> None:
    data = read_wrench(write(tmp_path / "set"))
    assert data.labels == ("a", "b", "c")
    assert [p.votes.shape for p in (data.train, data.valid, data.test)] == [
        (200, 4), (100, 4), (100, 4),
    ]  # fmt: skip
    assert (data.train.gold == -1).all()
    assert (data.test.gold >= 0).all()
    assert data.valid.texts[0] == "text 200"
    assert matrix_of(data.train.votes, data.labels).example_ids[3] == "3"


def test_train_needs_no_gold(tmp_path: Path) -> None:
    folder = write(tmp_path / "set")
    edit(folder, "train", lambda rows: [row.pop("label") for row in rows.values()])
    assert len(read_wrench(folder).train.votes) == 200


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "valid.json").unlink(), "missing.*valid.json"),
        (lambda f: (f / "label.json").unlink(), "missing.*label.json"),
        (lambda f: (f / "test.json").write_text("{1: oops"), "does not read.*test.json"),
        (lambda f: (f / "test.json").write_text("[]"), "no rows.*test.json"),
        (lambda f: (f / "train.json").write_bytes(b"\xff\xfe\xfa"), "does not read"),
        (lambda f: (f / "label.json").write_text('{"1": "a", "2": "b"}'), "numbered from 0"),
        (lambda f: edit(f, "train", lambda r: r["7"].pop("weak_labels")), "train.json, row 7"),
        (lambda f: edit(f, "train", lambda r: r["7"].update(weak_labels=[0])), "1 to 4 votes"),
        (lambda f: edit(f, "valid", lambda r: r["7"]["weak_labels"].append(3)), "not -1 to 2"),
        (lambda f: edit(f, "valid", lambda r: r["7"]["weak_labels"].append(0.5)), "not -1 to 2"),
        (lambda f: edit(f, "test", lambda r: r["7"].update(label=9)), "label is not 0 to 2.*row 7"),
        (lambda f: edit(f, "test", lambda r: r["7"].update(label=True)), "label is not 0 to 2"),
        (
            lambda f: edit(f, "test", lambda r: [x["weak_labels"].pop() for x in r.values()]),
            "3 votes, those of train 4",
        ),
    ],
)
def test_what_is_broken_is_named(tmp_path: Path, damage: Break, message: str) -> None:
    folder = write(tmp_path / "set")
    damage(folder)
    with pytest.raises(ImportFailedError, match=message) as caught:
        read_wrench(folder)
    assert caught.value.remedy
    with pytest.raises(SystemExit) as ended:
        label_models.main([str(folder)])
    assert isinstance(ended.value.code, str)


@pytest.mark.parametrize("model", [peers.dawid_skene, peers.wawa])
def test_peers_answer_rows_they_were_not_fitted_on(model: Callable[..., Any]) -> None:
    votes, truth = voters((0.9, 0.8, 0.8, 0.7), 600)
    answers, seconds = model(votes[:300], votes[300:], 3)
    assert np.allclose(answers.sum(axis=1), 1)
    assert (answers.argmax(axis=1) == truth[300:]).mean() > 0.85
    assert seconds > 0


def test_the_test_split_moves_nothing_but_its_own_score(tmp_path: Path) -> None:
    """Turned gold and turned votes of the test split leave the choice and the fit alone."""
    data = read_wrench(write(tmp_path / "set"))
    edit(tmp_path / "set", "test", lambda r: [x.update(label=0) for x in r.values()])
    other = read_wrench(tmp_path / "set")
    one, two = (label_models._choose(d, 13) for d in (data, other))
    assert (one.aggregator, one.otherwise, one.why) == (two.aggregator, two.otherwise, two.why)
    first, second = (label_models._ours(d, one.aggregator, 13) for d in (data, other))
    assert np.array_equal(first.answers, second.answers)


@pytest.mark.slow
@pytest.mark.parametrize("labels", [2, 3])
def test_it_ends_with_one_line_of_figures(
    tmp_path: Path, labels: int, capsys: pytest.CaptureFixture[str]
) -> None:
    label_models.main([str(write(tmp_path / "set", labels))])
    figures = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert list(figures) == FIGURES
    assert figures["n_test"] == 100
    assert figures["default"] >= figures["majority"] - 0.05
    assert figures["ratio_fit_time"] > 1
