"""The whole path with the real model that is bundled: converted, trained, asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from curation.types import Criterion, DatasetRow, Message, Prediction, RunSpec, RunStatus, Word
from training.encode import encode, end_of_turn
from training.models import load_base, load_tokenizer
from training.predict import predict
from training.runs import create_run, read_state
from training.spec import BUNDLED
from training.worker import work

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    # peft 0.21 still asks transformers 5 by the old name.
    pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning"),
]
INPUTS = {
    "lost": ("I lost my card", "my card is gone", "someone stole my card", "I cannot find my card"),
    "rate": ("what is the exchange rate", "how many euros for a dollar", "which rate do you use"),
    "pin": ("I forgot my PIN", "change my PIN please", "how do I set a new PIN"),
}
SYSTEM = "Answer with the intent: lost, rate or pin."


def make_row(text: str, answer: str) -> DatasetRow:
    turns = (("system", SYSTEM), ("user", text), ("assistant", answer))
    messages = tuple(Message(role=role, content=content) for role, content in turns)
    return DatasetRow(
        id=text, messages=messages, answer=answer, word=Word.GOLD, confidence=1, input=text
    )


@pytest.fixture(scope="module")
def talk() -> list[DatasetRow]:
    return [make_row(text, label) for label, texts in INPUTS.items() for text in texts]


def test_the_converted_model_can_be_trained_and_stops_where_it_should(
    talk: list[DatasetRow],
) -> None:
    tokenizer, model = load_tokenizer(BUNDLED), load_base(BUNDLED)
    assert (tokenizer.pad_token, tokenizer.eos_token) == ("<|endoftext|>", "<|im_end|>")
    assert model.config.pad_token_id == tokenizer.pad_token_id == 0
    assert tokenizer.model_max_length == 8192
    assert model.config.rope_parameters["rope_theta"] == 100000
    assert not getattr(model, "is_quantized", False)
    assert end_of_turn(tokenizer) == tokenizer.eos_token_id
    encoded, report = encode(tokenizer, talk, 256)
    assert report.dropped == ()
    for row, original in zip(encoded, talk, strict=True):
        labelled = [token for token in row.labels if token != -100]
        assert tokenizer.decode(labelled) == f"{original.completion}<|im_end|>"


def test_a_dozen_steps_teach_it_the_answers(talk: list[DatasetRow], tmp_path: Path) -> None:
    data = tmp_path / "v0001"
    data.mkdir()
    for name, rows in (("train", talk * 4), ("validation", talk)):
        lines = "".join(row.model_dump_json() + "\n" for row in rows)
        (data / f"{name}.jsonl").write_text(lines)
    spec = RunSpec(
        id="bundled",
        recipe="lora",
        base_model=BUNDLED,
        dataset="v0001",
        parameters={"max_steps": 15},
        criterion=Criterion(metric="accuracy", target=0.9),
    )
    run = create_run(tmp_path / "runs", spec)
    assert work(run, data) is RunStatus.FINISHED, read_state(run).reason
    labels = tuple(INPUTS)
    before = predict(None, BUNDLED, talk, labels, tmp_path / "before.jsonl")
    after = predict(run, BUNDLED, talk, labels, tmp_path / "after.jsonl")

    def nats(predictions: tuple[Prediction, ...]) -> float:
        tokens = sum(prediction.reference_tokens for prediction in predictions)
        return sum(prediction.reference_nll for prediction in predictions) / tokens

    assert nats(after) < 0.5 < nats(before)
    right = sum(p.answer == p.text == row.answer for p, row in zip(after, talk, strict=True))
    assert right >= 0.8 * len(talk)
