"""The Makefile hands what a user names to ``vitscale`` as it was written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.odd import FOLDER_NAMES

ROOT = Path(__file__).parents[2]
# Make drops the spaces before a variable's value.
NAMES = [name for name in FOLDER_NAMES if not name.startswith(" ")] + ["~/a=~/b", "it's $HOME", "a  b.json c"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clone in which all is built and ``vitscale`` notes its arguments; its own path has a space."""
    root = tmp_path / "my clone"
    made = (".venv", "data/photos", "models/vit-base-patch16-224", "python/src/vitscale/jars/tensorflow")
    sources = (
        "python/requirements.txt",
        "python/bootstrap.txt",
        "python/src/vitscale/_version.py",
        "python/src/vitscale/jvm/java-flags.txt",
        "python/src/vitscale/jvm/table-libraries.txt",
        "python/src/vitscale/images/listing-rules.json",
        "project/Dependencies.scala",
        "project/TensorflowJars.scala",
        "scala/core/src/main/Main.scala",
        "scala/spark/src/main/Main.scala",
        "scala/sparknlp/src/main/Main.scala",
        "scala/bench/src/main/Main.scala",
        "scala/bench-sparknlp/src/main/Main.scala",
    )
    for source in sources:
        (root / source).parent.mkdir(parents=True, exist_ok=True)
        (root / source).touch()
        os.utime(root / source, (0, 0))
    for folder in made:
        (root / folder).mkdir(parents=True)
    (root / "python/src/vitscale/jars/vitscale_2.13.jar").touch()
    shutil.copy(ROOT / "Makefile", root)
    stub = root / ".venv/bin/vitscale"
    stub.parent.mkdir()
    stub.write_text(
        f'#!/bin/sh\n"exec" \'{sys.executable}\' "$0" "$@"\n'
        "import json, os, sys\n"
        f"open({str(root / 'calls')!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\n"
    )
    stub.chmod(0o755)
    return root


def _calls(clone: Path, *arguments: str) -> list[list[str]]:
    """Run make and return the arguments of each call of ``vitscale``."""
    (clone / "calls").unlink(missing_ok=True)
    environment = {**os.environ, "HOME": "/home/someone"}
    environment.pop("MAKEFLAGS", None)
    done = subprocess.run(
        ["make", *arguments], cwd=clone, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in (clone / "calls").read_text().splitlines()]


def _home(name: str) -> str:
    return name.replace("~/", "/home/someone/", 1) if name.startswith("~/") else name


@pytest.mark.parametrize("name", NAMES)
def test_paths_reach_vitscale_as_they_were_written(clone: Path, name: str) -> None:
    images, model, results = f"{name}/images", f"{name}/m", f"{name}/r.json"
    [bench] = _calls(
        clone, "bench", f"IMAGES={images}", f"MODEL={model}", f"RESULTS={results}", "BACKENDS=a b[c=1]"
    )
    options = dict(zip(bench[1::2], bench[2::2], strict=True))
    assert options["--images"] == _home(images)
    assert options["--model"] == _home(model)
    assert options["--output"] == _home(results)
    assert options["--report"] == _home(f"{name}/r.html")
    assert bench.count("--backend") == 2
    assert options["--backend"] == "b[c=1]"
    assert "--budget" not in options


def test_every_target_takes_odd_names(clone: Path) -> None:
    name = "~/" + "/".join(NAMES)
    model, results = f"{name}/m", f"{name}/r.json"
    [report] = _calls(clone, "report", f"RESULTS={results}")
    assert report == ["report", _home(results), "--output", _home(f"{name}/r.html")]

    export, reproduce = _calls(clone, "reproduce", f"MODEL={model}")
    assert export == ["export", _home(model), "--format", "tensorflow", "--output", _home(model)]
    assert reproduce == ["reproduce", "--model", _home(model)]

    calls = {call[0]: call for call in _calls(clone, "bench-scaling", f"MODEL={model}")}
    assert calls["export"] == ["export", _home(model), "--precision", "int8", "--output", _home(model)]
    assert calls["calibrate"][:2] == ["calibrate", _home(model)]
    assert calls["scaling"][3:5] == ["--model", _home(model)]


def test_the_small_set_has_a_budget(clone: Path) -> None:
    [bench] = _calls(clone, "bench")
    assert int(bench[bench.index("--budget") + 1]) > 300


def test_a_model_that_has_its_graphs_is_not_exported_again(clone: Path) -> None:
    for file in ("tensorflow/fp32/saved_model.pb", "onnx/int8/model.onnx", "onednn/int8/scales.json"):
        (clone / "my model" / file).parent.mkdir(parents=True)
        (clone / "my model" / file).touch()
    assert _calls(clone, "reproduce", "MODEL=my model") == [["reproduce", "--model", "my model"]]
    assert [call[0] for call in _calls(clone, "bench-scaling", "MODEL=my model")] == [
        "photos",
        "photos",
        "scaling",
        "simulate",
    ]
