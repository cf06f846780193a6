"""Whatever breaks, and whenever: in the end we know what people said in Label Studio, once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.door import connect
from curation.review.label_studio.sync import PushState, pull, push, suggest, withdraw
from curation.types import Annotation
from curation.words import standing_words

TITLE = "Spam or ham"
LABELS = ("spam", "ham")
PEOPLE = {1: "ada@example.org", 2: "bob@example.org"}
CARDS = 3


class Killed(BaseException):
    """We are killed: nothing of ours runs any more."""


def broken(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("slow", request=request)


def cut(request: httpx.Request) -> httpx.Response:
    raise httpx.RemoteProtocolError("half an answer", request=request)


def killed(request: httpx.Request) -> httpx.Response:
    raise Killed


FAULTS: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "slow": broken,
    "cut": cut,
    "killed": killed,
    "500": lambda _: httpx.Response(500, json={"detail": "database is locked"}),
    "429": lambda _: httpx.Response(429, json={"detail": "Request was throttled."}),
    "401": lambda _: httpx.Response(401, json={"detail": "Invalid token."}),
    "page": lambda _: httpx.Response(200, text="<html>Sign in</html>"),
    "half": lambda _: httpx.Response(200, text='{"tasks": [{"id": 1'),
}

a_fault = st.none() | st.tuples(st.integers(1, 9), st.booleans(), st.sampled_from(sorted(FAULTS)))
some_cards = st.sets(st.integers(0, CARDS - 1))


class Weather:
    """Lets one of the next requests go wrong, before or after the server has done it."""

    def __init__(self, server: Any) -> None:
        self.server = server

    def forecast(self, fault: tuple[int, bool, str] | None) -> None:
        self.server.before, self.server.after = lambda _: None, lambda _, answer: answer
        if fault is None:
            return
        place, arrived, kind = fault
        left = [place]

        def strikes() -> bool:
            left[0] -= 1
            return left[0] == 0

        if arrived:
            self.server.after = lambda request, answer: (
                FAULTS[kind](request) if strikes() else answer
            )
        else:
            self.server.before = lambda request: FAULTS[kind](request) if strikes() else None


class LabelStudioMachine(RuleBasedStateMachine):
    """Two people in Label Studio, somebody who tidies up there, and us, with bad weather."""

    make: Any
    new_server: Any

    @initialize()
    def open(self) -> None:
        self.server = self.new_server()
        self.weather = Weather(self.server)
        http = httpx.Client(transport=httpx.MockTransport(self.server))
        self.connection = connect(self.make.url, self.make.token, http=http)
        self.task = self.make.task("classify", *LABELS)
        self.cards = [self.make.card(f"message {n}", "spam") for n in range(CARDS)]
        self.state = PushState()
        self.kept: dict[str, Annotation] = {}
        self.forgotten: set[str] = set()
        self.latest = self.server.clock

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self.push(set(range(CARDS)), fault=None, first=False)
            self.pull(fault=None)
            self.check()
            self.connection.close()

    # What we do

    @rule(which=some_cards, fault=a_fault, first=st.booleans())
    def push(self, which: set[int], fault: Any, *, first: bool) -> None:
        cards = [self.cards[n] for n in sorted(which)]
        self._try(
            fault,
            lambda: push(
                self.connection, self.task, TITLE, cards, self.state,
                first=first, on_progress=self.keep,
            ),
        )  # fmt: skip

    @rule(which=some_cards, fault=a_fault, label=st.sampled_from([*LABELS, None]))
    def suggest(self, which: set[int], fault: Any, label: str | None) -> None:
        cards = [self.make.card(f"message {n}", label) for n in sorted(which)]
        self._try(
            fault,
            lambda: suggest(self.connection, self.task, cards, self.state, on_progress=self.keep),
        )

    @precondition(lambda self: self.state.project_id)
    @rule(which=some_cards, fault=a_fault)
    def withdraw(self, which: set[int], fault: Any) -> None:
        names = [self.cards[n].example.id for n in which]
        self._try(fault, lambda: withdraw(self.connection, self.state, names).state)

    @precondition(lambda self: self.state.project_id)
    @rule(fault=a_fault)
    def pull(self, fault: Any) -> None:
        def take() -> PushState:
            pulled = pull(self.connection, self.task, self.state)
            for said in pulled.annotations:
                self.kept.setdefault(said.uid, said)
            return pulled.state

        self._try(fault, take)

    def keep(self, state: PushState) -> None:
        self.state = PushState.model_validate_json(state.model_dump_json())

    def _try(self, fault: Any, deed: Callable[[], PushState]) -> None:
        self.weather.forecast(fault)
        try:
            self.keep(deed())
        except (ReviewBackendError, Killed):
            assert fault is not None
        finally:
            self.weather.forecast(None)

    # What people do there

    def _some(self, place: int) -> Any:
        numbers = sorted(self.server.tasks)
        return self.server.tasks[numbers[place % len(numbers)]]

    @precondition(lambda self: self.server.tasks)
    @rule(place=st.integers(0, 9), by=st.sampled_from([1, 2]), label=st.sampled_from(LABELS))
    def answer(self, place: int, by: int, label: str) -> None:
        self.server.annotate(self._some(place)["id"], self.make.choice(label), by=by)

    @precondition(lambda self: self.server.tasks)
    @rule(place=st.integers(0, 9), by=st.sampled_from([1, 2]))
    def skip(self, place: int, by: int) -> None:
        self.server.annotate(self._some(place)["id"], by=by, skip=True)

    @precondition(lambda self: self.server.tasks)
    @rule(place=st.integers(0, 9), label=st.sampled_from(LABELS))
    def edit(self, place: int, label: str) -> None:
        task = self._some(place)
        for said in task["annotations"][:1]:
            self.server.edit(task["id"], said["id"], self.make.choice(label))

    @precondition(lambda self: self.server.tasks)
    @rule(place=st.integers(0, 9))
    def take_back(self, place: int) -> None:
        task = self._some(place)
        for said in task["annotations"][-1:]:
            self.server.delete(task["id"], said["id"])

    @precondition(lambda self: self.server.tasks)
    @rule(place=st.integers(0, 9), label=st.sampled_from(LABELS))
    def begin(self, place: int, label: str) -> None:
        self.server.draft(self._some(place)["id"], self.make.choice(label))

    @precondition(lambda self: self.server.tasks)
    @rule(place=st.integers(0, 9))
    def delete_task(self, place: int) -> None:
        task = self._some(place)
        self.forgotten.add(task["data"]["uid"])  # what was said on it stays, so far as we heard it
        del self.server.tasks[task["id"]]

    @rule(seconds=st.integers(-50, 4000))
    def turn_clock(self, seconds: int) -> None:
        """The server's clock may be set back too, by less than a pull looks back."""
        self.latest = max(self.latest, self.server.clock)
        self.server.clock = max(
            self.server.clock + timedelta(seconds=seconds), self.latest - timedelta(seconds=50)
        )

    # What must hold

    def check(self) -> None:
        there = Counter(task["data"]["uid"] for task in self.server.tasks.values())
        wanted = [card.example.id for card in self.cards]
        assert there == Counter(wanted), "each example has one task"
        assert self.state.tasks == {
            task["data"]["uid"]: task["id"] for task in self.server.tasks.values()
        }
        standing = standing_words(self.kept.values())
        for task in self.server.tasks.values():
            name = task["data"]["uid"]
            if name not in self.forgotten:
                said = {s.reviewer: s.answer for s in standing.get(name, ())}
                assert said == self._truth(task), name
        drafts = {d["updated_at"] for t in self.server.tasks.values() for d in t["drafts"]}
        heard = {said.at.isoformat().replace("+00:00", "Z") for said in self.kept.values()
                 if said.action == "draft"}  # fmt: skip
        assert drafts <= heard

    def _truth(self, task: Any) -> dict[str, str | None]:
        newest = sorted(task["annotations"], key=lambda said: str(said["updated_at"]))
        return {
            PEOPLE[said["completed_by"]]: None
            if said["was_cancelled"]
            else said["result"][0]["value"]["choices"][0]
            for said in newest
        }


def test_in_the_end_we_know_what_was_said_whatever_broke(make: Any, server: Any) -> None:
    machine = type("Machine", (LabelStudioMachine,), {"make": make, "new_server": type(server)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=50,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
