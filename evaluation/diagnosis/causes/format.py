"""Format: the model was not shown what it should be, or writes what cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from curation.statistics import wilson
from evaluation.diagnosis.causes import NOTHING, Cause, Evidence
from evaluation.diagnosis.claim import Claim
from evaluation.diagnosis.scene import Mask, Scene

MOST_HIDDEN = 0.01
"""Prompts without their whole input, of all: a share that no accident explains."""
MOST_MALFORMED = 0.1


def claims(scene: Scene) -> Iterator[Claim]:
    """Claim a broken template, or answers of the wrong form where that is common."""
    asked, taught = _hidden(scene), _hidden_from_training(scene)
    if asked.mean() > MOST_HIDDEN or taught > MOST_HIDDEN:
        yield _broken_template(scene, asked, taught)
    malformed = scene.asked.malformed
    bad, n = int(malformed.sum()), len(malformed)
    if n and wilson(bad, n)[0] > MOST_MALFORMED:
        yield _malformed(scene, bad, n)


def _hidden(scene: Scene) -> Mask:
    return np.array(_without(scene.asked.texts, scene.asked.shown), dtype=np.bool_)


def _hidden_from_training(scene: Scene) -> float:
    """Return the share of training rows whose prompt does not hold their whole text."""
    taught = scene.pool.taught.tolist()
    texts = [scene.pool.texts[row] for row in taught]
    hidden = _without(texts, [scene.pool.shown[row] for row in taught])
    return sum(hidden) / len(hidden) if hidden else 0.0


def _without(texts: Sequence[str], shown: Sequence[str]) -> list[bool]:
    """Return which texts are not whole in what was shown, white space aside."""
    pairs = zip(texts, shown, strict=True)
    return [" ".join(text.split()) not in " ".join(prompt.split()) for text, prompt in pairs]


def _broken_template(scene: Scene, hidden: Mask, taught: float) -> Claim:
    rows = np.flatnonzero(hidden) if hidden.any() else np.arange(len(hidden))
    clear = scene.asked.wrong[~hidden]
    return Claim(
        cause="format",
        subject="the template",
        sentence=(
            f"{int(hidden.sum())} of {len(hidden)} validation prompts, and {taught:.0%} of those "
            "it was trained on, do not hold their whole text: it answers what it was not shown."
        ),
        errors=rows[scene.asked.wrong[rows]],
        rows=rows,
        expected=float(clear.mean()) if len(clear) else scene.rate / 2,
        p_value=0.0,
        do="template",
        work_on=tuple(scene.asked.ids[row] for row in rows.tolist()),
    )


def _malformed(scene: Scene, bad: int, n: int) -> Claim:
    rows = np.flatnonzero(scene.asked.malformed)
    low, high = wilson(bad, n)
    return Claim(
        cause="format",
        subject="answers of the wrong form",
        sentence=(
            f"{bad} of {n} answers have the wrong form ({low:.0%} to {high:.0%}): the model has not"
            " learned how to answer, or the template ends where it should not."
        ),
        errors=rows[scene.asked.wrong[rows]],
        rows=rows,
        expected=float(scene.asked.wrong[~scene.asked.malformed].mean()) if bad < n else 0.0,
        p_value=0.0,
        do="template",
        work_on=tuple(scene.asked.ids[row] for row in rows.tolist()),
    )


def speaks(scene: Scene, row: int) -> Evidence:
    """Say what is wrong with what was shown, or with the form of what was written."""
    if _without([scene.asked.texts[row]], [scene.asked.shown[row]])[0]:
        return Evidence(1.0, "The prompt does not hold the whole text.")
    if scene.asked.malformed[row]:
        return Evidence(0.9, "What the model wrote has the wrong form.")
    return NOTHING


CAUSE = Cause("format", "Format or template", claims, speaks)
