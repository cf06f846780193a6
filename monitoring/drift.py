"""Has what the live model sees changed? Two calibrated tests, and the effect sizes beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from curation.statistics import holm
from curation.types import Prediction, Request

FEWEST = 30
"""Below this many rows on either side a test is undefined."""

_LEVEL = 0.05
_FEWEST_EXPECTED = 5
OUTSIDE = "(no label)"


@dataclass(frozen=True)
class DriftTest:
    """One test of the live rows against the reference.

    Attributes
    ----------
    name : str
        `"confidence"` or `"answers"`.
    p_value, adjusted : float or None
        Before and after Holm's correction; None when undefined.
    effect : float or None
        The size of the change from 0 to 1: the Kolmogorov-Smirnov distance of the confidences, or
        the share of answers that changed label (total variation). Depends on no threshold.
    n_reference, n_live : int
    undefined : str
        Why there is no test.
    sentence : str
        What changed, with the numbers.
    """

    name: str
    p_value: float | None
    effect: float | None
    n_reference: int
    n_live: int
    sentence: str
    undefined: str = ""
    adjusted: float | None = None


@dataclass(frozen=True)
class DriftReport:
    """The tests, and whether any of them alarms at 5 % after Holm's correction."""

    tests: tuple[DriftTest, ...]
    alert: bool
    sentence: str


def compare(
    reference: Sequence[Prediction], live: Sequence[Request], labels: Sequence[str]
) -> DriftReport:
    """Return whether the live requests differ from the reference predictions.

    Both samples are treated as samples: the two-sample Kolmogorov-Smirnov test on the model's
    confidence, and the chi-square test of homogeneity on its answers. An alert says look, not
    roll back: whether the change harms is for labelled rows to say. Checked daily, one alarm in
    twenty is false. Without labels (a task that writes), only the confidence is tested.

    Parameters
    ----------
    reference : sequence of Prediction
        The run's predictions on validation.
    live : sequence of Request
    labels : sequence of str
    """
    tests = [_confidence(reference, live)]
    if labels:
        tests.append(_answers(reference, live, labels))
    held = holm([test.p_value for test in tests])
    adjusted = tuple(_with(test, p) for test, p in zip(tests, held, strict=True))
    return _report(adjusted)


def _confidence(reference: Sequence[Prediction], live: Sequence[Request]) -> DriftTest:
    before = [row.confidence for row in reference if row.confidence is not None]
    after = [row.confidence for row in live if row.confidence is not None]
    if lack := _too_few(len(before), len(after)):
        return _undefined("confidence", lack, len(before), len(after))
    from scipy.stats import ks_2samp

    found = ks_2samp(before, after, method="asymp")
    was, now = sum(before) / len(before), sum(after) / len(after)
    sentence = f"Mean confidence was {was:.2f} and is {now:.2f}"
    p_value, effect = float(found.pvalue), float(found.statistic)
    return DriftTest("confidence", p_value, effect, len(before), len(after), sentence)


def _answers(
    reference: Sequence[Prediction], live: Sequence[Request], labels: Sequence[str]
) -> DriftTest:
    sizes = len(reference), len(live)
    if lack := _too_few(*sizes):
        return _undefined("answers", lack, *sizes)
    before = _counts([row.answer for row in reference], labels)
    after = _counts([row.answer for row in live], labels)
    moved = {label: after[label] / sizes[1] - before[label] / sizes[0] for label in before | after}
    table = _pooled(before, after, sizes)
    if len(table) < 2:
        return _undefined("answers", "because all answers are one label", *sizes)
    from scipy.stats import chi2_contingency

    p_value = float(chi2_contingency(list(zip(*table, strict=True)), correction=False).pvalue)
    effect = sum(map(abs, moved.values())) / 2
    most = max(moved, key=lambda label: abs(moved[label]))
    sentence = f"{most!r} moved most, by {100 * moved[most]:+.1f} points of all answers"
    return DriftTest("answers", p_value, effect, *sizes, sentence)


def _counts(answers: Sequence[str], labels: Sequence[str]) -> Counter[str]:
    known = set(labels)
    return Counter(answer if answer in known else OUTSIDE for answer in answers)


def _pooled(
    before: Counter[str], after: Counter[str], sizes: tuple[int, int]
) -> list[tuple[int, int]]:
    """Return the counts of each label, rarest pooled until the test's approximation holds."""
    smaller = min(sizes) / sum(sizes)
    pairs = sorted((before[label] + after[label], label) for label in before | after)
    table = [(before[label], after[label]) for _, label in pairs]
    while len(table) > 1 and sum(table[0]) * smaller < _FEWEST_EXPECTED:
        first, second, *rest = table
        table = sorted([(first[0] + second[0], first[1] + second[1]), *rest], key=sum)
    return table


def _too_few(before: int, after: int) -> str:
    if min(before, after) >= FEWEST:
        return ""
    return f"because {before} and {after} rows are too few; it takes {FEWEST} on each side"


def _undefined(name: str, why: str, before: int, after: int) -> DriftTest:
    sentence = f"The test of {name} is undefined {why}"
    return DriftTest(name, None, None, before, after, sentence, undefined=why)


def _with(test: DriftTest, adjusted: float | None) -> DriftTest:
    if adjusted is None or test.effect is None:
        return test
    chance = "p<0.001" if adjusted < 0.001 else f"p={adjusted:.3f}"
    numbers = f"(effect {test.effect:.2f}, {chance}, n={test.n_reference} and {test.n_live})"
    return DriftTest(
        **{**vars(test), "adjusted": adjusted, "sentence": f"{test.sentence} {numbers}"}
    )


def _report(tests: tuple[DriftTest, ...]) -> DriftReport:
    alarming = [test for test in tests if test.adjusted is not None and test.adjusted < _LEVEL]
    if alarming:
        start, shown = "Something changed; look at a sample", alarming
    elif all(test.adjusted is None for test in tests):
        start, shown = "Cannot tell", list(tests)
    else:
        start, shown = "No change was found", list(tests)
    details = ". ".join(test.sentence for test in shown)
    return DriftReport(tests, bool(alarming), f"{start}. {details}.")
