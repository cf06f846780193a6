"""Ask a language model for labeling functions: the prompt, and what its reply proposes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

import numpy as np

from labeling_functions.conditions import masks
from labeling_functions.suggesting.candidates import Candidate
from labeling_functions.suggesting.measured import Measured, lower
from labeling_functions.suggesting.suggestion import Ground

SHOWN_HALF = 0
"""The half of the gold a model may be shown; what it proposes is measured on the other."""
EXAMPLES = 4
LONGEST = 200
"""Characters of an example that are shown."""
MOST_WORDS = 5
"""Words of a proposed phrase at most: longer ones were copied from an example."""


def prompts_for(ground: Ground) -> list[tuple[str, str]]:
    """Return each label that has gold, and a prompt with examples of it and of the others.

    Only training rows of one half of the gold are shown.
    """
    shown = np.flatnonzero((ground.gold >= 0) & (ground.half == SHOWN_HALF))
    prompts = []
    for label, name in enumerate(ground.labels):
        mine, others = (
            [_line(ground, row) for row in shown[found][:EXAMPLES].tolist()]
            for found in (ground.gold[shown] == label, ground.gold[shown] != label)
        )
        if mine:
            prompts.append((name, _prompt(name, mine, others)))
    return prompts


def _line(ground: Ground, row: int) -> str:
    return " ".join(str(ground.corpus.texts[row]).split())[:LONGEST]


def _prompt(label: str, mine: Sequence[str], others: Sequence[str]) -> str:
    return (
        f"Texts of the class {label!r}:\n"
        + "".join(f"- {text}\n" for text in mine)
        + "Texts of other classes:\n"
        + "".join(f"- {text}\n" for text in others)
        + f"\nName 8 words or short phrases that texts of the class {label!r} contain and others"
        ' do not. Answer with one JSON list of strings, such as ["money back", "refund"].'
    )


def read_proposals(reply: str) -> list[Candidate]:
    """Return the phrases a reply proposes; none where it does not read.

    Examples
    --------
    >>> [one.phrase for one in read_proposals('Sure: ["Refund", "refund", 7, ""]')]
    ['refund']
    """
    return [Candidate(f'says "{p}"', p) for p in dict.fromkeys(_phrases(reply))]


def _phrases(reply: str) -> Iterator[str]:
    found = re.search(r"\[.*?\]", reply, re.DOTALL)
    try:
        listed = json.loads(found.group()) if found else []
    except ValueError:
        return
    for item in listed:
        phrase = " ".join(item.lower().split()) if isinstance(item, str) else ""
        if 0 < len(phrase.split()) <= MOST_WORDS and phrase.isprintable():
            yield phrase


def measure_proposals(
    ground: Ground, proposed: Sequence[tuple[int, Candidate]], least_precision: float = 0.6
) -> Measured:
    """Return the proposals that the half of the gold no model was shown bears out.

    Parameters
    ----------
    ground : Ground
    proposed : sequence of (label, Candidate)
    least_precision : float
        What the lower end of the 95 % Wilson interval must reach.
    """
    known = np.flatnonzero((ground.gold >= 0) & (ground.half != SHOWN_HALF))
    gold = ground.gold[known]
    candidates = tuple(candidate for _, candidate in proposed)
    label = np.array([label for label, _ in proposed], dtype=np.intp)
    held = masks([candidate.condition for candidate in candidates], ground.corpus.take(known))
    low = lower((held & (gold == label[:, None])).sum(axis=1), held.sum(axis=1))
    chance = np.bincount(gold, minlength=len(ground.labels) + 1) / max(1, len(gold))
    side = np.full(len(proposed), 1 - SHOWN_HALF)
    return Measured(candidates, label, side, low, chance[label]).among(low >= least_precision)
