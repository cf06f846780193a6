from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from curation.types import RunSpec
from training.estimate import count_weights, estimate
from training.runs import append_event, append_line, create_run
from training.spec import BUNDLED, parameters_of

MakeSpec = Callable[..., RunSpec]


def test_weights_are_counted_without_loading_them(make_spec: MakeSpec) -> None:
    from training.models import load_base

    name = make_spec("lora").base_model
    assert count_weights(name) == sum(weight.numel() for weight in load_base(name).parameters())


def test_a_model_that_is_not_here_has_no_estimate(make_spec: MakeSpec) -> None:
    made = estimate("lora", "somebody/model", parameters_of(make_spec("lora")), 100, 50)
    assert (made.memory_gb, made.minutes, made.fits) == (None, None, None)


def test_more_work_takes_longer_and_full_needs_more_memory(make_spec: MakeSpec) -> None:
    parameters = parameters_of(make_spec("lora"))
    few = estimate("lora", BUNDLED, parameters, 600, 60)
    many = estimate("lora", BUNDLED, parameters, 1200, 60)
    full = estimate("full", BUNDLED, parameters, 600, 60)
    assert many.minutes == pytest.approx(2 * few.minutes, abs=0.2)
    assert full.minutes > few.minutes
    assert full.memory_gb > many.memory_gb
    assert "no run has been measured" in few.basis


def test_a_limit_of_steps_limits_the_time(make_spec: MakeSpec) -> None:
    parameters = parameters_of(make_spec("lora", epochs=2, max_steps=15))
    whole = estimate("lora", BUNDLED, parameters | {"max_steps": 0}, 600, 60)
    assert estimate("lora", BUNDLED, parameters, 600, 60).minutes == pytest.approx(
        whole.minutes / 10, abs=0.1
    )


def test_finished_runs_show_the_true_speed(make_spec: MakeSpec, tmp_path: Path) -> None:
    spec = make_spec("lora").model_copy(update={"base_model": BUNDLED})
    run = create_run(tmp_path, spec)
    append_line(run / "metrics.jsonl", {"step": 1, "tokens_per_second": 10.0})
    append_event(run, "end", pid=1, status="finished", reason="")
    parameters = parameters_of(spec) | {"epochs": 1}
    made = estimate("lora", BUNDLED, parameters, 60, 10, tmp_path)
    assert made.minutes == 1.0
    assert made.basis.startswith("1 finished run(s)")
    assert "no run" in estimate("full", BUNDLED, parameters, 60, 10, tmp_path).basis
