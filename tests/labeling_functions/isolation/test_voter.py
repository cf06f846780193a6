from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.corpus import corpus_of
from curation.exceptions import FunctionError
from curation.types import ABSTAIN, Example, Fault, FunctionInfo, VoteMatrix
from labeling_functions.isolation.voter import OnProgress, Voter

LABELS = ("ham", "spam")
Write = Callable[..., Path]
Examples = Callable[..., list[Example]]


def vote(
    voter: Voter,
    folder: Path,
    rows: list[Example],
    functions: Sequence[FunctionInfo] | None = None,
    on_progress: OnProgress | None = None,
) -> VoteMatrix:
    """Return every vote, those of functions that were stopped filled up with abstentions."""
    asked = voter.describe(folder, LABELS).functions if functions is None else tuple(functions)
    corpus = corpus_of(rows)
    ballots = voter.ballots(folder, LABELS, corpus, asked, on_progress=on_progress)
    votes = np.full((len(rows), len(asked)), ABSTAIN, np.int8)
    for place, function in enumerate(asked):
        mine = ballots.votes.get(function.name, ())
        votes[: len(mine), place] = mine
    return VoteMatrix(corpus.ids, asked, LABELS, votes, tuple(ballots.faults))


def column(matrix: VoteMatrix, name: str) -> list[int]:
    place = [function.name for function in matrix.functions].index(name)
    return [int(v) for v in matrix.votes[:, place]]


def faults(matrix: VoteMatrix, name: str) -> list[Fault]:
    return [fault for fault in matrix.faults if fault.function == name]


# What a folder declares


def test_every_function_is_described_where_it_stands(voter: Voter, write: Write) -> None:
    folder = write(
        """
        a = keywords("a", "spam", ["x"])

        @labeling_function
        def b(x):
            return "ham"

        many = [pattern(f"m{i}", "ham", str(i)) for i in range(2)]
        same_again = [a, b]
        """
    )
    write("z = lengths('z', 'ham', at_most=1)", "more.py")
    catalog = voter.describe(folder, LABELS)
    assert [(f.name, f.family, f.file, f.line) for f in catalog.functions] == [
        ("a", "keywords", "functions.py", 3),
        ("b", "python", "functions.py", 5),
        ("m0", "pattern", "functions.py", 9),
        ("m1", "pattern", "functions.py", 9),
        ("z", "lengths", "more.py", 2),
    ]
    assert catalog.functions[1].source == '@labeling_function\ndef b(x):\n    return "ham"'
    assert len({function.fingerprint for function in catalog.functions}) == 5
    assert catalog.faults == ()


@pytest.mark.parametrize(
    ("code", "line", "error"),
    [
        ("def f(:\n    pass", 1, "bad.py, line 1: SyntaxError: invalid syntax"),
        (
            "x = 1\nx.nope",
            2,
            "bad.py, line 2: AttributeError: 'int' object has no attribute 'nope'",
        ),
        ("import sys\nsys.exit(3)", 2, "bad.py, line 2: SystemExit: 3"),
        ("import os\nos._exit(3)", 2, "bad.py, line 2: It ended its process with exit code 3."),
        ("import nothing_there", 1, "ModuleNotFoundError: No module named 'nothing_there'"),
        ("x = 'a' * (8 << 30)", 1, "bad.py, line 1: MemoryError"),
        ("import helper", 2, "helper.py, line 2: ZeroDivisionError: division by zero"),
        (
            "from labeling_functions import keywords\nk = keywords('k', 'ham', [])",
            2,
            "bad.py, line 2: keywords needs a list of words",
        ),
    ],
)
def test_a_file_that_does_not_load_hides_no_other(
    voter: Voter, write: Write, code: str, line: int | None, error: str
) -> None:
    write(code, "bad.py", shop=False)
    if "helper" in code:
        write("\n1 / 0", "helper.py", shop=False)
    catalog = voter.describe(write("a = keywords('a', 'spam', ['x'])", "good.py"), LABELS)
    assert [function.name for function in catalog.functions] == ["a"]
    fault = catalog.faults[0]
    assert error in fault.error
    assert (fault.function, fault.line, fault.example_id) == ("bad.py", line, None)
    assert "jobs.py" not in fault.traceback
    assert "loading.py" not in fault.traceback


def test_a_file_that_never_ends_hides_no_other(write: Write) -> None:
    write("while True: pass", "endless.py")
    folder = write("a = keywords('a', 'spam', ['x'])")
    with Voter(seconds_to_load=0.5) as voter:
        catalog = voter.describe(folder, LABELS)
    assert [function.name for function in catalog.functions] == ["a"]
    assert catalog.faults[0].error == (
        "endless.py, line 2: It took longer than 0.5 s to load and was stopped."
    )


def test_a_name_declared_twice_is_an_error_that_names_both_places(
    voter: Voter, write: Write
) -> None:
    write("one = keywords('same', 'spam', ['x'])", "a.py")
    folder = write("\nother = keywords('same', 'ham', ['y'])", "b.py")
    catalog = voter.describe(folder, LABELS)
    assert [function.file for function in catalog.functions] == ["a.py"]
    assert "b.py, line 3" in catalog.faults[0].error
    assert "a.py, line 2" in catalog.faults[0].error


def test_a_declared_label_the_task_does_not_have_is_an_error(voter: Voter, write: Write) -> None:
    catalog = voter.describe(write("a = keywords('a', 'spma', ['x'])"), LABELS)
    assert catalog.functions == ()
    assert "functions.py, line 2" in catalog.faults[0].error
    assert "Did you mean spam?" in catalog.faults[0].error


def test_siblings_share_helpers_and_functions_without_declaring_twice(
    voter: Voter, write: Write, examples: Examples
) -> None:
    write(
        "shared = keywords('shared', 'spam', ['x'])\ndef is_long(x): return len(x.text) > 3", "z.py"
    )
    folder = write(
        """
        from z import is_long, shared

        @labeling_function
        def long(x):
            return "spam" if is_long(x) else None
        """
    )
    catalog = voter.describe(folder, LABELS)
    assert [(f.name, f.file) for f in catalog.functions] == [
        ("long", "functions.py"),
        ("shared", "z.py"),
    ]
    matrix = vote(voter, folder, examples("x", "long"))
    assert matrix.votes.tolist() == [[ABSTAIN, 1], [1, ABSTAIN]]


def test_a_file_may_be_named_like_an_installed_module(voter: Voter, write: Write) -> None:
    write("import re, json\na = keywords('a', 'spam', ['x'])", "json.py")
    folder = write("b = keywords('b', 'spam', ['x'])", "my functions.py")
    catalog = voter.describe(folder, LABELS)
    assert catalog.faults == ()
    assert [function.name for function in catalog.functions] == ["a", "b"]


def test_a_folder_that_is_not_there_says_so(voter: Voter, tmp_path: Path) -> None:
    with pytest.raises(FunctionError, match="no such functions folder"):
        voter.describe(tmp_path / "nowhere", LABELS)


def test_loading_leaves_nothing_behind(voter: Voter, write: Write) -> None:
    folder = write("import helper\na = keywords('a', 'spam', ['x'])")
    write("x = 1", "helper.py")
    voter.describe(folder, LABELS)
    assert sorted(path.name for path in folder.iterdir()) == ["functions.py", "helper.py"]


# Votes


def test_a_function_sees_text_and_columns_but_no_gold_answer(voter: Voter, write: Write) -> None:
    folder = write(
        """
        @labeling_function
        def by_stars(x):
            return "ham" if x.stars > 3 and x.metadata["stars"] == x["stars"] else "spam"

        @labeling_function
        def cheats(x):
            return x.reference
        """
    )
    rows = [
        Example(id="1", input="good", reference="ham", metadata={"stars": 5}),
        Example(id="2", input="bad", reference="spam", metadata={"stars": 1}),
    ]
    matrix = vote(voter, folder, rows)
    assert column(matrix, "by_stars") == [0, 1]
    assert column(matrix, "cheats") == [ABSTAIN, ABSTAIN]
    assert {fault.example_id for fault in faults(matrix, "cheats")} == {"1", "2"}


def test_no_examples_and_no_functions_make_an_empty_matrix(
    voter: Voter, write: Write, examples: Examples
) -> None:
    folder = write("a = keywords('a', 'spam', ['x'])")
    assert vote(voter, folder, []).votes.shape == (0, 1)
    assert vote(voter, folder, examples("x"), []).votes.shape == (1, 0)


def test_a_row_that_raises_is_one_abstention_and_one_fault(
    voter: Voter, write: Write, examples: Examples
) -> None:
    folder = write(
        """
        def first_word(x):
            return x.text.split()[0]

        @labeling_function
        def greets(x):
            return "ham" if first_word(x) == "hello" else "spam"
        """
    )
    rows = examples("hello you", "   ", "buy now")
    matrix = vote(voter, folder, rows)
    assert column(matrix, "greets") == [0, ABSTAIN, 1]
    (fault,) = matrix.faults
    assert (fault.function, fault.example_id, fault.line) == ("greets", rows[1].id, 4)
    assert fault.error == "IndexError: list index out of range"
    assert fault.traceback.count('File "') == 2
    assert 'File "functions.py", line 8, in greets' in fault.traceback
    assert "return x.text.split()[0]" in fault.traceback


def test_the_same_traceback_is_kept_once_and_every_fault_is_kept(
    voter: Voter, write: Write, examples: Examples
) -> None:
    folder = write("@labeling_function\ndef typo(x): return x.txt")
    rows = examples(*map(str, range(300)))
    matrix = vote(voter, folder, rows)
    assert [fault.example_id for fault in matrix.faults] == [row.id for row in rows]
    assert [bool(fault.traceback) for fault in matrix.faults] == [True] + [False] * 299


def test_a_label_that_does_not_exist_is_a_fault_with_the_near_ones(
    voter: Voter, write: Write, examples: Examples
) -> None:
    matrix = vote(voter, write("@labeling_function\ndef f(x): return 'hma'"), examples("x"))
    assert matrix.faults[0].error.endswith("Did you mean ham?")


SAFE = "good = keywords('good', 'spam', ['x'])\n"


def test_printing_megabytes_disturbs_nothing(
    voter: Voter, write: Write, examples: Examples
) -> None:
    folder = write(
        """
        import os, sys

        print("loading")

        @labeling_function
        def prints(x):
            print("{}" * 1_000_000)
            print('{"event": "end"}', file=sys.stderr)
            os.write(1, b'{"event": "done"}\\n')
            return "ham"
        """
    )
    matrix = vote(voter, folder, examples("a", "b", "c"))
    assert matrix.votes.tolist() == [[0], [0], [0]]
    assert matrix.faults == ()


def test_the_last_a_dead_function_printed_is_kept(
    voter: Voter, write: Write, examples: Examples
) -> None:
    body = "print('x' * 9999, 'on the edge', flush=True); os._exit(1)"
    folder = write(f"import os\n@labeling_function\ndef last(x):\n    {body}\n")
    (fault,) = vote(voter, folder, examples("a")).faults
    assert fault.traceback.endswith("on the edge\n")
    assert len(fault.traceback) < 5000


def test_user_code_sees_no_secret_and_cannot_read_the_jobs(
    voter: Voter, write: Write, examples: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(
        """
        import os, sys

        @labeling_function
        def spy(x):
            assert not sys.stdin.read()
            return "spam" if "HF_TOKEN" in os.environ else "ham"
        """
    )
    monkeypatch.setenv("HF_TOKEN", "secret")
    with Voter() as fresh:
        assert vote(fresh, folder, examples("a")).votes.tolist() == [[0]]


def test_a_function_edited_since_it_was_described_does_not_vote(
    voter: Voter, write: Write, examples: Examples
) -> None:
    folder = write("a = keywords('a', 'spam', ['x'])\nb = keywords('b', 'spam', ['x'])")
    functions = voter.describe(folder, LABELS).functions
    write("a = keywords('a', 'ham', ['x'])")
    matrix = vote(voter, folder, examples("x"), functions)
    assert matrix.votes.tolist() == [[ABSTAIN, ABSTAIN]]
    assert "edited" in faults(matrix, "a")[0].error
    assert "no longer in functions.py" in faults(matrix, "b")[0].error


def test_progress_counts_functions_the_dead_included(
    voter: Voter, write: Write, examples: Examples
) -> None:
    code = "import os\n@labeling_function\ndef dies(x): os._exit(1)\n"
    folder = write(f"{code}{SAFE}")
    functions = voter.describe(folder, LABELS).functions
    seen: list[tuple[int, int, str]] = []
    vote(voter, folder, examples("x"), functions, lambda *step: seen.append(step))
    assert [step[:2] for step in seen] == [(1, 2), (2, 2)]
    assert {name for *_, name in seen} == {"dies", "good"}


# The process


def test_a_dead_process_is_started_again(write: Write, examples: Examples) -> None:
    folder = write(SAFE)
    with Voter() as voter:
        voter.describe(folder, LABELS)
        keeper = voter._processes._all[0]._process
        assert keeper is not None
        os.kill(keeper.pid, signal.SIGKILL)
        keeper.wait()
        assert vote(voter, folder, examples("x")).votes.tolist() == [[1]]


def test_a_process_that_cannot_work_is_an_error_that_says_why(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = write(SAFE)
    with Voter() as voter:
        functions = voter.describe(folder, LABELS).functions
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho No module named labeling_functions >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with Voter() as voter:
        with pytest.raises(FunctionError, match=r"died.*exit code 1.*No module named"):
            voter.describe(folder, LABELS)
        with pytest.raises(FunctionError, match=r"died.*exit code 1.*No module named"):
            voter.ballots(folder, LABELS, corpus_of([Example(id="1", input="x")]), functions)


def test_a_job_given_up_half_way_does_not_spoil_the_next(write: Write, examples: Examples) -> None:
    folder = write(SAFE)

    def give_up(*_step: object) -> None:
        raise KeyboardInterrupt

    with Voter() as voter:
        functions = voter.describe(folder, LABELS).functions
        with pytest.raises(KeyboardInterrupt):
            vote(voter, folder, examples("x"), functions, give_up)
        assert voter.describe(folder, LABELS).functions == functions


# Snorkel


SNORKEL = """
from snorkel.labeling import LabelingFunction, labeling_function
from snorkel.preprocess import preprocessor

SPAM = 1

@preprocessor(memoize=True)
def lower(x):
    x.text = x.text.lower()
    return x

def has(x, words, label):
    return label if any(word in x.text for word in words) else -1

def make(word):
    return LabelingFunction(name=f"kw/{word}", f=has, resources={"words": [word], "label": SPAM})

kw = make("b")

@labeling_function(pre=[lower])
def small(x):
    return SPAM if x.text.startswith("a") else 0

@labeling_function(resources={"words": ["c", "1"]})
def of_resources(x, words):
    return bool(any(word in x.text for word in words))

@labeling_function()
def by_pattern(x):
    import re
    return SPAM if re.search(r"a\\d", x.text) else -1
"""
OURS = """
from labeling_functions import ABSTAIN, keywords, labeling_function, pattern

kw = keywords("kw/b", "spam", ["b"], whole_words=False, ignore_case=False)

@labeling_function
def small(x):
    return "spam" if x.text.lower().startswith("a") else "ham"

@labeling_function
def of_resources(x):
    return 1 if "c" in x.text or "1" in x.text else 0

by_pattern = pattern("by_pattern", "spam", r"a\\d", ignore_case=False)
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    snorkel, ours = (tmp_path_factory.mktemp(name) for name in ("snorkel", "ours"))
    (snorkel / "functions.py").write_text(SNORKEL)
    (ours / "functions.py").write_text(OURS)
    return snorkel, ours


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(st.text("abcABC1 ", max_size=6), min_size=1, max_size=12, unique=True))
def test_functions_vote_as_in_snorkel_row_for_row(
    voter: Voter, folders: tuple[Path, Path], texts: list[str]
) -> None:
    from snorkel.labeling import PandasLFApplier

    namespace: dict[str, object] = {}
    exec(SNORKEL, namespace)  # noqa: S102 - the very file, run by Snorkel's own applier
    applier = PandasLFApplier(
        [namespace[name] for name in ("kw", "small", "of_resources", "by_pattern")]
    )
    theirs = applier.apply(pd.DataFrame({"text": texts}), progress_bar=False)
    rows = [Example(id=str(place), input=text) for place, text in enumerate(texts)]
    for folder in folders:
        matrix = vote(voter, folder, rows)
        assert [f.name for f in matrix.functions] == ["kw/b", "small", "of_resources", "by_pattern"]
        assert matrix.votes.tolist() == theirs.tolist()
        assert matrix.faults == ()


def test_an_int_no_label_has_is_a_fault_in_a_snorkel_function_too(
    voter: Voter, write: Write, examples: Examples
) -> None:
    code = (
        "from snorkel.labeling import labeling_function\n@labeling_function()\ndef f(x): return 7"
    )
    matrix = vote(voter, write(code, shop=False), examples("x"))
    assert matrix.functions[0].family == "snorkel"
    assert matrix.faults[0].error.startswith("7 is no vote.")
