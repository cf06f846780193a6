"""A model answers rows: it scores the labels, writes freely, and pays for the reference."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch  # noqa: TID253 - runs in a child process
from transformers import (  # noqa: TID253 - runs in a child process
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from curation.exceptions import ModelError
from curation.types import DatasetRow, Prediction
from training.decode import Continuation, generate, read_prompts, score
from training.device import prepare_device
from training.encode import completion_ids, end_of_turn, prompt_ids
from training.models import load_base, load_run, load_tokenizer

SPARE_TOKENS, TEXT_TOKENS = 4, 96
"""Tokens a model may write beyond its longest label, and when it is to write a text."""


def predict(
    run_folder: Path | None,
    base_model: str,
    rows: Sequence[DatasetRow],
    labels: tuple[str, ...],
    out: Path,
    *,
    max_new_tokens: int | None = None,
    batch_size: int = 16,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[Prediction, ...]:
    """Return a model's answers to rows, in their order, and write them to a file.

    Parameters
    ----------
    run_folder : Path or None
        The finished run whose model answers; None asks the base model itself.
    base_model : str
        The base model's name, used when there is no run.
    rows : sequence of DatasetRow
    labels : tuple of str
        For a classifier: every label is scored, and the likeliest is the answer. Empty for other
        tasks: what the model writes is the answer.
    out : Path
        Where the predictions go, a line each. Until all are there they are in `<out>.part`, in the
        order they were made: shortest prompts first.
    max_new_tokens : int, optional
        By default enough to write any label and show that more would follow; 96 without labels.
    batch_size : int
    on_progress : callable
        Told rows done and rows in all after every batch.

    Raises
    ------
    ModelError
        The model is not there, or a prompt is longer than its context.
    """
    prepare_device()
    model, tokenizer = _load(run_folder, base_model)
    asker = Asker(model, tokenizer, labels, max_new_tokens)
    part = out.with_name(out.name + ".part")
    out.parent.mkdir(parents=True, exist_ok=True)
    answered: dict[int, Prediction] = {}
    with part.open("w", encoding="utf-8") as file:
        for batch in asker.batches(rows, batch_size):
            answered |= zip(batch, asker.ask([rows[number] for number in batch]), strict=True)
            file.writelines(answered[number].model_dump_json() + "\n" for number in batch)
            file.flush()
            on_progress(len(answered), len(rows))
    return _publish(part, out, [answered[number] for number in range(len(rows))])


def _load(
    run_folder: Path | None, base_model: str
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    if run_folder is None:
        model, tokenizer = load_base(base_model), load_tokenizer(base_model)
    else:
        model, tokenizer = load_run(run_folder)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return model.to(device).eval(), tokenizer


def _publish(part: Path, out: Path, predictions: list[Prediction]) -> tuple[Prediction, ...]:
    """Put the rows in their order and the file in its place."""
    lines = (prediction.model_dump_json() + "\n" for prediction in predictions)
    ordered = part.with_suffix(".ordered")
    ordered.write_text("".join(lines), "utf-8")
    os.replace(ordered, out)  # noqa: PTH105 - as everywhere
    part.unlink()
    return tuple(predictions)


@dataclass(frozen=True)
class _Question:
    """One row's prompt and the continuations to be scored on it, the reference last."""

    prompt: list[int]
    continuations: list[list[int]]


class Asker:
    """A model, its tokenizer, and the labels it may choose from."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        labels: tuple[str, ...],
        max_new_tokens: int | None,
    ) -> None:
        self.model, self.tokenizer, self.labels = model, tokenizer, labels
        self.end = end_of_turn(tokenizer)
        self.label_ids = [completion_ids(tokenizer, label, self.end) for label in labels]
        longest = max(map(len, self.label_ids), default=0)
        free = longest + SPARE_TOKENS if labels else TEXT_TOKENS
        self.max_new_tokens = max_new_tokens or free

    def batches(self, rows: Sequence[DatasetRow], size: int) -> Iterator[tuple[int, ...]]:
        """Yield the numbers of rows alike in length, shortest prompts first.

        Raises
        ------
        ModelError
            A prompt is longer than the model's context.
        """
        self._prompts = {row.id: prompt_ids(self.tokenizer, row.prompt) for row in rows}
        room = self.model.config.max_position_embeddings - self.max_new_tokens
        for row in rows:
            if len(self._prompts[row.id]) > room:
                raise ModelError(
                    f"The prompt has {len(self._prompts[row.id])} tokens, {room} fit the model.",
                    where=row.id,
                    remedy="Leave the row out, or choose a model with a longer context.",
                )
        order = sorted(range(len(rows)), key=lambda n: len(self._prompts[rows[n].id]))
        edges = [*range(0, len(order), size), len(order)]
        yield from (tuple(order[start:stop]) for start, stop in pairwise(edges))

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def ask(self, rows: Sequence[DatasetRow]) -> list[Prediction]:
        """Return the model's answers to a batch of rows."""
        questions = [self._question(row) for row in rows]
        prompts = read_prompts(
            self.model, [question.prompt for question in questions], self.tokenizer.pad_token_id
        )
        scores = score(prompts, [question.continuations for question in questions])
        written = generate(prompts, self.end, self.max_new_tokens)
        answers = zip(rows, questions, scores, written, strict=True)
        return [self._prediction(*answer) for answer in answers]

    def _question(self, row: DatasetRow) -> _Question:
        reference = completion_ids(self.tokenizer, row.completion, self.end)
        return _Question(self._prompts[row.id], [*self.label_ids, reference])

    def _prediction(
        self,
        row: DatasetRow,
        question: _Question,
        scores: list[float],
        written: Continuation,
    ) -> Prediction:
        text = self.tokenizer.decode(written.tokens, skip_special_tokens=True).strip()
        chances = torch.tensor(scores[:-1], dtype=torch.float64).softmax(0).tolist()
        probabilities = dict(zip(self.labels, chances, strict=True))
        best = max(probabilities, key=probabilities.__getitem__, default=text)
        return Prediction(
            example_id=row.id,
            answer=best,
            text=text,
            confidence=probabilities.get(best, written.confidence),
            probabilities=probabilities,
            reference_nll=-scores[-1],
            reference_tokens=len(question.continuations[-1]),
        )
