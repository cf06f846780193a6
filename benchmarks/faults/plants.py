"""The faults: each changes a healthy plan in one place, and says which cause is to be found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.faults.authors import Author
from curation.types import Message, Task

SWAPPED = 0.15
STRANGERS = 0.1
COPIED = 0.2
FEWEST_GOLD = 30
"""Known rows of a label whose gold is swapped, so that there are a few."""
OTHER = "none of these"
BROKEN = "three_words"


@dataclass(frozen=True)
class Row:
    """A text with the answer somebody gave, if anybody did.

    Attributes
    ----------
    text, truth : str
    given : str or None
        What a file or a person says; None where nobody did.
    """

    text: str
    truth: str
    given: str | None


@dataclass(frozen=True)
class Plan:
    """A project before it is built.

    Attributes
    ----------
    labels : tuple of str
    train, validation : tuple of Row
    functions : tuple of Author
    template : str
    """

    labels: tuple[str, ...]
    train: tuple[Row, ...]
    validation: tuple[Row, ...]
    functions: tuple[Author, ...]
    template: str = "bare"


@dataclass(frozen=True)
class Planted:
    """A plan with a fault in it.

    Attributes
    ----------
    plan : Plan
    cause : str
        The one to be found; empty where no fault was planted.
    subjects : tuple of str
        What the cause may be said to be about; anything where empty.
    """

    plan: Plan
    cause: str = ""
    subjects: tuple[str, ...] = field(default=())


Plant = Callable[[Plan, np.random.Generator, Sequence[str]], Planted]


def no_fault(plan: Plan, _generator: np.random.Generator, _strangers: Sequence[str]) -> Planted:
    """Leave the project as it is."""
    return Planted(plan)


def flipped_function(plan: Plan, generator: np.random.Generator, _: Sequence[str]) -> Planted:
    """Let one of the functions that vote most vote for another label."""
    votes = Counter(
        {f.name: sum(_fires(f, row.text) for row in plan.train) for f in plan.functions}
    )
    often = [name for name, _ in votes.most_common(max(1, len(votes) // 3))]
    name = str(generator.choice(often))
    old = next(f for f in plan.functions if f.name == name)
    label = str(generator.choice([label for label in plan.labels if label != old.label]))
    functions = tuple(replace(f, label=label) if f is old else f for f in plan.functions)
    return Planted(replace(plan, functions=functions), "wrong_function", (name,))


def deleted_functions(plan: Plan, generator: np.random.Generator, _: Sequence[str]) -> Planted:
    """Delete the functions of a label that lives by them."""
    answered = Counter(row.truth for row in plan.train if row.given is not None)
    share = {}
    for label in plan.labels:
        mine = [f for f in plan.functions if f.label == label]
        own = [row for row in plan.train if row.truth == label]
        voted = sum(any(_fires(f, row.text) for f in mine) for row in own)
        share[label] = voted / (voted + answered[label]) if voted + answered[label] else 0.0
    best = sorted(share, key=lambda label: -share[label])
    label = str(generator.choice(best[: max(1, len(best) // 3)]))
    functions = tuple(f for f in plan.functions if f.label != label)
    return Planted(replace(plan, functions=functions), "uncovered", (label,))


def swapped_gold(plan: Plan, generator: np.random.Generator, _: Sequence[str]) -> Planted:
    """Give 15 % of the rows of one label, wherever people or files said it, another one."""
    known = Counter(row.given for row in (*plan.train, *plan.validation) if row.given)
    enough = [label for label in plan.labels if known[label] >= FEWEST_GOLD] or list(plan.labels)
    meant = str(generator.choice(enough))
    given = str(generator.choice([label for label in plan.labels if label != meant]))
    train, validation = (
        _swap(rows, meant, given, generator) for rows in (plan.train, plan.validation)
    )
    changed = replace(plan, train=train, validation=validation)
    return Planted(changed, "suspect_gold", (f"{given} for {meant}",))


def _swap(
    rows: Sequence[Row], meant: str, given: str, generator: np.random.Generator
) -> tuple[Row, ...]:
    own = [at for at, row in enumerate(rows) if row.given == meant]
    chosen = set(generator.permutation(own)[: round(SWAPPED * len(own))].tolist())
    return tuple(replace(row, given=given) if at in chosen else row for at, row in enumerate(rows))


def strangers(plan: Plan, generator: np.random.Generator, others: Sequence[str]) -> Planted:
    """Let a stream of texts of another kind come in, which people call none of the labels."""
    number = min(len(others), int(STRANGERS * len(plan.validation)))
    chosen = [others[at] for at in generator.permutation(len(others))[:number].tolist()]
    rows = tuple(Row(text, OTHER, OTHER) for text in chosen)
    changed = replace(plan, labels=(*plan.labels, OTHER), validation=(*plan.validation, *rows))
    return Planted(changed, "missing_data")


def leaked_copies(plan: Plan, generator: np.random.Generator, _: Sequence[str]) -> Planted:
    """Copy a part of validation into training, slightly edited, as a careless export does."""
    chosen = generator.permutation(len(plan.validation))[: int(COPIED * len(plan.validation))]
    rows = [plan.validation[at] for at in chosen.tolist()]
    copies = tuple(replace(row, text=_edited(row.text, generator)) for row in rows)
    return Planted(replace(plan, train=(*plan.train, *copies)), "leakage")


def _edited(text: str, generator: np.random.Generator) -> str:
    """Return a text with a word more, and one letter of a long word doubled now and then."""
    said = text.split()
    long = [at for at, word in enumerate(said) if len(word) > 5]
    if len(said) > 8 and long and generator.random() < 0.5:
        at = int(generator.choice(long))
        said[at] = said[at][:3] + said[at][2:]
    return " ".join([*said, str(generator.choice(["please", "thanks", "now", "ok"]))])


def broken_template(plan: Plan, _generator: np.random.Generator, _: Sequence[str]) -> Planted:
    """Show the model the first three words of every text."""
    return Planted(replace(plan, template=BROKEN), "format", ("the template",))


def three_words(task: Task, text: str) -> tuple[Message, ...]:
    """Cut a text after three words: a template that somebody broke."""
    shown = " ".join(text.split()[:3])
    return Message(role="system", content=task.instruction), Message(role="user", content=shown)


def _fires(function: Author, text: str) -> bool:
    lowered = f" {' '.join(text.lower().split())} "
    return any(f" {keyword} " in lowered for keyword in function.keywords)


PLANTS: dict[str, Plant] = {
    "no fault": no_fault,
    "flipped function": flipped_function,
    "deleted functions": deleted_functions,
    "swapped gold": swapped_gold,
    "strangers": strangers,
    "leaked copies": leaked_copies,
    "broken template": broken_template,
}
