"""What a command says after Ctrl-C: what it keeps, and how to resume."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import pytest
import typer
from vitscale.bench import runner
from vitscale.bench.interrupted import Interrupted
from vitscale.cli.app import app
from vitscale.reproduction import run as reproduction
from vitscale.scaling import measure as scaling

NOTHING = "interrupted before the first {what} ended, so there is nothing to keep"


@pytest.mark.parametrize(
    ("command", "function", "what", "then"),
    [
        (("bench", "-b", "onnxruntime"), "run_plan", "measurement", "; repeat the command to resume"),
        (
            ("bench", "-b", "onnxruntime", "--fresh"),
            "run_plan",
            "measurement",
            "; repeat the command without --fresh to resume",
        ),
        (
            ("reproduce", "sample", "-b", "onnxruntime"),
            "run_plan",
            "measurement",
            "; repeat the command to resume",
        ),
        (("scaling",), "measure", "round", ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
@pytest.mark.parametrize("kept", [0, 3])
def test_what_is_kept_is_said(
    *,
    command: tuple[str, ...],
    function: str,
    what: str,
    then: str,
    kept: int,
    tiny_model: Path,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(*_: Any, **__: Any) -> NoReturn:
        raise Interrupted(kept)

    for module in (runner, scaling, reproduction):
        monkeypatch.setattr(module, function, interrupted, raising=False)
    output = tmp_path / "results"
    arguments = ["--model", str(tiny_model), "--images", str(photos), "-o", str(output)]
    with pytest.raises(SystemExit) as ended:
        typer.main.get_command(app).main([*command, *arguments])
    assert ended.value.code == 130
    said = capsys.readouterr().err.strip().splitlines()[-1]
    expected = (
        f"interrupted; finished {what}s in {output}: {kept}{then}" if kept else NOTHING.format(what=what)
    )
    assert said == expected
