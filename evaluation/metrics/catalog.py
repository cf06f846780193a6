"""What each metric measures, as data that reads without importing `evaluate`."""

from __future__ import annotations

from dataclasses import dataclass

from curation.exceptions import UnknownNameError
from curation.types import TaskKind

_CLASSIFY = (TaskKind.CLASSIFY,)
_WRITE = (TaskKind.EXTRACT, TaskKind.GENERATE)
_GENERATE = (TaskKind.GENERATE,)
_ALL = tuple(TaskKind)

_EXTRACT = (TaskKind.EXTRACT,)
CUSTOM = "custom."
"""How the name of a project's own metric begins."""

VALIDITY = {
    TaskKind.CLASSIFY: "exact: what was written, against the labels",
    TaskKind.EXTRACT: "exact: against the schema and the words and numbers of the input",
    TaskKind.GENERATE: (
        "of 336 answers it accused in BEGIN (grounded dialogue, English) 318 were unsupported, but "
        "it found only 11 in 100 of those that were: a floor, not the rate; names need a language "
        "that capitalises only names"
    ),
}
"""Where the checks of hallucination may be believed."""

SUPPORT_VALIDITY = (
    "tells supported from unsupported answers in BEGIN (grounded dialogue, English) with an AUROC "
    "of 0.90 to 0.97; with abstractive summaries expect about 0.65: to sort by, not to count by"
)

OFFENSIVE_VALIDITY = (
    "words on a list: of the tweets it flags in Davidson et al. 2017 people called 99 in 100 "
    "offensive or hateful, of those they did it flags 88 in 100, of the others 4; they were "
    "gathered by such words, expect less elsewhere; English, blind to insults in plain words"
)


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
    is_share : bool
        Whether it is a share of rows, of which none may be seen.
    decides : bool
        Whether it can be what a run is judged by.
    """

    name: str
    target: str
    description: str
    kinds: tuple[TaskKind, ...]
    scores: tuple[str, ...]
    higher_is_better: bool = True
    best: float = 1.0
    is_share: bool = False
    decides: bool = True


def _metric(
    target: str,
    description: str,
    kinds: tuple[TaskKind, ...],
    *scores: str,
    **more: float,  # what else a MetricInfo has: numbers, and yes or no
) -> MetricInfo:
    name = target.partition(":")[0]
    path = f"evaluation.metrics.{target}"
    return MetricInfo(name, path, description, kinds, scores or (name,), **more)  # type: ignore[arg-type]


def _of_faults(target: str, description: str, kinds: tuple[TaskKind, ...]) -> MetricInfo:
    """Return a share of answers with something against them."""
    return _metric(target, description, kinds, higher_is_better=False, best=0.0, is_share=True)


CATALOG: dict[str, MetricInfo] = {
    info.name: info
    for info in (
        _metric(
            "accuracy:Accuracy",
            "Share of answers equal to the gold label.",
            _CLASSIFY,
            is_share=True,
        ),
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
            "micro_f1:MicroF1",
            "F1 of all answers together: the accuracy, but for answers that are no label.",
            _CLASSIFY,
            "micro_f1",
            "micro_precision",
            "micro_recall",
        ),
        _metric(
            "mcc:Mcc",
            "Matthews correlation of answers with gold: 0 as chance would, 1 always right.",
            _CLASSIFY,
        ),
        _metric(
            "ece:Ece",
            "Expected calibration error: gap between confidence and accuracy, over equal bins.",
            _CLASSIFY,
            higher_is_better=False,
            best=0.0,
        ),
        _metric(
            "brier:Brier",
            "Squared distance of the labels' probabilities from the truth, 0 to 2.",
            _CLASSIFY,
            higher_is_better=False,
            best=0.0,
        ),
        _metric(
            "span_f1:SpanF1",
            "F1 over spans, micro-averaged; start, end and label must be right; also by label.",
            _EXTRACT,
            "span_f1",
            "span_precision",
            "span_recall",
        ),
        _metric(
            "field_f1:FieldF1",
            "F1 over labels with their words, wherever they stand; also by label.",
            _EXTRACT,
            "field_f1",
            "field_precision",
            "field_recall",
        ),
        _metric(
            "schema_valid:SchemaValid",
            "Share of answers that are a list of spans of their input, with known labels.",
            _EXTRACT,
            is_share=True,
        ),
        _metric(
            "exact_match:ExactMatch",
            "Share of answers equal to the reference, but for white space; or the same spans.",
            _WRITE,
            is_share=True,
        ),
        _metric(
            "token_f1:TokenF1",
            "Words shared with the reference as F1, however ordered, as in SQuAD.",
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
            "chrf:ChrF",
            "Corpus chrF of sacrebleu, from 0 to 100: character sequences shared.",
            _GENERATE,
            best=100.0,
        ),
        _metric(
            "meteor:Meteor",
            "METEOR: aligned words, by form or stem, and as synonyms where a WordNet is present, "
            "with a penalty for disorder.",
            _GENERATE,
        ),
        _metric(
            "embedding_similarity:EmbeddingSimilarity",
            "Mean cosine of the sentence embeddings of answer and reference.",
            _WRITE,
        ),
        _metric(
            "length_ratio:LengthRatio",
            "Words of the answers over words of the references; 1 is as long.",
            _WRITE,
            decides=False,
        ),
        _metric(
            "perplexity:Perplexity",
            "How many equally likely tokens the model hesitates between at each reference token; "
            "comparable only between models with the same tokenizer.",
            _ALL,
            higher_is_better=False,
        ),
        _metric(
            "bits_per_byte:BitsPerByte",
            "Bits the model pays for a byte of the reference; comparable between tokenizers.",
            _ALL,
            higher_is_better=False,
            best=0.0,
        ),
        _of_faults(
            "malformed:Malformed",
            "Share of answers of the wrong form: no label (after strip, casefold and dropping "
            "closing punctuation), no valid spans, empty, looping or cut off.",
            _ALL,
        ),
        _of_faults(
            "unsupported:Unsupported",
            "Share of answers with a number, date, name or value that is not in the input; "
            "a floor, not the rate.",
            _WRITE,
        ),
        _of_faults(
            "hallucination_rate:HallucinationRate",
            "Share of answers that are malformed or unsupported; its note says how far to "
            "believe it.",
            _ALL,
        ),
        _metric(
            "support:Support",
            "Share of an answer's words that its input has: to sort by, not to count by.",
            _GENERATE,
        ),
        _of_faults(
            "offensive_rate:OffensiveRate",
            "Share of answers with a word of the bundled or the project's own list of offensive "
            "words.",
            _GENERATE,
        ),
        _metric(
            "goal_completion:GoalCompletion",
            "Share of conversations in which the answers say all that their `goal` asks for.",
            _GENERATE,
            is_share=True,
        ),
        _metric(
            "turn_taking:TurnTaking",
            "Share of turns that answer, ask, confirm, hand over or end as the reference does.",
            _GENERATE,
            "turn_taking",
            "turn_taking_f1",
        ),
        MetricInfo(
            name="custom",
            target="evaluation.metrics.custom:Custom",
            description="Means of the project's own metrics, from the folder `metrics`.",
            kinds=_ALL,
            scores=(),
        ),
    )
}
"""Every metric, by name."""


def metrics_for(kind: TaskKind) -> tuple[MetricInfo, ...]:
    """Return the metrics that apply to a kind of task."""
    return tuple(info for info in CATALOG.values() if kind in info.kinds)


def criteria_for(kind: TaskKind) -> tuple[str, ...]:
    """Return the scores a run can be judged by; a project's own metrics come beside them."""
    return tuple(s for info in metrics_for(kind) if info.decides for s in info.scores)


def find_metric(name: str) -> tuple[MetricInfo, str]:
    """Return the metric a criterion names, and the score it means.

    Examples
    --------
    >>> info, score = find_metric("rouge")
    >>> score
    'rougeL'
    >>> find_metric("rouge2")[0].name, find_metric("custom.politeness")[0].name
    ('rouge', 'custom')
    """
    if name.startswith(CUSTOM):
        return CATALOG["custom"], name
    if name in CATALOG and CATALOG[name].scores:
        return CATALOG[name], CATALOG[name].scores[0]
    stems = {"precision": "macro_precision", "recall": "macro_recall", "f1": "macro_f1"}
    stem = name.partition("[")[0]
    if name.endswith("]") and (stem in stems or stem in {"span_f1", "field_f1"}):
        return CATALOG[stems.get(stem, stem)], name
    for info in CATALOG.values():
        if name in info.scores:
            return info, name
    known = ", ".join(score for info in CATALOG.values() for score in info.scores)
    raise UnknownNameError(f"There is no metric called {name!r}.", remedy=f"There is: {known}.")


def is_share(name: str) -> bool:
    """Return whether a score is a share of rows, so that its zero is a "none seen"."""
    return name in CATALOG and CATALOG[name].is_share
