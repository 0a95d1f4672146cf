"""The model hub as it answers, or does not: a checkpoint, or one line within seconds."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from vitscale.errors import ModelError
from vitscale.hub import commit
from vitscale.models.checkpoint import load as module
from vitscale.models.checkpoint.load import load_checkpoint
from vitscale.models.defaults import DEFAULT_CHECKPOINT

from tests.fixtures.fake_hub import FakeHub
from tests.fixtures.local_hub import ask, serve
from tests.fixtures.small_vit import CONFIG, write_json, write_small_vit


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A hub with models of several kinds."""
    root = tmp_path_factory.mktemp("hub")
    write_small_vit(root / "some" / "vit")
    write_small_vit(root / "old" / "vit", pickled=True)
    write_small_vit(root / "cut" / "vit")
    write_json(write_small_vit(root / "a" / "deit") / "config.json", {**CONFIG, "model_type": "deit"})
    (root / "no" / "config").mkdir(parents=True)
    (root / "no" / "config" / "README.md").write_text("soon")
    (root / "a" / "lora").mkdir()
    (root / "a" / "lora" / "adapter_config.json").write_text("{}")
    with serve(root) as served:
        yield served


@pytest.fixture
def online(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub is the fake one, the cache is empty."""
    ask(address, tmp_path / "cache", monkeypatch)


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize("name", ["some/vit", "old/vit"])
def test_a_model_of_the_hub_is_loaded_and_kept(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = load_checkpoint(name)
    assert (found.name, found.weights) == (name, "pretrained")
    ask("http://127.0.0.1:9", tmp_path / "cache", monkeypatch)  # nobody answers there
    assert load_checkpoint(name).name == name
    ask("http://127.0.0.1:9", tmp_path / "cache", monkeypatch, offline=True)
    assert load_checkpoint(name).name == name


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no/gated", "is gated.*hf auth login"),
        ("no/unknown", "knows no model of that name"),
        ("no/401", "knows no model of that name|status 401"),
        ("no/403", "status 403"),
        ("no/disabled", "disabled"),
        ("no/busy", "does not answer.*429"),
        ("no/down", "does not answer.*503"),
        ("no/407", "does not answer.*407"),
        ("no/html", "does not answer"),
        ("no/hangs-up", "does not answer.*disconnected"),
        ("no/config", r"has no config\.json"),
        ("a/lora", "merge_and_unload"),
        ("a/deit", "expected a classifier of model_type deit"),
        ("cut/vit", "does not answer"),
    ],
)
def test_whatever_the_hub_answers_ends_in_one_line(name: str, said: str) -> None:
    start = time.monotonic()
    with pytest.raises(ModelError, match=said) as refused:
        load_checkpoint(name)
    assert "\n" not in str(refused.value)
    assert name in str(refused.value)
    assert time.monotonic() - start < 30
    assert not [path for path in FakeHub.asked if path.endswith(".safetensors") and "cut" not in path]


def test_a_hub_that_never_answers_takes_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        ask(f"http://127.0.0.1:{server.getsockname()[1]}", tmp_path, monkeypatch)
        start = time.monotonic()
        with pytest.raises(ModelError, match=r"does not answer \(ReadTimeout"):
            load_checkpoint("someone/unknown-vit")
    assert time.monotonic() - start < 10


def test_without_a_network_the_line_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask("http://no-such-host.invalid", tmp_path, monkeypatch)
    with pytest.raises(ModelError, match=r"does not answer \(ConnectError"):
        load_checkpoint("someone/unknown-vit")
    ask("http://no-such-host.invalid", tmp_path, monkeypatch, offline=True)
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE is set"):
        load_checkpoint("someone/unknown-vit")


def test_random_weights_must_be_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask("http://127.0.0.1:9", tmp_path, monkeypatch)
    made: list[str] = []

    def small(name: str) -> Any:
        made.append(name)
        loaded = load_checkpoint(str(write_small_vit(tmp_path / "small")))
        return loaded.model, loaded.processor

    monkeypatch.setattr(module, "stand_in", small)
    with pytest.raises(ModelError, match="--allow-random-weights"):
        load_checkpoint(DEFAULT_CHECKPOINT)
    with pytest.raises(ModelError, match="does not answer"):
        load_checkpoint("someone/unknown-vit", allow_random_weights=True)
    assert made == []
    found = load_checkpoint(DEFAULT_CHECKPOINT, allow_random_weights=True)
    assert (found.name, found.weights, made) == (DEFAULT_CHECKPOINT, "random", [DEFAULT_CHECKPOINT])


@pytest.mark.usefixtures("online")
def test_a_model_that_the_hub_refuses_never_gets_random_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "known_architectures", lambda: {"no/gated": {}, "no/unknown": {}})
    for name in ("no/gated", "no/unknown"):
        with pytest.raises(ModelError, match=r"gated|knows no model"):
            load_checkpoint(name, allow_random_weights=True)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "is not a model"),
        ("  ", "is not a model"),
        ("nul\0", "is not a model"),
        ("/no/such/folder", "There is no folder"),
        ("./nowhere", "There is no folder"),
        ("nowhere/", "There is no folder"),
        ("~nobody-at-all/vit", "cannot be opened"),
        ("x" * 300, "cannot be opened|neither a folder"),
        ("a/b/c", "neither a folder nor a name"),
        ("two words", "neither a folder nor a name"),
        ("https://huggingface.co/google/vit", "neither a folder nor a name"),
    ],
)
def test_what_names_no_model_is_told(source: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        load_checkpoint(source)


def test_a_local_folder_is_found_by_any_of_its_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_small_vit(tmp_path / "my models" / "small-vit")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for source in (
        f"{folder}/",
        "~/my models/small-vit",
        "my models/small-vit",
        "my models/../my models/small-vit",
    ):
        assert load_checkpoint(source).name == "small-vit"
    for file in ("config.json", "model.safetensors"):
        with pytest.raises(ModelError, match=rf"is a file\. Give its folder: {folder}"):
            load_checkpoint(str(folder / file))
    (tmp_path / "model.zip").write_bytes(b"PK")
    with pytest.raises(ModelError, match=r"is an archive\. Unpack it"):
        load_checkpoint(str(tmp_path / "model.zip"))
    (tmp_path / "loose.bin").write_bytes(b"")
    with pytest.raises(ModelError, match=r"is a file. Give a folder with config\.json"):
        load_checkpoint(str(tmp_path / "loose.bin"))
    with suppress(OSError):
        (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(ModelError):
        load_checkpoint(str(tmp_path / "circle"))


@pytest.mark.parametrize(
    ("below", "named"),
    [
        (["checkpoint-500"], "checkpoint-500"),
        (["checkpoint-500", "checkpoint-1000", "checkpoint-90"], "checkpoint-1000"),
        (["model"], "model"),
        (["snapshots/3f49326eb077187dfe1c2a2bb15fbd74e6ab91e3"], "snapshots/3f49326eb0"),
    ],
)
def test_the_folder_above_checkpoints_names_the_last_one(
    tmp_path: Path, below: list[str], named: str
) -> None:
    for name in below:
        write_small_vit(tmp_path / "run" / name)
    with pytest.raises(ModelError, match=f"Its subfolder {named}.* has one; give that folder"):
        load_checkpoint(str(tmp_path / "run"))
