"""Findings are never swallowed: another action, another note, or the same error come back."""

from __future__ import annotations

from curation.project import Project
from studio import loop

RUN = "2026-11-02-brisk-otter"


def test_an_answered_finding_that_comes_back_is_open_again(finished: Project) -> None:
    cases = loop.browse_errors(finished, RUN)[:2]
    first = loop.report_finding(finished, RUN, cases, "Two")
    loop.close_finding(finished, first.id, "mia")
    second = loop.report_finding(finished, RUN, cases, "Two")
    known = {finding.id: finding for finding in finished.store.findings()}
    assert known[first.id].closed_by == "closed by mia"
    assert known[second.id].closed_by is None
    assert loop.report_finding(finished, RUN, cases, "Two").id == second.id


def test_each_thing_started_from_the_same_errors_is_kept(finished: Project) -> None:
    cases = loop.browse_errors(finished, RUN)[:2]
    made = {
        loop.report_finding(finished, RUN, cases, "Two").id,
        loop.report_finding(finished, RUN, cases, "Two", action="function").id,
        loop.report_finding(finished, RUN, cases, "Two", action="look", note="a thought").id,
    }
    assert len(made) == 3
    assert made <= {finding.id for finding in finished.store.findings()}
