"""The command that shows the review queue: what is asked next, why, and how it is mixed."""

from __future__ import annotations

from typing import Annotated

import typer

from curation.exceptions import ProjectError
from curation.project import Project, change_settings
from curation.review.estimates import hint
from curation.review.mixing import shares_of
from curation.review.queue import QueueItem
from curation.types import Split
from studio import loop
from studio.commands.terminal import (
    HERE,
    JsonOption,
    ProjectOption,
    number_of,
    open_near,
    out,
    say,
    table,
)

LONGEST = 60
"""Characters of a text that the table shows."""


def queue(
    project: ProjectOption = HERE,
    split: Annotated[Split, typer.Option(help="Whose examples.")] = Split.TRAIN,
    number: Annotated[int, typer.Option("--number", "-n", help="How many.")] = 10,
    shares: Annotated[
        str, typer.Option(help="random=30,uncertain=70: kept as setting, and a round is drawn.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Show what people are asked next, and why; change how it is mixed."""
    opened = open_near(project)
    if shares:
        opened = _set_shares(opened, shares)
    cards = loop.front_of_queue(opened, split=split, number=number)[:number]
    mix = loop.mix_of(opened)
    estimates = loop.estimate_labels(opened)
    result = {
        "cards": [_record(card) for card in cards],
        "shares": mix.shares,
        "round": mix.gave,
        "silent": {name: why for name, why in mix.silent.items() if mix.shares.get(name)},
        "estimates": [{"whose": e.whose, **e.score.model_dump()} for e in estimates],
    }
    rows = [(_short(card), card.drawn, card.mode, card.reason) for card in cards]
    shown = table(f"The next {len(cards)}", ("text", "strategy", "mode", "why"), rows)
    say(result, shown, as_json=as_json)
    if as_json:
        return
    for estimate in estimates:
        advice = hint(estimate, opened.task.criterion.minimum_gain)
        more = f" ({advice.sentence})" if advice else ""
        out.print(f"{estimate.whose}: accuracy {number_of(estimate.score)}{more}", markup=False)


def _set_shares(project: Project, text: str) -> Project:
    review, parts = project.settings.review, _parts(text)
    changed = review.model_copy(update={"shares": shares_of(project.task.kind, parts)})
    settings = project.settings.model_copy(update={"review": changed})
    opened = change_settings(project, settings)
    loop.draw_round(opened)
    return opened


def _parts(text: str) -> dict[str, float]:
    """Return shares as typed.

    Raises
    ------
    ProjectError
        One is no number, is negative, or all are nothing.
    """
    parts: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        parts[name.strip()] = float(value) if _is_number(value) else -1.0
    if min(parts.values()) < 0 or not 0 < sum(parts.values()) < float("inf"):
        raise ProjectError(
            "The shares do not read.",
            where=text,
            remedy="Write them as random=30,uncertain=70; they are scaled to 100 %.",
        )
    return parts


def _is_number(text: str) -> bool:
    try:
        return float(text) >= 0
    except ValueError:
        return False


def _record(card: QueueItem) -> dict[str, object]:
    return {
        "id": card.example.id,
        "text": card.example.input,
        "strategy": card.drawn,
        "mode": card.mode,
        "reason": card.reason,
        "suggestion": card.suggestion,
        "confidence": card.confidence,
    }


def _short(card: QueueItem) -> str:
    words = " ".join(card.example.input.split())
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
