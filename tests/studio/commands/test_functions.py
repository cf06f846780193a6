from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from curation.exceptions import FunctionError
from curation.project import Project
from curation.types import Example, Split
from studio import cli

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(project: Project, make_example: Callable[..., Example]) -> Run:
    project.store.add_examples(
        make_example(f"{phrase} {i}", reference=label, split=Split.TRAIN)
        for phrase, label, n in (
            ("lost my wallet", "card", 40),
            ("paper money", "cash", 40),
            ("all is well", None, 39),
            ("bye", None, 20),
        )
        for i in range(n)
    )

    def run(*words: str) -> dict[str, Any]:
        place = ["--project", str(project.folder)]
        done = CliRunner().invoke(cli.app, ["functions", *words, *place, "--json"])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        plain = CliRunner().invoke(cli.app, ["functions", words[0], *words[1:], *place])
        assert words[0] not in READ or (plain.exit_code == 0 and plain.output.strip())
        return json.loads(done.stdout)

    return run


READ = ("list", "show", "rows", "pairs", "suggest", "history", "compare")
"""Commands that change nothing, which can be run twice."""


def test_a_suggestion_is_accepted_measured_and_opened(run: Run) -> None:
    found = run("suggest")["suggestions"]
    named = next(one for one in found if one["label"] == "card")
    assert named["precision"]["n"] < named["rows"] == named["new"] == 40
    assert run("accept", named["name"])["covered"] == 40
    (one,) = run("list")["functions"]
    assert (one["name"], one["covered"], one["only_it_covers"]) == (named["name"], 40, 40)
    assert one["recall"] == {**one["precision"], "value": 1.0}
    opened = run("rows", "correct", "--function", named["name"], "-n", "3")
    assert (opened["n"], len(opened["rows"])) == (40, 3)
    assert opened["rows"][0]["gold"] == "card"
    assert run("show", named["name"])["source"] == named["code"].strip()


def test_without_a_label_accepting_needs_one(run: Run) -> None:
    found = run("suggest")["suggestions"]
    unnamed = next(one for one in found if not one["label"])
    with pytest.raises(FunctionError, match="no label yet"):
        run("accept", unnamed["name"])
    assert run("accept", unnamed["name"], "--label", "refund")["accepted"]


def test_a_dismissed_suggestion_is_gone(run: Run) -> None:
    first = run("suggest")["suggestions"][0]
    assert run("dismiss", first["name"])["dismissed"] == f"{first['label']}: {first['says']}"
    with pytest.raises(FunctionError, match="not suggested"):
        run("dismiss", first["name"])


def test_a_file_is_tried_then_saved_disabled_and_restored(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "new.py"
    file.write_text('wide = keywords("wide", "cash", ["money", "wallet"])')
    (tried,) = run("try", str(file), "--save")["functions"]
    assert (tried["covered"], tried["newly_covered"], tried["precision"]["value"]) == (80, 80, 0.5)
    file.write_text('narrow = keywords("narrow", "card", ["wallet"])')
    (tried,) = run("try", str(file), "--save")["functions"]
    assert (tried["newly_covered"], tried["conflicts"]) == (0, {"wide": 40})
    (cell,) = run("pairs")["pairs"]
    assert (cell["overlap"], cell["agree"], cell["conflict"]) == (40, 0, 40)
    assert run("rows", "conflict", "--function", "wide", "--other", "narrow")["n"] == 40
    run("disable", "wide")
    assert run("list")["disabled"] == ["wide"]
    assert run("show", "wide")["votes"] is False
    run("enable", "wide")
    assert run("rows", "tied")["n"] == 40
    run("remove", "wide")
    (version,) = run("history", "wide")["versions"]
    assert (version["current"], version["covered"]) == (False, 80)
    assert run("restore", "wide", "1")["key"] == version["key"]
    assert len(run("list")["functions"]) == 2


def test_a_name_nobody_has_is_said(run: Run) -> None:
    for words in (("show", "x"), ("history", "x"), ("accept", "x"), ("disable", "x")):
        with pytest.raises(FunctionError):
            run(*words)


def test_aggregators_are_compared_and_doubts_said(run: Run) -> None:
    for name in [one["name"] for one in run("suggest")["suggestions"] if one["label"]]:
        run("accept", name)
    found = run("compare")
    assert found["setting"] == "auto"
    assert found["chosen"]["why"]
    by_name = {one["aggregator"]: one for one in found["aggregators"] if not one["otherwise"]}
    assert by_name["majority"]["accuracy_all"]["n"] == 80
    assert "at least 3 functions" in by_name["label_model"]["problem"]
    assert by_name["label_model"]["accuracy_all"]["value"] is None
    assert found["gold_alone"]["value"] > 0.9
    assert "few_functions" in {doubt["kind"] for doubt in found["warnings"]}


def test_a_vote_says_what_to_doubt(run: Run, project: Project) -> None:
    place = ["--project", str(project.folder)]
    done = CliRunner().invoke(cli.app, ["vote", *place])
    assert "No function votes" in done.stderr
    done = CliRunner().invoke(cli.app, ["vote", *place, "--json"])
    assert "No function votes" in json.loads(done.stdout)["warnings"][0]
    assert done.stderr == ""
