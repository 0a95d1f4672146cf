"""Files and folders that the user may not read or enter: one line that names them, no stack trace."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

VITSCALE = Path(sys.executable).with_name("vitscale")
_NO_OVERRIDE = "-dac_override,-dac_read_search"
AS_OTHERS = (
    ["setpriv", "--bounding-set", _NO_OVERRIDE, "--inh-caps", _NO_OVERRIDE] if os.geteuid() == 0 else []
)
"""Lets root meet the permissions that hold for everybody else."""


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that nobody may enter."""
    folder = tmp_path_factory.mktemp("parent") / "closed"
    (folder / "inside").mkdir(parents=True)
    folder.chmod(0)
    yield folder
    folder.chmod(0o755)


@pytest.mark.parametrize(
    "command",
    [
        ("report", "{closed}/results.json"),
        ("check", "{closed}/results.json"),
        ("compare", "{closed}/old.json", "{closed}/new.json"),
        ("simulate", "{closed}/scaling.json"),
        ("export", "{closed}/model", "--output", "{free}/model"),
        ("export", "{model}", "--output", "{closed}/model"),
        ("photos", "--count", "1", "--output", "{closed}/photos"),
        ("evaluate", "--model", "{closed}/model", "--images", "{photos}"),
        ("evaluate", "--model", "{model}", "--images", "{closed}/photos"),
        ("evaluate", "--model", "{model}", "--images", "{photos}", "--labels", "{closed}/labels.csv"),
        ("parity", "--model", "{model}", "--images", "{closed}"),
        ("parity", "--model", "{model}", "--images", "{photos}", "--json", "{closed}/parity.json"),
        ("bench", "--model", "{closed}/model", "--images", "{photos}"),
        ("bench", "--model", "{model}", "--images", "{photos}", "--output", "{closed}/results.json"),
        ("reproduce", "--model", "{model}", "--images", "{photos}", "--output", "{closed}/results"),
        ("calibrate", "{closed}/model", "--images", "{photos}"),
        ("tune", "{closed}/model", "--images", "{photos}"),
        ("tune", "{model}", "--images", "{photos}", "--json", "{closed}/tune.json"),
        ("sizing", "--model", "{closed}/model"),
        ("classify", "{photos}", "--model", "{closed}/model", "--output", "{free}/out"),
        ("classify", "{photos}", "--model", "{model}", "--profile", "{closed}/profile.json"),
        ("classify", "--images-from", "{closed}/list.txt", "--model", "{model}", "--output", "{free}/out"),
        ("classify", "{photos}", "--model", "{model}", "--output", "{closed}/out"),
        ("classify", "{photos}", "--model", "{model}", "--output", "{free}/out", "--json", "{closed}/ledger"),
    ],
    ids=" ".join,
)
def test_one_line_names_what_may_not_be_read(
    command: tuple[str, ...], closed: Path, tiny_model: Path, photos: Path, tmp_path: Path
) -> None:
    places = {"closed": closed, "model": tiny_model, "photos": photos, "free": tmp_path}
    done = subprocess.run(
        [*AS_OTHERS, VITSCALE, *(word.format(**places) for word in command)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "COLUMNS": "1000"},
    )
    assert done.returncode in (1, 2), done.stderr
    assert "Traceback" not in done.stderr and "at vitscale" not in done.stderr, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert str(closed) in last, done.stderr
