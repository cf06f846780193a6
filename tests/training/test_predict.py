"""Answers must not depend on who else is in the batch, and the cache must change nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedModel

from curation.exceptions import ModelError
from curation.types import DatasetRow, RunSpec
from training.decode import read_prompts
from training.encode import completion_ids, end_of_turn, prompt_ids
from training.models import load_base, load_tokenizer
from training.predict import SPARE_TOKENS, predict
from training.runs import create_run
from training.worker import work

MakeSpec = Callable[..., RunSpec]
MakeRow = Callable[..., DatasetRow]
Answering = tuple[Path | None, str, PreTrainedModel]

# peft 0.21 still asks transformers 5 by the old name.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")
LABELS = ("red", "green", "deep blue")


def slow_log_prob(model: PreTrainedModel, prompt: list[int], continuation: list[int]) -> float:
    """Without a cache, padding or neighbours."""
    ids = torch.tensor([prompt + continuation])
    with torch.no_grad():
        logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0]
    logits = logits[-len(continuation) - 1 : -1].log_softmax(-1)
    return logits.gather(-1, torch.tensor(continuation)[:, None]).sum().item()


def slow_greedy(
    model: PreTrainedModel, prompt: list[int], end: int, limit: int
) -> tuple[list[int], float]:
    ids, nats = list(prompt), 0.0
    while len(ids) - len(prompt) < limit:
        batch = torch.tensor([ids])
        with torch.no_grad():
            logits = model(input_ids=batch, attention_mask=torch.ones_like(batch)).logits[0, -1]
        value, token = logits.log_softmax(-1).max(-1)
        ids.append(int(token))
        nats += value.item()
        if ids[-1] == end:
            break
    written = ids[len(prompt) :]
    return [token for token in written if token != end], math.exp(nats / len(written))


@pytest.fixture(scope="module", params=["base", "lora", "prompt_tuning", "prefix_tuning", "full"])
def answering(
    request: pytest.FixtureRequest,
    make_spec: MakeSpec,
    rows: list[DatasetRow],
    tmp_path_factory: pytest.TempPathFactory,
) -> Answering:
    """A base model, and a run of every recipe: its folder, its base and its model."""
    from training.models import load_run

    base = make_spec("lora").base_model
    if request.param == "base":
        return None, base, load_base(base)
    folder = tmp_path_factory.mktemp("predict")
    data = folder / "v0001"
    data.mkdir()
    lines = "".join(row.model_dump_json() + "\n" for row in rows)
    (data / "train.jsonl").write_text(lines, "utf-8")
    (data / "validation.jsonl").write_text("", "utf-8")
    run = create_run(folder / "runs", make_spec(request.param, epochs=3))
    assert work(run, data) == "finished"
    return run, base, load_run(run)[0]


@pytest.mark.parametrize("batch_size", [1, 5, 16])
def test_a_batch_scores_every_label_as_one_row_alone_would(
    answering: Answering, rows: list[DatasetRow], tmp_path: Path, batch_size: int
) -> None:
    run, base, model = answering
    tokenizer = load_tokenizer(base)
    end = end_of_turn(tokenizer)
    longest = max(len(completion_ids(tokenizer, label, end)) for label in LABELS)
    asked = rows[:9]
    out = tmp_path / "predictions" / "validation.jsonl"
    made = predict(run, base, asked, LABELS, out, batch_size=batch_size)
    assert [prediction.example_id for prediction in made] == [row.id for row in asked]
    for row, prediction in zip(asked, made, strict=True):
        prompt = prompt_ids(tokenizer, row.prompt)
        slow = [
            slow_log_prob(model, prompt, completion_ids(tokenizer, label, end)) for label in LABELS
        ]
        expected = torch.tensor(slow).softmax(0).tolist()
        assert list(prediction.probabilities.values()) == pytest.approx(expected, abs=1e-4)
        assert prediction.answer == LABELS[max(range(3), key=slow.__getitem__)]
        assert prediction.confidence == max(prediction.probabilities.values())
        reference = slow[LABELS.index(row.answer)]
        assert prediction.reference_nll == pytest.approx(-reference, abs=1e-3)
        assert prediction.reference_tokens == len(row.answer.split()) + 1
        tokens, _ = slow_greedy(model, prompt, end, longest + SPARE_TOKENS)
        assert prediction.text == tokenizer.decode(tokens, skip_special_tokens=True).strip()


def test_a_written_answer_carries_its_token_probability(
    answering: Answering, rows: list[DatasetRow], tmp_path: Path
) -> None:
    run, base, model = answering
    tokenizer = load_tokenizer(base)
    made = predict(run, base, rows[:4], (), tmp_path / "p.jsonl", max_new_tokens=7, batch_size=3)
    for row, prediction in zip(rows, made, strict=False):
        prompt = prompt_ids(tokenizer, row.prompt)
        tokens, confidence = slow_greedy(model, prompt, end_of_turn(tokenizer), 7)
        assert prediction.answer == prediction.text
        assert prediction.text == tokenizer.decode(tokens, skip_special_tokens=True).strip()
        assert prediction.confidence == pytest.approx(confidence, abs=1e-4)
        assert prediction.probabilities == {}


def test_many_labels_are_scored_in_slices(
    rows: list[DatasetRow], make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_spec("lora").base_model
    whole = predict(None, base, rows[:6], LABELS, tmp_path / "a.jsonl")
    monkeypatch.setattr("training.decode.TOKENS_AT_ONCE", 8)
    sliced = predict(None, base, rows[:6], LABELS, tmp_path / "b.jsonl")
    for one, other in zip(whole, sliced, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)
        assert one.reference_nll == pytest.approx(other.reference_nll, abs=1e-5)


def test_a_watcher_sees_the_answers_come(
    rows: list[DatasetRow], make_spec: MakeSpec, tmp_path: Path
) -> None:
    out = tmp_path / "validation.jsonl"
    seen = []

    def watch(done: int, total: int) -> None:
        part = (tmp_path / "validation.jsonl.part").read_text("utf-8").splitlines()
        seen.append((done, total, len(part), out.exists()))

    made = predict(
        *(None, make_spec("lora").base_model, rows[:10], LABELS, out),
        batch_size=4,
        on_progress=watch,
    )
    assert seen == [(4, 10, 4, False), (8, 10, 8, False), (10, 10, 10, False)]
    ids = [json.loads(line)["example_id"] for line in out.read_text("utf-8").splitlines()]
    assert ids == [prediction.example_id for prediction in made]
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_no_rows_make_an_empty_file(make_spec: MakeSpec, tmp_path: Path) -> None:
    out = tmp_path / "validation.jsonl"
    assert predict(None, make_spec("lora").base_model, [], LABELS, out) == ()
    assert out.read_text("utf-8") == ""


def test_a_prompt_beyond_the_context_is_refused(
    row_of: MakeRow, make_spec: MakeSpec, tmp_path: Path
) -> None:
    long = row_of(1, "sea " * 300, "red")
    with pytest.raises(ModelError, match="fit the model"):
        predict(None, make_spec("lora").base_model, [long], LABELS, tmp_path / "p.jsonl")
    assert not (tmp_path / "p.jsonl").exists()


def test_prompts_that_share_nothing_or_everything_are_read_alike(
    make_spec: MakeSpec,
) -> None:
    model = load_base(make_spec("lora").base_model)
    for prompts in ([[5, 6, 7], [6]], [[5, 6], [5, 6]], [[5], [5, 6, 7]], [[5, 6], [5, 6, 7]]):
        with torch.no_grad():
            read = read_prompts(model, prompts, 0)
            for number, prompt in enumerate(prompts):
                alone = model(input_ids=torch.tensor([prompt])).logits[0, -1].log_softmax(-1)
                assert torch.allclose(read.next_log_probs[number], alone, atol=1e-5)
