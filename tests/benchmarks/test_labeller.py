from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import labeller
from benchmarks.labeller import Typed

FIGURES = [
    "p50_ms", "p95_ms", "wrong_at_25ms", "lost_at_25ms", "lost_after_kill", "doubled_after_kill",
]  # fmt: skip
ONE, TWO, THREE = ("text 1", "a"), ("text 2", "b"), ("text 3", "a")


@pytest.mark.parametrize(
    ("made", "kept", "wrong", "lost", "doubled"),
    [
        ((ONE, TWO), (ONE, TWO), 0, 0, 0),
        ((ONE, TWO), (ONE,), 0, 1, 0),
        ((ONE, TWO), (ONE, ONE, TWO), 0, 0, 1),
        ((ONE, TWO), (ONE, THREE), 1, 0, 0),
        ((ONE, ONE, TWO), (ONE, TWO, TWO), 0, 1, 1),
        ((ONE,), (("text 1", "b"), ONE), 1, 0, 0),
        ((), (), 0, 0, 0),
    ],
)
def test_what_was_kept_is_held_to_what_was_on_screen(
    made: tuple[labeller.Said, ...],
    kept: tuple[labeller.Said, ...],
    wrong: int,
    lost: int,
    doubled: int,
) -> None:
    typed = Typed(made, kept, (), (), 0.0)
    assert (typed.wrong, typed.lost, typed.doubled) == (wrong, lost, doubled)


def test_the_sample_stands_in_where_the_data_is_not_there(tmp_path: Path) -> None:
    project = labeller.make_project(tmp_path / "nowhere", tmp_path / "projects")
    assert project.task.labels
    assert sum(project.store.count_examples().values()) > 100


def test_the_folder_s_texts_come_without_their_labels(tmp_path: Path) -> None:
    (tmp_path / "categories.json").write_text('["x", "y"]', "utf-8")
    rows = "".join(f"a text about thing number {n},x\n" for n in range(30))
    (tmp_path / "train.csv").write_text(f"text,category\n{rows}", "utf-8")
    project = labeller.make_project(tmp_path, tmp_path / "projects")
    assert project.task.labels == ("x", "y")
    assert {example.reference for example in project.store.examples()} == {None}


@pytest.mark.slow
def test_it_ends_with_one_line_of_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("playwright.sync_api", reason="it drives the browser")
    labeller.main([str(tmp_path / "nowhere"), "--presses", "20"])
    figures = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert list(figures) == FIGURES
    assert figures["p50_ms"] > 0
    assert {figures[name] for name in FIGURES[2:]} == {0}
