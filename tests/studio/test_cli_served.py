"""`tunesmith embed` and `tunesmith ask`, as a terminal runs them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from curation.exceptions import FunctionError
from curation.project import Project
from curation.types import Example
from labeling_functions.endpoint import KEY, MODEL, URL
from labeling_functions.source import write_function
from studio.cli import app
from tests.labeling_functions.test_endpoint import SECRET, Server, completion


@pytest.fixture
def shop(project: Project, make_example: Callable[..., Example]) -> Project:
    project.store.add_examples(make_example(text) for text in ("by card", "in cash", "go away"))
    write_function(
        project.functions, 'p = prompted("p", "Card? {text}", {"yes": "card", "no": None})'
    )
    return project


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        for name, text in ((URL, server.url), (MODEL, "tiny"), (KEY, SECRET)):
            monkeypatch.setenv(name, text)
        server.says = lambda prompt, _n: completion("yes" if "by card" in prompt else "no")
        yield server
        server.shutdown()
        thread.join()


def tunesmith(*words: str) -> Any:
    return CliRunner().invoke(app, words, catch_exceptions=False)


def test_ask_says_what_there_is_and_asks_no_more_than_allowed(
    shop: Project, server: Server
) -> None:
    here = ("--project", str(shop.folder))
    listed = tunesmith("ask", *here)
    assert "p " in listed.stdout
    assert json.loads(tunesmith("ask", *here, "--json").stdout) == {"p": 3}
    assert server.requests == []
    said = tunesmith("ask", "p", "--at-most", "2", *here, "--json")
    assert json.loads(said.stdout) == {"answered": 2, "left": 1}
    words = tunesmith("ask", "p", *here)
    assert words.stdout.strip() == "Answered: 1."
    assert len(server.requests) == 3
    assert SECRET not in listed.output + said.output + words.output
    with pytest.raises(FunctionError, match="There is: p"):
        tunesmith("ask", "q", *here)
    write_function(shop.functions, 'gone = predictions("gone", "no-such-run")')
    assert json.loads(tunesmith("ask", *here, "--json").stdout) == {"p": 0, "gone": None}
    assert "no-such-run" in tunesmith("ask", *here).stdout


@pytest.mark.slow  # starts a child that loads a model
def test_embed_embeds_what_is_missing(shop: Project, tmp_path: Path) -> None:
    here = ("--project", str(shop.folder))
    first = json.loads(tunesmith("embed", "--map", *here, "--json").stdout)
    assert first == {"model": "bundled:all-minilm-l6-v2", "embedded": 3, "new": 3, "cut": 0}
    again = tunesmith("embed", *here)
    assert again.stdout.strip() == "3 examples have an embedding, 0 of them new."
