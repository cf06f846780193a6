"""Small worlds with functions, people and a model in them, healthy until a test plants a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from curation.types import Criterion, Split, Task, TaskKind
from evaluation.diagnosis.scene import FUNCTIONS, NOBODY, TRUSTED, Asked, Pool, Scene

LABELS = ("card", "cash", "refund", "transfer", "login")
SIZES = {"asked": 400, "pool": 700}
TOPICS = {label: [f"{label}{at}" for at in range(12)] for label in LABELS}


@dataclass
class World:
    """Texts of five labels as directions in space, two functions a label, and a few answers."""

    seed: int = 0
    spread: float = 0.55

    def __post_init__(self) -> None:
        self.generator = np.random.default_rng(self.seed)
        self.centres = np.eye(24)[: len(LABELS)]
        self.asked = self.rows("v", SIZES["asked"])
        self.pool = self.rows("u", SIZES["pool"])
        votes = {side: self.votes(self.truth[side]) for side in ("v", "u")}
        self.said = {"v": votes["v"], "u": votes["u"]}
        self.answered = self.generator.random(SIZES["pool"]) < 0.1
        self.given = {"v": self.truth["v"].copy(), "u": self.truth["u"].copy()}

    @property
    def functions(self) -> tuple[str, ...]:
        return tuple(f"{label}_{part}" for label in LABELS for part in "ab")

    def rows(self, side: str, n: int) -> Any:
        if side == "v":
            self.truth: dict[str, Any] = {}
            self.vectors: dict[str, Any] = {}
            self.texts: dict[str, list[str]] = {}
        truth = self.generator.integers(0, len(LABELS), n)
        noise = self.generator.normal(0, self.spread / 24**0.5 * 2, (n, 24))
        between = self.centres[self.generator.integers(0, len(LABELS), n)]
        hard = (self.generator.random(n) < 0.15)[:, None]  # what is close to another label
        vectors = np.where(hard, 0.45 * self.centres[truth] + 0.55 * between, self.centres[truth])
        vectors = vectors + noise
        self.truth[side] = truth
        self.vectors[side] = self.unit(vectors)
        self.texts[side] = [self.text(LABELS[label], at, side) for at, label in enumerate(truth)]
        return truth

    @staticmethod
    def unit(vectors: Any) -> Any:
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    def text(self, label: str, at: int, side: str) -> str:
        said = self.generator.choice(TOPICS[label], 5, replace=False)
        return f"{' '.join(said)} {side}{at}"

    def votes(self, truth: Any) -> Any:
        """Let each label's two functions vote on some of its rows, seldom on others."""
        found = np.full((len(truth), 2 * len(LABELS)), -1, dtype=np.int16)
        for column in range(found.shape[1]):
            own = truth == column // 2
            fires = np.where(own, self.generator.random(len(truth)) < 0.5,
                             self.generator.random(len(truth)) < 0.01)  # fmt: skip
            found[fires, column] = column // 2
        return found

    def scene(self, **changes: Any) -> Scene:
        """Add the votes up, let a model learn, and return what is known."""
        taught, word = self.taught()
        answers = self.learn(taught, word)
        n, m = len(self.truth["v"]), len(self.truth["u"])
        asked = Asked(
            ids=[f"v{at}" for at in range(n)],
            texts=self.texts["v"],
            gold=self.given["v"].astype(np.int64),
            answers=answers,
            wrong=answers != self.given["v"],
            malformed=np.zeros(n, dtype=bool),
            shown=list(self.texts["v"]),
            families=[f"v{at}" for at in range(n)],
            vectors=self.vectors["v"],
            votes=self.said["v"],
        )
        pool = Pool(
            ids=[f"u{at}" for at in range(m)],
            texts=self.texts["u"],
            labels=taught,
            word=word,
            shown=[text if own else "" for text, own in zip(self.texts["u"], word, strict=True)],
            families=[f"u{at}" for at in range(m)],
            vectors=self.vectors["u"],
            votes=self.said["u"],
        )
        asked = replace(asked, **changes.pop("asked", {}))
        pool = replace(pool, **changes.pop("pool", {}))
        return Scene(self.task, Split.VALIDATION, asked, pool, self.functions, **changes)

    @property
    def task(self) -> Task:
        criterion = Criterion(metric="accuracy", target=0.8)
        return Task(kind=TaskKind.CLASSIFY, instruction="Sort.", labels=LABELS, criterion=criterion)

    def taught(self) -> tuple[Any, Any]:
        """Return what each row of the pool teaches, by people, else by most votes, and whose."""
        labels = np.full(len(self.truth["u"]), -1, dtype=np.int64)
        for at, row in enumerate(self.said["u"]):
            counts = np.bincount(row[row >= 0], minlength=len(LABELS))
            if counts.max() and (counts == counts.max()).sum() == 1:
                labels[at] = counts.argmax()
        word = np.where(labels >= 0, FUNCTIONS, NOBODY)
        labels = np.where(self.answered, self.given["u"], labels)
        return labels, np.where(self.answered, TRUSTED, word).astype(np.int8)

    def learn(self, taught: Any, word: Any) -> Any:
        from sklearn.linear_model import LogisticRegression

        own = word != NOBODY
        model = LogisticRegression(C=10, max_iter=300)
        model.fit(self.vectors["u"][own], taught[own])
        return model.predict(self.vectors["v"]).astype(np.int64)


@pytest.fixture
def make_world() -> Callable[..., World]:
    return World
