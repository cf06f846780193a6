from __future__ import annotations

from curation.types import FunctionEvent, FunctionInfo
from labeling_functions.history import disabled, unseen, versions


def event(action: str, fingerprint: str = "1", name: str = "f", source: str = "") -> FunctionEvent:
    given = {"name": name, "action": action, "fingerprint": fingerprint}
    return FunctionEvent.model_validate({**given, "source": source or f"f = {fingerprint}\n"})


def info(fingerprint: str, rule: dict[str, object] | None = None) -> FunctionInfo:
    return FunctionInfo(
        name="f", fingerprint=fingerprint, family="x", file="f.py", line=1, source="f = 1\n",
        rule=rule,
    )  # fmt: skip


def test_a_function_is_disabled_until_it_is_enabled_or_removed() -> None:
    assert disabled([]) == frozenset()
    assert disabled([event("disabled")]) == {"f"}
    assert disabled([event("disabled"), event("saved", "2"), event("restored")]) == {"f"}
    assert disabled([event("disabled"), event("enabled")]) == frozenset()
    assert disabled([event("disabled"), event("removed"), event("saved")]) == frozenset()
    assert disabled([event("disabled", name="g"), event("enabled")]) == {"g"}


def test_a_version_is_unseen_when_it_is_not_the_one_last_saved() -> None:
    assert [e.fingerprint for e in unseen([], [info("1")], "me")] == ["1"]
    assert unseen([event("saved"), event("disabled", "9")], [info("1")], "me") == []
    assert len(unseen([event("saved"), event("saved", "2")], [info("1")], "me")) == 1
    assert len(unseen([event("saved"), event("removed")], [info("1")], "me")) == 1


def test_more_gold_makes_no_version_of_a_function_that_is_served_with_it() -> None:
    served = {"family": "nearest_gold"}
    assert unseen([event("saved")], [info("2", served)], "me") == []
    assert len(unseen([event("saved")], [info("2", {"when": {}})], "me")) == 1
    assert len(unseen([event("saved", source="other")], [info("2", served)], "me")) == 1


def test_versions_are_numbered_once_with_what_each_changed() -> None:
    events = [event("saved"), event("saved", "2"), event("restored", "1"), event("disabled", "1"),
              event("saved", "3"), event("saved", "4", name="g")]  # fmt: skip
    found = versions(events, "f")
    assert [(v.number, v.fingerprint) for v in found] == [(1, "1"), (2, "2"), (3, "3")]
    assert [v.diff for v in found] == [
        "",
        "@@ -1 +1 @@\n-f = 1\n+f = 2\n",
        "@@ -1 +1 @@\n-f = 1\n+f = 3\n",
    ]
