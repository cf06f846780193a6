"""The Functions page: numbers that open rows, a function beside what it would do, its versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from curation.project import Project, Settings, create_project, default_task, open_project
from curation.types import Split, TaskKind, example_id
from studio import loop

Opener = Callable[..., AppTest]


@pytest.fixture
def functions(open_page: Opener) -> Callable[..., AppTest]:
    """Return a way to open the page in a new tab, at an address."""

    def at(**query: str) -> AppTest:
        app = open_page("Functions")
        for name, value in query.items():
            app.query_params[name] = value
        return fine(app.run() if query else app)

    return at


def fine(app: AppTest) -> AppTest:
    assert [(e.message, e.stack_trace) for e in app.exception] == []
    return app


def press(app: AppTest, *, label: str = "", key: str = "") -> AppTest:
    (button,) = [b for b in app.button if b.key == key or (label and b.label == label)]
    return fine(button.click().run())


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def words(app: AppTest) -> str:
    shown = (*app.markdown, *app.caption, *app.text, *app.code, *app.info, *app.subheader)
    return "\n".join(element.value.replace("\\", "") for element in shown)


def table(app: AppTest) -> Any:
    return next(d.value for d in app.dataframe if "function" in d.value)


def components(app: AppTest) -> list[dict[str, Any]]:
    """Return what is sent to the browser for our own components."""
    found = []
    waiting: list[Any] = [app._tree]
    while waiting:
        node = waiting.pop()
        waiting += getattr(node, "children", {}).values()
        if getattr(node, "type", "") == "bidi_component":
            found.append(json.loads(node.proto.json))
    return found


def editor(app: AppTest) -> dict[str, Any]:
    return next(data for data in components(app) if "faults" in data)


def shown_rows(app: AppTest) -> list[dict[str, Any]]:
    return next((data["rows"] for data in components(app) if "rows" in data), [])


def click(app: AppTest, row: int, column: str) -> AppTest:
    app.session_state["functions"] = {"selection": {"cells": [[row, column]]}}
    return fine(app.run())


def typed(app: AppTest, key: str, code: str, *, action: str = "") -> AppTest:
    """Type in the editor, as its browser half would tell it."""
    sent = {"key": editor(app)["key"], "code": code, "base": editor(app)["revision"]}
    app.session_state[key] = {
        "draft": sent,
        "action": {**sent, "action": action, "nonce": 1} if action else None,
    }
    return fine(app.run())


def test_what_one_sees_first(functions: Callable[..., AppTest], finished: Project) -> None:
    app = functions()
    assert set(metrics(app)) == {"Coverage", "Conflict", "Accuracy, covered", "Accuracy, all gold"}
    assert len(table(app)) == 11
    assert {"precision", "precision 95 %", "recall", "effect", "faults"} <= set(table(app).columns)
    assert "Run the functions" not in [b.label for b in app.button]
    assert len([b for b in app.button if b.proto.type == "primary"]) == 1


def test_functions_run_by_a_click(functions: Callable[..., AppTest], retail: Project) -> None:
    app = functions()
    assert "Coverage" not in metrics(app)
    press(app, label="Run the functions")
    assert metrics(app)["Coverage"].endswith("%")


def test_the_way_of_adding_up_is_kept(functions: Callable[..., AppTest], finished: Project) -> None:
    app = functions()
    app.selectbox(key="aggregator").set_value("dawid_skene").run()
    assert open_project(fine(app) and finished.folder).settings.aggregator == "dawid_skene"


@pytest.mark.parametrize(
    ("column", "title"),
    [
        ("coverage", "votes"),
        ("conflict", "is contradicted by another function"),
        ("precision", "is wrong"),
        ("precision 95 %", "is right"),
        ("recall", "misses"),
    ],
)
def test_every_number_of_the_table_opens_its_rows(
    functions: Callable[..., AppTest], finished: Project, column: str, title: str
) -> None:
    app = click(functions(), 0, column)
    name = table(app)["function"][0]
    assert f"{name} {title}" in words(app)
    assert shown_rows(app)


def test_the_rows_of_a_number_are_those_it_counts(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    app = click(functions(), 0, "precision")
    matrix, gold = loop.vote(finished), loop.tuning_gold(finished)
    label = matrix.functions[0].name
    texts = {row["text"] for row in shown_rows(app)}
    wrong = {
        id_
        for id_, vote in zip(matrix.example_ids, matrix.votes[:, 0], strict=True)
        if vote >= 0 and id_ in gold and gold[id_] != matrix.labels[vote]
    }
    assert {example_id(text) for text in texts} == wrong
    assert all(
        any(v["function"] == label and v["right"] is False for v in row["votes"])
        for row in shown_rows(app)
    )


def test_the_headline_opens_its_rows_and_they_close(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    app = press(functions(), label="uncovered")
    assert "Rows no function votes on" in words(app)
    assert all(row["votes"] == [] for row in shown_rows(app))
    press(app, key="opened_close")
    assert shown_rows(app) == []


def test_rows_show_no_gold_of_validation(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    app = press(functions(), label="covered")
    held = {e.id for e in finished.store.examples(split=Split.VALIDATION)}
    pages = app.get("pagination")[0]
    seen = []
    for page in range(1, 6):
        pages = app.get("pagination")[0]
        pages.set_value(page).run()
        seen += shown_rows(fine(app))
    of_held = [row for row in seen if example_id(row["text"]) in held]
    assert of_held
    assert all(row["gold"] is None for row in of_held)


def test_conflicts_are_ranked_and_open(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    app = functions()
    app.get("button_group")
    app.session_state["view"] = "Conflicts"
    fine(app.run())
    sizes = [b.label for b in app.button if (b.key or "").startswith("bucket_")]
    counts = [int(label.split()[0].replace(",", "")) for label in sizes]
    assert counts == sorted(counts, reverse=True)
    press(app, key="bucket_0")
    assert f"{counts[0]:,} rows" in words(app)


def test_pairs_are_drawn(functions: Callable[..., AppTest], finished: Project) -> None:
    app = functions()
    app.session_state["view"] = "Pairs"
    fine(app.run())
    assert app.get("vega_lite_chart")


def test_the_name_opens_the_function(functions: Callable[..., AppTest], finished: Project) -> None:
    app = click(functions(), 2, "function")
    assert app.title[0].value.replace("\\", "") == "wants_to_return"
    assert editor(app)["code"].startswith("wants_to_return = pattern(")
    assert all(row["spans"] for row in shown_rows(app))


def test_a_preview_says_what_saving_would_change_and_saves_nothing(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    app = functions(function="wants_to_return")
    before = (finished.functions / "rules.py").read_text("utf-8")
    code = 'wants_to_return = keywords("wants_to_return", "returns", ["kettle"])'
    typed(app, "edit_wants_to_return_editor", code)
    assert "no longer" in words(app)
    assert all("kettle" in row["text"].lower() for row in shown_rows(app))
    assert (finished.functions / "rules.py").read_text("utf-8") == before


def test_saving_replaces_one_function_and_keeps_its_versions(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    app = functions(function="wants_to_return")
    code = 'wants_to_return = keywords("wants_to_return", "returns", ["refund"])'
    typed(app, "edit_wants_to_return_editor", code, action="save")
    text = (finished.functions / "rules.py").read_text("utf-8")
    assert code in text
    assert "account_words = keywords(" in text
    assert [one.current for one in loop.versions_of(finished, "wants_to_return")] == [False, True]
    assert any("Votes are up to date" in toast.value for toast in app.toast)


def test_an_error_is_shown_on_its_line_as_one_types_it(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    app = functions(function="wants_to_return")
    code = "@labeling_function\ndef wants_to_return(x):\n    return x.nonsense\n"
    typed(app, "edit_wants_to_return_editor", code)
    fine(app.run())
    assert [fault["line"] for fault in editor(app)["faults"]] == [3]
    assert "line 3:" in words(app)


def test_a_function_is_written_by_form_and_voted_with(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    app = functions(new="1")
    field = next(t for t in app.text_input if t.label == "Words, by comma")
    fine(field.set_value("kettle, teapot").run())
    assert 'keywords("asks_store_hours", "store_hours", ["kettle", "teapot"])' in words(app)
    assert shown_rows(app)
    press(app, key="new_form_save")
    assert app.title[0].value.replace("\\", "") == "asks_store_hours"
    assert len(table(functions())) == 12


def test_a_form_that_makes_no_function_says_why(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    app = functions(new="1")
    app.selectbox(key="new_when_0_kind").set_value("Matches").run()
    fine(app.text_input(key="new_when_0_regex").set_value("(").run())
    assert "Something to mend" in words(app)


def test_a_function_is_switched_off_and_on(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    loop.disable(finished, "shouts")
    loop.vote(finished)
    app = functions()
    found = table(app)
    assert found[found["function"] == "shouts"]["warning"].item() == "disabled"
    assert len(loop.vote(finished).functions) == 10


def test_what_another_page_sends_is_opened(open_page: Opener, finished: Project) -> None:
    app = open_page("Errors")
    (button,) = [b for b in app.button if b.label == "Write a labeling function"]
    fine(button.click().run())
    assert app.title[0].value == "New function"
    assert "Written for these errors" in [e.label for e in app.expander]
    (label,) = [s for s in app.selectbox if s.label == "Votes for"]
    cases = loop.browse_errors(finished, "2026-11-02-brisk-otter")
    assert label.value in {case.gold for case in cases}


def test_a_file_that_does_not_load_is_mended_on_its_line(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    (finished.functions / "broken.py").write_text("x = 1\ndef f(:\n", "utf-8")
    app = functions()
    assert "broken.py does not load" in words(app).replace("\u2060", "")
    app = functions(file="broken.py")
    assert [fault["line"] for fault in editor(app)["faults"]] == [2]
    typed(app, "file_editor", "x = 2\n", action="save")
    assert (finished.functions / "broken.py").read_text("utf-8") == "x = 2\n"


@pytest.mark.parametrize(
    ("query", "key"),
    [({"file": "rules.py"}, "file_editor"), ({"function": "shouts"}, "edit_shouts_editor")],
)
def test_what_changed_elsewhere_is_not_written_over(
    functions: Callable[..., AppTest], finished: Project, query: dict[str, str], key: str
) -> None:
    app = functions(**query)
    path = finished.functions / "rules.py"
    newer = path.read_text("utf-8").replace("isupper()", "isupper() and len(x.text) > 3")
    assert newer != path.read_text("utf-8")
    path.write_text(newer, "utf-8")
    typed(app, key, "x = 1\n", action="save")
    assert path.read_text("utf-8") == newer
    assert any("changed elsewhere" in toast.value for toast in app.toast)


def test_a_file_that_is_not_utf8_is_said_in_words(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    (finished.functions / "a_first.py").write_bytes(b"# \xe9\n")
    assert "as UTF-8" in words(functions(file="a_first.py"))


def test_only_files_that_do_not_load(functions: Callable[..., AppTest], projects: Path) -> None:
    task = default_task(TaskKind.CLASSIFY, ("a", "b"))
    project = create_project(projects / "shop", Settings(name="shop", task=task))
    (project.functions / "broken.py").write_text("def f(:\n", "utf-8")
    assert "does not load" in words(functions())


@pytest.mark.parametrize("query", [{}, {"new": "1"}, {"function": "gone"}])
def test_a_project_without_anything_teaches(
    functions: Callable[..., AppTest], projects: Path, query: dict[str, str]
) -> None:
    task = default_task(TaskKind.CLASSIFY)
    create_project(projects / "shop", Settings(name="shop", task=task))
    assert "label" in words(functions(**query))


def test_a_project_that_writes_texts_says_where_to_go(
    functions: Callable[..., AppTest], written: Project
) -> None:
    assert "Go on to Review" in words(functions())


def test_suggestions_are_accepted_one_after_the_other(
    functions: Callable[..., AppTest], finished: Project, answer_queue: Callable[..., int]
) -> None:
    answer_queue(finished, 150)
    loop.vote(finished)
    app = functions()
    app.session_state["view"] = "Suggestions"
    fine(app.run())
    accept = [b for b in app.button if (b.key or "").startswith("accept_")]
    assert accept
    picks = [s for s in app.selectbox if (s.key or "").startswith("suggested_label_0")]
    for pick in picks:
        assert accept[0].disabled
        fine(pick.set_value("returns").run())
    before = len(loop.list_functions(finished).functions)
    press(app, key="accept_0")
    assert len(loop.list_functions(finished).functions) == before + 1


def test_ways_to_add_up_are_compared_only_when_asked(
    functions: Callable[..., AppTest],
    finished: Project,
    answer_queue: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("studio.stations.aggregation.SLOW", ())
    answer_queue(finished, 150)
    loop.vote(finished)
    app = functions()
    chosen = loop.choose_aggregator(finished, loop.vote(finished))
    assert chosen.why in words(app)
    assert len(app.dataframe) == 1
    press(app, key="compare")
    compared = next(d.value for d in app.dataframe if "added up by" in d.value)
    assert compared["added up by"].iloc[-1] == "Gold alone, no votes"
    assert all(f"n = {chosen.candidates[0].score.n})" in cell for cell in compared["on all gold"])


def test_a_function_that_repeats_another_is_told_in_the_table(
    functions: Callable[..., AppTest], finished: Project
) -> None:
    rules = (finished.functions / "rules.py").read_text("utf-8")
    twin = rules[rules.index("account_words = keywords(") :].split("\n\n")[0]
    code = twin.replace("account_words", "account_again")
    loop.save_function(finished, code)
    loop.vote(finished)
    found = table(functions())
    told = dict(zip(found["function"], found["warning"], strict=True))
    assert "vote alike on" in told["account_again"] + told["account_words"]
    assert "account_again" in told["account_again"] + told["account_words"]
