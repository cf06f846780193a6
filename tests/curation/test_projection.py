from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from curation import projection
from curation.exceptions import ModelError
from curation.projection import LAYOUT, Note, has_map, make_map, map_of, read_layout, read_note
from curation.vectors import append, begin


def blobs(n: int, seed: int = 0) -> np.ndarray:
    """Return rows around three directions, of length one; row k belongs to blob k % 3."""
    noise = np.random.default_rng(seed).normal(0, 0.1, (n, 16))
    rows = noise + np.eye(16)[np.arange(n) % 3]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def add(folder: Path, rows: np.ndarray, first: int = 0) -> None:
    header = begin(folder, "model", rows.shape[1])
    append(folder, header, [f"e{first + n}" for n in range(len(rows))], rows, cut=0)


def make(folder: Path) -> None:
    make_map({"folder": str(folder)}, lambda _event: None)


def spread(places: np.ndarray) -> tuple[float, float]:
    """Return the mean distance to the own blob's centre, and between the centres."""
    centres = np.stack([places[blob::3].mean(axis=0) for blob in range(3)])
    within = np.linalg.norm(places - centres[np.arange(len(places)) % 3], axis=1).mean()
    between = np.mean(
        [np.linalg.norm(centres[a] - centres[b]) for a, b in ((0, 1), (1, 2), (0, 2))]
    )
    return float(within), float(between)


def test_what_is_alike_lies_together(tmp_path: Path) -> None:
    add(tmp_path, blobs(150))
    make(tmp_path)
    drawn = map_of(tmp_path)
    assert drawn.places.shape == (150, 2)
    assert np.abs(drawn.places).max() <= 1
    within, between = spread(drawn.places)
    assert within < between / 2


def test_rows_that_came_since_are_placed_and_the_others_stay(tmp_path: Path) -> None:
    add(tmp_path, blobs(150))
    make(tmp_path)
    before = map_of(tmp_path).places
    add(tmp_path, blobs(30, seed=1), first=150)
    assert not has_map(tmp_path)
    make(tmp_path)
    after = map_of(tmp_path)
    assert list(after.ids)[-1] == "e179"
    np.testing.assert_allclose(after.places[:150], before, atol=1e-5)
    centres = np.stack([before[blob::3].mean(axis=0) for blob in range(3)])
    distances = np.linalg.norm(after.places[150:, None] - centres, axis=2)
    assert (distances.argmin(axis=1) == np.arange(30) % 3).mean() > 0.9
    add(tmp_path, blobs(100, seed=2), first=180)  # half as many again: arranged anew
    make(tmp_path)
    assert read_note(tmp_path / "map").arranged == 280  # type: ignore[union-attr]


def test_many_rows_are_placed_among_a_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "LANDMARKS", 60)
    add(tmp_path, blobs(600))
    make(tmp_path)
    assert read_layout(tmp_path / "map" / LAYOUT).landmarks.shape == (60, 16)
    within, between = spread(map_of(tmp_path).places)
    assert within < between / 2


@pytest.mark.parametrize("n", [1, 2, 9, 12])
def test_a_map_of_few_rows(tmp_path: Path, n: int) -> None:
    add(tmp_path, blobs(n))
    make(tmp_path)
    places = map_of(tmp_path).places
    assert places.shape == (n, 2)
    assert np.isfinite(places).all()


def test_rows_that_are_all_the_same(tmp_path: Path) -> None:
    add(tmp_path, np.repeat(blobs(1), 40, axis=0))
    make(tmp_path)
    assert np.isfinite(map_of(tmp_path).places).all()


def test_the_same_rows_make_the_same_map(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        add(tmp_path / name, blobs(80))
        make(tmp_path / name)
    one, two = (map_of(tmp_path / name).places for name in ("one", "two"))
    np.testing.assert_array_equal(one, two)


def test_other_embeddings_make_another_map(tmp_path: Path) -> None:
    add(tmp_path, blobs(50))
    make(tmp_path)
    assert has_map(tmp_path)
    (tmp_path / "header.json").unlink()
    add(tmp_path, blobs(50, seed=3))
    assert not has_map(tmp_path)


def test_there_is_no_map_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Compute embeddings first"):
        map_of(tmp_path)


def test_the_child_draws_it_too(tmp_path: Path) -> None:
    add(tmp_path, blobs(30))
    told: list[tuple[int, int]] = []
    map_of(tmp_path, lambda done, total: told.append((done, total)))
    assert told == [(0, 30), (30, 30)]
    assert isinstance(read_note(tmp_path / "map"), Note)
