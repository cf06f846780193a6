"""Add votes up to probable labels."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from curation.exceptions import AggregationError
from curation.registry import Registry
from curation.types import ABSTAIN, ProbableLabels, VoteMatrix

AGGREGATORS = Registry(
    "aggregator",
    {
        "majority": "labeling_functions.aggregate:majority",
        "dawid_skene": "labeling_functions.dawid_skene:dawid_skene",
        "label_model": "labeling_functions.aggregate:label_model",
    },
)
"""Each takes a `VoteMatrix` and a `seed` and returns the probabilities, shape (n, k)."""

SECONDS = 600


def aggregate(matrix: VoteMatrix, name: str = "majority", *, seed: int = 13) -> ProbableLabels:
    """Return what the votes add up to; a row nobody voted on is uniform and not covered.

    Parameters
    ----------
    matrix : VoteMatrix
    name : str
        An aggregator by its name.
    seed : int
        For the aggregators that draw random numbers.

    Raises
    ------
    AggregationError
        The task has no labels, or the aggregator needs more votes than there are.
    UnknownNameError
        There is no such aggregator.
    """
    if not matrix.labels:
        raise AggregationError("The task has no labels to vote for.", remedy="Name its labels.")
    probabilities = AGGREGATORS[name](matrix, seed=seed)
    covered = (matrix.votes != ABSTAIN).any(axis=1)
    probabilities[~covered] = 1 / len(matrix.labels)
    return ProbableLabels(matrix.example_ids, matrix.labels, probabilities, covered, name)


def majority(matrix: VoteMatrix, *, seed: int = 13) -> NDArray[np.float64]:  # noqa: ARG001
    """Return each label's share of the votes; a tie stays a tie."""
    counts = np.stack([(matrix.votes == k).sum(axis=1) for k in range(len(matrix.labels))], axis=1)
    shares: NDArray[np.float64] = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    return shares


def label_model(matrix: VoteMatrix, *, seed: int = 13) -> NDArray[np.float64]:
    """Return the probabilities of Snorkel's LabelModel, which learns whom to trust how much.

    It is fitted in a process of its own, for torch takes seconds to import.

    Raises
    ------
    AggregationError
        Fewer than three functions vote, fewer than two labels are voted for, or the fit failed.

    References
    ----------
    Ratner et al. (2019), Training complex models with multi-task weak supervision.
    """
    votes = matrix.votes[:, (matrix.votes != ABSTAIN).any(axis=0)]
    _check(votes)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        np.save(place / "votes.npy", votes, allow_pickle=False)
        settings = {"cardinality": len(matrix.labels), "seed": seed}
        (place / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        _fit(place)
        fitted: NDArray[np.float64] = np.load(place / "probabilities.npy", allow_pickle=False)
    if not np.isfinite(fitted).all():
        raise AggregationError("The label model did not converge.", remedy="Use majority.")
    return fitted


def _check(votes: NDArray[np.int16]) -> None:
    if votes.shape[1] < 3:
        raise AggregationError(
            f"The label model needs at least 3 functions that vote; there are {votes.shape[1]}.",
            remedy="Write more functions, or use majority.",
        )
    if len(np.unique(votes[votes != ABSTAIN])) < 2:
        raise AggregationError(
            "The label model needs votes for at least 2 labels; there is 1.",
            remedy="Write a function for another label, or use majority.",
        )


def _fit(place: Path) -> None:
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-m", "labeling_functions.label_model", str(place)]
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
