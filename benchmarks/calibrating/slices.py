"""Slice discovery: on errors that fall at random, and with one slice planted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from benchmarks.calibrating import Measured
from curation.types import DatasetRow, Message, Word
from evaluation.slicing.discover import discover
from evaluation.slicing.features import Feature, features

WORDS = [f"word{at}" for at in range(60)]
ROWS = 1_200
BASE, PLANTED = 0.12, 0.4


def discovery(runs: int) -> list[Measured]:
    """Count runs that report a slice where there is none, and that find one of 80 rows or more."""
    rows = _rows()
    found, ids = features(rows, least=20), [row.id for row in rows]
    runs = max(100, runs // 2)
    told = worst = naive = hit = 0
    for seed in range(runs):
        generator = np.random.default_rng(seed)
        wrong = generator.random(ROWS) < BASE
        told += bool(discover(wrong, found, ids, seed=seed))
        p_values = np.array([_chance(wrong, feature.mask) for feature in found])
        worst += bool((p_values < 0.05).any())
        naive += bool((_giskard(p_values) < 0.05).any())
        hit += _finds(found, ids, generator, seed)
    peers = {"worst feature at p < 0.05": worst / runs, "Giskard's correction": naive / runs}
    return [
        Measured("slices", "random errors: any slice told", "alarms", 0.05, told, runs, peers),
        Measured("slices", "one slice, 12 % errors to 40 %", "finds", 0.9, hit, runs),
    ]


def _rows() -> list[DatasetRow]:
    generator = np.random.default_rng(0)
    weights = 1 / np.arange(1, 61)
    made = []
    for at in range(ROWS):
        said = generator.choice(WORDS, int(generator.integers(4, 12)), p=weights / weights.sum())
        text = f"{' '.join(said)} {at}"
        made.append(
            DatasetRow(
                id=f"v{at}",
                messages=(Message(role="user", content=text),),
                answer=str(generator.choice(["a", "b", "c", "d"])),
                word=Word.GOLD,
                confidence=1,
                input=text,
                metadata={"channel": str(generator.choice(["mail", "chat", "phone"]))},
            )
        )
    return made


def _finds(
    found: tuple[Feature, ...], ids: list[str], generator: np.random.Generator, seed: int
) -> bool:
    large = [feature for feature in found if 80 <= feature.mask.sum() <= 300]
    mask = large[int(generator.integers(len(large)))].mask
    wrong = generator.random(ROWS) < np.where(mask, PLANTED, BASE)
    told = discover(wrong, found, ids, seed=seed)
    return any(_same(mask, np.isin(np.arange(ROWS), one.rows)) for one in told)


def _same(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> bool:
    return bool((one & other).sum() >= 0.5 * (one | other).sum())


def _chance(wrong: NDArray[np.bool_], mask: NDArray[np.bool_]) -> float:
    inside, outside = wrong[mask], wrong[~mask]
    table = [
        [inside.sum(), len(inside) - inside.sum()],
        [outside.sum(), len(outside) - outside.sum()],
    ]
    return float(fisher_exact(table, alternative="greater").pvalue)


def _giskard(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what Giskard takes for Benjamini and Hochberg's: `argsort() + 1` in place of ranks."""
    return p_values * len(p_values) / (np.argsort(p_values) + 1)
