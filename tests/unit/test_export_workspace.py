"""Where exports are written: mounts, links, odd names; nothing half-published, nothing left behind."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from vitscale.errors import OutputError
from vitscale.models.export.workspace import publish_whole, real_target, workspace
from vitscale.system import model_files

from tests.fixtures.odd import FOLDER_NAMES

FILES = {"config.json": "{}", "onnx/fp32/model.onnx": "graph", model_files.RECORD: '{"onnx": {}}'}
NOBODY = 54321


def fill(folder: Path) -> Path:
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def files(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


def listed(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def publish(output: Path) -> None:
    target = real_target(output)
    with workspace(target) as place:
        publish_whole(fill(place / "model"), target)


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, which no folder can be renamed over."""
    mount = tmp_path / "volume"
    mount.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", mount], check=True)
    yield mount
    subprocess.run(["umount", mount], check=True)


@pytest.mark.parametrize("name", FOLDER_NAMES)
@pytest.mark.parametrize("exists", [False, True])
def test_any_name_is_written(tmp_path: Path, name: str, exists: bool) -> None:
    if exists:
        (tmp_path / name).mkdir()
    publish(tmp_path / name)
    assert listed(tmp_path) == [name]
    assert files(tmp_path / name) == FILES


def test_a_name_that_is_no_utf8_is_written(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9")
    publish(tmp_path / name)
    assert files(tmp_path / name) == FILES


def test_folders_above_are_made(tmp_path: Path) -> None:
    publish(tmp_path / "a" / "b" / "model")
    assert files(tmp_path / "a" / "b" / "model") == FILES


def test_a_mount_is_filled(volume: Path) -> None:
    (volume / "lost+found").mkdir()
    publish(volume)
    assert files(volume) == FILES
    assert listed(volume) == sorted(["config.json", "lost+found", "onnx", model_files.RECORD])


@pytest.mark.parametrize("exists", [False, True])
def test_a_link_stays_a_link(tmp_path: Path, exists: bool) -> None:
    if exists:
        (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    publish(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert files(tmp_path / "real") == FILES
    assert listed(tmp_path) == ["link", "real"]


def test_the_current_folder_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    publish(Path())
    assert files(tmp_path) == FILES


def test_a_folder_of_ones_own_in_a_parent_that_may_not_be_written() -> None:
    parent = Path(tempfile.mkdtemp())
    parent.chmod(0o755)
    try:
        (parent / "mine").mkdir()
        os.chown(parent / "mine", NOBODY, NOBODY)
        code = (
            "import os, sys; from pathlib import Path\n"
            "from vitscale.models.export.workspace import publish_whole, real_target, workspace\n"
            f"os.setgid({NOBODY}); os.setuid({NOBODY})\n"
            "target = real_target(Path(sys.argv[1]))\n"
            "with workspace(target) as place:\n"
            "    (place / 'model').mkdir(); (place / 'model' / 'config.json').write_text('{}')\n"
            "    publish_whole(place / 'model', target)\n"
        )
        subprocess.run([sys.executable, "-c", code, parent / "mine"], check=True)
        assert files(parent / "mine") == {"config.json": "{}"}
        assert listed(parent) == ["mine"]
    finally:
        shutil.rmtree(parent)


def test_a_failure_while_publishing_leaves_an_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model").mkdir()
    move = Path.replace

    def fails_at_the_record(self: Path, target: Path) -> Path:
        if self.name == model_files.RECORD:
            raise OSError(28, "No space left on device")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", fails_at_the_record)
    with pytest.raises(OSError, match="No space left"):
        publish(tmp_path / "model")
    assert files(tmp_path) == {}


def test_the_record_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model").mkdir()
    moved: list[str] = []
    move = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, to: (moved.append(self.name), move(self, to))[1])
    publish(tmp_path / "model")
    assert moved[-1] == model_files.RECORD
    assert len(moved) == 3


def test_what_a_killed_export_left_is_removed_and_a_running_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    left = tmp_path / "model" / ".vitscale-export-killed"
    fill(left / "model")
    with workspace(real_target(tmp_path / "model")) as running:
        publish(tmp_path / "model")
        assert running.is_dir()
        assert not left.exists()
    assert files(tmp_path / "model") == FILES


@pytest.mark.parametrize("stranger", ["thesis.tex", ".hidden", "config.json", "onnx/model.onnx"])
def test_a_folder_of_others_is_not_touched(tmp_path: Path, stranger: str) -> None:
    (tmp_path / "mine" / stranger).parent.mkdir(parents=True)
    (tmp_path / "mine" / stranger).write_text("years of work")
    with pytest.raises(OutputError, match="Nothing was changed"):
        real_target(tmp_path / "mine")
    assert files(tmp_path / "mine") == {stranger: "years of work"}


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for output in (tmp_path / "file", tmp_path / "circle"):
        with pytest.raises(OutputError, match=r"is a file|Cannot write"):
            real_target(output)
    with pytest.raises(OutputError, match="Cannot write"):
        real_target(tmp_path / ("x" * 300))
