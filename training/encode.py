"""Conversations become tokens and labels, with a report of every row dropped or cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from transformers import PreTrainedTokenizerBase  # noqa: TID253 - runs in a child process

from curation.exceptions import ModelError
from curation.types import DatasetRow, JsonObject, Message

IGNORED = -100
"""The label of a token that carries no loss, as in torch."""


@dataclass(frozen=True)
class EncodedRow:
    """A row as the model sees it.

    Attributes
    ----------
    id : str
    input_ids : list of int, length n
        The prompt, the completion and the end of turn.
    labels : list of int, length n
        `IGNORED` on the prompt, the token itself on the completion and the end of turn.
    """

    id: str
    input_ids: list[int]
    labels: list[int]


@dataclass(frozen=True)
class EncodeReport:
    """What became of the rows of a split; `total == kept + len(dropped)`.

    Attributes
    ----------
    total, kept : int
    cut : tuple of str
        Ids of kept rows whose input was shortened.
    dropped : tuple of (id, reason)
    lengths : dict of str to int
        Percentiles of the kept rows' lengths in tokens: p50, p95, max.
    """

    total: int
    kept: int
    cut: tuple[str, ...]
    dropped: tuple[tuple[str, str], ...]
    lengths: dict[str, int]

    def to_json(self) -> JsonObject:
        """Return the report as JSON."""
        return asdict(self)


def prompt_ids(tokenizer: PreTrainedTokenizerBase, prompt: Sequence[Message]) -> list[int]:
    """Return the tokens the model is given, in training and when it is asked alike."""
    return list(
        tokenizer.apply_chat_template(
            _dump(prompt), add_generation_prompt=True, tokenize=True, return_dict=False
        )
    )


def end_of_turn(tokenizer: PreTrainedTokenizerBase) -> int:
    """Return the token the chat template ends an answer with.

    Raises
    ------
    ModelError
        The template writes no special token after an answer: the model could not learn to stop.
    """
    probe = (Message(role="user", content="a"), Message(role="assistant", content="b"))
    ids = _conversation_ids(tokenizer, probe)
    special = [
        token for token in ids[len(prompt_ids(tokenizer, probe[:-1])) :] if _ends(token, tokenizer)
    ]
    if not special:
        raise ModelError(
            "The chat template does not end an answer with a special token.",
            where=tokenizer.name_or_path,
            remedy="Choose a model whose template marks the end of a turn.",
        )
    return special[0]


def _ends(token: int, tokenizer: PreTrainedTokenizerBase) -> bool:
    return token in tokenizer.all_special_ids or token in tokenizer.added_tokens_decoder


def completion_ids(tokenizer: PreTrainedTokenizerBase, completion: str, end: int) -> list[int]:
    """Return the tokens of a completion and its end of turn, without what a template adds after."""
    return [*tokenizer(completion, add_special_tokens=False)["input_ids"], end]


def encode(
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[DatasetRow],
    max_length: int,
    over_long: Literal["drop", "cut"] = "drop",
) -> tuple[list[EncodedRow], EncodeReport]:
    """Return the rows as tokens and labels, and what became of every one of them.

    Parameters
    ----------
    tokenizer : transformers tokenizer
    rows : sequence of DatasetRow
    max_length : int
        Longest row, in tokens.
    over_long : {"drop", "cut"}
        Leave longer rows out, or shorten their last user turn from its end.
    """
    end = end_of_turn(tokenizer)
    kept: list[EncodedRow] = []
    cut: list[str] = []
    dropped: list[tuple[str, str]] = []
    for row in rows:
        encoded, reason = _encode_row(tokenizer, row, end)
        if encoded and len(encoded.input_ids) > max_length:
            length = len(encoded.input_ids)
            reason = f"{length} tokens, {max_length} allowed"
            excess = length - max_length
            encoded = _cut(tokenizer, row, end, excess) if over_long == "cut" else None
            fits = encoded and len(encoded.input_ids) <= max_length
            encoded, cut = (encoded, [*cut, row.id]) if fits else (None, cut)
        if encoded:
            kept.append(encoded)
        else:
            dropped.append((row.id, reason))
    report = EncodeReport(len(rows), len(kept), tuple(cut), tuple(dropped), _lengths(kept))
    return kept, report


def _encode_row(
    tokenizer: PreTrainedTokenizerBase, row: DatasetRow, end: int
) -> tuple[EncodedRow | None, str]:
    """Return a row's tokens, or the reason why it has none."""
    if not row.completion.strip():
        return None, "empty completion"
    prompt = prompt_ids(tokenizer, row.prompt)
    completion = completion_ids(tokenizer, row.completion, end)
    ids = prompt + completion
    # What the template writes for the whole conversation is what other tools will send.
    if _conversation_ids(tokenizer, row.messages)[: len(ids)] != ids:
        return None, "the chat template changes the completion or its own prompt"
    return EncodedRow(row.id, ids, [IGNORED] * len(prompt) + completion), ""


def _cut(
    tokenizer: PreTrainedTokenizerBase, row: DatasetRow, end: int, excess: int
) -> EncodedRow | None:
    """Return a row whose last user turn has lost its last `excess` tokens, if it has so many."""
    *before, last = row.prompt
    ids = tokenizer(last.content, add_special_tokens=False)["input_ids"]
    if last.role != "user" or len(ids) <= excess:
        return None
    # Decoding and encoding again may give a token back, hence one more.
    content = tokenizer.decode(ids[: -excess - 1], skip_special_tokens=False)
    shorter = last.model_copy(update={"content": content})
    messages = (*before, shorter, row.messages[-1])
    return _encode_row(tokenizer, row.model_copy(update={"messages": messages}), end)[0]


def _conversation_ids(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message]) -> list[int]:
    return list(tokenizer.apply_chat_template(_dump(messages), tokenize=True, return_dict=False))


def _dump(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _lengths(rows: list[EncodedRow]) -> dict[str, int]:
    lengths = [len(row.input_ids) for row in rows] or [0]
    p50, p95, longest = np.percentile(lengths, [50, 95, 100], method="higher")
    return {"p50": int(p50), "p95": int(p95), "max": int(longest)}
