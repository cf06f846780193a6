"""`tunesmith` in a terminal: every command, its JSON, its exit codes and its words."""

from __future__ import annotations

import io
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main

from curation.project import Project, open_project
from curation.types import Split
from curation.words import standing_words
from studio import cli, loop, samples, serving
from studio.commands.models import asked_for
from training.spec import load_preset

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
RUN = "2026-11-02-brisk-otter"


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


Terminal = Callable[..., Result]


@pytest.fixture
def tunesmith(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Terminal:
    """Return a way to run the command line as the shell does, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object, typed: str = "") -> Result:
        monkeypatch.setattr(sys, "argv", ["tunesmith", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Result(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def shop(tunesmith: Terminal, tmp_path: Path) -> Path:
    """Return a project made and filled by commands."""
    folder = tmp_path / "shop"
    labels = ",".join(samples.RETAIL.labels)
    assert tunesmith("new", folder, "--labels", labels).code == 0
    messages = samples.files("retail") / "messages.csv"
    assert tunesmith("import", messages, "-p", folder).code == 0
    for file in (samples.files("retail") / "labeling_functions").glob("*.py"):
        (folder / "labeling_functions" / file.name).write_bytes(file.read_bytes())
    return folder


def commands() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, command in typer.main.get_command(cli.app).commands.items():
        below = getattr(command, "commands", None)
        found |= {f"{name} {n}": c for n, c in below.items()} if below else {name: command}
    return found


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_is_explained(name: str) -> None:
    command = commands()[name]
    assert command.help
    assert command.help.strip().endswith((".", "!"))
    unexplained = [p.name for p in command.params if not getattr(p, "help", None)]
    assert unexplained == []


@pytest.mark.parametrize("name", commands())
def test_every_command_shows_its_help(tunesmith: Terminal, name: str) -> None:
    shown = tunesmith(*name.split(), "--help")
    assert shown.code == 0
    assert "Usage:" in shown.out


def test_every_command_but_the_app_answers_in_json() -> None:
    lacking = [
        n for n, c in commands().items() if "--json" not in [o for p in c.params for o in p.opts]
    ]
    assert lacking == ["app", "label-studio watch"]  # both run until they are ended


def test_there_are_the_verbs_of_the_ring() -> None:
    wanted = "new import vote label dataset train cancel evaluate errors promote rollback drift"
    assert set(wanted.split()) < set(commands())


def test_a_new_project(tunesmith: Terminal, tmp_path: Path) -> None:
    made = tunesmith("new", "shop", "--labels", "card, cash", "--instruction", "Sort.", "--json")
    project = open_project(Path(made.json["project"]))
    assert project.folder == tmp_path / "shop"
    assert project.task.labels == ("card", "cash")
    assert project.task.instruction == "Sort."
    again = tunesmith("new", "shop")
    assert again.code == 1
    assert "There is something in this folder already." in again.err
    assert again.out == ""


def test_an_import_counts(tunesmith: Terminal, shop: Path) -> None:
    again = tunesmith("import", samples.files("retail") / "messages.csv", "-p", shop, "--json").json
    assert (again["added"], again["known"]) == (0, 1110)
    assert again["rejected"] == again["disagreeing"] == []


def test_columns_can_be_named(tunesmith: Terminal, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("a,b,c\nhello there,card,test\ngood bye,cash,train\n")
    tunesmith("new", "shop")
    arguments = ("import", "odd.csv", "-p", "shop", "--text", "a", "--label", "b", "--split", "c")
    assert tunesmith(*arguments, "--json").json["by_split"] == {"train": 1, "test": 1}
    assert set(open_project(tmp_path / "shop").task.labels) == {"card", "cash"}


def test_bad_rows_are_refused_by_line_and_exit_code(tunesmith: Terminal, tmp_path: Path) -> None:
    rows = "".join(f"text {at},coin{at}\n" for at in range(5))
    (tmp_path / "bad.csv").write_text("text,label\nhello,card\n" + rows)
    tunesmith("new", "shop", "--labels", "card")
    refused = tunesmith("import", "bad.csv", "-p", "shop")
    assert refused.code == 1
    for line in range(3, 8):
        assert f"line {line}:" in refused.err
    assert refused.out == ""
    skipped = tunesmith("import", "bad.csv", "-p", "shop", "--skip-bad", "--json").json
    assert (skipped["added"], len(skipped["rejected"])) == (1, 5)


def test_a_file_that_is_not_there(tunesmith: Terminal, shop: Path) -> None:
    missing = tunesmith("import", "no-such.csv", "-p", shop)
    assert missing.code == 1
    assert "no-such.csv" in missing.err


def test_what_a_message_advises_is_an_option(tunesmith: Terminal, shop: Path) -> None:
    (shop / "odd.xyz").write_text("hello")
    refused = tunesmith("import", shop / "odd.xyz", "-p", shop)
    assert refused.code == 1
    (option,) = [word.strip(":.") for word in refused.err.split() if word.startswith("--")]
    assert option in [name for p in commands()["import"].params for name in p.opts]


def test_a_folder_without_a_project(tunesmith: Terminal) -> None:
    for name in ("status", "vote", "dataset", "errors", "drift"):
        refused = tunesmith(name)
        assert refused.code == 1, name
        assert "not a Tunesmith project" in refused.err


def test_commands_find_the_project_above_them(
    tunesmith: Terminal, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop / "labeling_functions")
    assert tunesmith("status", "--json").json["stations"]["Data"]["count"] == "1,110 examples"


def test_votes_are_counted_and_judged(tunesmith: Terminal, shop: Path) -> None:
    found = tunesmith("vote", "-p", shop, "--json").json
    assert 0.6 < found["coverage"] < 0.9
    assert found["faults"] == 0
    assert len(found["functions"]) == 11
    assert all(0 <= f["coverage"] <= 1 and f["n"] >= 0 for f in found["functions"])
    table = tunesmith("vote", "-p", shop)
    assert "account_words" in table.out
    assert "precision on training gold" in table.out


def test_an_unknown_aggregator_is_refused_and_not_kept(tunesmith: Terminal, shop: Path) -> None:
    refused = tunesmith("vote", "-p", shop, "--aggregator", "majorty")
    assert refused.code == 1
    assert "majority" in refused.err
    assert open_project(shop).settings.aggregator == "auto"
    tunesmith("vote", "-p", shop, "--aggregator", "dawid_skene")
    assert open_project(shop).settings.aggregator == "dawid_skene"


def test_faults_of_functions_are_shown(tunesmith: Terminal, shop: Path) -> None:
    (shop / "labeling_functions" / "broken.py").write_text("x = [\n")
    done = tunesmith("vote", "-p", shop)
    assert done.code == 0
    assert "broken" in done.err


def test_a_project_that_writes_has_nothing_to_vote_for(tunesmith: Terminal) -> None:
    tunesmith("new", "texts", "--kind", "generate")
    refused = tunesmith("vote", "-p", "texts")
    assert refused.code == 1
    assert "vote for labels" in refused.err


def test_answers_from_a_file(tunesmith: Terminal, shop: Path, tmp_path: Path) -> None:
    answers = samples.files("retail") / "answers.csv"
    first = tunesmith("label", "-p", shop, "--answers", answers, "--reviewer", "mia", "--json").json
    assert first == {"kept": 599, "unknown": 0}
    again = tunesmith("label", "-p", shop, "--answers", answers, "--reviewer", "mia", "--json").json
    assert again["kept"] == 0
    said = open_project(shop).store.annotations()
    assert {(a.reviewer, a.via) for a in said} == {("mia", "cli")}


def test_an_answer_taken_back_and_given_again_in_one_file_stands(
    tunesmith: Terminal, shop: Path, tmp_path: Path
) -> None:
    example = next(e for e in open_project(shop).store.examples() if '"' not in e.input)
    lines = [f'"{example.input}",{label}' for label in ("billing", "stock", "billing")]
    (tmp_path / "a.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    assert (
        tunesmith("label", "-p", shop, "--answers", tmp_path / "a.csv", "--json").json["kept"] == 3
    )
    standing = standing_words(open_project(shop).store.annotations())
    assert standing[example.id][-1].answer == "billing"


@pytest.mark.parametrize(
    ("rows", "words"),
    [("{text},no_such_label\n", "no_such_label"), ("{text},\n", "no answer"), (",card\n", "empty")],
)
def test_answers_that_make_no_sense_are_refused_whole(
    tunesmith: Terminal, shop: Path, tmp_path: Path, rows: str, words: str
) -> None:
    text, other = (e.input for e in open_project(shop).store.examples(split=Split.TRAIN)[5:7])
    quoted, first = (f'"{t.replace(chr(34), chr(34) * 2)}"' for t in (text, other))
    (tmp_path / "a.csv").write_text(f"text,label\n{first},billing\n" + rows.format(text=quoted))
    refused = tunesmith("label", "-p", shop, "--answers", "a.csv")
    assert refused.code == 1
    assert words in refused.err
    assert open_project(shop).store.annotations() == ()


def test_texts_the_project_does_not_know_are_counted(
    tunesmith: Terminal, shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("text,label\nnever heard of it,billing\n")
    done = tunesmith("label", "-p", shop, "--answers", "a.csv", "--json").json
    assert done == {"kept": 0, "unknown": 1}


def test_labelling_in_the_terminal(tunesmith: Terminal, shop: Path) -> None:
    typed = "1\nno such label\nbilling\ns\nq\n"
    done = tunesmith("label", "-p", shop, "-n", 5, "--reviewer", "mia", typed=typed)
    assert done.code == 0
    assert "3 new answers kept" in done.out
    said = open_project(shop).store.annotations()
    assert [(a.action, a.answer) for a in said] == [
        ("answer", "store_hours"),
        ("answer", "billing"),
        ("skip", None),
    ]


def test_a_dataset_is_planned_frozen_and_exported(
    tunesmith: Terminal, shop: Path, tmp_path: Path
) -> None:
    plan = tunesmith("dataset", "-p", shop, "--plan", "--json").json
    assert plan["version"] == "plan"
    assert not list((shop / "datasets").iterdir())
    frozen = tunesmith("dataset", "-p", shop, "--json").json
    assert frozen["version"] == "v0001"
    assert frozen["counts"] == plan["counts"]
    assert sum(frozen["counts"].values()) + sum(frozen["left_out"].values()) == 1110
    target = tmp_path / "out.jsonl"
    done = tunesmith("dataset", "-p", shop, "--export", "chat", "--to", target, "--json").json
    assert done == {"rows": frozen["counts"]["train"], "file": str(target)}
    assert len(target.read_text("utf-8").splitlines()) == done["rows"]


def test_an_export_that_cannot_be(tunesmith: Terminal, shop: Path) -> None:
    assert tunesmith("dataset", "-p", shop, "--export", "chat").code != 0
    tunesmith("dataset", "-p", shop)
    refused = tunesmith("dataset", "-p", shop, "--export", "chatt")
    assert refused.code == 1
    assert "Did you mean chat?" in refused.err


def test_status_says_where_and_what_next(tunesmith: Terminal, shop: Path) -> None:
    found = tunesmith("status", "-p", shop, "--json").json
    assert found["next"]["page"] == "Functions"
    assert found["stations"]["Functions"]["state"] == "now"
    assert found["runs"] == []
    assert "Next: Run the functions" in tunesmith("status", "-p", shop).out


def test_errors_and_a_finding(tunesmith: Terminal, finished: Project) -> None:
    found = tunesmith("errors", "-p", finished.folder, "--json").json
    assert found["errors"] == len(found["cases"]) > 10
    case = found["cases"][0]
    confusion = f"{case['gold']}>{case['predicted']}"
    made = tunesmith("errors", RUN, "-p", finished.folder, "--finding", confusion, "--json").json
    assert made["example_ids"]
    assert finished.store.findings()[0].id == made["id"]
    assert "errors on validation" in tunesmith("errors", "-p", finished.folder).out


@pytest.mark.parametrize("confusion", ["billing>billing", "billing", ">", "x>y"])
def test_a_confusion_that_did_not_happen_makes_no_finding(
    tunesmith: Terminal, finished: Project, confusion: str
) -> None:
    before = finished.store.findings()
    refused = tunesmith("errors", "-p", finished.folder, "--finding", confusion)
    assert refused.code == 1
    assert refused.err
    assert finished.store.findings() == before


def test_promote_and_rollback(tunesmith: Terminal, finished: Project) -> None:
    at = ("-p", finished.folder, "--json")
    back = tunesmith("rollback", "--why", "complaints", "--who", "mia", *at).json
    assert (back["run"], back["who"]) == ("2026-11-01-calm-heron", "mia")
    there = tunesmith("promote", RUN, "--why", "better", *at).json
    assert there["run"] == loop.live_run(finished) == RUN
    assert tunesmith("promote", RUN, "--why", "again", *at).code == 1
    assert tunesmith("promote", "no-such-run", "--why", "x", *at).code == 1
    assert tunesmith("promote", RUN, *at).code == 2


def test_drift_alerts_by_exit_code(
    tunesmith: Terminal, finished: Project, tmp_path: Path, write_log: Callable[..., Path]
) -> None:
    log = write_log(tmp_path / "log.jsonl", 80)
    done = tunesmith("drift", "-p", finished.folder, "--log", log, "--bring-back", 3, "--json")
    assert done.code == 3
    assert done.json["alert"] is True
    assert (done.json["new_requests"], done.json["brought_back"]) == (20, 3)


def test_nothing_to_compare_is_no_alert(tunesmith: Terminal, shop: Path) -> None:
    done = tunesmith("drift", "-p", shop)
    assert done.code == 0
    assert "Nothing to compare" in done.out


def test_cancelling_what_is_over_is_refused(tunesmith: Terminal, finished: Project) -> None:
    refused = tunesmith("cancel", RUN, "-p", finished.folder)
    assert refused.code == 1
    assert "nothing to cancel" in refused.err


def test_a_run_before_a_dataset_is_refused(tunesmith: Terminal, shop: Path) -> None:
    refused = tunesmith("train", "-p", shop)
    assert refused.code == 1
    assert "Freeze one first." in refused.err


@pytest.mark.parametrize("pair", ["rank", "rank=-1", "no_such_knob=1"])
def test_parameters_that_make_no_sense_are_refused(
    tunesmith: Terminal, finished: Project, pair: str
) -> None:
    before = sorted(finished.runs.iterdir())
    refused = tunesmith("train", "-p", finished.folder, "--set", pair)
    assert refused.code in (1, 2)
    assert refused.err
    assert sorted(finished.runs.iterdir()) == before


def test_evaluating_an_unfinished_run_is_refused(
    tunesmith: Terminal, finished: Project, write_run: Callable[..., str]
) -> None:
    run = write_run(finished, "2026-11-03-odd-end", end="cancelled")
    refused = tunesmith("evaluate", run, "-p", finished.folder)
    assert refused.code == 1
    assert "cancelled" in refused.err


def test_label_studio_without_a_token_says_how_to_get_one(tunesmith: Terminal, shop: Path) -> None:
    for name in ("push", "pull"):
        refused = tunesmith("label-studio", name, "-p", shop)
        assert refused.code == 1
        assert "LABEL_STUDIO_API_KEY" in refused.err


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_app_opens_with_a_sample_and_ends_on_control_c(tmp_path: Path, port: int) -> None:
    command = [sys.executable, "-m", "studio.cli", "app", str(tmp_path / "mine"), "--sample"]
    with subprocess.Popen(
        [*command, "--no-browser", "--port", str(port)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(f"Tunesmith is at http://127.0.0.1:{port}")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=10) as page:
            assert page.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert open_project(tmp_path / "mine" / "retail").settings.name == "retail"
    assert serving.is_free(port)


def test_a_taken_port_is_said_in_words(tunesmith: Terminal, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        refused = tunesmith("app", "mine", "--port", port)
    assert refused.code == 1
    assert f"port {port}" in refused.err


def test_the_command_line_loads_neither_torch_nor_streamlit() -> None:
    code = (
        "import sys; sys.argv = ['tunesmith', 'status']; from studio import cli\n"
        "print([n for n in ('torch', 'transformers', 'streamlit', 'evaluate', 'sklearn')"
        " if n in sys.modules])"
    )
    done = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    assert done.strip() == "[]"


def test_real_messages_in_wrench_format(tunesmith: Terminal) -> None:
    folder = DATA / "wrench_sms"
    if not folder.is_dir():
        pytest.skip("the WRENCH sms set is not beside the repository")
    tunesmith("new", "sms")
    counts = [
        tunesmith("import", folder / f"{name}.json", "-p", "sms", "--json").json
        for name in ("train", "valid", "test")
    ]
    assert [c["added"] + c["known"] for c in counts] == [4571, 500, 500]
    assert all(c["rejected"] == c["disagreeing"] == [] for c in counts)
    project = open_project(Path("sms"))
    assert project.task.labels == ("ham", "spam")
    source = 'from labeling_functions import keywords\nf = keywords("f", "spam", ["free"])\n'
    (project.functions / "rules.py").write_text(source)
    (function,) = tunesmith("vote", "-p", "sms", "--json").json["functions"]
    assert function["precision"] > 0.7
    assert function["n"] > 100
    refused = tunesmith("dataset", "-p", "sms")
    assert refused.code == 1
    assert "--drop-overlap" in refused.err
    frozen = tunesmith("dataset", "-p", "sms", "--drop-overlap", "--json").json
    assert frozen["counts"]["validation"] == counts[1]["added"]
    assert frozen["left_out"] == {"says the same as a held-out row": 20}


def test_real_contracts_to_summarise(tunesmith: Terminal) -> None:
    path = DATA / "legal_summarization" / "all_v1.json"
    if not path.is_file():
        pytest.skip("the legal summaries are not beside the repository")
    tunesmith("new", "legal", "--kind", "generate")
    done = tunesmith("import", path, "-p", "legal", "--json").json
    assert (done["added"], done["known"]) == (445, 1)
    example = open_project(Path("legal")).store.examples()[0]
    assert example.input.startswith("welcome to the pokémon go")
    assert example.reference == "hi."
    frozen = tunesmith("dataset", "-p", "legal", "--json").json
    assert sum(frozen["counts"].values()) == 445


def test_a_preset_brings_its_model_and_seed_and_the_command_line_has_the_last_word() -> None:
    preset = load_preset("thorough")
    told = asked_for("full", "", None, "thorough")
    assert told["recipe"] == preset.recipe
    assert told["base_model"] == preset.base_model
    assert told["seed"] == preset.seed
    assert told["parameters"] == preset.parameters
    named = asked_for("lora", "models/mine", 7, "thorough")
    assert (named["base_model"], named["seed"]) == ("models/mine", 7)
    assert asked_for("full", "", None, "")["seed"] is None  # the project's own
