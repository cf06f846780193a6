"""A map of the examples: their embeddings in two dimensions, made once and kept."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from curation.child import Child, Send
from curation.corpus import Ids
from curation.embeddings import Progress, nothing_embedded
from curation.types import JsonObject
from curation.vectors import Embeddings, Floats, Header, alone, read_embeddings, read_header

LANDMARKS = 2500
"""Rows t-SNE arranges, in about five seconds; the others are placed among them."""
COMPONENTS = 50
NEIGHBOURS = 5
GROWTH = 1.5
"""When there are so many times the rows the map was arranged for, it is arranged anew."""
PLACES, LAYOUT, NOTE = "places.f32", "layout.npz", "map.json"


@dataclass(frozen=True)
class Map:
    """Where examples lie; what is alike is near, but far means little.

    Attributes
    ----------
    ids : Ids, length n
    places : float array, shape (n, 2)
        Between -1 and 1.
    """

    ids: Ids
    places: Floats


@dataclass(frozen=True)
class Layout:
    """An arrangement that more rows can be placed in.

    Attributes
    ----------
    mean, axes : float arrays, shapes (d,) and (d, c)
        The principal components the rows are compared in.
    landmarks : float array, shape (l, c)
        Of length one.
    places : float array, shape (l, 2)
    """

    mean: Floats
    axes: Floats
    landmarks: Floats
    places: Floats

    def reduced(self, rows: Floats) -> Floats:
        """Return rows in principal components, of length one."""
        return _unit((rows - self.mean) @ self.axes)

    def place(self, rows: Floats) -> Floats:
        """Return where rows belong: amid the landmarks most like them, nearer to the likest."""
        likeness = self.reduced(rows) @ self.landmarks.T
        k = min(NEIGHBOURS, likeness.shape[1])
        near = np.argpartition(-likeness, k - 1, axis=1)[:, :k]
        sharp = np.exp((np.take_along_axis(likeness, near, axis=1) - 1) * 20)
        weights = sharp / sharp.sum(axis=1, keepdims=True)
        found: Floats = np.einsum("nk,nkc->nc", weights, self.places[near]).astype(np.float32)
        return found


@dataclass(frozen=True)
class Note:
    """What a map was made from: the embeddings' files, the rows placed, the rows arranged for."""

    token: str
    rows: int
    arranged: int


def map_of(folder: Path, on_progress: Progress | None = None) -> Map:
    """Return the map of the examples in a folder of embeddings, made in a child where need be.

    Examples that came since are placed among the others, which stay where they are until there are
    half as many again.

    Raises
    ------
    ModelError
        There are no embeddings, or the child died.
    """
    embeddings = read_embeddings(folder)
    if embeddings is None:
        raise nothing_embedded()
    if not _is_current(read_note(folder / "map"), embeddings.header):
        with Child("curation.arranger") as child:
            for event in child.events({"job": "map", "folder": str(folder)}):
                if on_progress is not None:
                    on_progress(event["done"], event["total"])
    rows = len(embeddings)
    places = np.fromfile(folder / "map" / PLACES, dtype=np.float32, count=2 * rows)
    return Map(embeddings.ids, places.reshape(rows, 2))


def has_map(folder: Path) -> bool:
    """Return whether the map needs no work before it is drawn."""
    header = read_header(folder)
    return header is not None and _is_current(read_note(folder / "map"), header)


def read_note(folder: Path) -> Note | None:
    """Return what the map in a folder was made from; None where there is none."""
    try:
        return Note(**json.loads((folder / NOTE).read_bytes()))
    except (OSError, ValueError, TypeError):  # absent, cut short, or of another version
        return None


def _is_current(note: Note | None, header: Header) -> bool:
    return note is not None and (note.token, note.rows) == (header.token, header.rows)


def make_map(job: JsonObject, send: Send) -> None:
    """Arrange the landmarks where that is due, place all other rows, and keep both: `folder`."""
    embeddings = read_embeddings(Path(job["folder"]))
    if embeddings is None:
        return
    folder = Path(job["folder"]) / "map"
    with alone(folder):
        note = read_note(folder)
        if _is_current(note, embeddings.header):
            return
        total = len(embeddings)
        send({"event": "progress", "done": 0, "total": total})
        if note is None or _outgrown(note, embeddings):
            layout, note = _arrange(embeddings), None
            _replace(folder / LAYOUT, layout)
        layout, arranged = read_layout(folder / LAYOUT), note.arranged if note else total
        parts = []
        for start, rows in embeddings.parts():
            parts.append(layout.place(rows))
            send({"event": "progress", "done": start + len(rows), "total": total})
        _replace(folder / PLACES, np.concatenate(parts))
        _keep_note(folder, Note(embeddings.header.token, total, arranged))


def _outgrown(note: Note, embeddings: Embeddings) -> bool:
    return note.token != embeddings.header.token or len(embeddings) > GROWTH * note.arranged


def _arrange(embeddings: Embeddings) -> Layout:
    """Lay out a sample of the rows by t-SNE on their principal components.

    van der Maaten and Hinton (2008); begun at the first two components, as Kobak and Berens (2019)
    advise, so that the whole is arranged by what differs most.
    """
    chosen = np.random.default_rng(0).permutation(len(embeddings))[:LANDMARKS]
    rows = embeddings.matrix[np.sort(chosen)].astype(np.float32)
    mean = rows.mean(axis=0)
    _, _, axes = np.linalg.svd(rows - mean, full_matrices=False)
    axes = axes[:COMPONENTS].T
    landmarks = _unit((rows - mean) @ axes)
    return Layout(mean, axes, landmarks, _scaled(_flat(landmarks)))


def _flat(landmarks: Floats) -> Floats:
    from sklearn.manifold import TSNE

    n = len(landmarks)
    start = np.pad(landmarks, ((0, 0), (0, 2)))[:, :2]
    if n < 10 or start.std() < 1e-6:  # too few, or too much the same, to have neighbourhoods
        return start
    init = start / start.std() * 1e-4  # so small that the arrangement can still turn
    model = TSNE(init=init, perplexity=min(30, (n - 1) / 3), max_iter=500, random_state=0)
    flat: Floats = model.fit_transform(landmarks)
    return flat


def _scaled(places: Floats) -> Floats:
    low, high = places.min(axis=0), places.max(axis=0)
    scaled: Floats = (2 * (places - low) / np.maximum(high - low, 1e-9) - 1).astype(np.float32)
    return scaled


def _unit(rows: NDArray[np.floating[Any]]) -> Floats:
    unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit


def read_layout(path: Path) -> Layout:
    """Return the arrangement in a file."""
    with np.load(path, allow_pickle=False) as arrays:
        return Layout(**{name: arrays[name] for name in arrays.files})


def _replace(path: Path, content: Layout | NDArray[np.float32]) -> None:
    temporary = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    with temporary.open("wb") as file:
        if isinstance(content, Layout):
            np.savez(file, **vars(content))
        else:
            content.tofile(file)
    os.replace(temporary, path)  # noqa: PTH105 - the atomic one, by its name


def _keep_note(folder: Path, note: Note) -> None:
    temporary = folder / f".map.{uuid4().hex}.tmp"
    temporary.write_text(json.dumps(asdict(note)), "utf-8")
    temporary.replace(folder / NOTE)
