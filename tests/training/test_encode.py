"""The invariants of supervised fine-tuning that are decided before a model sees anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerBase

from curation.exceptions import ModelError
from curation.types import DatasetRow, RunSpec
from training.collate import Collator, LengthGroupedSampler
from training.encode import IGNORED, EncodedRow, encode, end_of_turn, prompt_ids
from training.models import load_tokenizer

MakeSpec = Callable[..., RunSpec]
MakeRow = Callable[..., DatasetRow]


@pytest.fixture(scope="module")
def tokenizer(make_spec: MakeSpec) -> PreTrainedTokenizerBase:
    return load_tokenizer(make_spec("lora").base_model)


def test_the_labels_are_the_answer_and_the_end_of_turn(
    tokenizer: PreTrainedTokenizerBase, rows: list[DatasetRow]
) -> None:
    encoded, _ = encode(tokenizer, rows, 256)
    for row, original in zip(encoded, rows, strict=True):
        labelled = [token for token in row.labels if token != IGNORED]
        assert tokenizer.decode(labelled) == f"{original.completion} <end>"
        assert row.labels[-len(labelled) :] == row.input_ids[-len(labelled) :] == labelled
        assert labelled.count(tokenizer.eos_token_id) == 1


def test_what_is_trained_begins_with_what_is_asked(
    tokenizer: PreTrainedTokenizerBase, rows: list[DatasetRow]
) -> None:
    encoded, _ = encode(tokenizer, rows, 256)
    for row, original in zip(encoded, rows, strict=True):
        prompt = prompt_ids(tokenizer, original.prompt)
        assert row.input_ids[: len(prompt)] == prompt
        assert row.labels[: len(prompt)] == [IGNORED] * len(prompt)


def test_what_the_template_writes_after_the_turn_is_not_learned(
    tokenizer: PreTrainedTokenizerBase, rows: list[DatasetRow]
) -> None:
    whole = tokenizer.apply_chat_template(
        [message.model_dump() for message in rows[0].messages], return_dict=False
    )
    encoded, _ = encode(tokenizer, rows[:1], 256)
    assert whole[len(encoded[0].input_ids) :] == [tokenizer.convert_tokens_to_ids("\n")]


@given(limit=st.integers(8, 40), over_long=st.sampled_from(["drop", "cut"]))
@settings(max_examples=20, deadline=None)
def test_every_row_is_accounted_for(
    tokenizer: PreTrainedTokenizerBase,
    rows: list[DatasetRow],
    limit: int,
    over_long: Literal["drop", "cut"],
) -> None:
    encoded, report = encode(tokenizer, rows, limit, over_long)
    kept = [row.id for row in encoded]
    assert report.total == len(rows) == report.kept + len(report.dropped)
    assert sorted(kept + [row_id for row_id, _ in report.dropped]) == sorted(r.id for r in rows)
    assert set(report.cut) <= set(kept)
    assert all(len(row.input_ids) <= limit for row in encoded)
    assert all(row.labels[-1] == tokenizer.eos_token_id for row in encoded)
    assert all(f"{limit} allowed" in reason for _, reason in report.dropped)
    if over_long == "drop":
        assert report.cut == ()
    if kept:
        assert report.lengths["max"] == max(len(row.input_ids) for row in encoded)


def test_a_cut_row_keeps_its_instruction_and_its_answer(
    tokenizer: PreTrainedTokenizerBase, row_of: MakeRow
) -> None:
    row = row_of(1, "rose " * 20 + "sea", "deep blue")
    (encoded,), report = encode(tokenizer, [row], 24, "cut")
    text = tokenizer.decode(encoded.input_ids)
    assert report.cut == ("row1",)
    assert "name the colour" in text
    assert text.endswith("assistant deep blue <end>")
    assert "sea" not in text


def test_an_empty_answer_is_dropped_with_its_reason(
    tokenizer: PreTrainedTokenizerBase, row_of: MakeRow
) -> None:
    encoded, report = encode(tokenizer, [row_of(1, "rose", " ")], 256)
    assert (encoded, report.dropped) == ([], (("row1", "empty completion"),))


def test_a_template_that_rewrites_the_answer_is_noticed(
    tokenizer: PreTrainedTokenizerBase, rows: list[DatasetRow]
) -> None:
    template = tokenizer.chat_template
    try:
        tokenizer.chat_template = template.replace(
            "{{ m.content }}", "{{ m.content if loop.length < 3 else 'rose' }}"
        )
        encoded, report = encode(tokenizer, rows[:3], 256)
    finally:
        tokenizer.chat_template = template
    assert encoded == []
    assert {reason for _, reason in report.dropped} == {
        "the chat template changes the completion or its own prompt"
    }


def test_a_template_without_an_end_of_turn_is_refused(tokenizer: PreTrainedTokenizerBase) -> None:
    template = tokenizer.chat_template
    try:
        tokenizer.chat_template = template.replace("<end>", "")
        with pytest.raises(ModelError, match="does not end an answer"):
            end_of_turn(tokenizer)
    finally:
        tokenizer.chat_template = template


def test_the_end_of_turn_is_learned_even_where_it_is_the_padding(
    tokenizer: PreTrainedTokenizerBase, rows: list[DatasetRow]
) -> None:
    encoded, _ = encode(tokenizer, rows, 256)
    batch = Collator(pad_token_id=tokenizer.eos_token_id)(encoded)
    ends = (batch["labels"] == tokenizer.eos_token_id).sum(1)
    assert ends.tolist() == [1] * len(rows)


def test_padding_is_on_the_right_and_carries_nothing() -> None:
    rows = [EncodedRow("a", [5, 6, 7], [IGNORED, 6, 7]), EncodedRow("b", [5], [5])]
    batch = Collator(pad_token_id=0)(rows)
    assert batch["input_ids"].tolist() == [[5, 6, 7], [5, 0, 0]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert batch["labels"].tolist() == [[IGNORED, 6, 7], [5, IGNORED, IGNORED]]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=200), st.integers(1, 9))
@settings(max_examples=30, deadline=None)
def test_an_epoch_sees_every_row_once(lengths: list[int], batch_size: int) -> None:
    sampler = LengthGroupedSampler(lengths, batch_size, seed=7)
    assert sorted(sampler) == list(range(len(lengths))) == sorted(range(len(sampler)))


def test_batches_are_alike_in_length_and_in_an_order_the_seed_decides() -> None:
    lengths = [number * 37 % 101 for number in range(128)]

    def order(seed: int, epoch: int) -> list[int]:
        sampler = LengthGroupedSampler(lengths, 8, seed)
        sampler.epoch = epoch
        return list(sampler)

    assert order(1, 0) == order(1, 0)
    assert len({tuple(order(seed, epoch)) for seed in (1, 2) for epoch in (0, 1)}) == 4
    batches = [order(1, 0)[start : start + 8] for start in range(0, 128, 8)]
    longest = [max(lengths[row] for row in batch) for batch in batches]
    padded = sum(8 * width for width in longest)
    assert padded < 1.1 * sum(lengths)
    assert longest != sorted(longest)
