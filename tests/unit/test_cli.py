"""The command line as a user meets it: real processes, wrong arguments first."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from vitscale.results.document import load_results

from tests.waiting import wait_until

VITSCALE = Path(sys.executable).with_name("vitscale")
SECONDS_BEFORE_LONG_WORK = 30


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [VITSCALE, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=SECONDS_BEFORE_LONG_WORK,
        env={**os.environ, "COLUMNS": "200", **environment},
        check=False,
    )


def assert_refused(answer: subprocess.CompletedProcess[str], status: int, *parts: str) -> None:
    assert answer.returncode == status, answer.stderr
    assert "Traceback" not in answer.stderr
    for part in parts:
        assert part in answer.stderr.replace("\n", " ")


def test_version_and_help() -> None:
    assert run("--version").stdout.strip() == "0.1.0"
    assert "bench" in run("--help").stdout


def test_env_is_clean_json() -> None:
    found = json.loads(run("env", "--json", "-").stdout)
    assert found["versions"]["java"].startswith("17.")
    assert found["cpu_count"] >= 1


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--batch-size", "0"], ["--batch-size is '0'", "at least 1"]),
        (["--batch-size", "1,two"], ["--batch-size is '1,two'"]),
        (["--backend", "sparknlp"], ["Unknown backend 'sparknlp'", "huggingface"]),
        (["--backend", "huggingface:dtype=int8"], ["expected float32 or bfloat16"]),
        (["--iterations", "0"], ["--iterations"]),
        (["--forks", "0"], ["--forks"]),
        (["--scenario", "server"], ["--scenario is 'server'", "single-stream"]),
        (["--scenario", "single-stream", "--batch-size", "4"], ["one image at a time"]),
        (["--no-such-option"], ["--no-such-option"]),
    ],
)
def test_wrong_options_are_usage_errors(
    arguments: list[str], parts: list[str], tiny_model: Path, photos: Path
) -> None:
    assert_refused(run("bench", "--images", photos, "--model", tiny_model, *arguments), 2, *parts)


def test_folders_without_images_are_refused(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder, message in [("missing", "There is no folder"), ("empty", "holds no image")]:
        answer = run("bench", "--images", tmp_path / folder, "--model", tiny_model)
        assert_refused(answer, 2, message, folder)


def test_a_folder_of_broken_images_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 not a photo")
    answer = run("bench", "--images", tmp_path, "--model", tiny_model)
    assert_refused(answer, 2, "None of the 1 images", "can be decoded")


def test_a_model_folder_that_lacks_a_file_is_refused(photos: Path, tmp_path: Path) -> None:
    answer = run("bench", "--images", photos, "--model", tmp_path)
    assert_refused(answer, 1, "vitscale export")


def test_a_missing_saved_model_is_refused_with_the_command_that_makes_it(
    tiny_model: Path, photos: Path
) -> None:
    backend = "spark-nlp:engine=tensorflow"
    answer = run("bench", "--images", photos, "--model", tiny_model, "--backend", backend)
    assert_refused(answer, 1, "no SavedModel", "vitscale export tiny-vit --format tensorflow -o")


def test_what_tensorflow_cannot_do_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    for option, message in [("int8", "fp32 only"), ("fp8", "Unknown precision")]:
        answer = run("export", "no/model", "-o", tmp_path, "--format", "tensorflow", "--precision", option)
        assert_refused(answer, 2, message)
    assert_refused(run("export", "-o", tmp_path, "--format", "tf"), 2, "expected onnx or tensorflow")


def test_an_output_that_cannot_be_written_is_refused(tiny_model: Path, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = run("bench", "--images", photos, "--model", tiny_model, "-o", tmp_path / "file" / "results.json")
    assert_refused(answer, 1, "cannot be written")


def test_a_wrong_java_is_refused_before_anything_runs(tiny_model: Path, photos: Path, tmp_path: Path) -> None:
    answer = run("bench", "--images", photos, "--model", tiny_model, JAVA_HOME=str(tmp_path))
    assert_refused(answer, 1, "JAVA_HOME", "Java 17")


def test_one_backend_cannot_be_compared(tiny_model: Path, photos: Path) -> None:
    answer = run("parity", "--images", photos, "--model", tiny_model, "-b", "huggingface")
    assert_refused(answer, 2, "at least two different backends")


def test_ctrl_c_keeps_what_was_measured(tiny_model: Path, photos: Path, tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    command = [VITSCALE, "bench", "--images", photos, "--model", tiny_model, "-o", output]
    command += ["-b", "onnxruntime", "--batch-size", "1,2,3,4,5,6,7,8", "--forks", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    wait_until(output.exists, "no result was written", of=process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert f"interrupted; finished measurements in {output}: " in said
    assert 1 <= len(load_results(output)["benchmarks"]) < 8
