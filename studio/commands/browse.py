"""Commands that browse: find examples, act on all that were found, undo it, name a filter."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from curation.project import Project
from curation.slices import list_slices
from curation.types import Split
from labeling_functions.source import identifier
from studio import loop
from studio.commands.terminal import HERE, JsonOption, ProjectOption, open_near, out, say, table
from studio.stations.browsing import (
    KNOWING,
    ORDERS,
    Act,
    Batch,
    Facts,
    Filter,
    Rows,
    as_line,
    filter_from,
    from_line,
    function_code,
    in_words,
)
from studio.stations.browsing.blinding import blinded

FilterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        "-f",
        help='Which examples: parts like text:refund,"money back" -split:test '
        "vote.asks_hours:abstain confidence:..0.6 that all must hold; may be given again.",
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
HeldOutOption = Annotated[bool, typer.Option("--validation", help="Validation rows too.")]


def examples(
    project: ProjectOption = HERE,
    asked: FilterOption = None,
    order: Annotated[str, typer.Option(help=", ".join(ORDERS))] = "arrival",
    number: Annotated[int, typer.Option("--number", "-n", help="How many to show.")] = 20,
    skip: Annotated[int, typer.Option(help="How many to pass over first.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Show the examples that a filter finds."""
    opened, filter_ = open_near(project), read_filter(asked)
    chosen = next((name for name in ORDERS if name == order), None)
    if chosen is None:
        raise typer.BadParameter(f"there is no order {order!r}, but {', '.join(ORDERS)}")
    facts = facts_for(opened, filter_, sure=chosen.endswith("sure"))
    facts = blinded(opened, facts, loop.whoami())
    rows = loop.find(opened, filter_, facts, order=chosen)
    shown = [_shown(facts, row) for row in _page(facts, rows[skip : skip + number])]
    told = f"{len(rows):,} of {len(facts):,} examples"
    lines = [(row["text"], row["label"], row["word"], row["split"]) for row in shown]
    say(
        {"found": len(rows), "of": len(facts), "filter": as_line(filter_), "rows": shown},
        table(told, ("text", "label", "by", "split"), lines),
        as_json=as_json,
    )


def read_filter(asked: list[str] | None) -> Filter:
    """Return the filter that all --filter options say together."""
    return from_line(" ".join(asked or ()))


def facts_for(project: Project, filter_: Filter, *, sure: bool = False) -> Facts:
    """Return the facts, with votes where the filter or the order asks about them."""
    if not project.task.classifies or not (sure or _asks_about_answers(project, filter_)):
        return loop.facts_of(project)
    votes = loop.vote(project)
    return loop.facts_of(project, votes, loop.add_up(project, votes))


def _asks_about_answers(project: Project, filter_: Filter) -> bool:
    kept = {slice_.name: filter_from(slice_.filter) for slice_ in list_slices(project)}
    inner = [kept[n] for p in filter_.parts if p.kind == "slice" for n in p.values if n in kept]
    parts = [part for one in (filter_, *inner) for part in one.parts]
    return any(part.kind in KNOWING or part.kind == "slice" for part in parts)


def _page(facts: Facts, rows: Rows) -> list[tuple[int, str, object, object]]:
    columns = (facts.shelf.gather(name, rows) for name in ("texts", "source"))
    return list(zip(rows.tolist(), facts.shelf.ids(rows), *columns, strict=True))


def _shown(facts: Facts, row: tuple[int, str, object, object]) -> dict[str, Any]:
    place, id_, text, source = row
    split = facts.shelf.split_of(place)
    held = "held back" if split is Split.TEST else ""
    return {
        "id": id_,
        "text": text,
        "label": held or facts.label_of(place),
        "word": facts.word_of(place),
        "split": split.value,
        "source": source,
    }


def label(
    name: Annotated[str, typer.Argument(help="The label to give.")],
    project: ProjectOption = HERE,
    asked: FilterOption = None,
    held_out: HeldOutOption = False,
    again: Annotated[bool, typer.Option(help="Rows a person answered already, too.")] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Label all examples that a filter finds; the exam's are left alone."""
    given = {"label": name, "again": again, "held_out": held_out}
    _act(open_near(project), "label", read_filter(asked), given, yes=yes, as_json=as_json)


def review(
    project: ProjectOption = HERE,
    asked: FilterOption = None,
    held_out: HeldOutOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put all examples that a filter finds at the front of the review queue."""
    given = {"held_out": held_out}
    _act(open_near(project), "review", read_filter(asked), given, yes=yes, as_json=as_json)


def exclude(
    project: ProjectOption = HERE,
    asked: FilterOption = None,
    why: Annotated[str, typer.Option(help="Why; datasets count them under it.")] = "",
    held_out: HeldOutOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Keep all examples that a filter finds out of datasets and of the queue."""
    given = {"held_out": held_out}
    _act(
        open_near(project), "exclude", read_filter(asked), given, note=why, yes=yes, as_json=as_json
    )


def _act(
    project: Project,
    act: Act,
    filter_: Filter,
    given: dict[str, Any],
    *,
    note: str = "",
    yes: bool,
    as_json: bool,
) -> None:
    facts = facts_for(project, filter_)
    ids = facts.shelf.ids(loop.find(project, filter_, facts))
    why = "; ".join(map(in_words, filter_.parts)) or "every example"
    planned = loop.plan_batch(project, ids, act, why=why, **given)
    if planned.ids:
        _confirm(f"{act} {len(planned.ids):,} examples?", _left(planned), yes=yes, quiet=as_json)
    done = loop.carry_out(project, planned, note=note, via="cli")
    result = {
        "batch": done.id,
        "act": act,
        "examples": len(done.ids),
        "left_alone": done.left_out,
        "by_split": {split.value: n for split, n in done.by_split.items()},
    }
    undo_ = f"; undo it with: tunesmith undo {done.id}" if done.id else ""
    say(result, f"{act}: {len(done.ids):,} examples{_left(done)}{undo_}", as_json=as_json)


def _left(planned: Batch) -> str:
    left = ", ".join(f"{n:,} {reason}" for reason, n in planned.left_out.items())
    return f" (left alone: {left})" if left else ""


def _confirm(question: str, left: str, *, yes: bool, quiet: bool) -> None:
    """Ask, unless told not to; a script cannot be asked."""
    if yes:
        return
    if quiet:
        raise typer.BadParameter("with --json nobody can be asked: say --yes")
    typer.confirm(f"{question}{left}", abort=True)


def function(
    label: Annotated[str, typer.Argument(help="The label it votes for.")],
    project: ProjectOption = HERE,
    asked: FilterOption = None,
    name: Annotated[str, typer.Option(help="Its name.")] = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a labeling function of what a filter asks about the text and the file's columns."""
    opened, filter_ = open_near(project), read_filter(asked)
    if label not in opened.task.labels:
        raise typer.BadParameter(f"{label!r} is none of: {', '.join(opened.task.labels)}")
    called = identifier(name or f"says_{label}")
    code = function_code(opened, filter_, called, label)
    _, unasked = loop.rule_of(opened, filter_)
    left = [in_words(part) for part in unasked]
    trial = loop.try_function(opened, code)
    votes = int((trial.matrix.votes != -1).sum())
    if not as_json:
        out.print(code, markup=False, highlight=False)
    without = f" (without: {'; '.join(left)})" if left else ""
    _confirm(f"It votes on {votes:,} examples. Save it?", without, yes=yes, quiet=as_json)
    (saved, *_) = loop.save_function(opened, code)
    result = {"function": called, "code": code, "votes": votes, "without": left, "file": saved.file}
    say(result, f"{called} is in {saved.file}{without}; now: tunesmith vote", as_json=as_json)


def undo(
    batch: Annotated[str, typer.Argument(help="The action; without it, they are listed.")] = "",
    project: ProjectOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Take back an action on many examples, where nobody has decided otherwise since."""
    opened = open_near(project)
    if not batch:
        done = loop.recent_batches(opened)
        rows = [(b.id, f"{b.act} {b.label}", b.why, b.size, b.standing) for b in done]
        listed = [
            {"batch": b.id, "act": b.act, "label": b.label, "why": b.why, "who": b.who,
             "at": b.at, "examples": b.size, "standing": b.standing}
            for b in done
        ]  # fmt: skip
        drawn = table("Recent actions", ("batch", "what", "where", "rows", "standing"), rows)
        say({"batches": listed}, drawn, as_json=as_json)
        return
    undone = loop.undo_batch(opened, batch)
    kept = f"; {undone.kept:,} were decided otherwise since or undone already" * bool(undone.kept)
    said = f"{undone.undone:,} examples are as they were{kept}"
    say({"undone": undone.undone, "kept": undone.kept}, said, as_json=as_json)
