"""What each metric measures, as data that reads without importing `evaluate`."""

from __future__ import annotations

from dataclasses import dataclass

from curation.exceptions import UnknownNameError
from curation.types import TaskKind

_CLASSIFY = (TaskKind.CLASSIFY,)
_WRITE = (TaskKind.EXTRACT, TaskKind.GENERATE)
_GENERATE = (TaskKind.GENERATE,)
_ALL = tuple(TaskKind)

VALIDITY = (
    "Checked against human labels: AUROC 0.90 to 0.96 on grounded dialogue, 0.65 on abstractive "
    "summaries; English, cased text. A signal for triage, not a proof."
)
"""Where the source check may be believed (measured on BEGIN and QAGS)."""


@dataclass(frozen=True)
class MetricInfo:
    """A metric as the app shows it.

    Attributes
    ----------
    name : str
        Its name in the metric registry.
    target : str
        The `"module:object"` that computes it.
    description : str
        One line.
    kinds : tuple of TaskKind
        The tasks it applies to.
    scores : tuple of str
        The scores it yields for a whole split; the first one is meant when the metric is named.
    higher_is_better : bool
    best : float
        The value of perfect answers.
    """

    name: str
    target: str
    description: str
    kinds: tuple[TaskKind, ...]
    scores: tuple[str, ...]
    higher_is_better: bool = True
    best: float = 1.0


def _metric(
    target: str,
    description: str,
    kinds: tuple[TaskKind, ...],
    *scores: str,
    higher_is_better: bool = True,
    best: float = 1.0,
) -> MetricInfo:
    name = target.partition(":")[0]
    path = f"evaluation.metrics.{target}"
    return MetricInfo(name, path, description, kinds, scores or (name,), higher_is_better, best)


CATALOG: dict[str, MetricInfo] = {
    info.name: info
    for info in (
        _metric("accuracy:Accuracy", "Share of answers equal to the gold label.", _CLASSIFY),
        _metric(
            "macro_f1:MacroF1",
            "Mean over labels of F1; labels count equally, however rare.",
            _CLASSIFY,
        ),
        _metric(
            "macro_precision:MacroPrecision",
            "Mean over labels of the share of its predictions that are right.",
            _CLASSIFY,
        ),
        _metric(
            "macro_recall:MacroRecall",
            "Mean over labels of the share of its gold rows that were found.",
            _CLASSIFY,
        ),
        _metric(
            "exact_match:ExactMatch",
            "Share of answers equal to the reference, but for white space.",
            _WRITE,
        ),
        _metric(
            "rouge:Rouge",
            "Overlap with the reference: longest common subsequence, words and word pairs, as F1.",
            _WRITE,
            "rougeL",
            "rouge1",
            "rouge2",
            "rougeLsum",
        ),
        _metric(
            "bleu:Bleu",
            "Corpus BLEU of sacrebleu, from 0 to 100: word sequences shared with the reference.",
            _GENERATE,
            best=100.0,
        ),
        _metric(
            "meteor:Meteor",
            "METEOR exact+stem: aligned words, by form or stem, with a penalty for disorder.",
            _GENERATE,
        ),
        _metric(
            "perplexity:Perplexity",
            "How many equally likely tokens the model hesitates between at each reference token; "
            "comparable only between models with the same tokenizer.",
            _ALL,
            higher_is_better=False,
        ),
        _metric(
            "malformed:Malformed",
            "Share of answers of the wrong form: no label (after strip, casefold and dropping "
            "closing punctuation), empty, looping or cut off.",
            _ALL,
            higher_is_better=False,
            best=0.0,
        ),
        _metric(
            "unsupported:Unsupported",
            f"Share of answers with a number, date or name that is not in the input. {VALIDITY}",
            _WRITE,
            higher_is_better=False,
            best=0.0,
        ),
        _metric(
            "hallucination_rate:HallucinationRate",
            f"Share of answers that are malformed or unsupported. {VALIDITY}",
            _ALL,
            higher_is_better=False,
            best=0.0,
        ),
    )
}
"""Every metric, by name."""


def metrics_for(kind: TaskKind) -> tuple[MetricInfo, ...]:
    """Return the metrics that apply to a kind of task."""
    return tuple(info for info in CATALOG.values() if kind in info.kinds)


def find_metric(name: str) -> tuple[MetricInfo, str]:
    """Return the metric a criterion names, and the score it means.

    Examples
    --------
    >>> info, score = find_metric("rouge")
    >>> score
    'rougeL'
    >>> find_metric("rouge2")[0].name
    'rouge'
    """
    if name in CATALOG:
        return CATALOG[name], CATALOG[name].scores[0]
    stems = {"precision": "macro_precision", "recall": "macro_recall", "f1": "macro_f1"}
    if name.partition("[")[0] in stems and name.endswith("]"):
        return CATALOG[stems[name.partition("[")[0]]], name
    for info in CATALOG.values():
        if name in info.scores:
            return info, name
    known = ", ".join(score for info in CATALOG.values() for score in info.scores)
    raise UnknownNameError(f"There is no metric called {name!r}.", remedy=f"There is: {known}.")
