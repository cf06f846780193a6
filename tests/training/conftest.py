"""A tiny Llama with a tokenizer of its own, made here: no network, every run takes a second."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from curation.types import Criterion, DatasetRow, Message, RunSpec, Word

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

LABELS = ("red", "green", "deep blue")
INSTRUCTION = "name the colour"
INPUTS = {
    "red": ("rose cherry", "cherry tomato", "tomato rose", "rose", "cherry", "tomato"),
    "green": ("leaf grass", "grass lime", "lime leaf", "leaf", "grass", "lime"),
    "deep blue": ("sea sky", "sky ink", "ink sea", "sea", "sky", "ink"),
}
TEMPLATE = (
    "{% for m in messages %}<start> {{ m.role }} {{ m.content }} <end> \n {% endfor %}"
    "{% if add_generation_prompt %}<start> assistant {% endif %}"
)
WORDS = ("system", "user", "assistant", "the", "so", "then", "a", "b", "\n")


def make_row(number: int, text: str, answer: str) -> DatasetRow:
    messages = (
        Message(role="system", content=INSTRUCTION),
        Message(role="user", content=text),
        Message(role="assistant", content=answer),
    )
    return DatasetRow(
        id=f"row{number}",
        messages=messages,
        answer=answer,
        word=Word.GOLD,
        confidence=1,
        input=text,
    )


def make_rows(repeats: int = 1) -> list[DatasetRow]:
    pairs = [(text, label) for label in LABELS for text in INPUTS[label]] * repeats
    return [
        make_row(number, f"{'so ' * (number % 4)}{text}", label)
        for number, (text, label) in enumerate(pairs)
    ]


def spec_of(model: Path, recipe: str = "lora", **parameters: float | str | bool) -> RunSpec:
    small = {"epochs": 2, "precision": "float32", "learning_rate": 0.01} | parameters
    return RunSpec(
        id="2026-01-01-calm-otter",
        recipe=recipe,
        base_model=str(model),
        dataset="v0001",
        parameters=small,
        criterion=Criterion(metric="accuracy", target=0.9),
    )


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """A second thread costs a model this small more than it brings."""
    os.environ["OMP_NUM_THREADS"] = "1"


@pytest.fixture(scope="session")
def make_spec(tiny_model: Path) -> Callable[..., RunSpec]:
    """Returns `make_spec(recipe, **parameters)` for the tiny model."""
    return partial(spec_of, tiny_model)


@pytest.fixture(scope="session")
def rows() -> list[DatasetRow]:
    return make_rows(2)


@pytest.fixture(scope="session")
def row_of() -> Callable[[int, str, str], DatasetRow]:
    return make_row


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("models") / "tiny"
    words = {word for texts in INPUTS.values() for text in texts for word in text.split()}
    words |= {word for label in LABELS for word in label.split()} | set(INSTRUCTION.split())
    vocabulary = ["<pad>", "<unk>", "<start>", "<end>", *WORDS, *sorted(words)]
    core = Tokenizer(
        models.WordLevel({word: n for n, word in enumerate(vocabulary)}, unk_token="<unk>")
    )
    core.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(" ", "removed"), pre_tokenizers.Split("\n", "isolated")]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        bos_token="<start>",
        eos_token="<end>",
        unk_token="<unk>",
        pad_token="<pad>",
        chat_template=TEMPLATE,
        model_max_length=256,
    )
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=256,
            pad_token_id=0,
            bos_token_id=2,
            eos_token_id=3,
            tie_word_embeddings=True,
        )
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def dataset(tmp_path: Path, rows: list[DatasetRow]) -> Path:
    """A dataset folder without a test split: whatever trains on it has not opened one."""
    folder = tmp_path / "datasets" / "v0001"
    folder.mkdir(parents=True)
    for name, part in (("train", rows[:30]), ("validation", rows[30:])):
        lines = "".join(row.model_dump_json() + "\n" for row in part)
        (folder / f"{name}.jsonl").write_text(lines, "utf-8")
    return folder
