"""The queue in the terminal: what is asked next and why, and shares typed by hand."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from curation.project import Project, open_project
from studio import cli, loop


def run(project: Project, *arguments: str) -> str:
    done = CliRunner().invoke(cli.app, ["queue", *arguments, "-p", str(project.folder)])
    assert done.exception is None, done.exception
    return done.stdout


def test_the_queue_says_what_comes_next_and_why(retail: Project) -> None:
    loop.vote(retail)
    shown = json.loads(run(retail, "-n", "5", "--json"))
    assert len(shown["cards"]) == 5
    assert all(card["reason"] and card["strategy"] and card["mode"] for card in shown["cards"])
    assert sum(shown["shares"].values()) == pytest.approx(1)
    assert shown["silent"]["diverse"] == "Nothing is embedded yet."
    assert shown["estimates"][0]["undefined"] == "no random cards are answered"
    assert "accuracy undefined" in run(retail, "-n", "1")


def test_held_out_cards_show_no_suggestion(retail: Project) -> None:
    loop.vote(retail)
    shown = json.loads(run(retail, "--split", "test", "-n", "3", "--json"))
    assert [card["suggestion"] for card in shown["cards"]] == [None] * 3


def test_shares_are_kept_and_draw_a_round(retail: Project) -> None:
    run(retail, "--shares", "random=30, uncertain=10")
    kept = open_project(retail.folder).settings.review.shares
    assert kept == {"random": 0.75, "uncertain": 0.25}
    assert retail.store.rounds()[-1].shares == kept


@pytest.mark.parametrize("typed", ["random", "random=x", "random=-1", "random=0", "random=nan"])
def test_shares_that_do_not_read_are_refused_in_words(retail: Project, typed: str) -> None:
    arguments = ["queue", "--shares", typed, "-p", str(retail.folder)]
    error = CliRunner().invoke(cli.app, arguments).exception
    assert "random=30,uncertain=70" in str(error)
    assert not open_project(retail.folder).settings.review.shares


def test_a_strategy_that_is_not_there_is_refused(retail: Project) -> None:
    arguments = ["queue", "--shares", "randon=1", "-p", str(retail.folder)]
    error = CliRunner().invoke(cli.app, arguments).exception
    assert "Did you mean random" in str(error)
