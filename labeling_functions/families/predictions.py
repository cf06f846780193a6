"""The predictions family: what a past run answers, where it is sure."""

from __future__ import annotations

from collections.abc import Sequence

from curation.corpus import Corpus
from curation.exceptions import FunctionError
from curation.types import JsonObject, Votes
from labeling_functions.conditions.condition import Condition
from labeling_functions.function import LabelingFunction
from labeling_functions.resources import Resources
from labeling_functions.served import nobody, number, rows_in_scope, serve


def predictions(
    name: str, run: str, *, at_least: float = 0.8, scope: Condition | None = None
) -> LabelingFunction:
    """Vote what a past run answers where it is at least so confident, else abstain.

    It abstains on the rows the run was trained on: it has learned their answers by heart. What
    labeling functions taught the run comes back here as their echo: keep this one out where
    you want to know what the others are worth.

    Parameters
    ----------
    name : str
        The function's name, unique in the project.
    run : str
        The run's name. It must have answered first: its validation rows when it was evaluated, all
        others by `tunesmith ask`.
    at_least : float
        The least confidence that makes a vote, from 0 to 1.
    scope : condition, optional
        Vote only where it holds.

    Raises
    ------
    FunctionError
        No run is named, or the confidence is out of its range.

    Examples
    --------
    >>> predictions("last_run", run="2026-11-22-brisk-otter").family
    'predictions'
    """
    if not isinstance(run, str) or not run.strip():
        raise FunctionError(
            "predictions needs the name of a run.",
            where=name,
            remedy='Write it like predictions("last_run", run="2026-11-22-brisk-otter").',
        )
    bounds = {"at_least": number(name, "at_least", at_least, 0)}
    return serve(name, "predictions", {"run": run, **bounds}, label=None, scope=scope)


def votes(rule: JsonObject, corpus: Corpus, labels: Sequence[str], resources: Resources) -> Votes:
    """Return the votes of a predictions function, shape (n,).

    Raises
    ------
    FunctionError
        The run has answered nothing yet.
    """
    answers = resources.predictions(rule["run"]) if resources.predictions else {}
    if not answers:
        raise FunctionError(
            "The run has answered no example that it was not trained on.",
            where=rule["run"],
            remedy="Let it answer first: `tunesmith ask`, or evaluate it.",
        )
    cast = nobody(corpus, labels)
    rows = rows_in_scope(rule, corpus)
    for row, id_ in zip(rows, corpus.take(rows).ids, strict=True):
        answer, confidence = answers.get(id_, ("", 0.0))
        if answer in labels and confidence >= rule["at_least"]:
            cast[row] = labels.index(answer)
    return cast
