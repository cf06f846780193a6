"""The Trainer of every recipe: loss where there are labels, plain checkpoints, guards."""

from __future__ import annotations

from pathlib import Path

import torch  # noqa: TID253 - runs in a child process
from peft import PeftModel, PeftType  # noqa: TID253 - runs in a child process
from torch.nn.functional import cross_entropy, pad  # noqa: TID253 - runs in a child process
from transformers import PreTrainedModel, Trainer, TrainerControl  # noqa: TID253 - runs in a child process

from curation.exceptions import RunError
from training.collate import LengthGroupedSampler
from training.encode import IGNORED

Batch = dict[str, torch.Tensor]


def virtual_tokens(model: PreTrainedModel) -> int:
    """Return how many positions a model puts before its hidden states: those of prompt tuning."""
    if not isinstance(model, PeftModel):
        return 0
    config = model.active_peft_config
    return int(config.num_virtual_tokens) if config.peft_type == PeftType.PROMPT_TUNING else 0


def labelled_logits(model: PreTrainedModel, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the logits that predict a label, shape (n, vocabulary), and the n labels.

    The head runs on those positions alone: with short answers it is a fifth of the work.
    """
    targets = batch["labels"][:, 1:]
    predicts = pad(targets != IGNORED, (virtual_tokens(model), 1))
    outputs = model(
        input_ids=batch["input_ids"],
        attention_mask=batch["attention_mask"],
        logits_to_keep=predicts,
        use_cache=False,
    )
    return outputs.logits.float(), targets[targets != IGNORED]


class RunTrainer(Trainer):  # type: ignore[misc] # untyped
    """`transformers.Trainer` with our batches, our loss, and nothing pickled beside the weights."""

    sampler: LengthGroupedSampler
    control: TrainerControl

    def _get_train_sampler(self, train_dataset: object = None) -> LengthGroupedSampler:  # noqa: ARG002
        lengths = [len(row.input_ids) for row in self.train_dataset]
        self.sampler = LengthGroupedSampler(
            lengths, self.args.per_device_train_batch_size, self.args.seed
        )
        return self.sampler

    def compute_loss(
        self,
        model: PreTrainedModel,
        inputs: Batch,
        return_outputs: bool = False,  # noqa: ARG002 - the Trainer's signature
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        """Return the cross entropy in nats over the labelled tokens of the whole step."""
        logits, targets = labelled_logits(model, inputs)
        if not len(targets):
            raise RunError(
                f"A batch at step {self.state.global_step + 1} has no labelled token.",
                remedy="Look at the rows' completions.",
            )
        total = num_items_in_batch if num_items_in_batch is not None else len(targets)
        return cross_entropy(logits, targets, reduction="sum") / total

    def training_step(
        self,
        model: PreTrainedModel,
        inputs: Batch,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        """Return a batch's loss after the backward pass; one that is not finite ends the run."""
        loss = super().training_step(model, inputs, num_items_in_batch)
        if not torch.isfinite(loss):
            raise RunError(
                f"The loss became {loss.item()} at step {self.state.global_step + 1}.",
                remedy="Lower the learning rate.",
            )
        return loss

    def evaluate(self, *_args: object, **_options: object) -> dict[str, float]:
        """Return `eval_loss`: nats a labelled token over all validation rows."""
        self.model.eval()
        nats, tokens = 0.0, 0
        for batch in self.get_eval_dataloader():
            with torch.no_grad(), self.compute_loss_context_manager():
                logits, targets = labelled_logits(self.model, batch)
                nats += cross_entropy(logits, targets, reduction="sum").item()
            tokens += len(targets)
        metrics = {"eval_loss": nats / tokens}
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics

    def _save(self, output_dir: str | None = None, state_dict: object = None) -> None:  # noqa: ARG002
        """Save the weights and nothing else: no pickled arguments, no look at the hub."""
        folder = Path(output_dir or self.args.output_dir)
        adapter = {"save_embedding_layers": False} if isinstance(self.model, PeftModel) else {}
        self.model.save_pretrained(folder, **adapter)
