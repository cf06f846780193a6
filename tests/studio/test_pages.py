"""Every page in every state a project can be in: what a user sees, and what nobody may see."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.project import Project, Settings, create_project, default_task, open_project
from curation.types import (
    Annotation,
    ExamOpening,
    Example,
    Finding,
    Split,
    TaskKind,
    example_id,
    fingerprint,
)
from studio import loop
from studio.standing import where_are_we

PAGES = tuple(
    sorted(
        path.stem.replace("_", " ").capitalize()
        for path in Path(__file__).parents[2].glob("studio/pages/*.py")
        if path.stem != "__init__"
    )
)
CANARY = "CANARY-gold-of-the-exam"
ROOT = Path(__file__).parents[2]
STATIONS = ["Data", "Functions", "Review", "Dataset", "Train", "Evaluate", "Errors", "In use"]
Opener = Callable[..., AppTest]

TYPED = "Or a path on this machine"
DATA_ELEMENTS = {
    "text",
    "code",
    "text_area",
    "text_input",
    "selectbox",
    "arrow_data_frame",
    "vega_lite_chart",
    "bidi_component",
    "json",
}
"""Elements that show text as it is: the only place for text we did not write."""


def nodes(app: AppTest) -> Iterator[object]:
    """Yield everything in the rendered tree, blocks and elements."""
    waiting: list[object] = [app._tree]
    while waiting:
        node = waiting.pop()
        waiting += getattr(node, "children", {}).values()
        if getattr(node, "proto", None) is not None:
            yield node


def kind_of(node: object) -> str:
    """Return an element's protobuf type, whatever AppTest calls it."""
    kind = getattr(node, "type", "")
    return {"dataframe": "arrow_data_frame"}.get(kind, kind)


def holds(node: object, words: str) -> bool:
    return words.encode() in node.proto.SerializeToString()  # type: ignore[attr-defined]


def shows(app: AppTest, words: str) -> bool:
    return any(holds(node, words) for node in nodes(app))


def no_exception(app: AppTest) -> AppTest:
    assert [(e.message, e.stack_trace) for e in app.exception] == []
    return app


def badges(app: AppTest) -> list[str]:
    return [element.value for element in app.markdown]


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def press(app: AppTest, label: str) -> AppTest:
    """Click the one button of that label and run."""
    (button,) = [b for b in app.button if b.label == label]
    return no_exception(button.click().run())


def in_dialog(app: AppTest, opener: str, fields: dict[str, str], button: str = "") -> AppTest:
    """Fill in a dialog and press its button.

    AppTest closes a dialog at the next run unless the button that opens it is pressed again.
    """
    press(app, opener)
    for label, value in fields.items():
        _field(app, label).set_value(value)
        _button(app, opener).click().run()
    if button:
        for label, value in fields.items():
            _field(app, label).set_value(value)
        _button(app, opener).click()
        app.button[-1].click() if app.button[-1].label == button else _button(app, button).click()
        app.run()
    return no_exception(app)


def _field(app: AppTest, label: str):  # noqa: ANN202 - AppTest's own type
    return next(t for t in (*app.text_input, *app.text_area) if t.label == label)


def _button(app: AppTest, label: str):  # noqa: ANN202 - AppTest's own type
    return next(b for b in app.button if b.label == label)


@pytest.fixture
def empty(projects: Path) -> Project:
    task = default_task(TaskKind.CLASSIFY, ("card", "cash"))
    return create_project(projects / "shop", Settings(name="shop", task=task))


def test_the_nine_pages_are_there_in_the_order_of_the_ring() -> None:
    assert len(PAGES) == 9
    tree = ast.parse((ROOT / "app.py").read_text("utf-8"))
    (listed,) = [node.value for node in tree.body if _assigns(node, "PAGES")]
    titles = list(ast.literal_eval(listed))
    assert sorted(titles) == sorted(PAGES)
    assert titles[0] == "Home"
    assert [STATIONS.index(title) for title in titles[1:]] == list(range(8))


def _assigns(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name


def runs_alone() -> Iterator[tuple[str, list[str]]]:
    """Yield dialogs and fragments, with their decorators from the outside in."""
    folders = [ROOT / "studio" / name for name in ("pages", "components", "desk", "workbench")]
    paths = sorted(path for folder in folders for path in folder.glob("*.py"))
    for path in (path for path in paths if path.stem != "new_project"):  # the frame draws that one
        source = path.read_text("utf-8")
        wrapped = re.findall(r"st\.(?:fragment|dialog)\([^\n]*\)\((\w+)\)", source)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                around = [ast.unparse(decorator) for decorator in node.decorator_list]
                if node.name in wrapped or any(
                    d.startswith(("st.fragment", "st.dialog")) for d in around
                ):
                    yield f"{path.stem}.{node.name}", around


def test_what_runs_without_its_page_says_errors_in_words_itself() -> None:
    """Streamlit runs dialogs and fragments alone; AppTest does not, so it cannot show this."""
    found = dict(runs_alone())
    assert {"train._follow", "in_use._promote", "import_dialog.show"} <= set(found)
    assert {
        "labelling._label",
        "adjudication.render",
        "bulk._asking",
        "function_from_filter._show",
    } <= set(found)
    assert [name for name, around in found.items() if around[-1:] != ["frame.in_words()"]] == []


@pytest.mark.parametrize("title", PAGES)
def test_without_a_project_every_page_welcomes(open_page: Opener, title: str) -> None:
    app = no_exception(open_page(title))
    assert [t.value for t in app.title] == ["Welcome to Tunesmith"]
    assert "Open the sample project" in [b.label for b in app.button]


@pytest.mark.parametrize("kind", [TaskKind.CLASSIFY, TaskKind.GENERATE])
@pytest.mark.parametrize("title", PAGES)
def test_an_empty_project_is_shown_what_to_do_first(
    open_page: Opener, projects: Path, title: str, kind: TaskKind
) -> None:
    create_project(projects / "shop", Settings(name="shop", task=default_task(kind)))
    app = no_exception(open_page(title))
    assert len(app.title) == 1
    if title == "Home":
        assert app.subheader[0].value == "Import your texts"
    elif title != "Data":
        assert "Next: Import your texts" in [link.label for link in app.get("page_link")]


@pytest.mark.parametrize("title", PAGES)
def test_a_project_once_round_the_ring_is_shown(
    open_page: Opener, finished: Project, title: str
) -> None:
    app = no_exception(open_page(title))
    assert app.title[0].value == ("retail" if title == "Home" else title)


@pytest.mark.parametrize("title", PAGES)
def test_a_project_that_writes_is_shown(open_page: Opener, written: Project, title: str) -> None:
    no_exception(open_page(title))


def test_home_counts_and_sends_on(open_page: Opener, finished: Project) -> None:
    app = open_page("Home")
    texts = [text.value for text in app.text]
    assert {"1,111 examples", "40 answered", "finished", "2026-11-02-brisk-otter"} <= set(texts)
    assert any(text.startswith("0.75 (") and "accuracy on exam" in text for text in texts)
    assert "Three wrong answers" in texts
    assert app.subheader[0].value == loop_step(finished).label
    assert len(app.dataframe[0].value) == 2


def loop_step(project: Project):  # noqa: ANN201 - the standing's own type
    from studio.standing import where_are_we

    return where_are_we(project).next_step


def test_review_shows_cards_with_the_findings_first(open_page: Opener, finished: Project) -> None:
    app = open_page("Review")
    assert shows(app, "Finding: Three wrong answers")


def test_dataset_plans_freezes_and_compares(open_page: Opener, finished: Project) -> None:
    app = open_page("Dataset")
    before = metrics(app)
    assert before["Validation"] == "176"
    assert before["Exam"] == "245"
    press(app, "Freeze")
    assert [toast.value for toast in app.toast] == ["v0002 is frozen"]
    assert list(app.dataframe[-1].value["version"]) == ["v0002", "v0001"]
    assert app.dataframe[-1].value["since the one before"][0] == "+0 −0, 0 relabelled"  # noqa: RUF001


def test_the_threshold_is_kept_and_changes_the_plan(open_page: Opener, finished: Project) -> None:
    app = open_page("Dataset")
    before = metrics(app)["Training"]
    app.slider[0].set_value(1.0).run()
    no_exception(app)
    assert open_project(finished.folder).settings.threshold == 1.0
    assert int(metrics(app)["Training"].replace(",", "")) < int(before.replace(",", ""))


@pytest.mark.parametrize("threshold", [0.05, 0.65, 0.99])
def test_a_threshold_from_the_settings_file_is_taken_as_it_is(
    open_page: Opener, finished: Project, threshold: float
) -> None:
    from curation.project import change_settings

    settings = finished.settings.model_copy(update={"threshold": threshold})
    change_settings(finished, settings)
    no_exception(open_page("Dataset"))
    assert open_project(finished.folder).settings.threshold == threshold


def test_stale_votes_are_left_out_and_said_so(open_page: Opener, retail: Project) -> None:
    app = no_exception(open_page("Dataset"))
    assert any("stale" in warning.value for warning in app.warning)
    assert metrics(app)["Training"] == "90"


@pytest.mark.parametrize("name", ["chat", "csv"])
def test_export_writes_a_file(open_page: Opener, finished: Project, name: str) -> None:
    app = open_page("Dataset")
    (format_,) = [s for s in app.selectbox if s.label == "Format"]
    format_.set_value(name).run()
    press(app, "Export the training rows")
    (file,) = (finished.folder / "exports").iterdir()
    assert file.name.startswith(f"v0001-{name}")
    assert any(str(file) in text.value for text in app.text)


def test_train_shows_the_runs_and_the_curve(open_page: Opener, finished: Project) -> None:
    app = open_page("Train")
    shown = metrics(app)
    assert shown["Step"] == "6 of 6"
    assert shown["Best validation loss"] == "1.250"
    assert app.selectbox(key="run").options == ["2026-11-02-brisk-otter", "2026-11-01-calm-heron"]
    assert any("the worker speaks" in code.value for code in app.code)


def test_a_run_given_in_the_address_is_shown(open_page: Opener, finished: Project) -> None:
    app = open_page("Train", run="2026-11-01-calm-heron")
    assert app.selectbox(key="run").value == "2026-11-01-calm-heron"
    app = no_exception(open_page("Train", run="no-such-run"))
    assert app.selectbox(key="run").value == "2026-11-02-brisk-otter"


@pytest.mark.parametrize(("end", "button"), [("interrupted", "Resume"), ("cancelled", "Resume")])
def test_a_run_that_stopped_can_be_resumed(
    open_page: Opener, finished: Project, write_run: Callable[..., str], end: str, button: str
) -> None:
    write_run(finished, "2026-11-03-odd-end", end=end)
    app = no_exception(open_page("Train"))
    assert button in [b.label for b in app.button]
    assert any(end in value for value in badges(app))


def test_why_a_run_failed_is_said_as_it_is(
    open_page: Opener, finished: Project, write_run: Callable[..., str]
) -> None:
    write_run(finished, "2026-11-03-odd-end", end="failed", reason="**MARK** [x](y) $z$")
    app = no_exception(open_page("Train"))
    assert "**MARK** [x](y) $z$" in [text.value for text in app.text]


def test_a_launch_starts_a_run_and_shows_it(
    open_page: Opener, finished: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import launcher

    launched: list[Path] = []
    monkeypatch.setattr(launcher, "launch", lambda run, dataset: launched.append(run))
    app = open_page("Train", run="2026-11-01-calm-heron")
    app.number_input(key="lora_max_steps").set_value(6).run()
    press(app, "Launch")
    (folder,) = launched
    assert app.selectbox(key="run").value == folder.name
    assert loop.read_state(finished, folder.name).spec.parameters == {"max_steps": 6}


def test_the_criterion_is_asked_before_the_run(open_page: Opener, finished: Project) -> None:
    app = open_page("Train")
    (target,) = [n for n in app.number_input if n.label == "reaches, on the exam"]
    target.set_value(0.9).run()
    no_exception(app)
    assert open_project(finished.folder).task.criterion.target == 0.9


def test_evaluate_shows_verdicts_and_the_record(open_page: Opener, finished: Project) -> None:
    app = open_page("Evaluate")
    assert [s.value for s in app.subheader] == ["Exam", "Validation", "All runs"]
    assert any("opened 1 times with this dataset" in c.value for c in app.caption)
    assert "The exam was opened 1 times" in [e.label for e in app.expander]


def test_an_unevaluated_run_offers_validation_then_the_exam(
    open_page: Opener, finished: Project, write_run: Callable[..., str]
) -> None:
    run = write_run(finished, "2026-11-03-new-run", evaluated=())
    app = no_exception(open_page("Evaluate"))
    assert "Evaluate on validation" in [b.label for b in app.button]
    other = write_run(finished, "2026-11-04-new-run", evaluated=(Split.VALIDATION,))
    app = no_exception(open_page("Evaluate"))
    assert app.selectbox(key="run").value == other != run
    press(app, "Open the exam")
    assert any("on record" in m.value for m in app.markdown)


def test_every_look_at_the_exam_is_counted_whatever_the_version(
    open_page: Opener, finished: Project
) -> None:
    earlier = ExamOpening(run="an older run", dataset="v0000", who="mia", why="curious")
    finished.store.record_opening(earlier)
    app = open_page("Evaluate")
    told = "opened 1 times with this dataset, 2 in all"
    assert any(told in caption.value for caption in app.caption)


def test_without_validation_rows_the_exam_can_still_be_opened(
    open_page: Opener, empty: Project, freeze: Callable[..., str], write_run: Callable[..., str]
) -> None:
    rows = [
        Example(id=example_id(text), input=text, reference="card", split=split)
        for split, text in ((Split.TRAIN, "a card"), (Split.TEST, "the other one"))
    ]
    empty.store.add_examples(rows)
    freeze(empty)
    write_run(empty, evaluated=())
    assert where_are_we(empty).next_step.label == "Open the exam"
    app = no_exception(open_page("Evaluate"))
    assert "Open the exam" in [button.label for button in app.button]


def test_errors_show_the_commonest_confusion_and_its_neighbours(
    open_page: Opener, finished: Project
) -> None:
    app = open_page("Errors")
    wrong = len(loop.browse_errors(finished, "2026-11-02-brisk-otter"))
    assert f"{wrong} of 176 validation answers are wrong." in app.text[0].value
    assert {"text", "answer", "like it", "on the word of"} <= set(app.dataframe[0].value.columns)


def test_a_group_of_errors_is_kept_as_a_finding_once(open_page: Opener, finished: Project) -> None:
    app = open_page("Errors")
    before = len(finished.store.findings())
    press(app, "Keep as a finding")
    press(app, "Keep as a finding")
    kept = finished.store.findings()
    assert len(kept) == before + 1
    assert kept[0].action == "look"
    assert kept[0].evidence


def test_a_kept_finding_can_be_closed(open_page: Opener, finished: Project) -> None:
    press(open_page("Errors"), "Keep as a finding")
    kept = finished.store.findings()[0]
    app = no_exception(open_page("Errors"))
    assert kept.title in [text.value for text in app.text]
    no_exception(app.button(key=f"close_{kept.id}").click().run())
    assert finished.store.findings()[0].closed_by


def test_errors_go_to_review(open_page: Opener, finished: Project) -> None:
    app = press(open_page("Errors"), "Send the nearest training rows to review")
    assert app.title[0].value == "Review"
    finding = finished.store.findings()[0]
    assert finding.action == "review"
    assert shows(app, f"Finding: {finding.title}")


def test_in_use_shows_what_is_live_and_drift(open_page: Opener, finished: Project) -> None:
    app = open_page("In use")
    assert metrics(app)["Live"] == "2026-11-02-brisk-otter"
    assert "Drift against the exam" in [s.value for s in app.subheader]
    assert "6 of 6 rated answers were disliked" in [t.value for t in app.text]


def test_promote_and_roll_back(open_page: Opener, finished: Project) -> None:
    in_dialog(open_page("In use"), "Roll back", {"Why": "complaints"}, "Roll back")
    assert loop.live_run(finished) == "2026-11-01-calm-heron"
    in_dialog(open_page("In use"), "Promote a run", {"Why": "it is better"}, "Promote")
    assert loop.live_run(finished) == "2026-11-02-brisk-otter"
    assert metrics(open_page("In use"))["Live"] == "2026-11-02-brisk-otter"


def test_a_promotion_that_makes_no_sense_is_refused_in_words(
    open_page: Opener, finished: Project
) -> None:
    app = in_dialog(open_page("In use"), "Promote a run", {"Why": "again"}, "Promote")
    assert "This run is live already." in [t.value for t in app.text]


def test_requests_come_back_as_examples(open_page: Opener, finished: Project) -> None:
    app = open_page("In use")
    (button,) = [b for b in app.button if b.label.startswith("Bring these")]
    app = no_exception(button.click().run())
    assert app.title[0].value == "Review"
    assert sum(e.source == "in use" for e in finished.store.examples()) == 50


def test_a_project_is_made_through_the_form(open_page: Opener, projects: Path) -> None:
    app = open_page()
    (name,) = [t for t in app.text_input if t.label == "Name"]
    (labels,) = [t for t in app.text_input if t.label.startswith("Labels")]
    name.set_value("Support / Tickets")
    labels.set_value("card, cash , ,refund")
    press(app, "Create project")
    made = open_project(projects / "support-tickets")
    assert made.settings.name == "Support / Tickets"
    assert made.task.labels == ("card", "cash", "refund")
    assert app.title[0].value == "Support / Tickets"


def test_a_project_without_a_name_or_with_a_taken_one_is_refused(
    open_page: Opener, empty: Project
) -> None:
    app = in_dialog(open_page(), "New project", {}, "Create project")
    assert [w.value for w in app.warning] == ["The project needs a name."]
    app = in_dialog(open_page(), "New project", {"Name": "shop"}, "Create project")
    assert any("There is something in this folder already." in t.value for t in app.text)


@pytest.mark.parametrize(
    ("label", "name"),
    [("Open the sample project", "retail"), ("Open the summaries sample", "policies")],
)
def test_a_sample_opens_by_a_click(
    open_page: Opener, projects: Path, label: str, name: str
) -> None:
    app = press(open_page(), label)
    assert app.title[0].value == name
    assert open_project(projects / name).store.count_examples()[Split.TRAIN] > 100


def test_a_file_is_imported_through_the_dialog(
    open_page: Opener, empty: Project, tmp_path: Path
) -> None:
    path = tmp_path / "more.csv"
    path.write_text("text,label\nthe card is gone,card\nno coins,cash\n", "utf-8")
    in_dialog(open_page("Data"), "Import", {TYPED: str(path)}, "Import this file")
    assert sum(empty.store.count_examples().values()) == 2


def test_a_file_with_bad_rows_is_refused_by_name_in_the_dialog(
    open_page: Opener, empty: Project, tmp_path: Path
) -> None:
    path = tmp_path / "more.csv"
    path.write_text("text,label\nthe card is gone,card\nno coins,coins\n", "utf-8")
    app = in_dialog(open_page("Data"), "Import", {TYPED: str(path)}, "Import this file")
    assert any("line 3" in text.value for text in app.text)
    assert sum(empty.store.count_examples().values()) == 0


def test_a_file_whose_beginning_does_not_read_is_refused_in_words(
    open_page: Opener, empty: Project, tmp_path: Path
) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('"a text"\n"another"\n', "utf-8")
    app = in_dialog(open_page("Data"), "Import", {TYPED: str(path)})
    assert any("no columns to choose from" in t.value for t in app.text)


def test_a_path_that_is_not_there_is_said_in_words(open_page: Opener, empty: Project) -> None:
    app = in_dialog(open_page("Data"), "Import", {TYPED: "/no/such/file.csv"})
    assert "Something to mend" in " ".join(badges(app))


def test_a_project_that_does_not_read_is_said_in_words(open_page: Opener, empty: Project) -> None:
    (empty.folder / "project.toml").write_text("name = ", "utf-8")
    app = no_exception(open_page("Data"))
    assert any("The settings do not read" in text.value for text in app.text)


HIDING = ("Data", "Functions", "Review", "Errors", "Home", "Dataset", "Train")


@pytest.mark.parametrize("title", HIDING)
@pytest.mark.parametrize("sample", ["retail round", "policies round"])
def test_the_gold_of_an_exam_row_is_seen_nowhere(
    open_page: Opener, copy: Callable[[str], Project], title: str, sample: str
) -> None:
    copy(sample)
    app = no_exception(open_page(title))
    assert len(list(nodes(app))) > 10
    assert not shows(app, CANARY)


def test_the_gold_of_an_exam_row_is_not_in_its_story_either(
    open_page: Opener, finished: Project
) -> None:
    planted = next(e for e in finished.store.examples(split=Split.TEST) if e.reference == CANARY)
    said = Annotation(uid="1", example_id=planted.id, answer="CANARY-said", reviewer="mia")
    finished.store.add_annotations([said])
    app = open_page("Data")
    app.text_input(key="search").set_value("canary yellow").run()
    key = fingerprint('arrival text:"canary yellow"', "1", length=8)
    app.session_state[f"examples_{key}"] = {"selection": {"rows": [0]}}
    no_exception(app.run())
    assert "Its answer is held back for the exam" in [t.value for t in app.text]
    assert shows(app, "canary yellow kettle")
    assert not shows(app, CANARY)
    assert not shows(app, "CANARY-said")


def test_a_column_called_gold_does_not_uncover_the_exam(open_page: Opener, empty: Project) -> None:
    row = Example(
        id=example_id("x"),
        input="x",
        reference="card",
        split=Split.TEST,
        metadata={"gold": "UNCOVERED", "split": "UNCOVERED", "text": "UNCOVERED"},
    )
    empty.store.add_examples([row])
    app = no_exception(open_page("Data"))
    shown = app.dataframe[0].value
    assert (shown["text"][0], shown["by"][0], len(shown["label"][0])) == ("x", "held back", 0)


def test_an_exam_is_reviewed_without_its_gold(open_page: Opener, written: Project) -> None:
    app = open_page("Review", scope="Exam")
    assert shows(app, "canary yellow kettle")
    assert not shows(app, CANARY)


SIGNS = re.compile(rb"(?<!\\)(\*\*|<script>|:material/|\$|\]\(http://|`)MARK")
NASTY = "**MARK** <script>MARK</script> :material/MARK: $MARK$ ![x](http://MARK/) `MARK`"
WORDS = (
    *("apple", "banjo", "cedar", "dance", "eagle", "flute", "grape", "house"),
    *("igloo", "jolly", "koala", "lemon", "mango", "night", "olive", "piano"),
)
NASTY_LABELS = ("**MARK one**", "$MARK two$ ![x](http://MARK/)", "<script>MARK three</script>")


@pytest.fixture
def nasty(
    projects: Path, write_run: Callable[..., str], tmp_path: Path, write_log: Callable[..., Path]
) -> Project:
    """Return a project whose every text tries to be markup."""
    task = default_task(TaskKind.CLASSIFY, NASTY_LABELS, NASTY)
    project = create_project(projects / "shop", Settings(name=NASTY, task=task))
    for at in range(60):
        split = list(Split)[at % 3]
        text = f"{NASTY} number {WORDS[at // 8]} {WORDS[at % 8 + 8]}"
        example = Example(
            id=example_id(text),
            input=text,
            reference=NASTY_LABELS[at % 2],
            source=f"{NASTY}.csv",
            line=at,
            group=text,
            split=split,
            metadata={NASTY: NASTY},
        )
        project.store.add_examples([example])
    source = f"""from labeling_functions import keywords
votes = keywords("votes", {NASTY_LABELS[1]!r}, ["number"])
"""
    (project.functions / "rules.py").write_text(source, "utf-8")
    matrix = loop.vote(project)
    loop.freeze_dataset(project, matrix, loop.add_up(project, matrix))
    run = write_run(project, "2026-11-02-brisk-otter", wrong_every=2)
    (project.runs / run / "train.log").write_text(NASTY, "utf-8")
    project.store.add_finding(Finding(id="f", kind="errors", title=NASTY, action="look"))
    loop.promote(project, run, NASTY, NASTY)
    log = write_log(tmp_path / "log.jsonl")
    log.write_text(log.read_text("utf-8").replace("Where", NASTY).replace("complaint", NASTY))
    loop.import_requests(project, log)
    said = Annotation(
        uid="u",
        example_id=project.store.examples()[0].id,
        answer=NASTY_LABELS[2],
        reviewer=NASTY,
        note=NASTY,
    )
    loop.answer(project, [said])
    return project


@pytest.mark.parametrize("title", PAGES)
def test_text_we_did_not_write_is_never_rendered(
    open_page: Opener, nasty: Project, title: str
) -> None:
    app = no_exception(open_page(title))
    if title == "Data":
        app.session_state["examples_1_All_All_"] = {"selection": {"rows": [0]}}
        no_exception(app.run())
    if title == "Functions":
        app.session_state["functions"] = {"selection": {"cells": [[0, "coverage"]]}}
        no_exception(app.run())
    assert shows(app, "MARK")
    rendered = {
        (kind_of(node), found.group())
        for node in nodes(app)
        if kind_of(node) not in DATA_ELEMENTS
        for found in SIGNS.finditer(node.proto.SerializeToString())
    }
    assert rendered == set()
