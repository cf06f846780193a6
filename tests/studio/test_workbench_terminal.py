"""The workbench in a terminal: filter, function from it, vote, label what it finds, undo."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from curation.exceptions import FilterError, ProjectError
from curation.project import Project
from curation.types import Split
from studio import cli, loop

Terminal = Callable[..., Any]


@pytest.fixture
def tunesmith(retail: Project) -> Terminal:
    """Return a way to run a command on the retail sample; with --json its answer is read."""

    def run(*arguments: str, typed: str | None = None, code: int = 0) -> Any:
        done = CliRunner().invoke(
            cli.app, [*arguments, "--project", str(retail.folder)], input=typed
        )
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if "--json" in arguments else done.output

    return run


def test_filter_function_label_undo(tunesmith: Terminal, retail: Project) -> None:
    asked = ("--filter", "words:refund,refunded", "-f", "-split:test")
    found = tunesmith("examples", *asked, "--json", "-n", "5")
    assert found["found"] > 20
    assert len(found["rows"]) == 5
    made = tunesmith("act", "function", "returns", *asked, "--name", "asks back", "--json", "--yes")
    assert made["function"] == "asks_back"
    assert made["votes"] == found["found"]
    assert made["without"] == ["not: split test"]
    tunesmith("vote", "--json")
    voting = ("--filter", "vote.asks_back split:train -reviewed")
    rows = tunesmith("examples", *voting, "--json")["found"]
    conflict = tunesmith("examples", "-f", "conflict.asks_back", "--json")
    assert 0 < conflict["found"] <= found["found"]
    done = tunesmith("act", "label", "returns", *voting, "--json", "--yes")
    assert done["examples"] == rows
    assert tunesmith("examples", "-f", "label:returns word:person", "--json")["found"] == rows
    undone = tunesmith("undo", done["batch"], "--json")
    assert undone == {"undone": rows, "kept": 0}
    assert tunesmith("examples", "-f", "word:person", "--json")["found"] == 0
    assert tunesmith("undo", "--json")["batches"][0]["standing"] == 0


def test_an_action_asks_with_its_count(tunesmith: Terminal, retail: Project) -> None:
    asked = ("act", "exclude", "-f", "text:refund", "--why", "not ours")
    told = tunesmith(*asked, typed="n\n", code=1)
    count = next(word for word in told.split() if word.isdigit())
    assert f"exclude {count} examples?" in told
    assert "in the exam" in told
    assert retail.store.annotations() == ()
    told = tunesmith(*asked, typed="y\n")
    assert f"exclude: {count} examples" in told
    assert loop.plan_dataset(retail).left_out["excluded: not ours"] == int(count)
    assert {e.split for e in retail.store.examples(ids=_excluded(retail))} == {Split.TRAIN}
    assert "tunesmith undo" in told


def _excluded(project: Project) -> list[str]:
    return [a.example_id for a in project.store.annotations() if a.action == "exclude"]


def test_a_script_cannot_be_asked(tunesmith: Terminal, retail: Project) -> None:
    done = CliRunner().invoke(
        cli.app, ["act", "review", "-f", "text:refund", "--json", "-p", str(retail.folder)]
    )
    assert done.exit_code == 2
    assert "--yes" in done.stderr
    assert retail.store.findings() == ()


def test_review_asks_people_and_is_taken_back(tunesmith: Terminal, retail: Project) -> None:
    done = tunesmith("act", "review", "-f", "text:kettle split:train", "--json", "--yes")
    first = loop.front_of_queue(retail)[: done["examples"]]
    assert all("kettle" in item.example.input.lower() for item in first)
    assert tunesmith("undo", done["batch"], "--json")["undone"] == done["examples"]
    assert not loop.front_of_queue(retail)[0].reason.startswith("Finding")


def test_slices_are_saved_listed_used_and_removed(tunesmith: Terminal) -> None:
    kept = tunesmith("slices", "save", "short ones", "-f", "length:..30", "--json")
    assert kept["filter"] == "length:..30"
    listed = tunesmith("slices", "list", "--json")["slices"]
    assert listed == [{"name": "short ones", "filter": "length:..30"}]
    used = tunesmith("examples", "-f", 'slice:"short ones"', "--json")
    assert used["found"] == kept["examples"] > 0
    tunesmith("slices", "remove", "short ones")
    with pytest.raises(ProjectError, match="no slice"):
        tunesmith("examples", "-f", 'slice:"short ones"')


def test_the_exam_is_shown_without_its_gold(tunesmith: Terminal) -> None:
    rows = tunesmith("examples", "-f", "split:test", "--json", "-n", "500")["rows"]
    assert {row["label"] for row in rows} == {"held back"}
    assert {row["word"] for row in rows} == {""}


@pytest.mark.parametrize("line", ["vote.nobody", "nope:1", "label:nope"])
def test_a_filter_that_makes_no_sense_is_refused(tunesmith: Terminal, line: str) -> None:
    with pytest.raises(FilterError):
        tunesmith("examples", "-f", line)
