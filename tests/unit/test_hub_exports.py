"""Names of the hub where folders stand: exported once into a cache, opened by every front door."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import vitscale
from typer.testing import CliRunner
from vitscale.cli import app
from vitscale.errors import ModelError, UsageError
from vitscale.hub import exports, folder, model_folder
from vitscale.hub.name import HubName, hub_name, parse
from vitscale.images.image_set import find_images

from tests.fixtures.fake_hub import FakeHub
from tests.fixtures.local_hub import ask, serve
from tests.fixtures.small_vit import CONFIG, write_json, write_small_vit

NOBODY = "http://127.0.0.1:9"
LATER = "f" * 40


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A hub with one good model and one of a kind that is not supported."""
    root = tmp_path_factory.mktemp("hub")
    write_small_vit(root / "some" / "vit")
    write_json(write_small_vit(root / "a" / "llm") / "config.json", {**CONFIG, "model_type": "llama"})
    with serve(root) as served:
        yield served


@pytest.fixture
def online(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches are empty, the working folder too, and the hub answers."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    ask(address, tmp_path / "hub-cache", monkeypatch)


@pytest.fixture(scope="module")
def exported(address: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with the model, exported in fp32."""
    place = tmp_path_factory.mktemp("exported")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(place))
        patch.chdir(place)
        ask(address, place / "hub-cache", patch)
        model_folder("some/vit")
    return place


@pytest.fixture
def cached(online: None, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model is in the cache, and nothing may be exported."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(exported))
    monkeypatch.setattr(folder, "_export", refuse)


def refuse(*_: object) -> None:
    raise AssertionError("exported again")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("google/vit-base-patch16-224", HubName("google/vit-base-patch16-224")),
        ("a/b", HubName("a/b")),
        ("some-one/m.o_d-el@v1.0", HubName("some-one/m.o_d-el", "v1.0")),
        ("some/vit@refs/pr/3", HubName("some/vit", "refs/pr/3")),
        ("vit", None),
        ("./some/vit", None),
        ("../some/vit", None),
        ("/some/vit", None),
        ("some/vit/", None),
        ("some/vit/onnx", None),
        ("some/vit@", None),
        ("hdfs://host/vit", None),
        ("s3a://some/vit", None),
        ("some vit/model", None),
        ("söme/vit", None),
        ("some/..", None),
        ("some/vit@../x", None),
        ("", None),
    ],
)
def test_a_name_of_the_hub_is_told_from_a_path(text: str, expected: HubName | None) -> None:
    assert parse(text) == expected
    assert expected is None or parse(str(expected)) == expected


def test_a_folder_wins_and_a_mistyped_path_is_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert hub_name("some/vit") == HubName("some/vit")
    (tmp_path / "some").mkdir()
    assert hub_name("some/vit") is None
    assert model_folder("some/vit") == "some/vit"


@pytest.mark.usefixtures("cached")
def test_a_model_is_exported_once_and_opened_without_the_hub(
    tmp_path: Path, exported: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Path(model_folder("some/vit"))
    assert found.is_relative_to(exported / "vitscale" / "models" / "some--vit")
    record = json.loads((found / "vitscale.json").read_text())
    assert (record["name"], record["revision"], record["weights"]) == ("some/vit", found.name, "pretrained")
    assert not [path for path in FakeHub.asked if "safetensors" in path]
    ask(NOBODY, tmp_path / "nothing", monkeypatch)
    assert model_folder("some/vit") == str(found)
    assert "does not answer" in capsys.readouterr().err
    ask(NOBODY, tmp_path / "nothing", monkeypatch, offline=True)
    assert model_folder("some/vit") == str(found)
    assert model_folder(f"some/vit@{found.name}") == str(found)


@pytest.mark.usefixtures("cached")
def test_python_classifies_with_a_name(photos: Path, exported: Path) -> None:
    photo = find_images(photos).paths[0]
    with vitscale.ViT("some/vit") as named, vitscale.ViT(model_folder("some/vit")) as opened:
        assert named.classify(photo) == opened.classify(photo)


@pytest.mark.usefixtures("online")
def test_two_processes_export_one_model_once(exported: Path, tmp_path: Path) -> None:
    code = "import sys; from vitscale.hub import model_folder; print(model_folder(*sys.argv[1:]))"
    command = [sys.executable, "-c", code, "some/vit", "fp32-uint8"]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    answers = [one.communicate() for one in both]
    assert [one.returncode for one in both] == [0, 0], answers
    assert answers[0][0] == answers[1][0]
    told = "".join(stderr for _, stderr in answers)
    assert told.count("vitscale: exporting some/vit at 0123456789ab in fp32-uint8") == 1
    assert "Loading some/vit" in told
    place = Path(answers[0][0].strip())
    assert [one.name for one in (place / "onnx").iterdir()] == ["fp32-uint8"]


@pytest.mark.usefixtures("online")
def test_an_export_that_fails_is_one_line_and_leaves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ModelError, match='"llama"') as refused:
        model_folder("a/llm")
    assert "\n" not in str(refused.value)
    assert "error:" not in capsys.readouterr().err
    assert list(exports.all_exports()) == []
    for name, said in (("no/gated", "is gated"), ("no/unknown", "knows no model"), ("no/403", "status 403")):
        with pytest.raises(ModelError, match=said):
            model_folder(name)


@pytest.mark.usefixtures("online")
def test_without_hub_and_cache_it_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(NOBODY, tmp_path / "nothing", monkeypatch)
    with pytest.raises(ModelError, match="does not answer"):
        model_folder("some/vit")
    ask(NOBODY, tmp_path / "nothing", monkeypatch, offline=True)
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE is set"):
        model_folder("some/vit")


@pytest.mark.usefixtures("cached")
@pytest.mark.parametrize("master", ["yarn", "spark://host:7077", "k8s://https://host"])
def test_executors_elsewhere_cannot_read_this_cache(master: str) -> None:
    with pytest.raises(
        UsageError, match=f"executors of {master} cannot read.*vitscale export some/vit -o DIR"
    ):
        model_folder("some/vit", master=master)
    assert model_folder("some/vit", master="spark://127.0.0.1:7077")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


@pytest.mark.usefixtures("online")
def test_models_are_listed_and_pruned(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "xdg"
    home.mkdir()
    subprocess.run(["cp", "-r", str(exported / "vitscale"), str(home)], check=True)
    one = next(exports.all_exports())
    newer = one.folder.with_name(LATER)
    subprocess.run(["cp", "-r", str(one.folder), str(newer)], check=True)
    (one.folder.parent / "refs" / one.commit).unlink(missing_ok=True)  # a commit that was named itself stays
    exports.remember(HubName("some/vit"), LATER)
    exports.remember(HubName("some/vit", "refs/pr/3"), LATER)
    old = time.time() - 90 * 86_400
    os.utime(one.folder / ".last-use", (old, old))
    listed = json.loads(run("models", "list", "--json", "-").stdout)
    assert [(each["commit"], each["revisions"]) for each in listed] == [
        (one.commit, []),
        (LATER, ["main", "refs/pr/3"]),
    ]
    assert all(each["precisions"] == ["fp32"] and each["size_bytes"] > 10_000 for each in listed)
    assert "would delete" in run("models", "prune", "--dry-run").stderr
    assert run("models", "prune", "--unused-days", "100").stderr.startswith("0 MiB")
    assert one.folder.exists()
    run("models", "prune")
    assert not one.folder.exists()
    assert newer.exists()
    with pytest.raises(UsageError, match="no other/vit"):
        run("models", "prune", "other/vit")
    run("models", "prune", "some/vit", "--all")
    assert list(exports.all_exports()) == []
    monkeypatch.setattr(folder, "_export", refuse)
    with pytest.raises(AssertionError, match="exported again"):
        model_folder("some/vit")
