"""The child that lets models of this machine write and answer: `python -m studio.completer`."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path

from curation.child import Send, serve
from curation.exceptions import ModelError
from curation.types import DatasetRow, JsonObject, Message

BATCH = 8


def write(job: JsonObject, send: Send) -> None:
    """Send what `model` writes to each of `prompts`, at most `tokens` long, shortest first."""
    import torch

    from training.decode import generate, read_prompts
    from training.device import prepare_device
    from training.encode import end_of_turn, prompt_ids
    from training.models import load_base, load_tokenizer

    prepare_device()
    model, tokenizer = load_base(job["model"]).eval(), load_tokenizer(job["model"])
    asked = [(Message(role="user", content=text),) for text in job["prompts"]]
    ids = [prompt_ids(tokenizer, messages) for messages in asked]
    _refuse_longer(ids, model.config.max_position_embeddings - job["tokens"], job["model"])
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        with torch.inference_mode():
            prompts = read_prompts(model, [ids[place] for place in batch], tokenizer.pad_token_id)
            written = generate(prompts, end_of_turn(tokenizer), job["tokens"])
        for place, one in zip(batch, written, strict=True):
            text = tokenizer.decode(one.tokens, skip_special_tokens=True).strip()
            send({"event": "reply", "place": place, "text": text})


def _refuse_longer(ids: Sequence[list[int]], room: int, model: str) -> None:
    longest = max(map(len, ids), default=0)
    if longest > room:
        raise ModelError(
            f"A prompt has {longest} tokens, {room} fit the model.",
            where=model,
            remedy="Leave long texts out with a scope, or choose a model with a longer context.",
        )


def answer(job: JsonObject, send: Send) -> None:
    """Let the run in `run` answer the rows in the file `rows`; its answers go to the file `out`."""
    from training.predict import predict
    from training.runs import read_spec

    with Path(job["rows"]).open(encoding="utf-8") as lines:
        rows = [DatasetRow.model_validate(json.loads(line)) for line in lines]
    predict(
        Path(job["run"]),
        read_spec(Path(job["run"])).base_model,
        rows,
        tuple(job["labels"]),
        Path(job["out"]),
        on_progress=lambda done, total: send({"event": "progress", "done": done, "total": total}),
    )


def main() -> None:
    """Take jobs until the parent is gone."""
    warnings.simplefilter("ignore")
    serve({"write": write, "answer": answer})


if __name__ == "__main__":
    main()
