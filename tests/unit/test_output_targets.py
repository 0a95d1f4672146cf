"""Files that options name for results: checked before a command starts, and written whole."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup
from vitscale.cli.app import app, write_json
from vitscale.errors import OutputError, VitscaleError
from vitscale.system.atomic_write import check_writable, write_atomically

_WITH_FOLDERS = {"classify", "export", "photos", "reproduce"}
"""Commands whose --output is a folder."""


def _targets(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each command and option that names a file to write."""
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from _targets(below, (*path, name))
        return
    names = {"--json", "--report"} | (set() if path[-1] in _WITH_FOLDERS else {"--output"})
    for parameter in command.params:
        for option in names & set(parameter.opts):
            yield path, option


COMMAND = typer.main.get_command(app)
TARGETS = sorted(_targets(COMMAND))


def test_the_table_has_every_kind() -> None:
    assert len(TARGETS) >= 20
    assert {(("bench",), "--report"), (("models", "prune"), "--json"), (("classify",), "--json")} <= set(
        TARGETS
    )


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("folder", "is a folder; name a file in it."),
        ("file/results.json", "cannot be written: Not a directory."),
        ("file/none/results.json", "cannot be written: Not a directory."),
        ("/proc/results.json", "cannot be written: "),
        ("", "is a folder; name a file in it."),
    ],
)
@pytest.mark.parametrize(("path", "option"), TARGETS, ids="".join)
def test_a_target_that_cannot_be_written_is_refused_before_anything_else(
    path: tuple[str, ...], option: str, place: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("in the way")
    target = str(tmp_path / place) if place else ""
    with pytest.raises(OutputError) as refused:  # and not that the other arguments are missing
        COMMAND.main([*path, option, target], standalone_mode=False)
    assert str(refused.value).startswith(f"{option}: {target}") and words in str(refused.value)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize("place", ["new.json", "deep/er/new.json", "old.json", "link.json"])
def test_the_check_leaves_everything_as_it_is(place: str, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("old")
    (tmp_path / "link.json").symlink_to("old.json")
    check_writable(tmp_path / place)
    assert {one.name for one in tmp_path.iterdir()} == {"old.json", "link.json"}
    assert (tmp_path / "old.json").read_text() == "old"


def test_a_command_that_fails_leaves_no_file(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "result.json"
    with pytest.raises((VitscaleError, OSError)):
        COMMAND.main(["check", str(tmp_path / "none.json"), "--json", str(target)], standalone_mode=False)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["new.json", "deep/er/new.json", "old.json", "link.json"])
def test_a_result_is_written_whole_and_alone(place: str, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("old")
    (tmp_path / "link.json").symlink_to("old.json")
    write_json({"a": 1}, tmp_path / place)
    assert json.loads((tmp_path / place).read_text()) == {"a": 1}
    assert (tmp_path / "link.json").is_symlink()
    assert not [one for one in tmp_path.rglob("*") if one.suffix == ".tmp"]


def test_a_pipe_and_a_device_are_written_as_they_are(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    for place in (pipe, Path(os.devnull)):
        check_writable(place)
        write_atomically(place, b"content")
    reader.join(10)
    assert read == [b"content"]
    assert pipe.is_fifo() and Path(os.devnull).is_char_device()
