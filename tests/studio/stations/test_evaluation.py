"""The untrained model's answers are used again only where they answer the same question."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from curation import datasets
from curation.project import Project
from curation.types import Split
from studio.stations import evaluation
from training import runs

RUN = "2026-11-02-brisk-otter"


def test_a_base_model_asked_with_other_labels_answers_anew(
    finished: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[tuple[str, ...], Path]] = []

    def predict(*given: Any, **_: object) -> tuple[()]:
        labels, out = given[3:5]
        asked.append((labels, out))
        out.write_text("", "utf-8")
        return ()

    stub = SimpleNamespace(predict=predict)  # the real one imports torch
    monkeypatch.setitem(sys.modules, "training.predict", stub)
    rows = datasets.read_rows(finished.datasets / "v0001", Split.VALIDATION)
    spec = runs.read_spec(finished.runs / RUN)
    for labels in (("a", "b"), ("a", "b", "c"), ("a", "b")):
        evaluation._answers(finished, None, spec, rows, labels, Split.VALIDATION, None)
    assert [labels for labels, _ in asked] == [("a", "b"), ("a", "b", "c")]
    assert asked[0][1] != asked[1][1]
