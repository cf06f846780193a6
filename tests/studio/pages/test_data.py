"""Data: filters that combine, what they become, actions with undo, and the story of a row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from curation.project import Project
from curation.slices import list_slices
from curation.types import Split, fingerprint
from studio import loop
from studio.components import filter_bar
from studio.stations.browsing import Filter, Part, as_line, recent_batches

Opener = Callable[..., AppTest]


def ok(app: AppTest) -> AppTest:
    assert [(e.message, e.stack_trace) for e in app.exception] == []
    return app


def counted(app: AppTest) -> str:
    return next(t.value for t in app.text if " examples" in t.value and " of " in t.value)


def filtered(open_page: Opener, line: str) -> AppTest:
    """Open Data by a link that holds a filter."""
    app = open_page("Home")
    app.query_params["filter"] = line
    return ok(app.switch_page("studio/pages/data.py").run())


def choose(app: AppTest, line: str, rows: list[int], *, order: str = "arrival") -> AppTest:
    key = f"{order} {line}"
    app.session_state[f"examples_{fingerprint(key, '1', length=8)}"] = {"selection": {"rows": rows}}
    return ok(app.run())


def press(app: AppTest, key: str) -> AppTest:
    return ok(app.button(key=key).click().run())


def test_counts_by_split_with_gold_but_not_the_exams(open_page: Opener, finished: Project) -> None:
    app = ok(open_page("Data"))
    assert {m.label: m.value for m in app.metric} == {
        "Train": "689", "Validation": "176", "Test": "246",
    }  # fmt: skip
    notes = {m.label: m.delta for m in app.metric}
    assert notes["Train"].startswith("90 with gold")
    assert "gold" not in notes["Test"]
    assert counted(app) == "1,111 of 1,111 examples"


def test_the_search_and_the_split_combine_with_the_filter_of_the_link(
    open_page: Opener, finished: Project
) -> None:
    app = filtered(open_page, "text:refund")
    found = int(counted(app).split()[0])
    app.text_input(key="search").set_value("parcel").run()
    fewer = int(counted(ok(app)).split()[0])
    assert 0 < fewer < found
    app.segmented_control(key="split").set_value("train").run()
    assert 0 <= int(counted(ok(app)).split()[0]) < fewer


def test_pages_are_turned_and_another_filter_begins_at_the_first(
    open_page: Opener, finished: Project
) -> None:
    app = ok(open_page("Data"))
    app.get("pagination")[0].set_value(12).run()
    assert len(ok(app).dataframe[0].value) == 11
    app.text_input(key="search").set_value("parcel").run()
    assert len(ok(app).dataframe[0].value) > 11


def test_a_part_is_added_shown_as_a_chip_and_taken_away(
    open_page: Opener, finished: Project
) -> None:
    app = ok(open_page("Data"))
    app.selectbox(key="filter_kind").set_value("gold").run()
    app.multiselect(key="f_gold").set_value(["billing"]).run()
    press(app, "filter_add")
    assert app.query_params["filter"] == "gold:billing"
    gold = [e for e in finished.store.examples() if e.reference == "billing"]
    wanted = sum(e.split is not Split.TEST for e in gold)
    assert counted(app).startswith(f"{wanted} of")
    assert app.button(key="drop_0").label == "gold billing"
    press(app, "drop_0")
    assert "filter" not in app.query_params
    assert counted(app) == "1,111 of 1,111 examples"


@pytest.mark.parametrize(
    "kind",
    ["words", "pattern", "label", "gold", "word", "vote", "conflict", "disagrees", "tied",
     "confidence", "split", "source", "length", "reviewed", "excluded", "dataset", "finding"],
)  # fmt: skip
def test_every_kind_of_part_can_be_asked_for(
    open_page: Opener, finished: Project, kind: str
) -> None:
    app = ok(open_page("Data"))
    ok(app.selectbox(key="filter_kind").set_value(kind).run())
    if not app.button(key="filter_add").disabled:
        press(app, "filter_add")
        assert app.query_params["filter"].startswith(kind)


def test_a_link_that_does_not_read_or_names_what_is_not_there_says_so(
    open_page: Opener, finished: Project
) -> None:
    for line, told in (("nope:1", "no filter"), ("vote.nobody", "no function")):
        app = filtered(open_page, line)
        assert any(told in t.value for t in app.text)


def test_the_filter_is_still_there_after_another_page(open_page: Opener, finished: Project) -> None:
    app = filtered(open_page, "text:refund")
    before = counted(app)
    app.query_params.clear()
    ok(app.switch_page("studio/pages/review.py").run())
    app.query_params.clear()
    assert counted(ok(app.switch_page("studio/pages/data.py").run())) == before


def test_the_story_of_a_row(open_page: Opener, finished: Project) -> None:
    said = finished.store.annotations()[0]
    (example,) = finished.store.examples(ids=[said.example_id])
    line = as_line(Filter(parts=(Part(kind="ids", values=(example.id,)),)))
    app = choose(filtered(open_page, line), line, [0])
    texts = [t.value for t in app.text]
    assert any(f"mia via app, {said.at:%Y-%m-%d %H:%M}: {said.answer}" in t for t in texts)
    assert f"We go with {said.answer}, on the word of person" in texts
    assert any(f"line {example.line}" in t for t in texts)


def test_the_story_of_an_exam_row_holds_no_answer(open_page: Opener, finished: Project) -> None:
    app = choose(filtered(open_page, "split:test"), "split:test", [0])
    texts = [t.value for t in app.text]
    assert "Its answer is held back for the exam" in texts
    assert not any(t.startswith("We go with") for t in texts)


def test_a_place_that_no_longer_is_a_row_is_not_taken_for_one(
    open_page: Opener, finished: Project
) -> None:
    app = choose(filtered(open_page, "text:refund"), "text:refund", [3, 700])
    assert counted(app).startswith("1 chosen of")


def test_all_that_is_found_is_labelled_and_taken_back(open_page: Opener, finished: Project) -> None:
    app = filtered(open_page, "text:refund split:train")
    press(app, "found_label")
    app.selectbox(key="bulk_label").set_value("returns")
    app.button(key="found_label").click().run()
    go = app.button(key="bulk_go")
    count = int(go.label.split()[1])
    go.click()
    app.button(key="found_label").click().run()
    (batch,) = recent_batches(finished)
    assert (batch.act, batch.label, batch.size) == ("label", "returns", count)
    assert batch.why == "text contains refund; split train"
    press(app, f"recent_undo_{batch.id}")
    (batch,) = recent_batches(finished)
    assert batch.standing == 0
    assert app.button(key=f"recent_undo_{batch.id}").disabled


@pytest.mark.parametrize("act", ["review", "exclude"])
def test_only_the_chosen_rows_are_meant(open_page: Opener, finished: Project, act: str) -> None:
    line = "text:refund split:train -reviewed"
    app = choose(filtered(open_page, line), line, [0, 2])
    app.button(key=f"found_{act}").click().run()
    assert app.button(key="bulk_go").label.split()[1] == "2"
    app.button(key="bulk_go").click()
    app.button(key=f"found_{act}").click().run()
    (batch,) = recent_batches(finished)
    assert (batch.act, batch.size) == (act, 2)
    asked = [item.example.id for item in loop.front_of_queue(finished, number=10_000)]
    excluded = {a.example_id for a in finished.store.annotations() if a.action == "exclude"}
    wanted = {id_ for f in finished.store.findings() if f.kind == "filter" for id_ in f.example_ids}
    assert not excluded & set(asked)
    assert wanted <= set(asked[:20])  # behind what other findings ask for


def test_the_dialog_says_what_is_left_alone(open_page: Opener, finished: Project) -> None:
    app = filtered(open_page, "text:refund")
    press(app, "found_exclude")
    told = [c.value for c in app.caption]
    assert any(t.endswith("left alone: in the exam") for t in told)
    assert any(t.endswith("left alone: in validation") for t in told)


def test_a_filter_becomes_a_slice_and_the_slice_a_filter(
    open_page: Opener, finished: Project
) -> None:
    app = filtered(open_page, "text:refund split:train")
    before = counted(app)
    app.text_input(key="slice_name").set_value("Refunds *now*").run()
    press(app, "save_slice")
    (kept,) = list_slices(finished)
    assert kept.name == "Refunds *now*"
    press(app, "clear_filter")
    press(app, "slice_Refunds *now*")
    assert counted(app) == before
    press(app, "forget_Refunds *now*")
    assert list_slices(finished) == ()
    assert counted(app) == "1,111 of 1,111 examples"


def test_a_filter_becomes_a_function(open_page: Opener, finished: Project) -> None:
    app = filtered(open_page, "words:refund,refunded gold:returns")
    press(app, "as_function")
    assert any("42" not in c.value and "keywords(" in c.value for c in app.code)
    assert app.selectbox(key="from_label").value == "returns"
    assert any("gold returns" in c.value for c in app.caption)
    app.button(key="from_save").click()
    app.button(key="as_function").click().run()
    assert "says_returns" in [f.name for f in loop.list_functions(finished).functions]
    assert "says_returns" in (finished.functions / "functions.py").read_text("utf-8")


def test_what_no_function_can_ask_disables_the_button(open_page: Opener, finished: Project) -> None:
    app = filtered(open_page, "label:returns")
    button = app.button(key="as_function")
    assert button.disabled
    assert "label returns" in button.help


def test_many_chosen_rows_become_a_slice_few_stay_in_the_address(finished: Project) -> None:
    ids = [e.id for e in finished.store.examples(limit=90)]
    assert filter_bar.keep_ids(finished, ids[:3], "Lasso").kind == "ids"
    many = filter_bar.keep_ids(finished, ids, "Lasso")
    assert many == Part(kind="slice", values=("Lasso of 90 rows",))
    assert len(loop.find(finished, Filter(parts=(many,)))) == 90


def test_the_map_offers_to_embed_first_and_says_how_long_it_takes(
    open_page: Opener, finished: Project
) -> None:
    app = ok(open_page("Data"))
    ok(app.segmented_control(key="data_view").set_value("Map").run())
    assert app.button(key="embed").label == "Embed 865 examples, about a minute"
