"""A small project with gold, answers, votes and an exam, and its facts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from curation.project import Project, Settings, create_project, default_task
from curation.types import (
    Annotation,
    Example,
    FunctionInfo,
    ProbableLabels,
    Split,
    TaskKind,
    VoteMatrix,
    example_id,
)
from labeling_functions.aggregation.aggregate import aggregate
from studio import loop

LABELS = ("card", "cash", "cheque")
WORDS = ("refund", "order", "open", "broken", "card", "late", "thanks", "2 left")


def _example(at: int) -> Example:
    text = f"{WORDS[at % 8]} {WORDS[(at // 3) % 8]} number {at}{'!' * (at % 4)}"
    return Example(
        id=example_id(text),
        input=text,
        reference=(*LABELS, "barter")[at % 4] if at % 3 == 0 else None,
        source=f"part{at % 2}.csv",
        line=at,
        group=text,
        split=(Split.TRAIN, Split.TRAIN, Split.VALIDATION, Split.TEST, Split.TRAIN)[at % 5],
        metadata={"channel": ("email", "chat")[at % 2], "stars": at % 5 + 1},
    )


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """Return a project of 120 examples, some of which people spoke on."""
    task = default_task(TaskKind.CLASSIFY, LABELS)
    project = create_project(tmp_path / "shop", Settings(name="shop", task=task))
    examples = [_example(at) for at in range(120)]
    project.store.add_examples(examples)
    project.store.add_annotations(
        Annotation(
            uid=f"{who} {at}",
            example_id=examples[at].id,
            action="skip" if at % 7 == 0 else "exclude" if at % 11 == 0 else "answer",
            answer=LABELS[(at + (who == "noa" and at % 5 == 0)) % 3],
            reviewer=who,
        )
        for who in ("mia", "noa")
        for at in range(0, 60, 2 if who == "mia" else 5)
    )
    return project


@pytest.fixture
def voted(shop: Project) -> tuple[VoteMatrix, ProbableLabels]:
    """Return votes of three functions, one of which votes against, on what they may see."""
    seen = loop.seen_examples(shop)
    votes = np.random.default_rng(5).integers(-1, 3, (len(seen), 3)).astype(np.int8)
    votes[:, 2] = np.where(votes[:, 2] == -1, -1, -2 - votes[:, 2])
    functions = tuple(
        FunctionInfo(name=n, fingerprint="x", family="keywords", file="a.py", line=1, source="")
        for n in ("says_card", "says_any", "says_not")
    )
    matrix = VoteMatrix(tuple(e.id for e in seen), functions, LABELS, votes)
    return matrix, aggregate(matrix, "majority", seed=0)
