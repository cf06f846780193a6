"""Fit Snorkel's LabelModel: `python -m labeling_functions.label_model FOLDER`, a child process.

It reads `votes.npy` and `settings.json` in the folder and writes `probabilities.npy` there.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np


def fit(folder: Path) -> None:
    """Fit the model on one thread with Snorkel's defaults and a uniform class prior."""
    import torch
    from snorkel.labeling.model import LabelModel

    torch.set_num_threads(1)
    votes = np.load(folder / "votes.npy", allow_pickle=False).astype(int)
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    model = LabelModel(cardinality=settings["cardinality"], verbose=False)
    model.fit(votes, n_epochs=100, seed=settings["seed"], progress_bar=False)
    np.save(folder / "probabilities.npy", model.predict_proba(votes), allow_pickle=False)


if __name__ == "__main__":
    fit(Path(sys.argv[1]))
