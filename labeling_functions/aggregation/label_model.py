"""Snorkel's LabelModel, in a child: `python -m labeling_functions.aggregation.label_model FOLDER`.

The child reads `patterns.npy`, `counts.npy` and `settings.json` in the folder and writes
`weights.npy` there: the log probabilities of the model, shape (m, k, k), by function, vote and
label. It is a process of its own, for torch takes seconds to import.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from curation.exceptions import AggregationError
from curation.types import ABSTAIN, Votes
from labeling_functions.aggregation.ballots import Floats, Weights
from labeling_functions.aggregation.evidence import Evidence

SECONDS = 600


def label_model(evidence: Evidence, *, seed: int = 13) -> Weights:
    """Learn whom to trust how much from how often functions agree. It does not look at gold.

    Raises
    ------
    AggregationError
        Fewer than three functions vote, fewer than two labels are voted for, a function votes
        against a label, or the fit failed.

    References
    ----------
    Ratner et al. (2019), Training complex models with multi-task weak supervision.
    """
    _check(evidence.patterns[evidence.counts > 0])
    with TemporaryDirectory() as folder:
        place = Path(folder)
        np.save(place / "patterns.npy", evidence.patterns, allow_pickle=False)
        np.save(place / "counts.npy", evidence.counts.astype(np.int64), allow_pickle=False)
        settings = {"cardinality": evidence.labels, "seed": seed}
        (place / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        _run(place)
        learned: Floats = np.load(place / "weights.npy", allow_pickle=False)
    if not np.isfinite(learned).all():
        raise AggregationError("The label model did not converge.", remedy="Use majority.")
    ballots = evidence.ballots
    table = np.repeat(learned[ballots.functions, ballots.votes][:, None], evidence.folds, axis=1)
    return Weights(ballots, table, np.zeros(evidence.gold.shape[1:]))


def _check(patterns: Votes) -> None:
    voting = int((patterns != ABSTAIN).any(axis=0).sum())
    if voting < 3:
        raise AggregationError(
            f"The label model needs at least 3 functions that vote; there are {voting}.",
            remedy="Write more functions, or use majority.",
        )
    if (patterns < ABSTAIN).any():
        raise AggregationError(
            "The label model does not understand votes against a label.",
            remedy="Use another aggregator: all others do.",
        )
    if len(np.unique(patterns[patterns != ABSTAIN])) < 2:
        raise AggregationError(
            "The label model needs votes for at least 2 labels; there is 1.",
            remedy="Write a function for another label, or use majority.",
        )


def _run(place: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", __name__, str(place)]
    try:
        subprocess.run(command, cwd=root, check=True, capture_output=True, timeout=SECONDS)
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode("utf-8", "replace").strip().splitlines()
        raise AggregationError(
            "The label model could not be fitted.",
            where=lines[-1] if lines else f"exit code {error.returncode}",
            remedy="Use majority.",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise AggregationError(
            f"The label model was not fitted within {SECONDS} s.",
            remedy="Its cost grows with (functions x labels) squared; use majority.",
        ) from error


def fit(folder: Path) -> None:
    """Fit the model on one thread with Snorkel's defaults and a uniform class prior."""
    import torch
    from snorkel.labeling.model import LabelModel

    torch.set_num_threads(1)
    patterns = np.load(folder / "patterns.npy", allow_pickle=False).astype(int)
    counts = np.load(folder / "counts.npy", allow_pickle=False)
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    voting = (patterns[counts > 0] != ABSTAIN).any(axis=0)
    votes = np.repeat(patterns[:, voting], counts, axis=0)
    model = LabelModel(cardinality=settings["cardinality"], verbose=False)
    model.fit(votes, n_epochs=100, seed=settings["seed"], progress_bar=False)
    # as in `predict_proba`: only the votes cast count, each by the log of its probability
    table = np.zeros((patterns.shape[1], settings["cardinality"], settings["cardinality"]))
    table[voting] = np.log(model.mu.detach().numpy()).reshape(-1, *table.shape[1:])
    np.save(folder / "weights.npy", table, allow_pickle=False)


if __name__ == "__main__":
    fit(Path(sys.argv[1]))
