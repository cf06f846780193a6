from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from curation.exceptions import FunctionError
from curation.project import Project
from curation.types import Example, Split
from studio import loop

Make = Callable[..., Example]


def rows(make: Make, split: Split, phrase: str, label: str | None, n: int = 40) -> list[Example]:
    return [
        make(f"{phrase} {split} {i}", reference=label, split=split, group=f"{phrase}{split}{i}")
        for i in range(n)
    ]


@pytest.fixture
def filled(project: Project, make_example: Make) -> Project:
    project.store.add_examples(
        [
            *rows(make_example, Split.VALIDATION, "secret validation words", "refund"),
            *rows(make_example, Split.TEST, "hidden exam words", "refund"),
            *rows(make_example, Split.TRAIN, "lost my wallet", "card"),
            *rows(make_example, Split.TRAIN, "paper money here", "cash"),
            *rows(make_example, Split.TRAIN, "nothing at all", None, 60),
        ]
    )
    return project


def test_gold_proposes_and_one_key_accepts(filled: Project) -> None:
    found = loop.suggest_functions(filled)
    assert {one.label for one in found} >= {"card", "cash"}
    assert len({one.name for one in found}) == len(found)
    (function,) = loop.accept(filled, found[0])
    matrix = loop.vote(filled)
    assert [f.name for f in matrix.functions] == [function.name]
    voted = {matrix.example_ids[int(row)] for row in (matrix.votes[:, 0] >= 0).nonzero()[0]}
    train = loop.columns(filled).corpus.ids
    assert {train[int(row)] for row in found[0].rows} == voted
    assert loop.history(filled, function.name)[0].action == "saved"
    assert found[0].key not in {one.key for one in loop.suggest_functions(filled)}


def test_nothing_of_a_held_out_row_is_looked_at(filled: Project, make_example: Make) -> None:
    """The held-out rows are the only ones of their label, and full of telling words."""
    before = loop.suggest_functions(filled)
    told = " ".join(one.says + one.label for one in before)
    assert not {"secret", "validation", "hidden", "exam", "refund"} & set(told.split('"'))
    assert "refund" not in {one.label for one in before}
    seen = {id_ for one in before for id_ in one.example_ids}
    held = {
        e.id for split in (Split.VALIDATION, Split.TEST) for e in filled.store.examples(split=split)
    }
    assert seen
    assert not seen & held
    filled.store.add_examples(rows(make_example, Split.TEST, "paper money here", "card", 60))
    filled.store.add_examples(rows(make_example, Split.VALIDATION, "paper money here", "card", 60))
    after = loop.suggest_functions(filled)
    assert [(one, one.rows.tolist()) for one in after] == [
        (one, one.rows.tolist()) for one in before
    ]


def test_a_phrase_without_gold_needs_a_label(filled: Project) -> None:
    unnamed = next(one for one in loop.suggest_functions(filled) if not one.label)
    with pytest.raises(FunctionError, match="no label yet"):
        loop.accept(filled, unnamed)
    with pytest.raises(FunctionError, match="eggs"):
        loop.accept(filled, unnamed, "eggs")
    (function,) = loop.accept(filled, unnamed, "refund")
    assert '"refund"' in function.source


def test_conflicts_propose_what_tells_the_labels_apart(filled: Project) -> None:
    every = 'def {}(x):\n    return "{}" if "wallet" in x.text or "paper" in x.text else ABSTAIN'
    for name, label in (("a", "card"), ("b", "cash")):
        loop.save_function(filled, "@labeling_function\n" + every.format(name, label))
    found = [one for one in loop.suggest_functions(filled) if one.origin == "conflict"]
    assert {one.label for one in found} == {"card", "cash"}
    assert all("card and cash" in one.why for one in found)


def test_a_dismissed_suggestion_stays_away(filled: Project) -> None:
    first = loop.suggest_functions(filled)[0]
    loop.dismiss(filled, first)
    loop.dismiss(filled, first)
    assert first.key not in {one.key for one in loop.suggest_functions(filled)}


def test_a_name_that_is_taken_is_not_proposed(filled: Project) -> None:
    first = loop.suggest_functions(filled)[0]
    loop.save_function(filled, f'{first.name} = keywords("{first.name}", "card", ["xyzzy"])')
    assert first.name not in {one.name for one in loop.suggest_functions(filled)}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Serve a model that proposes two phrases, and return what it is asked."""
    prompts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prompts.append(body["messages"][-1]["content"])
            message = {"role": "assistant", "content": '["my wallet", "at all"]'}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"choices": [{"message": message}]}).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("TUNESMITH_LLM_URL", f"http://127.0.0.1:{server.server_port}/v1")
        monkeypatch.setenv("TUNESMITH_LLM_MODEL", "small")
        yield prompts
        server.shutdown()


def test_a_model_proposes_and_gold_decides(filled: Project, heard: list[str]) -> None:
    (one,) = loop.ask_for_functions(filled)
    assert (one.label, one.says, one.origin) == ("card", 'says "my wallet"', "prompted")
    assert len(one.rows) == 40
    assert len(heard) == 2
    assert not any(word in "".join(heard) for word in ("secret", "hidden", "exam words"))
    assert loop.accept(filled, one)


def test_without_an_endpoint_nobody_is_asked(filled: Project) -> None:
    with pytest.raises(FunctionError, match="No model is set"):
        loop.ask_for_functions(filled)


def test_a_project_without_gold_or_rows_has_no_proposals(project: Project) -> None:
    assert loop.suggest_functions(project) == []
