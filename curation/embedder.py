"""The child that embeds: `python -m curation.embedder`, started by `curation.embeddings`."""

from __future__ import annotations

import base64
import json
import os
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch  # noqa: TID253 - this is the child
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer  # noqa: TID253 - this is the child
from transformers.utils import cached_file  # noqa: TID253
from transformers.utils.logging import disable_progress_bar, set_verbosity_error  # noqa: TID253

from curation.child import Send, serve
from curation.corpus import Corpus, Place, open_corpus
from curation.embeddings import locate
from curation.exceptions import ModelError
from curation.types import JsonObject
from curation.vectors import Floats, alone, append, begin, read_embeddings

CHUNK = 1024
"""Rows kept together: what a child that is killed loses at most."""
TOKENS_AT_ONCE = 2048
Rows = NDArray[np.int64]
KNOWN_MODULES = {"Transformer", "Pooling", "Normalize"}
POOLINGS = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "first"}


class Encoder:
    """A sentence embedding model, pooled as its own configuration says.

    Parameters
    ----------
    name : str
        `bundled:...`, a local folder or a Hugging Face id.

    Raises
    ------
    ModelError
        It is not there, has no safetensors, or has parts we do not know.
    """

    def __init__(self, name: str) -> None:
        self.name, source = name, locate(name)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.tokenizer = _load(AutoTokenizer, name, source)
        self.pooling = _pooling(name, source)
        # Where the processor has bfloat16 it takes 0.4 of the time, and cosines move by 0.005.
        fast = self.device == "cuda" or torch.cpu._is_avx512_bf16_supported()
        dtype = torch.bfloat16 if fast else torch.float32
        model = _load(AutoModel, name, source, use_safetensors=True, dtype=dtype)
        self.model = model.to(self.device).eval()
        self.dimension = int(self.model.config.hidden_size)
        said = _json(source, "sentence_bert_config.json").get("max_seq_length")
        self.most_tokens = int(said or min(self.tokenizer.model_max_length, 512))

    def encode(self, texts: Sequence[str]) -> tuple[Floats, int]:
        """Return embeddings of length one, shape (n, d), and how many texts were cut."""
        # Counted uncut, so that no text is cut in silence.
        tokens = self.tokenizer(list(texts), verbose=False)["input_ids"]
        lengths = np.array([len(own) for own in tokens])
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for batch in self._batches(lengths):
            rows[batch] = self._forward([texts[row] for row in batch])
        return rows, int((lengths > self.most_tokens).sum())

    def _batches(self, lengths: Rows) -> Iterator[Rows]:
        """Yield rows of about one length together: padding is work for nothing."""
        order = np.argsort(-lengths, kind="stable")
        start = 0
        while start < len(order):
            longest = min(int(lengths[order[start]]), self.most_tokens)
            size = max(1, TOKENS_AT_ONCE // longest)
            yield order[start : start + size]
            start += size

    def _forward(self, texts: list[str]) -> Floats:
        batch = self.tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=self.most_tokens,
            return_tensors="pt",
        ).to(self.device)
        with torch.inference_mode():
            hidden = self.model(**batch).last_hidden_state.float()
        mask = batch["attention_mask"].unsqueeze(-1)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        pooled = mean if self.pooling == "mean" else hidden[:, 0]
        unit: Floats = torch.nn.functional.normalize(pooled, dim=1).cpu().numpy()
        return unit


def _pooling(name: str, source: str) -> str:
    modules = {str(part["type"]).rpartition(".")[2] for part in _json(source, "modules.json", [])}
    chosen = [mode for mode, on in _json(source, "1_Pooling/config.json").items() if on is True]
    chosen = [mode for mode in chosen if mode.startswith("pooling_mode")]
    unknown = [*(modules - KNOWN_MODULES), *(mode for mode in chosen if mode not in POOLINGS)]
    if unknown or len(chosen) > 1:
        raise ModelError(
            f"The model has parts we cannot run: {', '.join(unknown or chosen)}.",
            where=name,
            remedy="Choose one that pools by mean or first token, such as all-MiniLM-L6-v2.",
        )
    return POOLINGS[chosen[0]] if chosen else "mean"


def _json(source: str, file: str, absent: Any = None) -> Any:  # noqa: ANN401 - whatever JSON holds
    path = cached_file(
        source,
        file,
        _raise_exceptions_for_gated_repo=False,
        _raise_exceptions_for_missing_entries=False,
        _raise_exceptions_for_connection_errors=False,
    )
    if path is None:
        return {} if absent is None else absent
    return json.loads(Path(path).read_bytes())


def _load(loader: Any, name: str, source: str, **options: Any) -> Any:  # noqa: ANN401 - untyped
    try:
        return loader.from_pretrained(source, trust_remote_code=False, **options)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The embedding model does not load: {str(error).splitlines()[0]}",
            where=name,
            remedy="Offline, choose the bundled model or a local folder with safetensors.",
        ) from error


encoder = lru_cache(maxsize=1)(Encoder)


def embed_examples(job: JsonObject, send: Send) -> None:
    """Add the embeddings of the examples that have none: `folder`, `model` and their place."""
    os.nice(5)  # the app and the browser come first
    corpus = open_corpus(Place(Path(job["path"]), job["start"], job["stop"]))
    folder = Path(job["folder"])
    with alone(folder):
        model = encoder(job["model"])
        header = begin(folder, model.name, model.dimension)
        left = _without_embedding(folder, corpus)
        send({"event": "progress", "done": 0, "total": len(left)})
        for start in range(0, len(left), CHUNK):
            part = corpus.take(left[start : start + CHUNK])
            rows, cut = model.encode(part.texts.to_list())
            header = append(folder, header, list(part.ids), rows, cut)
            done = min(start + CHUNK, len(left))
            send({"event": "progress", "done": done, "total": len(left)})


def _without_embedding(folder: Path, corpus: Corpus) -> Rows:
    made = read_embeddings(folder)
    return (
        np.arange(len(corpus)) if made is None else np.flatnonzero(made.ids.places(corpus.ids) < 0)
    )


def embed_few(job: JsonObject, send: Send) -> None:
    """Send the embeddings of `texts` by `model`."""
    rows, _ = encoder(job["model"]).encode(job["texts"])
    data = base64.b64encode(np.ascontiguousarray(rows).tobytes()).decode()
    send({"event": "vectors", "shape": rows.shape, "data": data})


def main() -> None:
    """Take jobs until the parent is gone."""
    warnings.simplefilter("ignore")
    disable_progress_bar()
    set_verbosity_error()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    serve({"examples": embed_examples, "texts": embed_few})


if __name__ == "__main__":
    main()
