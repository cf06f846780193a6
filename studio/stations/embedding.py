"""Embed the examples: what is like what, a map of them, and what the served functions need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from curation import clusters as clustering
from curation import embeddings as embedding
from curation import projection
from curation.clusters import Cluster
from curation.columns import columns_of
from curation.corpus import Corpus
from curation.embeddings import Neighbour
from curation.project import Project
from curation.projection import Map
from curation.vectors import Embeddings, read_embeddings

Progress = Callable[[int, int], None]


def seen_corpus(project: Project) -> Corpus:
    """Return the examples that functions may see, in order of arrival: everything but the exam."""
    return columns_of(project.store, project.columns).corpus


def embedding_folder(project: Project) -> Path:
    """Return the folder of the project's embeddings by its model; it may be deleted."""
    model = project.settings.embedding_model
    return embedding.folder_of(project.folder / "embeddings", model)


def embed(project: Project, on_progress: Progress | None = None) -> Embeddings:
    """Embed the examples that have no embedding yet, in a child process.

    Raises
    ------
    ModelError
        There is no example, or the model does not load.
    """
    folder, model = embedding_folder(project), project.settings.embedding_model
    return embedding.embed(folder, seen_corpus(project), model, on_progress)


def missing_embeddings(project: Project) -> int:
    """Return how many examples have no embedding yet."""
    return embedding.missing(embedding_folder(project), seen_corpus(project))


def map_of(project: Project, on_progress: Progress | None = None) -> Map:
    """Return where the embedded examples lie in two dimensions.

    Raises
    ------
    ModelError
        Nothing is embedded yet.
    """
    return projection.map_of(embedding_folder(project), on_progress)


def has_map(project: Project) -> bool:
    """Return whether the map can be drawn at once."""
    return projection.has_map(embedding_folder(project))


def nearest(project: Project, what: str | Sequence[str], k: int = 10) -> tuple[Neighbour, ...]:
    """Return the examples most like a text, or like some examples taken together.

    Parameters
    ----------
    what : str or sequence of str
        A text, or ids of examples; they themselves are not among the answers.
    k : int

    Raises
    ------
    ModelError
        Nothing is embedded yet.
    """
    made = read_embeddings(embedding_folder(project))
    if made is None:
        raise embedding.nothing_embedded()
    if isinstance(what, str):
        query = embedding.embed_texts([what], project.settings.embedding_model)
        return tuple(embedding.nearest(made, query, k)[0])
    mean = made.of(what).mean(axis=0, keepdims=True)
    found = embedding.nearest(made, mean / max(float((mean**2).sum()) ** 0.5, 1e-9), k + len(what))
    return tuple(near for near in found[0] if near.example_id not in set(what))[:k]


def clusters(
    project: Project, ids: Sequence[str], number: int | None = None
) -> tuple[Cluster, ...]:
    """Return the clusters among some examples, such as the uncovered ones, the largest first.

    Raises
    ------
    ModelError
        Some of them have no embedding yet.
    """
    return clustering.clusters(embedding_folder(project), seen_corpus(project), ids, number)
