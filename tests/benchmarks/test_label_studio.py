"""What the benchmark says where there is no Label Studio; its figures are held in tests/e2e."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from benchmarks import label_studio
from scripts.label_studio import VERSION


def test_it_is_skipped_in_words_where_no_server_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "bin" / "label-studio"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nraise SystemExit('no such table')")
    program.chmod(0o755)
    (tmp_path / f"label-studio-{VERSION}.installed").touch()
    monkeypatch.setitem(os.environ, "TUNESMITH_LABEL_STUDIO_VENV", str(tmp_path))
    label_studio.main([])
    said = capsys.readouterr().out
    assert said.startswith("Skipped: there is no Label Studio to measure.")
    assert "no such table" in said


def test_figures_end_with_one_line_of_flat_json(capsys: pytest.CaptureFixture[str]) -> None:
    figures = {"push_1000_seconds": 1.5, "ratio_pull": 40.0, "lost": 0, "doubled": 0}
    label_studio.show(figures)
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == figures


def test_every_card_has_a_suggestion_and_an_example(tmp_path: Path) -> None:
    project, cards = label_studio.make_project(tmp_path / "p", 12)
    assert {card.example.id for card in cards} == {e.id for e in project.store.examples()}
    assert len({card.example.id for card in cards}) == 12
    assert {card.suggestion for card in cards} == set(label_studio.LABELS)
    project.store.close()
