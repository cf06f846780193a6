"""What people's choices and ratings add up to: preference pairs to train on, and mean ratings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev

from curation.exporters.preferences import export
from curation.people.preferences import Preferences, preference_pairs
from curation.project import Project
from curation.statistics import none_seen
from curation.types import Annotation, Score, Split
from curation.words import standing_words
from evaluation.intervals import Interval
from studio.stations.responses import Response

WORST, BEST = 1, 5


def collect_preferences(project: Project, split: Split = Split.TRAIN) -> Preferences:
    """Return the pairs people agree on, and what is left out and why.

    Raises
    ------
    LeakageError
        When the exam's are asked for.
    """
    store = project.store
    return preference_pairs(store.annotations(), store.examples(), project.task, split=split)


def export_preferences(project: Project, to: Path, split: Split = Split.TRAIN) -> Preferences:
    """Write a split's preference pairs for TRL's DPO trainer: the whole file, or none.

    Raises
    ------
    DatasetError
        The file cannot be written; what was there before stays.
    LeakageError
        When the exam's are asked for.
    """
    found = collect_preferences(project, split)
    export(found.pairs, to)
    return found


def ratings(
    annotations: Iterable[Annotation], responses: Mapping[str, Sequence[Response]]
) -> dict[str, Score]:
    """Return the mean rating of what was shown, by where it came from, with a 95 % interval.

    A person's rating of an example counts once, the last; a text that is no longer among the
    responses, of a run that was deleted say, counts as `unknown`.

    Parameters
    ----------
    annotations : iterable of Annotation, oldest first
    responses : mapping of str to sequence of Response
        By example id.

    Returns
    -------
    dict of str to Score
        By source, the best first; one that nobody rated is not there.
    """
    given = defaultdict[str, list[int]](list)
    for example, said in standing_words(annotations).items():
        sources = {response.text: response.source for response in responses.get(example, ())}
        for word in said:
            if word.rating is not None and word.shown is not None:
                given[sources.get(word.shown, "unknown")].append(word.rating)
    scores = [_score(source, rated) for source, rated in given.items()]
    return dict(sorted(scores, key=lambda pair: -(pair[1].value or 0)))


def _score(source: str, rated: Sequence[int]) -> tuple[str, Score]:
    low, high = _interval(rated)
    score = Score(metric=f"rating[{source}]", value=mean(rated), low=low, high=high, n=len(rated))
    return source, score


def _interval(rated: Sequence[int]) -> Interval:
    """Return the 95 % interval of a mean rating: Student's t, within the scale.

    Where all ratings are the same, others may be rarer than can be told from so few: the interval
    is then how far that many of the worst, or of the best, would move the mean.
    """
    from scipy.special import stdtrit

    middle, n = mean(rated), len(rated)
    if len(set(rated)) == 1:
        others = none_seen(n)
        return middle - others * (middle - WORST), middle + others * (BEST - middle)
    half = float(stdtrit(n - 1, 0.975)) * stdev(rated) / n**0.5
    return max(WORST, middle - half), min(BEST, middle + half)
