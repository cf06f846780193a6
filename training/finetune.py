"""The steps every recipe shares: load, encode, wrap, train, keep the best."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch  # noqa: TID253 - runs in a child process
from transformers import (  # noqa: TID253 - runs in a child process
    PreTrainedModel,
    PreTrainedTokenizerBase,
    TrainingArguments,
    set_seed,
)

from curation.exceptions import RunError
from curation.types import DatasetRow, RunSpec, RunStatus, Split
from training.callbacks import (
    BestCallback,
    MetricsCallback,
    OrderCallback,
    StopCallback,
)
from training.checkpoints import CHECKPOINTS, discard, keep, newest_valid
from training.collate import Collator
from training.device import prepare_device, supports_bfloat16
from training.encode import EncodedRow, EncodeReport, encode
from training.models import load_base, load_tokenizer
from training.recipes import RECIPES
from training.runs import ENCODE, Report
from training.spec import Recipe, parameters_of
from training.stop import StopRequest
from training.trainer import RunTrainer


@dataclass(frozen=True)
class EncodedSplits:
    """The two splits a run may see."""

    train: list[EncodedRow]
    validation: list[EncodedRow]


def finetune(
    run_folder: Path, dataset_folder: Path, spec: RunSpec, stop: StopRequest, report: Report
) -> RunStatus:
    """Train a run's model and save the best one.

    Returns
    -------
    RunStatus
        Finished, or cancelled with a checkpoint to resume from.

    Raises
    ------
    RunError, ModelError, DatasetError
        Why it failed, in words.
    """
    parameters = parameters_of(spec)
    recipe: Recipe = RECIPES[spec.recipe]
    report("stage", stage="loading the model")
    tokenizer, model = load_tokenizer(spec.base_model), load_base(spec.base_model)
    report("stage", stage="encoding the rows")
    splits = _encode_splits(run_folder, dataset_folder, tokenizer, parameters)
    prepare_device()
    set_seed(spec.seed)
    trainer = _trainer(run_folder, spec, _wrap(recipe, model, spec, parameters), tokenizer, splits)
    _listen(trainer, run_folder, parameters, stop, report)
    report("stage", stage="training", total_steps=_planned_steps(parameters, len(splits.train)))
    trainer.train(resume_from_checkpoint=_start_from(run_folder, report))
    if stop:
        return RunStatus.CANCELLED
    report("stage", stage="saving")
    _save(run_folder, trainer, recipe, tokenizer)
    return RunStatus.FINISHED


def read_rows(path: Path) -> list[DatasetRow]:
    """Return the rows of a split's file."""
    try:
        # Bytes: text would also be split where an example holds a line separator of its own.
        lines = path.read_bytes().splitlines()
        return [DatasetRow.model_validate_json(line) for line in lines]
    except (OSError, ValueError) as error:
        raise RunError(f"The dataset does not read: {error}", where=str(path)) from error


def _encode_splits(
    run_folder: Path,
    dataset_folder: Path,
    tokenizer: PreTrainedTokenizerBase,
    parameters: dict[str, Any],
) -> EncodedSplits:
    """Encode the two splits and write `encode.json`; the test split is never opened."""
    encoded: dict[str, list[EncodedRow]] = {}
    reports: dict[str, EncodeReport] = {}
    for split in (Split.TRAIN, Split.VALIDATION):
        rows = read_rows(dataset_folder / f"{split}.jsonl")
        encoded[split], reports[split] = encode(
            tokenizer, rows, parameters["max_length"], parameters["over_long"]
        )
    draft = run_folder / f".{ENCODE}"
    draft.write_text(json.dumps({name: made.to_json() for name, made in reports.items()}), "utf-8")
    os.replace(draft, run_folder / ENCODE)  # noqa: PTH105 - as everywhere
    if not encoded[Split.TRAIN]:
        reasons = sorted({reason for _, reason in reports[Split.TRAIN].dropped})
        raise RunError(
            f"No training row is left: {'; '.join(reasons[:3]) or 'there was none'}.",
            where=f"{dataset_folder.name}/train.jsonl",
            remedy="Raise max_length, or freeze a dataset with more rows.",
        )
    return EncodedSplits(encoded[Split.TRAIN], encoded[Split.VALIDATION])


def _wrap(
    recipe: Recipe, model: PreTrainedModel, spec: RunSpec, parameters: dict[str, Any]
) -> PreTrainedModel:
    wrapped = recipe.wrap(model, parameters)
    for config in getattr(wrapped, "peft_config", {}).values():
        # The model's name, where peft would write a path of this machine.
        config.base_model_name_or_path = spec.base_model
    if not any(weight.requires_grad for weight in wrapped.parameters()):
        raise RunError(
            f"{recipe.name} finds nothing to train in this model.", where=spec.base_model
        )
    return wrapped


def _steps_in_epoch(parameters: dict[str, Any], rows: int) -> int:
    batches = -(-rows // parameters["batch_size"])
    return int(-(-batches // parameters["accumulation"]))


def _planned_steps(parameters: dict[str, Any], rows: int) -> int:
    steps = parameters["epochs"] * _steps_in_epoch(parameters, rows)
    return int(min(steps, parameters["max_steps"] or steps))


def _arguments(
    run_folder: Path, spec: RunSpec, splits: EncodedSplits, parameters: dict[str, Any]
) -> TrainingArguments:
    per_epoch = _steps_in_epoch(parameters, len(splits.train))
    every = -(-per_epoch // parameters["evaluations"])
    auto = parameters["precision"] == "auto" and supports_bfloat16()
    return TrainingArguments(
        output_dir=str(run_folder / CHECKPOINTS),
        use_cpu=not torch.cuda.is_available(),
        bf16=auto or parameters["precision"] == "bfloat16",
        seed=spec.seed,
        learning_rate=parameters["learning_rate"],
        num_train_epochs=parameters["epochs"],
        max_steps=parameters["max_steps"] or -1,
        per_device_train_batch_size=parameters["batch_size"],
        per_device_eval_batch_size=2 * parameters["batch_size"],
        gradient_accumulation_steps=parameters["accumulation"],
        warmup_steps=parameters["warmup"],
        lr_scheduler_type=parameters["schedule"],
        weight_decay=parameters["weight_decay"],
        eval_strategy="steps" if splits.validation else "no",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=2,
        metric_for_best_model="eval_loss" if splits.validation else None,
        greater_is_better=False,
        logging_steps=1,
        logging_nan_inf_filter=False,
        include_num_input_tokens_seen="non_padding",
        remove_unused_columns=False,
        disable_tqdm=True,
        dataloader_pin_memory=False,
        report_to="none",
    )


def _trainer(
    run_folder: Path,
    spec: RunSpec,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    splits: EncodedSplits,
) -> RunTrainer:
    parameters = parameters_of(spec)
    splits.validation.sort(key=lambda row: len(row.input_ids))
    return RunTrainer(
        model=model,
        args=_arguments(run_folder, spec, splits, parameters),
        train_dataset=splits.train,
        eval_dataset=splits.validation or None,
        data_collator=Collator(tokenizer.pad_token_id),
    )


def _listen(
    trainer: RunTrainer,
    run_folder: Path,
    parameters: dict[str, Any],
    stop: StopRequest,
    report: Report,
) -> None:
    trainer.add_callback(MetricsCallback(run_folder))
    trainer.add_callback(OrderCallback(lambda: trainer.sampler))
    trainer.add_callback(BestCallback(parameters["patience"], report))
    trainer.add_callback(StopCallback(stop))


def _start_from(run_folder: Path, report: Report) -> str | None:
    checkpoint = newest_valid(run_folder)
    if checkpoint is None:
        return None
    report("resumed", checkpoint=checkpoint.name)
    return str(checkpoint)


def _save(
    run_folder: Path, trainer: RunTrainer, recipe: Recipe, tokenizer: PreTrainedTokenizerBase
) -> None:
    """Keep the best checkpoint, or the last where there was no validation; drop the others."""
    best = trainer.state.best_global_step or trainer.state.global_step
    checkpoint = run_folder / CHECKPOINTS / f"checkpoint-{best}"
    tokenizer.save_pretrained(checkpoint)
    keep(checkpoint, run_folder / recipe.saves)
    discard(run_folder)
