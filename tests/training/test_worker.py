"""What a run promises, on a model small enough to train in a second."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from curation.exceptions import RunError
from curation.types import DatasetRow, RunSpec, RunStatus
from training import trainer as trainer_module
from training.checkpoints import is_valid, keep, newest_valid
from training.collate import Collator
from training.encode import EncodedRow, encode
from training.launcher import launch, resume
from training.models import load_run, load_tokenizer
from training.runs import (
    cancel_run,
    create_run,
    last_per_step,
    read_lines,
    read_log,
    read_metrics,
    read_state,
)
from training.trainer import labelled_logits
from training.worker import work

MakeSpec = Callable[..., RunSpec]
MakeRow = Callable[..., DatasetRow]
Start = Callable[..., Path]

# peft 0.21 still asks transformers 5 by the old name.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")
RECIPE_NAMES = ("lora", "prompt_tuning", "prefix_tuning", "full")


@pytest.fixture
def start(make_spec: MakeSpec, dataset: Path, tmp_path: Path) -> Callable[..., Path]:
    """Returns `start(recipe, **parameters)`: train a run to its end and return its folder."""

    def start(recipe: str = "lora", name: str = "run", **parameters: float | str) -> Path:
        spec = make_spec(recipe, **parameters).model_copy(update={"id": name})
        run = create_run(tmp_path / "runs", spec)
        work(run, dataset)
        return run

    return start


@pytest.fixture
def stop_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Returns `stop_after(step)`: the next runs are asked to stop once they have done that step."""

    def arrange(step: int) -> None:
        write = trainer_module.Trainer.training_step

        def training_step(self: trainer_module.RunTrainer, *args: object) -> torch.Tensor:
            if self.state.global_step + 1 == step:
                (Path(self.args.output_dir).parent / "STOP").touch()
            return write(self, *args)

        monkeypatch.setattr(trainer_module.Trainer, "training_step", training_step)

    return arrange


def losses(run: Path) -> list[float]:
    return [row["loss"] for row in last_per_step(read_metrics(run)[0])]


def weights(run: Path) -> dict[str, torch.Tensor]:
    (path,) = run.glob("*/*model.safetensors")
    return load_file(path)


def equal(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


def validation_loss(run: Path, rows: list) -> float:
    model, tokenizer = load_run(run)
    encoded, _ = encode(tokenizer, rows, 256)
    with torch.no_grad():
        logits, targets = labelled_logits(model.eval(), Collator(0)(encoded))
    return torch.nn.functional.cross_entropy(logits, targets).item()


@pytest.mark.parametrize("recipe", RECIPE_NAMES)
def test_every_recipe_learns_and_comes_back_as_it_was_saved(
    recipe: str, start: Start, rows: list[DatasetRow]
) -> None:
    """The dataset of these tests has no test split: none of them can have opened one."""
    run = start(recipe, epochs=3)
    state = read_state(run)
    assert (state.status, state.reason) == (RunStatus.FINISHED, "")
    assert state.step == state.total_steps == 12
    found = [row["eval_loss"] for row in read_metrics(run)[0] if "eval_loss" in row]
    assert len(found) == 3
    assert found[-1] < losses(run)[0]
    # Early stopping keeps the best weights: loaded again they have the best loss.
    assert state.best_loss == min(found)
    assert validation_loss(run, rows[30:]) == pytest.approx(state.best_loss, abs=1e-5)


@pytest.mark.parametrize("recipe", ["lora", "full"])
def test_a_finished_run_holds_no_pickle_and_no_path(
    recipe: str, start: Start, make_spec: MakeSpec
) -> None:
    run = start(recipe)
    files = {path.name for path in run.rglob("*") if path.is_file()}
    weights_file = "model.safetensors" if recipe == "full" else "adapter_model.safetensors"
    assert {weights_file, "tokenizer.json", "chat_template.jinja", "encode.json"} <= files
    assert not [name for name in files if name.endswith((".pt", ".pth", ".bin", ".pkl"))]
    assert not (run / "checkpoints").exists()
    if recipe == "lora":
        config = json.loads((run / "adapter" / "adapter_config.json").read_text())
        assert config["base_model_name_or_path"] == make_spec("lora").base_model


def test_metrics_carry_what_the_page_draws(start: Start) -> None:
    rows = last_per_step(read_metrics(start(epochs=1))[0])
    assert [row["step"] for row in rows] == [1, 2, 3, 4]
    for row in rows:
        assert {"loss", "lr", "tokens", "tokens_per_second", "seconds", "seconds_left"} <= set(row)
    assert [row["tokens"] for row in rows] == sorted(row["tokens"] for row in rows)
    assert "eval_loss" in rows[-1]
    assert rows[-1]["seconds_left"] == 0


def test_the_same_seed_gives_the_same_run(start: Start, make_spec: MakeSpec) -> None:
    one, other = start(name="one"), start(name="other")
    assert losses(one) == losses(other)
    assert equal(weights(one), weights(other))


def test_accumulated_batches_are_one_batch(start: Start) -> None:
    """30 rows by 8: the last batch is a short one, where a mean of means would be wrong."""
    one, *others = (
        losses(start(name=f"in{size}", batch_size=size, accumulation=steps))
        for size, steps in ((30, 1), (8, 4), (6, 5))
    )
    assert len(one) == 2
    for other in others:
        assert other == pytest.approx(one, abs=1e-5)


@pytest.mark.parametrize(
    ("recipe", "step"), [*((name, 3) for name in RECIPE_NAMES), ("lora", 4), ("lora", 5)]
)
def test_a_resumed_run_ends_as_if_it_had_never_stopped(
    recipe: str,
    step: int,
    start: Start,
    stop_after: Callable[[int], None],
    dataset: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    straight = start(recipe, name="straight")
    stop_after(step)
    stopped = start(recipe, name="stopped")
    state = read_state(stopped)
    assert (state.status, state.step) == (RunStatus.CANCELLED, step)
    assert is_valid(stopped / "checkpoints" / f"checkpoint-{step}")
    monkeypatch.undo()
    (stopped / "STOP").unlink()
    assert work(stopped, dataset) is RunStatus.FINISHED
    assert losses(stopped) == losses(straight)
    assert equal(weights(stopped), weights(straight))
    assert read_state(stopped).best_step == read_state(straight).best_step


def test_a_torn_checkpoint_is_passed_over(
    start: Start, stop_after: Callable[[int], None], dataset: Path
) -> None:
    stop_after(3)
    run = start()
    good = run / "checkpoints" / "checkpoint-3"
    for number, name in ((5, "adapter_model.safetensors"), (6, "optimizer.pt")):
        torn = shutil.copytree(good, good.with_name(f"checkpoint-{number}"))
        state = json.loads((torn / "trainer_state.json").read_text())
        (torn / "trainer_state.json").write_text(json.dumps(state | {"global_step": number}))
        (torn / name).write_bytes(b"")
    shutil.copytree(good, good.with_name("checkpoint-7"))  # its state says step 3
    (good.with_name("checkpoint-8")).mkdir()
    assert newest_valid(run) == good
    assert sorted(path.name for path in good.parent.iterdir()) == ["checkpoint-3"]


def test_early_stopping_ends_a_run_that_gets_worse(start: Start, rows: list[DatasetRow]) -> None:
    run = start("full", learning_rate=0.3, epochs=30, patience=2, schedule="constant_with_warmup")
    state = read_state(run)
    found = [row["eval_loss"] for row in read_metrics(run)[0] if "eval_loss" in row]
    assert state.status is RunStatus.FINISHED
    assert state.step < state.total_steps == 120
    assert found.index(min(found)) == len(found) - 3
    assert state.best_loss == min(found)
    assert validation_loss(run, rows[30:]) == pytest.approx(min(found), abs=1e-4)


def test_more_validations_an_epoch_and_a_limit_of_steps(start: Start) -> None:
    run = start(evaluations=2, max_steps=5)
    steps = [row["step"] for row in read_metrics(run)[0] if "eval_loss" in row]
    assert steps == [2, 4, 5]
    assert read_state(run).total_steps == 5


def test_without_validation_rows_the_last_weights_are_kept(start: Start, dataset: Path) -> None:
    (dataset / "validation.jsonl").write_text("")
    run = start()
    state = read_state(run)
    assert (state.status, state.best_loss) == (RunStatus.FINISHED, None)
    assert weights(run)


def test_what_was_left_out_is_written_down(start: Start, dataset: Path, row_of: MakeRow) -> None:
    long = row_of(99, "sea " * 60, "red")
    with (dataset / "train.jsonl").open("a") as file:
        file.write(long.model_dump_json() + "\n")
    run = start(max_length=40)
    report = json.loads((run / "encode.json").read_text())
    assert report["train"]["dropped"] == [["row99", "75 tokens, 40 allowed"]]
    assert report["train"]["total"] == report["train"]["kept"] + 1 == 31
    assert report["validation"]["dropped"] == []


def test_a_line_separator_inside_a_text_is_no_new_row(
    start: Start, dataset: Path, row_of: MakeRow
) -> None:
    with (dataset / "train.jsonl").open("a", encoding="utf-8") as file:
        file.write(row_of(98, "rose\u2028leaf", "red").model_dump_json() + "\n")
    report = json.loads((start(epochs=1) / "encode.json").read_text())
    assert report["train"]["total"] == 31


def test_nothing_left_to_train_on_is_a_failure_with_the_reason(start: Start) -> None:
    state = read_state(start(max_length=8))
    assert state.status is RunStatus.FAILED
    assert "No training row is left" in state.reason
    assert "8 allowed" in state.reason


def test_a_broken_dataset_is_a_failure_with_the_place(start: Start, dataset: Path) -> None:
    (dataset / "train.jsonl").write_text("{}\n")
    state = read_state(start())
    assert state.status is RunStatus.FAILED
    assert "train.jsonl" in state.reason


def test_a_missing_model_is_a_failure_with_a_remedy(
    start: Start, make_spec: MakeSpec, tmp_path: Path, dataset: Path
) -> None:
    spec = make_spec("lora").model_copy(update={"base_model": str(tmp_path / "none")})
    run = create_run(tmp_path / "runs", spec)
    assert work(run, dataset) is RunStatus.FAILED
    assert "choose the bundled model" in read_state(run).reason


def test_a_loss_that_is_no_number_ends_the_run_at_that_step(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_loss = trainer_module.RunTrainer.compute_loss

    def broken(self: trainer_module.RunTrainer, *args: object, **kwargs: object) -> torch.Tensor:
        loss = true_loss(self, *args, **kwargs)
        return loss * math.nan if self.state.global_step == 2 else loss

    monkeypatch.setattr(trainer_module.RunTrainer, "compute_loss", broken)
    run = start()
    state = read_state(run)
    assert (state.status, state.step) == (RunStatus.FAILED, 2)
    assert "The loss became nan at step 3." in state.reason
    assert not (run / "adapter").exists()


def test_a_batch_without_labels_ends_the_run(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    blank = Collator.__call__

    def unlabelled(self: Collator, rows: list[EncodedRow]) -> dict[str, torch.Tensor]:
        batch = blank(self, rows)
        return batch | {"labels": torch.full_like(batch["labels"], -100)}

    monkeypatch.setattr(Collator, "__call__", unlabelled)
    state = read_state(start())
    assert state.status is RunStatus.FAILED
    assert "no labelled token" in state.reason


def test_weights_that_are_no_numbers_are_never_kept(
    start: Start, stop_after: Callable[[int], None], tmp_path: Path
) -> None:
    from safetensors.torch import save_file

    stop_after(1)
    checkpoint = start() / "checkpoints" / "checkpoint-1"
    path = checkpoint / "adapter_model.safetensors"
    broken = load_file(path)
    next(iter(broken.values()))[0, 0] = math.inf
    save_file(broken, path)
    with pytest.raises(RunError, match="not finite"):
        keep(checkpoint, tmp_path / "adapter")
    assert not (tmp_path / "adapter").exists()


def test_a_model_with_nothing_to_train_is_refused(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.recipes import RECIPES

    recipe = RECIPES["full"]
    monkeypatch.setattr(
        "training.recipes.full.RECIPE",
        type(recipe)(
            *(recipe.name, recipe.summary, recipe.parameters),
            wrap=lambda model, _: model.requires_grad_(False),
            saves="model",
        ),
    )
    state = read_state(start("full"))
    assert state.status is RunStatus.FAILED
    assert "finds nothing to train" in state.reason


def test_an_adapter_switched_off_is_the_base_model(
    start: Start, rows: list[DatasetRow], make_spec: MakeSpec
) -> None:
    from training.models import load_base

    model, tokenizer = load_run(start())
    batch = Collator(0)(encode(tokenizer, rows[:4], 256)[0])
    base = load_base(make_spec("lora").base_model)
    with torch.no_grad():
        tuned, _ = labelled_logits(model, batch)
        plain, _ = labelled_logits(base, batch)
        with model.disable_adapter():
            off, _ = labelled_logits(model, batch)
    assert torch.equal(off, plain)
    assert not torch.allclose(tuned, plain, atol=1e-3)


def test_the_head_on_labelled_positions_gives_the_loss_of_the_whole(
    rows: list[DatasetRow], make_spec: MakeSpec
) -> None:
    from training.models import load_base

    name = make_spec("lora").base_model
    batch = Collator(0)(encode(load_tokenizer(name), rows[:5], 256)[0])
    model = load_base(name)
    with torch.no_grad():
        logits, targets = labelled_logits(model, batch)
        whole = model(**batch).loss
    assert torch.nn.functional.cross_entropy(logits, targets).item() == pytest.approx(whole.item())


def wait_until(condition: Callable[[], bool], run: Path, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{read_state(run)}\n{read_log(run)}"
        time.sleep(0.05)


@pytest.mark.timeout(400)
def test_a_detached_worker_is_killed_resumed_and_cancelled(
    make_spec: MakeSpec, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "s3cret")
    spec = make_spec("lora", epochs=100, batch_size=1, patience=100, evaluations=10)
    run = create_run(tmp_path / "runs", spec)
    pid = launch(run, dataset)
    seen = set()

    def training() -> bool:
        seen.add(read_state(run).status)
        return read_state(run).step > 5

    wait_until(training, run)
    assert seen <= {RunStatus.QUEUED, RunStatus.RUNNING}
    assert os.getsid(pid) == pid
    assert b"s3cret" not in Path(f"/proc/{pid}/environ").read_bytes()
    with pytest.raises(RunError, match="running"):
        launch(run, dataset)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: read_state(run).status is RunStatus.INTERRUPTED, run)
    before = read_state(run).step

    resume(run, dataset)
    wait_until(lambda: read_state(run).step > before, run)
    cancel_run(run)
    wait_until(lambda: not read_state(run).status.live, run)
    state = read_state(run)
    assert state.status is RunStatus.CANCELLED, read_log(run)
    assert is_valid(run / "checkpoints" / f"checkpoint-{state.step}")
    events = [event["event"] for event in read_lines(run / "status.jsonl")[0]]
    assert events.count("start") == 2
    assert "resumed" in events


@pytest.mark.timeout(400)
def test_a_queued_run_can_be_cancelled_while_another_holds_the_device(
    make_spec: MakeSpec, dataset: Path, tmp_path: Path
) -> None:
    from training.locks import hold
    from training.worker import device_lock

    run = create_run(tmp_path / "runs", make_spec("lora"))
    with hold(run.parent / device_lock()):
        launch(run, dataset)
        waits = (("stage", "waiting"),)
        wait_until(
            lambda: any(waits[0] in event.items() for event in read_lines(run / "status.jsonl")[0]),
            run,
        )
        assert read_state(run).status is RunStatus.QUEUED
        cancel_run(run)
        wait_until(lambda: not read_state(run).status.live, run)
    assert read_state(run).status is RunStatus.CANCELLED
    assert not (run / "metrics.jsonl").exists()
