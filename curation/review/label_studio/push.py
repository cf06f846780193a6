"""Send review cards to Label Studio, each once, with what is suggested for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.config import MODEL, guess, label_config
from curation.review.label_studio.door import Connection, check_prediction
from curation.review.label_studio.project import update_project, with_project
from curation.review.label_studio.requests import (
    UNSAID,
    get_project,
    import_tasks,
    list_tasks,
    replace_predictions,
)
from curation.review.label_studio.state import BATCH, PushState
from curation.review.label_studio.stock import find_unknown, take_stock
from curation.review.label_studio.withdraw import withdraw
from curation.review.queue import QueueItem
from curation.types import JsonObject, Task, fingerprint

AHEAD = 10
"""Waiting tasks that keep their place when others are put first: people have them open."""

LETTERS = 4_000_000
"""Characters of text per request, well under what servers and proxies take."""

Keep = Callable[[PushState], None]


def push(
    connection: Connection,
    task: Task,
    title: str,
    cards: Sequence[QueueItem],
    state: PushState,
    *,
    guidelines: str = "",
    people: int | None = None,
    first: bool = False,
    on_progress: Keep = lambda _: None,
) -> PushState:
    """Send the cards that Label Studio does not have yet, in their order, with suggestions.

    Pushing twice sends nothing twice, also after a crash: tasks newer than the last one we know
    of are recognised by the example id they carry. Tasks deleted there by hand are sent again.

    Label Studio serves tasks in the order they were sent. What is more urgent than what waits
    there already comes after it, unless it is put `first`.

    Parameters
    ----------
    connection : Connection
    task : Task
    title : str
        The Label Studio project's title, three characters or more; used when there is none yet.
    cards : sequence of QueueItem
        Those with two candidates go to a project of their own: `state.compare` says which it is.
    state : PushState
        Where things stood; empty the first time.
    guidelines : str
        What reviewers go by, plain text; shown with the instruction.
    people : int
        How many are asked about each task; None leaves it as it is there.
    first : bool
        Serve these cards before all others: tasks nobody has spoken on, and that would come
        before them, are withdrawn, save the next ten, which people may have open. Those among
        the cards are sent again in their place.
    on_progress : callable
        Called with the state to keep after the project is made and after every batch of 500, so
        that what was sent before a fault is not lost.

    Raises
    ------
    ReviewBackendError
        If a suggestion does not fit the labels (nothing is sent), if a label in use was taken
        away, or if the server fails.
    """
    payloads = _payloads(task, cards, compare=state.compare)
    state = with_project(connection, task, title, state)
    project = get_project(connection, state.project)
    state = state.with_tasks(find_unknown(connection, state))
    state, _ = take_stock(connection, state, project)
    update_project(connection, project, task, guidelines, people, compare=state.compare)
    if first:
        state = _make_room(connection, list(payloads), state)
    new = {c.example.id: c.drawn for c in cards if c.example.id not in state.tasks}
    state = state.with_drawn(new)  # before they are sent: no fault can lose it
    on_progress(state)
    return _send(connection, payloads, state, on_progress)


def suggest(
    connection: Connection,
    task: Task,
    cards: Sequence[QueueItem],
    state: PushState,
    *,
    on_progress: Keep = lambda _: None,
) -> PushState:
    """Show new suggestions on tasks that are there already, in bulk; the old ones are replaced.

    Only where they have changed, and where nobody has said anything yet: what people answered
    after stays beside their answer.

    Raises
    ------
    ReviewBackendError
        If a suggestion does not fit the labels (nothing is sent), or if the server fails;
        suggesting again then does the rest.
    """
    payloads = _payloads(task, cards, compare=state.compare)
    signs = {name: _sign(payload) for name, payload in payloads.items() if name in state.tasks}
    news = [name for name, sign in signs.items() if state.suggested.get(name, "") != sign]
    for start in range(0, len(news), BATCH):
        batch = news[start : start + BATCH]
        # Forgotten first: after a fault in between they are suggested again.
        on_progress(state.with_suggestions(dict.fromkeys(batch, "?")))
        predictions = {state.tasks[name]: _prediction(payloads[name]) for name in batch}
        replace_predictions(connection, state.project, predictions)
        state = state.with_suggestions({name: signs[name] for name in batch})
        on_progress(state)
    return state


def _send(
    connection: Connection, payloads: Mapping[str, JsonObject], state: PushState, keep: Keep
) -> PushState:
    for batch in _batches({k: sent for k, sent in payloads.items() if k not in state.tasks}):
        ids = import_tasks(connection, state.project, list(batch.values()))
        state = state.with_tasks(dict(zip(batch, ids, strict=True)))
        state = state.with_suggestions({name: _sign(sent) for name, sent in batch.items()})
        keep(state)
    return state


def _batches(payloads: Mapping[str, JsonObject]) -> Iterator[dict[str, JsonObject]]:
    """Yield them in order, few enough and short enough for one request."""
    batch: dict[str, JsonObject] = {}
    letters = 0
    for name, payload in payloads.items():
        here = len(payload["data"]["text"])
        if batch and (len(batch) == BATCH or letters + here > LETTERS):
            yield batch
            batch, letters = {}, 0
        batch[name] = payload
        letters += here
    if batch:
        yield batch


def _make_room(connection: Connection, wanted: Sequence[str], state: PushState) -> PushState:
    """Withdraw what waits, save what is served next and what is in its place already."""
    page = list_tasks(connection, state.project, *UNSAID, fields=("id",), size=AHEAD)
    last, kept = max((task.id for task in page.tasks), default=0), set()
    for name in wanted:
        if name not in state.tasks:
            break
        if state.tasks[name] > last:
            kept.add(name)
            last = state.tasks[name]
    ahead = {task.id for task in page.tasks}
    late = [k for k, number in state.tasks.items() if k not in kept and number not in ahead]
    return withdraw(connection, state, late).state


def _payloads(task: Task, cards: Sequence[QueueItem], *, compare: bool) -> dict[str, JsonObject]:
    """Return what to import, by example id."""
    config = label_config(task, compare=compare)
    return {card.example.id: _payload(task, config, card, compare=compare) for card in cards}


def _payload(task: Task, config: str, card: QueueItem, *, compare: bool) -> JsonObject:
    example = card.example
    data = {"text": example.input, "reason": card.reason, **_sides(card, compare=compare)}
    data = {"uid": example.id, **{key: _whole(text) for key, text in data.items()}}
    if card.suggestion is None or compare:
        return {"data": data}
    regions = guess(task, _whole(card.suggestion))
    prediction = {"model_version": MODEL, "score": card.confidence or 0.0, "result": regions}
    check_prediction(config, prediction, example.id)
    return {"data": data, "predictions": [prediction]}


def _sides(card: QueueItem, *, compare: bool) -> dict[str, str]:
    if compare != bool(card.candidates) or len(card.candidates) not in (0, 2):
        raise ReviewBackendError(
            "Comparisons and other questions have different screens in Label Studio.",
            where=card.example.id,
            remedy="Send cards with two candidates on their own, with their own state.",
        )
    return dict(zip(("left", "right"), card.candidates, strict=False))


def _whole(text: str) -> str:
    """Return a text without what databases refuse, every character still in its place."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _prediction(payload: JsonObject) -> JsonObject | None:
    return next(iter(payload.get("predictions", ())), None)


def _sign(payload: JsonObject) -> str:
    """Return what tells one suggestion from another; empty where there is none."""
    shown: Mapping[str, object] | None = _prediction(payload)
    return fingerprint(repr(shown["result"]), length=8) if shown else ""
