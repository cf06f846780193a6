"""The queue of a project: rounds are kept, nobody is asked twice, and nothing leads."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from curation.project import Project, Settings, change_settings, create_project, default_task
from curation.review.queue import QueueItem
from curation.types import Annotation, Example, Split, TaskKind, example_id
from studio import loop
from studio.stations import desk

_numbers = count()


def ids_of(cards: Iterable[QueueItem]) -> list[str]:
    return [card.example.id for card in cards]


def say(
    project: Project,
    card: QueueItem,
    who: str = "ann",
    action: str = "answer",
    answer: str | None = "stock",
) -> None:
    loop.answer(
        project,
        [
            Annotation(
                uid=f"said-{next(_numbers)}",
                example_id=card.example.id,
                action=action,  # type: ignore[arg-type]
                answer=answer if action in ("answer", "refuse") else None,
                reviewer=who,
                drawn=card.drawn,
                mode=card.mode,
                seconds=2.0,
            )
        ],
    )


def with_review(project: Project, **changes: object) -> Project:
    review = project.settings.review.model_copy(update=changes)
    return change_settings(project, project.settings.model_copy(update={"review": review}))


def elsewhere(project: Project) -> None:
    """Forget what this process knows, as another one would."""
    desk._desks.pop(project.folder, None)


@pytest.fixture
def voted(retail: Project) -> Project:
    """Return the sample with its votes cast."""
    loop.vote(retail)
    return retail


def test_a_round_is_kept_and_mixed_and_every_card_says_why(voted: Project) -> None:
    queue = loop.review_queue(voted, reviewer="ann")
    (drawn,) = voted.store.rounds()
    assert len(drawn.cards) == queue.round_total == voted.settings.review.round
    assert ids_of(queue.cards) == [card.example_id for card in drawn.cards[: len(queue.cards)]]
    given = Counter(card.strategy for card in drawn.cards)
    assert set(given) == {"uncertain", "disagree", "random"}
    assert all(card.reason for card in queue.cards)
    assert queue.total == voted.store.count_examples()[Split.TRAIN]


def test_random_cards_have_no_suggestion_and_others_have_the_functions(voted: Project) -> None:
    cards = loop.review_queue(voted, reviewer="ann").cards
    assert all(card.suggestion is None for card in cards if card.drawn == "random")
    suggested = [card for card in cards if card.suggestion is not None]
    assert suggested
    assert all(card.confidence is not None for card in suggested)


@pytest.mark.parametrize("split", [Split.VALIDATION, Split.TEST])
def test_held_out_cards_are_blind(voted: Project, split: Split) -> None:
    queue = loop.review_queue(voted, reviewer="ann", split=split)
    assert queue.cards
    assert {card.example.split for card in queue.cards} == {split}
    assert {(c.suggestion, c.confidence, c.mode, c.drawn) for c in queue.cards} == {
        (None, None, "choose", "random")
    }


def test_a_sure_suggestion_is_a_yes_or_no_question(voted: Project) -> None:
    asked = with_review(voted, shares={"uncertain": 1.0}, verify_from=0.5)
    modes = {(c.confidence or 0) >= 0.5: c.mode for c in loop.front_of_queue(asked, number=300)}
    assert modes == {True: "verify", False: "choose"}


def test_two_reviewers_are_asked_different_examples(voted: Project) -> None:
    ann = loop.review_queue(voted, reviewer="ann")
    bob = loop.review_queue(voted, reviewer="bob")
    cid = loop.review_queue(voted, reviewer="cid")
    handed = ids_of([*ann.cards, *bob.cards, *cid.cards])
    assert len(handed) == len(set(handed))
    assert len(cid.cards) == 20, "what is left of the round"
    assert len(loop.review_queue(voted, reviewer="dan").cards) == 40, "another round is drawn"
    assert len(voted.store.rounds()) == 2


def test_two_tabs_of_one_person_begin_with_different_cards(voted: Project) -> None:
    one = loop.review_queue(voted, reviewer="ann", tab="1")
    two = loop.review_queue(voted, reviewer="ann", tab="2")
    assert not set(ids_of(one.cards)) & set(ids_of(two.cards))


def test_with_overlap_each_example_is_asked_of_two(voted: Project) -> None:
    twice = with_review(voted, people=2)
    ann = loop.review_queue(twice, reviewer="ann")
    bob = loop.review_queue(twice, reviewer="bob")
    assert ids_of(ann.cards) == ids_of(bob.cards)
    cid = loop.review_queue(twice, reviewer="cid")
    assert not set(ids_of(cid.cards)) & set(ids_of(ann.cards))
    say(twice, ann.cards[0], "ann")
    assert ann.cards[0].example.id in ids_of(loop.review_queue(twice, reviewer="bob").cards)
    assert ann.cards[0].example.id not in ids_of(loop.review_queue(twice, reviewer="ann").cards)


def test_an_answer_is_counted_and_its_card_does_not_come_back(voted: Project) -> None:
    first = loop.review_queue(voted, reviewer="ann")
    for card in first.cards[:4]:
        say(voted, card)
    queue = loop.review_queue(voted, reviewer="ann")
    assert (queue.done, queue.today, queue.round_done, queue.pace) == (4, 4, 4, 2.0)
    assert queue.seconds_left == 2.0 * 96
    assert not set(ids_of(first.cards[:4])) & set(ids_of(queue.cards))
    say(voted, first.cards[0], action="undo")
    again = loop.review_queue(voted, reviewer="ann")
    assert again.done == 3
    assert first.cards[0].example.id in ids_of(again.cards)


def test_a_round_is_drawn_when_little_is_left_and_says_that_one_ended(voted: Project) -> None:
    small = with_review(voted, round=30)
    queue = loop.review_queue(small, reviewer="ann")
    assert not queue.round_ended
    for card in queue.cards[:11]:
        say(small, card)
    after = loop.review_queue(small, reviewer="ann")
    assert after.round_ended
    assert len(after.cards) == 40
    assert len(small.store.rounds()) == 2


def test_another_process_goes_on_with_the_same_round(voted: Project) -> None:
    first = loop.review_queue(voted, reviewer="ann")
    say(voted, first.cards[0])
    elsewhere(voted)
    again = loop.review_queue(voted, reviewer="ann")
    assert ids_of(again.cards)[:39] == ids_of(first.cards)[1:]
    assert len(voted.store.rounds()) == 1


def test_what_was_refused_is_asked_in_the_next_round_without_the_label(voted: Project) -> None:
    asked = with_review(voted, shares={"uncertain": 1.0}, verify_from=0.5, round=30)
    card = next(c for c in loop.front_of_queue(asked, number=600) if c.mode == "verify")
    say(asked, card, action="refuse", answer=card.suggestion)
    assert card.example.id not in ids_of(loop.review_queue(asked, reviewer="ann").cards)
    loop.draw_round(asked, reviewer="ann")
    first = loop.review_queue(asked, reviewer="ann").cards[0]
    assert first.example.id == card.example.id
    assert (first.suggestion, first.mode, first.drawn) == (None, "choose", "refused")
    say(asked, first)
    assert card.example.id not in ids_of(loop.review_queue(asked, reviewer="ann").cards)


def test_everything_is_asked_once_and_then_the_queue_is_empty(voted: Project) -> None:
    seen: list[str] = []
    small = with_review(voted, round=200)
    while cards := loop.review_queue(small, reviewer="ann", number=200).cards:
        seen += ids_of(cards)
        loop.answer(
            small,
            [
                Annotation(uid=f"all-{id_}", example_id=id_, answer="stock", reviewer="ann")
                for id_ in ids_of(cards)
            ],
        )
    train = {example.id for example in small.store.examples(split=Split.TRAIN)}
    assert len(seen) == len(set(seen))
    assert set(seen) == train
    assert not loop.draw_round(small, reviewer="ann")


def test_a_finding_leads_and_asks_what_was_answered_before(finished: Project) -> None:
    (finding,) = finished.store.findings()
    held_out = {e.id: e.split for e in finished.store.examples(ids=finding.example_ids)}
    queue = loop.review_queue(finished, reviewer="somebody")
    first = [card for card in queue.cards if card.drawn == "findings"]
    assert set(ids_of(first)) == {i for i, split in held_out.items() if split is Split.TRAIN}
    assert list(queue.cards[: len(first)]) == first
    assert all(card.reason == f"Finding: {finding.title}" for card in first)


def test_a_findings_title_is_not_shown_where_another_of_several_answered(finished: Project) -> None:
    (finding,) = finished.store.findings()
    twice = with_review(finished, people=2)
    queue = loop.review_queue(twice, reviewer="eva")
    card, *others = [card for card in queue.cards if card.drawn == "findings"]
    assert card.reason == f"Finding: {finding.title}"
    before = finding.created_at - timedelta(days=1)
    said = Annotation(uid="b", example_id=card.example.id, answer="stock", reviewer="b", at=before)
    loop.answer(twice, [said])
    after = {c.example.id: c.reason for c in loop.review_queue(twice, reviewer="eva").cards}
    assert after[card.example.id] == "A finding asks for a second look"
    assert all(after[c.example.id] == c.reason for c in others)


def test_without_votes_all_is_drawn_at_random_and_the_mix_says_why(retail: Project) -> None:
    queue = loop.review_queue(retail, reviewer="ann")
    assert {card.drawn for card in queue.cards} == {"random"}
    mix = loop.mix_of(retail)
    assert mix.gave == {"random": 100}
    assert mix.silent["uncertain"].startswith("No votes are up to date")
    assert mix.silent["diverse"] == "Nothing is embedded yet."
    assert sum(mix.shares.values()) == pytest.approx(1)


def test_looking_at_the_front_hands_nothing_out(voted: Project) -> None:
    front = loop.front_of_queue(voted, number=150)
    assert len(front) >= 150
    assert ids_of(loop.review_queue(voted, reviewer="ann").cards) == ids_of(front)[:40]


def test_spans_are_asked_with_what_functions_mark_and_where_they_are_least_sure(
    tmp_path: Path,
) -> None:
    task = default_task(TaskKind.EXTRACT, ("time", "people"))
    project = create_project(tmp_path / "tables", Settings(name="tables", task=task))
    texts = [f"table {i} for {i} people at {i} pm" for i in range(12)] + ["hello there"]
    project.store.add_examples(Example(id=example_id(text), input=text) for text in texts)
    (project.functions / "marks.py").write_text(
        "from labeling_functions import pattern\n"
        'at = pattern("at", "time", r"\\d+ pm")\n'
        'number = pattern("number", "people", r"\\d+ (people|pm)")\n'
    )
    cards = loop.review_queue(project, reviewer="ann").cards
    assert len(cards) == 13
    assert {card.mode for card in cards} == {"spans"}
    told = [card for card in cards if card.drawn != "random"]
    assert any(card.reason == "Functions disagree: time or people" for card in told)
    assert all(json.loads(card.suggestion) for card in told if card.suggestion is not None)
    assert {card.suggestion for card in cards if card.drawn == "random"} <= {None}


def test_texts_to_write_are_drawn_by_length_and_chance(written: Project) -> None:
    queue = loop.review_queue(written, reviewer="somebody")
    train = [card for card in queue.cards if card.drawn != "findings"]
    assert {card.mode for card in train} <= {"write", "compare"}
    assert "length" in loop.mix_of(written).gave


def test_what_random_answers_tell_of_the_functions(voted: Project) -> None:
    loop.review_queue(voted, reviewer="ann")
    (before,) = loop.estimate_labels(voted)
    assert before.score.undefined
    matrix = loop.vote(voted)
    probable = loop.add_up(voted, matrix)
    assert probable is not None
    rows = {id_: row for row, id_ in enumerate(probable.example_ids)}
    told = 0
    for card in loop.front_of_queue(voted):
        best = probable.best(rows[card.example.id])
        if card.drawn == "random" and best and best[1] >= voted.settings.threshold:
            say(voted, card, answer=best[0] if told % 4 else "nothing like it")
            told += 1
        elif card.drawn == "uncertain":
            say(voted, card, answer="nothing like it")
    (after,) = loop.estimate_labels(voted)
    assert after.n == told > 8
    assert after.right == told - -(-told // 4)
    assert after.population < voted.store.count_examples()[Split.TRAIN]
