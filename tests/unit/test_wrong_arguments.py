"""Arguments of the Python API that have no meaning: one line each, before a JVM starts."""

import os
from pathlib import Path
from typing import Any

import pytest
import vitscale
from PIL import Image
from vitscale.errors import ModelError, UsageError
from vitscale.hub import model_folder

IMAGE = Image.new("RGB", (9, 9))

OF_VIT: list[tuple[dict[str, Any], str]] = [
    ({"model": None}, "model is None"),
    ({"model": ""}, "model is ''"),
    ({"model": b"models/vit"}, "model is b'models/vit'"),
    ({"model": 7}, "model is 7"),
    ({"model": ["models/vit"]}, "model is ['models/vit']"),
    ({"precision": None}, "precision is None"),
    ({"runtime": 1}, "runtime is 1"),
    ({"truncated": True}, "truncated is True"),
    ({"threads": 1.5}, "threads is 1.5"),
    ({"batch_size": "8"}, "batch_size is '8'"),
]


@pytest.mark.parametrize(("given", "said"), OF_VIT)
def test_of_a_model(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        vitscale.ViT(**{"model": "models/vit", **given})
    assert str(refused.value).startswith(said) and "\n" not in str(refused.value)


class Processor:
    """An image processor whose text has many lines, as in Transformers."""

    def __repr__(self) -> str:
        return "Processor {\n" + '  "size": 32,\n' * 30 + "}"


OF_PREPROCESS: list[tuple[Any, type[Exception], str]] = [
    (7, UsageError, "to_dict()"),
    (Processor(), UsageError, "to_dict()"),
    ("", UsageError, "config is ''"),
    ({"size": {32}}, UsageError, "set is not JSON serializable"),
    ("nowhere.json", ModelError, "nowhere.json: No such file"),
]


@pytest.mark.parametrize(("config", "kind", "said"), OF_PREPROCESS)
def test_of_the_settings_of_an_image_processor(config: Any, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind) as refused:
        vitscale.preprocess(IMAGE, config)
    assert said in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xd8\xff\xe0", b"["])
def test_of_a_settings_file_that_is_no_json(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "preprocessor_config.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"preprocessor_config\.json is not JSON"):
        vitscale.preprocess(IMAGE, tmp_path)


def test_the_home_folder_stands_for_its_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert model_folder("~/models/vit") == str(tmp_path / "models/vit")
    for other in ("models/~vit", "file:///~/vit", "hdfs://host/~/vit", "/a/b", "~nobody-of-this-name/vit"):
        assert model_folder(other) == other
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~").mkdir()
    assert model_folder("~") == "~"


def test_a_model_whose_path_java_cannot_read_is_refused() -> None:
    with pytest.raises(ModelError, match="not valid UTF-8") as refused:
        model_folder(os.fsdecode(b"/models/caf\xe9"))
    assert str(refused.value).isascii()
