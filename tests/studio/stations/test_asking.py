"""Models asked about a project's examples: an address, a model of this machine, a past run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from curation.exceptions import FunctionError
from curation.project import Project
from curation.types import ABSTAIN, Example, FunctionInfo, Split, against
from labeling_functions.endpoint import KEY, MODEL, URL
from labeling_functions.source import write_function
from studio import loop
from studio.stations.answering import answers_of
from tests.labeling_functions.test_endpoint import SECRET, Server, completion
from tests.studio.stations.test_embedding import votes_of

PROMPTED = (
    'paid = prompted("paid", prompt="Card? {text}",'
    ' answers={"yes": "card", "no": not_("card")}, scope=words("pay"))'
)
TEXTS = ["I pay by card", "can I pay cash", "pay me back", "no word of it"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv(URL, server.url)
        monkeypatch.setenv(MODEL, "tiny")
        monkeypatch.setenv(KEY, SECRET)
        server.says = lambda prompt, _n: completion(
            "Yes." if "by card" in prompt else "perhaps" if "back" in prompt else "no"
        )
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def shop(project: Project, make_example: Callable[..., Example]) -> Project:
    project.store.add_examples(
        [*map(make_example, TEXTS), make_example("pay for the exam", split=Split.TEST)]
    )
    return project


def function_of(project: Project, code: str) -> FunctionInfo:
    write_function(project.functions, code)
    (function,) = loop.list_functions(project).functions
    return function


def test_only_asking_asks_and_nothing_is_asked_twice(shop: Project, server: Server) -> None:
    function = function_of(shop, PROMPTED)
    (fault,) = loop.vote(shop).faults
    assert "tunesmith ask" in fault.error
    question = loop.what_to_ask(shop, function)
    assert question is not None
    assert (question.unasked, question.total, question.leaves) == (3, 3, True)
    assert question.who == f"{server.url} tiny"
    assert server.requests == []

    told: list[tuple[int, int]] = []
    ask = lambda at_most: loop.ask(  # noqa: E731 - said twice below
        shop, function, at_most=at_most, on_progress=lambda *now: told.append(now)
    )
    assert ask(2) == 2
    assert told == [(1, 2), (2, 2)]
    assert not loop.votes_are_current(shop)
    partly = loop.vote(shop)
    assert [f.error for f in partly.faults if f.example_id is None] == [
        "1 of 3 examples were not put to the model yet."
    ]
    assert ask(99) == 1
    assert ask(99) == 0
    asked = sorted(request["messages"][0]["content"] for request in server.requests)
    assert asked == sorted(f"Card? {text}" for text in TEXTS[:3])

    matrix = loop.vote(shop)
    by_text = {e.id: e.input for e in loop.seen_examples(shop)}
    votes = {by_text[id_]: vote for id_, vote in votes_of(matrix, "paid").items()}
    assert votes == dict(zip(TEXTS, [0, against(0), ABSTAIN, ABSTAIN], strict=True))
    (unmapped,) = matrix.faults
    assert by_text[unmapped.example_id or ""] == "pay me back"
    assert unmapped.error == "unmapped: the model replied 'perhaps'"
    assert len(server.requests) == 3
    _nothing_secret_is_on_the_disk(shop.folder)


def _nothing_secret_is_on_the_disk(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any("replies" in path.parts for path in files)
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


def test_votes_need_no_address_once_it_was_asked(
    shop: Project, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = function_of(shop, PROMPTED)
    loop.ask(shop, function)
    votes = votes_of(loop.vote(shop), "paid")
    monkeypatch.delenv(URL)
    assert loop.votes_are_current(shop)
    assert votes_of(loop.vote(shop), "paid") == votes
    with pytest.raises(FunctionError, match=URL):
        loop.ask(shop, function)


def test_what_was_answered_before_a_failure_is_kept(shop: Project, server: Server) -> None:
    function = function_of(shop, PROMPTED)
    server.says = lambda prompt, _n: completion("no") if "cash" in prompt else (400, {}, b"no")
    with pytest.raises(FunctionError, match="HTTP 400"):
        loop.ask(shop, function)
    server.says = lambda _prompt, _n: completion("yes")
    loop.ask(shop, function)
    assert server.times["Card? can I pay cash"] == 1


def test_a_plain_function_asks_nobody(shop: Project) -> None:
    function = function_of(shop, 'k = keywords("k", "card", ["card"])')
    assert loop.what_to_ask(shop, function) is None
    with pytest.raises(FunctionError, match="asks nobody"):
        loop.ask(shop, function)


def test_a_run_s_answers_to_rows_it_was_not_trained_on_are_votes(finished: Project) -> None:
    (run,) = {folder.name for folder in finished.runs.iterdir()} & {"2026-11-02-brisk-otter"}
    answers = answers_of(finished, run)
    splits = {e.id: e.split for split in Split for e in finished.store.examples(split=split)}
    assert {splits[id_] for id_ in answers} == {Split.VALIDATION}
    for file in finished.functions.glob("*.py"):
        file.unlink()
    function = function_of(finished, f'old = predictions("old", run="{run}", at_least=0.7)')
    voted = {id_ for id_, vote in votes_of(loop.vote(finished), "old").items() if vote != ABSTAIN}
    assert voted == {id_ for id_, (_, sure) in answers.items() if sure >= 0.7}
    assert voted
    question = loop.what_to_ask(finished, function)
    assert question is not None
    assert not question.leaves
    assert 0 < question.unasked < question.total


@pytest.mark.slow
def test_a_model_of_this_machine_is_asked(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL, raising=False)
    code = PROMPTED.replace(", scope", ', model="bundled:smollm2-135m-instruct", scope')
    function = function_of(shop, code)
    question = loop.what_to_ask(shop, function)
    assert question is not None
    assert (question.who, question.leaves) == ("here: bundled:smollm2-135m-instruct", False)
    assert loop.ask(shop, function, at_most=2) == 2
    assert loop.ask(shop, function) == 1
    assert len(loop.vote(shop).example_ids) == 4


@pytest.mark.slow
def test_a_run_answers_what_it_was_not_asked_yet(
    finished: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = "2026-11-02-brisk-otter"
    for file in finished.functions.glob("*.py"):
        file.unlink()
    function = function_of(finished, f'old = predictions("old", run="{run}", at_least=0)')
    _be_a_run_of_the_base_model(finished.runs / run)
    before = loop.what_to_ask(finished, function)
    assert before is not None
    key = loop.vote(finished).functions[0].key
    assert loop.ask(finished, function, at_most=5) == 5
    after = loop.what_to_ask(finished, function)
    assert after is not None
    assert after.unasked == before.unasked - 5
    matrix = loop.vote(finished)
    assert matrix.functions[0].key != key
    assert (matrix.votes >= 0).sum() == before.total - after.unasked


def _be_a_run_of_the_base_model(folder: Path) -> None:
    """Give a run the whole base model as what it has learned."""
    import shutil

    from training.models import locate

    shutil.rmtree(folder / "adapter")
    shutil.copytree(locate("bundled:smollm2-135m-instruct"), folder / "model")
