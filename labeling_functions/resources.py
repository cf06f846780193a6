"""What labeling functions that go beyond the text may ask for: embeddings, gold, runs, models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from curation.exceptions import FunctionError
from curation.types import JsonObject, fingerprint

Vectors = NDArray[np.float32]
"""Sentence embeddings, shape (n, d), each of length one."""
Answers = Mapping[str, tuple[str, float]]
"""A run's answer and its confidence by example id."""


def ignore(_example_id: str | None, _error: str) -> None:
    """Hear of a fault and do nothing about it."""


@dataclass(frozen=True)
class Resources:
    """What a project can serve its functions with; what is absent is None or empty.

    Attributes
    ----------
    embed : callable
        Takes texts and returns their embeddings: for the chosen examples of `similar`.
    vectors : callable
        Takes example ids and returns their embeddings, read from the disk. Raises FunctionError
        where an example has none.
    embedding_model : str
        The model behind both.
    embedding_rows : int
        How many examples have an embedding.
    gold : mapping of str to str
        Training gold by example id; never an answer of a held-out row.
    predictions : callable
        Takes a run's name and returns its answers to examples that it was not trained on.
    complete : callable
        Takes a `prompted` rule and prompts; returns what its model wrote, None for a prompt that
        was not put to it. Voting reads what is on the disk: it asks nobody and costs nothing.
    stamp : callable
        Takes the rule of a `predictions` or `prompted` function and returns a hash of the answers
        there are, so that it votes again when there are more.
    faulty : callable
        Told an example's id (None: the whole function) and an error in a line, where a function
        has no answer although it should; the vote there is an abstention. Whoever counts the votes
        puts their own in its place.
    """

    embed: Callable[[Sequence[str]], Vectors] | None = None
    vectors: Callable[[Sequence[str]], Vectors] | None = None
    embedding_model: str = ""
    embedding_rows: int = 0
    gold: Mapping[str, str] = field(default_factory=dict)
    predictions: Callable[[str], Answers] | None = None
    complete: Callable[[JsonObject, Sequence[str]], Sequence[str | None]] | None = None
    stamp: Callable[[JsonObject], str] | None = None
    faulty: Callable[[str | None, str], None] = ignore

    def state(self, rule: JsonObject) -> str:
        """Return a hash of what a function's votes depend on beyond its rule and the row.

        Examples
        --------
        >>> Resources().state({"family": "keywords"})
        ''
        >>> one, other = Resources(gold={"a": "spam"}), Resources(gold={"a": "ham"})
        >>> one.state({"family": "nearest_gold"}) == other.state({"family": "nearest_gold"})
        False
        """
        match rule["family"]:
            case "similar":
                return fingerprint(self.embedding_model)
            case "nearest_gold":
                gold = (part for pair in sorted(self.gold.items()) for part in pair)
                return fingerprint(self.embedding_model, *gold)
            case "predictions" | "prompted":
                return self.stamp(rule) if self.stamp else ""
        return ""

    def seen(self, rule: JsonObject) -> str:
        """Return a hash of what a round of voting had to go by; empty for plain rules.

        It differs from `state` where votes stand but some could not be cast yet.
        """
        state = self.state(rule)
        waits = rule["family"] in ("similar", "nearest_gold")
        return f"{state} {self.embedding_rows}" if waits else state

    def vectors_of(self, ids: Sequence[str]) -> Vectors:
        """Return the embeddings of examples.

        Raises
        ------
        FunctionError
            There are none yet.
        """
        if self.vectors is None:
            raise no_embeddings()
        return self.vectors(ids)

    def embedded(self, texts: Sequence[str]) -> Vectors:
        """Return the embeddings of texts that need not be examples.

        Raises
        ------
        FunctionError
            There is no model to embed them.
        """
        if self.embed is None:
            raise no_embeddings()
        return self.embed(texts)


def no_embeddings(missing: str = "The examples have no embeddings yet.") -> FunctionError:
    """Return the error that says how to come by embeddings."""
    return FunctionError(
        missing, remedy="Compute embeddings first: `tunesmith embed`, or the button on the page."
    )
