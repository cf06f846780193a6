"""Blinding of facts: neither tables nor filters tell a reader what others answered."""

from __future__ import annotations

from curation.project import Project, change_settings
from curation.types import Annotation
from studio import loop
from studio.stations.browsing import from_line
from studio.stations.browsing.blinding import blinded


def asked_of(project: Project, people: int) -> Project:
    settings = project.settings
    review = settings.review.model_copy(update={"people": people})
    return change_settings(project, settings.model_copy(update={"review": review}))


def labelled(project: Project, who: str, line: str = "word:person") -> set[str]:
    facts = blinded(project, loop.facts_of(project), who)
    return set(facts.shelf.ids(loop.find(project, from_line(line), facts)))


def answered_by(project: Project, *people: str) -> set[str]:
    facts = loop.facts_of(project)
    standing = {id_: facts.spoken.words.standing(id_) for id_ in labelled(project, "")}
    return {id_ for id_, said in standing.items() if any(a.reviewer in people for a in said)}


def test_where_one_person_is_asked_everything_is_seen(shop: Project) -> None:
    facts = loop.facts_of(shop)
    assert blinded(shop, facts, "eva") is facts


def test_a_reader_finds_no_answer_of_others_before_giving_their_own(shop: Project) -> None:
    everything = answered_by(shop, "mia", "noa")
    twice = asked_of(shop, 2)
    assert labelled(twice, "eva") == set()
    mine = labelled(twice, "mia")
    assert mine
    assert mine < everything
    facts = loop.facts_of(twice)
    own = {i for i in everything if _answered(facts.spoken.words.standing(i), "mia")}
    assert mine == own


def _answered(said: tuple[Annotation, ...], who: str) -> bool:
    return any(a.reviewer == who and a.action in ("answer", "exclude") for a in said)


def test_answering_opens_the_readers_eyes(shop: Project) -> None:
    twice = asked_of(shop, 2)
    (first, *_) = sorted(answered_by(shop, "mia", "noa"))
    assert first not in labelled(twice, "eva")
    said = twice.store.annotations(first)[0]
    answer = said.model_copy(update={"uid": "eva", "reviewer": "eva"})
    twice.store.add_annotations([answer])
    assert first in labelled(twice, "eva")
