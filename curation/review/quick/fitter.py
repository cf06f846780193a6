"""The child that fits the quick model and doubts labels."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from curation.child import Send, serve
from curation.corpus import Ids, Place, open_corpus
from curation.embeddings import nothing_embedded
from curation.exceptions import ModelError
from curation.review.quick.doubts import write_issues
from curation.review.quick.learning import (
    Mask,
    Outside,
    Whole,
    learn,
    probabilities_of,
    teaching_rows,
    weigh,
)
from curation.review.quick.lesson import VOTES, WORDS, Taught, read_lesson
from curation.review.quick.model import ISSUES, PROBABILITIES, Progress
from curation.types import JsonObject
from curation.vectors import AT_ONCE, Embeddings, read_embeddings

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression


def fit(job: JsonObject, send: Send) -> None:
    """Fit on the lesson in `folder`; write probabilities and issues there, and send the rest."""
    os.nice(5)  # the app and the browser come first
    started, folder = perf_counter(), Path(job["folder"])
    corpus, labels = open_corpus(Place(Path(job["path"]), job["start"], job["stop"])), job["labels"]
    taught, embeddings = read_lesson(folder), read_embeddings(Path(job["embeddings"]))
    if embeddings is None:
        raise nothing_embedded()
    teaching = teaching_rows(taught, len(labels))
    _refuse_one_label(taught.given[teaching], labels)
    vectors = embeddings.of(Ids(corpus.ids.column[taught.rows]))
    outside, why = weigh(taught, vectors, teaching, len(labels), _teller(send))
    model = learn(vectors, taught, teaching, outside.weight)
    predict(folder / PROBABILITIES, model, embeddings, corpus.ids, len(labels), _teller(send))
    write_issues(folder / ISSUES, corpus, labels, taught, outside)
    scores = _scores(folder, taught, outside) | {"weight": outside.weight, "why": why}
    fitted = _fitted(taught, teaching, outside, labels)
    seconds = round(perf_counter() - started, 2)
    send({"event": "fitted", "fit": scores | fitted | {"seconds": seconds}})


def _teller(send: Send) -> Progress:
    return lambda done, total: send({"event": "progress", "done": done, "total": total})


def _refuse_one_label(given: Whole, labels: Sequence[str]) -> None:
    there = np.unique(given)
    if len(there) < 2:
        only = f"only {labels[there[0]]} has" if len(there) else "none has"
        raise ModelError(
            f"The quick model learns from answers with two labels or more, and {only} one.",
            remedy="Answer a few examples first, or write functions that vote for other labels.",
        )


def predict(
    path: Path,
    model: LogisticRegression,
    embeddings: Embeddings,
    ids: Ids,
    labels: int,
    tell: Progress,
) -> None:
    """Write the probabilities of all examples, some at a time: a million take little memory."""
    head = {"descr": "<f4", "fortran_order": False, "shape": (len(ids), labels)}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, head)  # type: ignore[no-untyped-call]
        for start in range(0, len(ids), AT_ONCE):
            part = embeddings.of(ids[start : start + AT_ONCE])
            file.write(probabilities_of(model, part, labels).tobytes())
            tell(min(start + AT_ONCE, len(ids)), len(ids))


def _scores(folder: Path, taught: Taught, outside: Outside) -> JsonObject:
    known = taught.word != VOTES
    judged = known & outside.judged
    own = outside.probabilities[judged].argmax(axis=1) == taught.given[judged]
    said = np.load(folder / PROBABILITIES, mmap_mode="r", allow_pickle=False)[taught.held_rows]
    right = said.argmax(axis=1) == taught.held_given
    return {
        "own_right": int(own.sum()),
        "own_n": int(judged.sum()),
        "right": int(right.sum()),
        "n": len(right),
    }


def _fitted(taught: Taught, teaching: Mask, outside: Outside, labels: Sequence[str]) -> JsonObject:
    used = teaching & ((taught.word != VOTES) | (outside.weight > 0))
    counts = np.bincount(taught.word[used], minlength=len(WORDS))
    learnt, alone = np.unique(taught.given[used]), np.unique(taught.given[~outside.judged])
    return {
        "fitted": {word: int(count) for word, count in zip(WORDS, counts, strict=True)},
        "unlearnt": [label for at, label in enumerate(labels) if at not in learnt],
        "unjudged": [labels[at] for at in alone],
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    serve({"fit": fit})
