"""Other people's label models, fitted on the same votes: Snorkel's, and two of crowd-kit."""

from __future__ import annotations

import warnings
from time import process_time
from typing import Any

import numpy as np

from curation.types import ABSTAIN, Probabilities, Votes

WARM_UP = np.array([[0, 0, 1], [1, 1, 0], [0, -1, 0]] * 3)


def snorkel(train: Votes, test: Votes, labels: int, seed: int) -> tuple[Probabilities, float]:
    """Return LabelModel's answers to `test`, and the CPU seconds its fit took.

    Everything is Snorkel's default: 100 epochs, a uniform class prior. One thread, as ours have:
    on tensors this small more of them only wait for one another.
    """
    import torch
    from snorkel.labeling.model import LabelModel

    torch.set_num_threads(1)
    votes = train.astype(int)
    model = LabelModel(cardinality=labels, verbose=False)
    LabelModel(verbose=False).fit(WARM_UP, n_epochs=1, progress_bar=False)  # torch loads parts late
    started = process_time()
    model.fit(votes, seed=seed, progress_bar=False)
    seconds = process_time() - started
    return model.predict_proba(test.astype(int)), seconds


def dawid_skene(train: Votes, test: Votes, labels: int) -> tuple[Probabilities, float]:
    """Return the answers of crowd-kit's Dawid-Skene, which learns its class prior."""
    from crowdkit.aggregation import DawidSkene

    model = DawidSkene()
    data = _long(train)
    seconds = _fit(model, data)
    learned: Any = model.errors_
    errors = np.full((train.shape[1], labels, labels), 1 / labels)  # a vote never met says nothing
    for (worker, vote), row in learned.iterrows():
        errors[int(worker), int(vote), [int(label) for label in row.index]] = row.to_numpy()
    priors = np.full(labels, 1e-10)
    for label, share in model.priors_.items():
        priors[int(label)] = max(1e-10, float(share))
    scores = np.tile(np.log(priors), (len(test), 1))
    for column in range(test.shape[1]):
        voted = test[:, column] != ABSTAIN
        scores[voted] += np.log(np.maximum(1e-10, errors[column, test[voted, column]]))
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True), seconds


def wawa(train: Votes, test: Votes, labels: int) -> tuple[Probabilities, float]:
    """Return the answers of crowd-kit's Wawa: votes weighed by agreement with majority."""
    from crowdkit.aggregation import Wawa

    model, data = Wawa(), _long(train)
    seconds = _fit(model, data)
    skills = np.full(train.shape[1], float(model.skills_.mean()))
    for worker, skill in model.skills_.items():
        skills[int(worker)] = skill
    votes = np.stack([(test == k) @ skills for k in range(labels)], axis=1)
    total = votes.sum(axis=1, keepdims=True)
    return np.where(total > 0, votes / np.where(total > 0, total, 1), 1 / labels), seconds


def _fit(model: Any, data: Any) -> float:  # noqa: ANN401 - crowd-kit's, without types
    started = process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it calls pandas the old way
        model.fit(data)
    return process_time() - started


def _long(votes: Votes) -> Any:  # noqa: ANN401 - a pandas frame, imported only here
    import pandas as pd

    tasks, workers = np.nonzero(votes != ABSTAIN)
    return pd.DataFrame({"task": tasks, "worker": workers, "label": votes[tasks, workers]})
