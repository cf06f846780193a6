"""What a project serves its labeling functions with: embeddings, gold, runs, models' replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from curation.embeddings import embed_texts
from curation.project import Project
from curation.statistics import proportion
from curation.types import JsonObject, Score, example_id
from curation.vectors import Floats, read_embeddings, read_header
from labeling_functions.families.similar import lowest_bound, similarity
from labeling_functions.resources import Resources, no_embeddings
from studio.stations.answering import answers_of, answers_stamp
from studio.stations.asking import replies_of
from studio.stations.embedding import embedding_folder


class Gold(Mapping[str, str]):
    """Training gold by example id, read from the store when somebody first looks at it.

    Parameters
    ----------
    read : callable
        Returns the gold; held-out rows must not be in it.
    """

    def __init__(self, read: Callable[[], Mapping[str, str]]) -> None:
        self._read = read

    @cached_property
    def _there(self) -> Mapping[str, str]:
        return self._read()

    def __getitem__(self, id_: str) -> str:
        return self._there[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._there)

    def __len__(self) -> int:
        return len(self._there)


def resources_of(project: Project, gold: Callable[[], Mapping[str, str]]) -> Resources:
    """Return what the project's functions may ask for; nothing is read before it is asked for.

    Parameters
    ----------
    gold : callable
        Returns the gold of training examples: `tuning_gold`.
    """

    def stamp(rule: JsonObject) -> str:
        if rule["family"] == "prompted":
            return replies_of(project, rule).stamp()
        return answers_stamp(project, rule["run"])

    header = read_header(embedding_folder(project))
    return Resources(
        embed=lambda texts: embedded(project, texts),
        vectors=lambda ids: vectors(project, ids),
        embedding_model=embedding_folder(project).name,
        embedding_rows=header.rows if header else 0,
        gold=Gold(gold),
        predictions=lambda run: answers_of(project, run),
        complete=lambda rule, prompts: replies_of(project, rule).get(prompts),
        stamp=stamp,
    )


def vectors(project: Project, ids: Sequence[str]) -> Floats:
    """Return the embeddings of examples, shape (n, d).

    Raises
    ------
    FunctionError, ModelError
        There are none, or not for all.
    """
    made = read_embeddings(embedding_folder(project))
    if made is None:
        raise no_embeddings()
    return made.of(ids)


def embedded(project: Project, texts: Sequence[str]) -> Floats:
    """Return the embeddings of texts, shape (n, d); those of examples are read, not made again.

    Raises
    ------
    ModelError
        The model does not load.
    """
    made = read_embeddings(embedding_folder(project))
    ids = [example_id(text) for text in texts]
    if made is not None and (made.ids.places(ids) >= 0).all():
        return made.of(ids)
    return _embedded(tuple(texts), project.settings.embedding_model)


@lru_cache(maxsize=64)
def _embedded(texts: tuple[str, ...], model: str) -> Floats:
    return embed_texts(texts, model)


@dataclass(frozen=True)
class Bound:
    """How similar is similar enough, by gold.

    Attributes
    ----------
    at_least : float or None
        The lowest bound whose precision is surely good enough; None where none is.
    precision : Score
        At that bound, on training gold.
    """

    at_least: float | None
    precision: Score


def similar_bound(
    project: Project,
    gold: Mapping[str, str],
    label: str,
    texts: Sequence[str],
    *,
    to: str = "nearest",
    precision: float = 0.9,
) -> Bound:
    """Return the bound to give a `similar` function, judged on training gold.

    The gold rows that are among `texts` are left out: they are like themselves.

    Raises
    ------
    FunctionError, ModelError
        There are no embeddings.
    """
    own = {example_id(text) for text in texts}
    ids = [id_ for id_ in gold if id_ not in own]
    if not ids:
        return Bound(None, proportion("precision", 0, 0, "there is no gold but the examples"))
    near = similarity(vectors(project, ids), embedded(project, texts), to)
    right = np.array([gold[id_] == label for id_ in ids])
    found = lowest_bound(near, right, precision)
    kept = near >= (np.inf if found is None else found)
    score = proportion("precision", int(right[kept].sum()), int(kept.sum()), "no bound is sure")
    return Bound(found, score)
