"""The command that fits the quick model, says how good it is, and which labels it doubts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Group

from curation.review.quick.model import LabelIssue, QuickModel
from curation.types import Word
from studio import loop
from studio.commands.functions import score_of
from studio.commands.terminal import (
    HERE,
    JsonOption,
    ProjectOption,
    number_of,
    open_near,
    progress_bar,
    say,
    table,
)

SHOWN = 120
"""Characters of a text that the table shows; the JSON object has ids."""
WORDS = {Word.PERSON: "people", Word.GOLD: "files", Word.VOTES: "votes"}


def quick(
    project: ProjectOption = HERE,
    number: Annotated[int, typer.Option(min=0, help="Doubtful labels that are listed.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Fit the quick model on what is said; list its accuracy and the labels it doubts most."""
    opened = open_near(project)
    with progress_bar("Fitting", quiet=as_json) as move:
        model = loop.refit(opened, move)
    doubted = dict(list(model.issues.items())[:number])
    texts = {e.id: e.input for e in opened.store.examples(ids=list(doubted))}
    say(_as_data(model, doubted), _drawn(model, doubted, texts), as_json=as_json)


def _as_data(model: QuickModel, doubted: Mapping[str, LabelIssue]) -> dict[str, object]:
    fit = model.fit
    return {
        "model": model.made_from,
        "examples": fit.rows,
        "fitted_on": {WORDS[word]: n for word, n in fit.fitted.items()},
        "weight_of_votes": fit.weight,
        "why": fit.why,
        "validation": score_of(loop.accuracy_of(model)),
        "out_of_fold": score_of(loop.own_accuracy_of(model)),
        "unlearnt": fit.unlearnt,
        "unjudged": fit.unjudged,
        "doubted": len(model.issues),
        "doubts": {id_: issue.model_dump(mode="json") for id_, issue in doubted.items()},
        "seconds": fit.seconds,
    }


def _drawn(model: QuickModel, doubted: Mapping[str, LabelIssue], texts: Mapping[str, str]) -> Group:
    fit = model.fit
    learnt = ", ".join(f"{n:,} by {WORDS[word]}" for word, n in fit.fitted.items() if n)
    rows = [
        ("fitted on", learnt),
        ("weight of votes", f"{fit.weight:g}: {fit.why}"),
        ("accuracy on validation", number_of(loop.accuracy_of(model))),
        ("accuracy out of fold", number_of(loop.own_accuracy_of(model))),
        ("labels nothing was learnt of", ", ".join(fit.unlearnt) or "none"),
        ("labels with too few to judge", ", ".join(fit.unjudged) or "none"),
        ("seconds", f"{fit.seconds:g}"),
    ]
    doubts = [_doubt(texts.get(id_, ""), issue) for id_, issue in doubted.items()]
    title = f"Doubtful labels, {len(doubts):,} of {len(model.issues):,}"
    columns = ("text", "label", "by", "likelier", "probability")
    return Group(
        table("Quick model", ("", ""), rows), *([table(title, columns, doubts)] if doubts else [])
    )


def _doubt(text: str, issue: LabelIssue) -> tuple[str, ...]:
    line = " ".join(text.split())
    short = line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
    by = WORDS[issue.word]
    return short, issue.given, by, issue.likelier, f"{issue.probability:.2f}"
