"""Labels in doubt: confident learning on probabilities by models that never saw the label."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from curation.corpus import Corpus
from curation.review.quick.learning import Outside, Probabilities, Whole
from curation.review.quick.lesson import VOTES, WORDS, Taught


def write_issues(
    path: Path, corpus: Corpus, labels: Sequence[str], taught: Taught, outside: Outside
) -> None:
    """Write the labels in doubt, most doubtful first; those by votes are judged by themselves."""
    by_votes = taught.word == VOTES
    found = {}
    for group in (outside.judged & ~by_votes, outside.judged & by_votes):
        rows = np.flatnonzero(group)
        for at, quality in doubts(taught.given[rows], outside.probabilities[rows]):
            row = int(rows[at])
            likelier = int(outside.probabilities[row].argmax())
            found[corpus.ids[int(taught.rows[row])]] = {
                "given": labels[taught.given[row]],
                "word": WORDS[taught.word[row]],
                "likelier": labels[likelier],
                "probability": float(outside.probabilities[row, likelier]),
                "quality": quality,
            }
    ordered = dict(sorted(found.items(), key=lambda pair: pair[1]["quality"]))
    path.write_text(json.dumps(ordered), "utf-8")


def doubts(given: Whole, probabilities: Probabilities) -> list[tuple[int, float]]:
    """Return the rows whose label is probably wrong, and its quality, the worst first.

    Confident learning (Northcutt et al. 2021, JAIR 70:1373): a label is doubted when it is among
    as many of the least probable ones as the estimated noise between two labels says, and the model
    is more confident of another label than it usually is there. Its quality is the probability
    of the label it has. Labels nobody was given are left out, as nothing can be estimated of them.
    """
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    there, own = np.unique(given, return_inverse=True)
    if len(there) < 2:
        return []
    among = probabilities[:, there].astype(np.float64)
    among /= np.maximum(among.sum(axis=1, keepdims=True), 1e-12)
    mask = find_label_issues(own, among, filter_by="both", n_jobs=1)
    quality = get_label_quality_scores(own, among)
    rows = np.flatnonzero(mask & (among.argmax(axis=1) != own))
    return [(int(row), float(quality[row])) for row in rows[np.argsort(quality[rows])]]
