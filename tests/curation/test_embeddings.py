"""Real sentence embeddings by the bundled model, in the real child."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from curation import embeddings
from curation.child import Child
from curation.corpus import Corpus, corpus_of
from curation.embeddings import (
    DEFAULT_MODEL,
    embed,
    embed_texts,
    folder_of,
    locate,
    missing,
    nearest,
)
from curation.exceptions import ModelError
from curation.types import Example, example_id
from curation.vectors import read_embeddings, read_header

TEXTS = [
    "What time do you open on Sunday?",
    "Are you open at the weekend, and from when?",
    "My parcel came with a broken lamp.",
    "The lamp you sent me is in pieces.",
    "How many people live in Iceland?",
]
LONG = "a very long text " * 200


def corpus(texts: list[str]) -> Corpus:
    return corpus_of([Example(id=example_id(text), input=text) for text in texts])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("embeddings") / "mini"
    embed(folder, corpus(TEXTS))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "mini"))


def test_vectors_are_of_length_one_and_what_means_the_same_is_near(made: Path) -> None:
    found = read_embeddings(made)
    assert found is not None
    rows = found.of([example_id(text) for text in TEXTS])
    assert rows.shape == (5, 384)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)
    alike = rows @ rows.T
    assert alike[0, 1] > 0.6
    assert alike[2, 3] > 0.6
    others = [alike[0, 2], alike[0, 3], alike[0, 4], alike[1, 2], alike[2, 4], alike[3, 4]]
    assert max(others) < 0.3


def test_a_text_is_asked_about_and_its_neighbours_come_nearest_first(made: Path) -> None:
    found = read_embeddings(made)
    assert found is not None
    hours, lamp = nearest(found, embed_texts(["When do you open?", "broken lamp"]), k=3)
    assert {near.example_id for near in hours[:2]} == {example_id(text) for text in TEXTS[:2]}
    assert {near.example_id for near in lamp[:2]} == {example_id(text) for text in TEXTS[2:4]}
    assert [near.similarity for near in hours] == sorted(
        (near.similarity for near in hours), reverse=True
    )
    assert len(nearest(found, embed_texts(["anything"]), k=99)[0]) == len(TEXTS)


def test_a_text_has_one_embedding_however_it_is_made(made: Path) -> None:
    found = read_embeddings(made)
    assert found is not None
    kept = found.of([example_id(text) for text in TEXTS])
    fresh = embed_texts(TEXTS[::-1])[::-1]
    assert (kept * fresh).sum(axis=1).min() > 0.999


def test_only_new_examples_are_embedded_and_long_ones_counted(folder: Path) -> None:
    more = corpus([TEXTS[0], "a new one", LONG, *TEXTS[1:]])
    assert missing(folder, more) == 2
    told: list[tuple[int, int]] = []
    found = embed(folder, more, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (2, 2)]
    assert len(found) == 7
    assert found.header.cut == 1
    assert missing(folder, more) == 0
    assert not list(folder.glob(".corpus*"))
    told.clear()
    embed(folder, more, on_progress=lambda done, total: told.append((done, total)))
    assert told == []  # nothing to do: no child


def test_stopping_keeps_what_was_done_and_the_next_call_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = corpus([*TEXTS, *(f"message number {n}" for n in range(2000))])

    def stop(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed(folder, many, on_progress=stop)
    header = read_header(folder)
    assert header is not None
    assert 5 < header.rows < len(many)
    assert not [p for p in psutil.Process().children() if embeddings.WORKER in _words(p)[:-1]]
    told: list[tuple[int, int]] = []
    found = embed(folder, many, on_progress=lambda done, total: told.append((done, total)))
    assert told[0] == (0, len(many) - header.rows)
    assert len(found) == len(many) == len(set(found.ids))


def _words(process: psutil.Process) -> list[str]:
    # the warm child that embeds texts lives on, by design
    warm = embeddings._warm._process
    return [] if warm is not None and process.pid == warm.pid else [*process.cmdline(), ""]


def test_a_model_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"There is: bundled:all-minilm-l6-v2"):
        locate("bundled:nothing")
    with pytest.raises(ModelError, match="does not load"):
        embed(tmp_path / "out", corpus(TEXTS), str(tmp_path / "nothing"))
    with pytest.raises(ModelError, match="no example"):
        embed(tmp_path / "out", corpus([]))


def test_a_model_with_parts_we_cannot_run_is_refused(tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(locate(DEFAULT_MODEL), model)
    pooling = model / "1_Pooling" / "config.json"
    pooling.write_text('{"pooling_mode_mean_tokens": false, "pooling_mode_lasttoken": true}')
    with pytest.raises(ModelError, match="pooling_mode_lasttoken"):
        embed(tmp_path / "out", corpus(TEXTS), str(model))


def test_a_local_model_that_changed_has_other_embeddings(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.safetensors").write_bytes(b"one")
    before = folder_of(tmp_path, str(model))
    (model / "model.safetensors").write_bytes(b"another")
    assert folder_of(tmp_path, str(model)) != before
    assert before.name.startswith("model-")
    assert folder_of(tmp_path, DEFAULT_MODEL).name.startswith("all-minilm-l6-v2-")


@pytest.fixture
def child() -> Iterator[Child]:
    with Child(embeddings.WORKER) as child:
        yield child


@pytest.mark.slow  # loads the model twice
def test_a_child_that_is_killed_is_told_of_and_started_again(child: Child) -> None:
    job = {"job": "texts", "model": DEFAULT_MODEL, "texts": ["hello"]}
    assert [event["shape"] for event in child.events(job)] == [[1, 384]]
    assert child._process is not None
    child._process.send_signal(signal.SIGKILL)
    with pytest.raises(ModelError, match="died") as caught:
        list(child.events(job))
    assert "exit code -9" in caught.value.where
    assert [event["shape"] for event in child.events(job)] == [[1, 384]]


def test_a_child_sees_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = {"PATH": "/bin", "TUNESMITH_LLM_KEY": "secret", "HF_HOME": "/hf", "AWS_SECRET": "x"}
    for name, text in ours.items():
        monkeypatch.setenv(name, text)
    seen = Child("curation.embedder")._environment()
    assert seen["PATH"] == "/bin"
    assert seen["HF_HOME"] == "/hf"
    assert "secret" not in seen.values()
    assert not {"TUNESMITH_LLM_KEY", "AWS_SECRET"} & seen.keys()
