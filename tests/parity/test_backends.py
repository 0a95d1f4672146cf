"""Every backend in processes of its own, on the same photos: what it answers, and that it loses no image."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from vitscale.results.document import load_results
from vitscale.results.schema import STAGES, BenchmarkSuite

VITSCALE = Path(sys.executable).with_name("vitscale")
BACKENDS = [
    "huggingface",
    "spark-nlp",
    "spark-nlp:bridge=py4j,action=count",
    "vitscale",
    "vitscale:bridge=py4j",
    "vitscale:spark=true",
    "onnxruntime",
    "openvino",
]


@pytest.fixture(scope="module")
def mixed_photos(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The photos, with a name that needs escaping and a truncated one among them."""
    folder = tmp_path_factory.mktemp("mixed")
    shutil.copytree(photos, folder, dirs_exist_ok=True)
    one = next(folder.rglob("*.jpg"))
    (folder / "a b").mkdir()
    shutil.copy(one, folder / "a b" / "100% ü[1].jpg")
    (folder / "cut.jpg").write_bytes(one.read_bytes()[: one.stat().st_size // 2])
    return folder


@pytest.fixture(scope="module")
def suite(tiny_model: Path, mixed_photos: Path, tmp_path_factory: pytest.TempPathFactory) -> BenchmarkSuite:
    output = tmp_path_factory.mktemp("results") / "results.json"
    command = [VITSCALE, "bench", "--images", mixed_photos, "--model", tiny_model, "-o", output]
    command += ["--batch-size", "3", "--iterations", "1", "--forks", "1"]
    command += ["--parity-images", "6"]
    for backend in BACKENDS:
        command += ["--backend", backend]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert answer.returncode == 0, answer.stderr
    assert "cut.jpg cannot be decoded" in answer.stderr
    return load_results(output)


def test_every_ledger_balances(suite: BenchmarkSuite, mixed_photos: Path) -> None:
    files = len(list(mixed_photos.rglob("*.jpg")))
    assert suite["workload"]["images"]["files"] == files
    assert len(suite["benchmarks"]) == len(BACKENDS)
    for benchmark in suite["benchmarks"]:
        assert benchmark["error"] is None, benchmark
        ledger = benchmark["runs"][0]["ledger"]
        assert ledger["files"] == files == ledger["predicted"] + len(ledger["failed"])


def test_the_bad_image_is_named_except_by_stock_spark_nlp(suite: BenchmarkSuite) -> None:
    for benchmark in suite["benchmarks"]:
        failed = [one["file"] for one in benchmark["runs"][0]["ledger"]["failed"]]
        # Java's own reader fills the missing half of a JPEG with gray, so the stock pipeline labels it.
        assert failed == ([] if benchmark["backend"] == "spark-nlp" else ["cut.jpg"])


def test_every_run_has_its_phases_and_its_usage(suite: BenchmarkSuite) -> None:
    for benchmark in suite["benchmarks"]:
        run = benchmark["runs"][0]
        assert [one["phase"] for one in run["iterations"]] == ["warmup", "measurement"]
        assert run["load_seconds"] > 0
        assert run["first_forward_seconds"] > 0
        assert run["peak_memory_bytes"] > 50 << 20
        assert run["cpu_seconds"] > 0


def test_stages_are_told_of_every_backend_in_the_same_terms(suite: BenchmarkSuite) -> None:
    rows = {row["backend"]: row for row in suite["stages"]}
    assert set(rows) == {"huggingface", "spark-nlp", "vitscale", "onnxruntime", "openvino"}
    for row in rows.values():
        assert row["images"] == 6
        assert row["batch_size"] == 3
        assert list(row["ms_per_image"]) == list(STAGES)
        for stage in ("read", "decode", "resize", "normalise", "forward"):
            assert row["ms_per_image"][stage] > 0, (row["backend"], stage)


def test_all_but_stock_spark_nlp_equal_hugging_face(suite: BenchmarkSuite) -> None:
    rows = {row["backend"]: row for row in suite["parity"]}
    for backend in ["vitscale", "onnxruntime", "openvino"]:
        assert rows[backend]["top1_agreement"] == 1
        assert rows[backend]["max_logit_difference"] < 1e-4
        assert rows[backend]["max_pixel_difference"] == 0


def test_stock_spark_nlp_differs_where_it_resizes(suite: BenchmarkSuite) -> None:
    row = next(row for row in suite["parity"] if row["backend"] == "spark-nlp")
    assert row["images"] == 6
    assert row["max_pixel_difference"] > 10
    assert row["differing_pixels"] > 0.1
    assert row["max_logit_difference"] > 1e-3


def test_stock_spark_nlp_agrees_where_nothing_is_resized(
    tiny_model: Path, photos: Path, tmp_path: Path
) -> None:
    from PIL import Image

    size = json.loads((tiny_model / "config.json").read_text())["image_size"]
    for number, photo in enumerate(sorted(photos.rglob("*.jpg"))[:5]):
        with Image.open(photo) as image:
            image.convert("RGB").resize((size, size)).save(tmp_path / f"{number}.png")
    command = [VITSCALE, "parity", "--images", tmp_path, "--model", tiny_model, "--json", "-"]
    command += ["-b", "huggingface", "-b", "spark-nlp", "--min-top1", "1", "--max-logit-difference", "1e-4"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert answer.returncode == 0, answer.stderr
    (row,) = json.loads(answer.stdout)
    assert row["max_pixel_difference"] == 0


def test_single_stream_times_every_query(tiny_model: Path, mixed_photos: Path, tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    command = [VITSCALE, "bench", "--images", mixed_photos, "--model", tiny_model, "-o", output]
    command += ["--forks", "1", "--scenario", "single-stream", "--iterations", "1"]
    command += ["--parity-images", "0", "--stage-images", "0"]
    for backend in ["huggingface", "vitscale", "vitscale:bridge=py4j", "spark-nlp"]:
        command += ["--backend", backend]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert answer.returncode == 0, answer.stderr
    suite = load_results(output)
    assert suite["workload"]["scenario"] == "single-stream"
    for benchmark in suite["benchmarks"]:
        run = benchmark["runs"][0]
        latencies = run["iterations"][-1]["latencies_ms"]
        assert benchmark["batch_size"] == 1
        assert len(latencies) == run["ledger"]["predicted"] == benchmark["latency_ms"]["count"]
        assert min(latencies) <= benchmark["latency_ms"]["p50"] <= benchmark["latency_ms"]["p99"]
        assert sum(latencies) <= run["iterations"][-1]["seconds"] * 1000


def test_parity_fails_with_its_own_exit_status(tiny_model: Path, photos: Path) -> None:
    command = [VITSCALE, "parity", "--images", photos, "--model", tiny_model, "--limit", "3"]
    command += ["-b", "huggingface", "-b", "spark-nlp", "--max-logit-difference", "1e-6"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert answer.returncode == 3
    assert "spark-nlp and huggingface disagree" in answer.stderr
