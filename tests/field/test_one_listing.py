"""The job, the Python API, ``parity`` and ``bench`` take the same files, and say which they left aside."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from vitscale.results.document import load_results

from tests.fixtures.trees import CASES, make_tree
from tests.job.jobs import MODEL, Finished, assert_balanced, by_path, command, finish

VITSCALE = Path(sys.executable).with_name("vitscale")
LISTED = [one for one in CASES if "refused" not in one and not one.get("all_files")]


@pytest.fixture(scope="module")
def photo(photos: Path) -> bytes:
    return next(photos.rglob("*.jpg")).read_bytes()


@pytest.fixture(scope="module")
def trees(photo: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All cases, each in a folder of its own; a pipe would wait for its writer where a test fails."""
    root = tmp_path_factory.mktemp("trees")
    for number, case in enumerate(LISTED):
        make_tree(case, root / str(number), photo)
    return root


@pytest.fixture(scope="module")
def output(trees: Path) -> Path:
    return trees.parent / "out"


@pytest.fixture(scope="module")
def done(trees: Path, output: Path) -> Finished:
    """One job over all cases: relative names, most of them as arguments, which go to the JVM in a file."""
    names = [f"{number}/{name}" for number, case in enumerate(LISTED) for name in case.get("named", [""])]
    names += [f"{number}" for number in range(len(LISTED)) if "named" not in LISTED[number]] * 10
    many, few = names[1:], names[:1]
    line = [part for part in command(few[0], output, "--memory", "512m", "--", *many)]
    return finish(
        subprocess.Popen(
            line,
            cwd=trees,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1", "COLUMNS": "200"},
        )
    )


def expected(trees: Path, key: str) -> set[str]:
    return {f"{trees}/{number}/{name}" for number, case in enumerate(LISTED) for name in case.get(key, [])}


def test_the_job_takes_the_files_of_every_case_once(done: Finished, trees: Path, output: Path) -> None:
    assert_balanced(done, output)
    assert set(by_path(output, "predictions")) == expected(trees, "files")
    assert set(by_path(output, "quarantine")) == expected(trees, "problems")


def test_the_jobs_ledger_counts_what_was_left_aside(done: Finished) -> None:
    markers: Counter[str] = Counter()
    for case in LISTED:
        markers.update(case.get("ignored", {}).get("markers", {}))
    assert done.ledger is not None
    assert done.ledger["ignored"] == {
        "other_names": sum(case.get("ignored", {}).get("other_names", 0) for case in LISTED),
        "hidden": sum(case.get("ignored", {}).get("hidden", 0) for case in LISTED),
        "markers": dict(markers),
    }
    assert "(--all-files takes them)" in done.stderr


@pytest.fixture(scope="module")
def odd_folder(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four images, two of which older versions skipped, and what no listing may stumble over."""
    root = tmp_path_factory.mktemp("odd")
    some = sorted(photos.rglob("*.jpg"))
    for number, name in enumerate(["1.jpg", "two.jfif", "_DSC0001.JPG", "_originals/3.jpg"]):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(some[number], root / name)
    make_tree({"tree": ["notes.txt", "_SUCCESS", "closed/4.jpg", "lost+found/5.jpg"]}, root)
    for name in ("closed", "lost+found"):
        (root / name).chmod(0)
    (root / "up").symlink_to(".")
    (root / "gone.jpg").symlink_to("nothing")
    root.chmod(0o755)
    return root


GOOD = {"1.jpg", "two.jfif", "_DSC0001.JPG", "_originals/3.jpg"}
PROBLEMS = {"closed", "up", "gone.jpg"}
IGNORED = {"other_names": 1, "hidden": 0, "markers": {"_SUCCESS": 1, "lost+found": 1}}


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command without root's right to read everything."""
    prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    return subprocess.run(
        [*prefix, *map(str, arguments)], capture_output=True, text=True, timeout=600, check=False
    )


def assert_plain(done: subprocess.CompletedProcess[str]) -> None:
    assert "Traceback" not in done.stderr, done.stderr
    assert "\tat " not in done.stderr, done.stderr


_CLASSIFY = """
import json, sys, warnings
import vitscale
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    vit = vitscale.ViT(sys.argv[1])
    answers = vit.classify(sys.argv[2], on_error="return")
    try:
        vit.classify(sys.argv[2])
    except vitscale.errors.ImageError as error:
        raised = str(error)
print(json.dumps({
    "good": [file for file, answer in answers.items() if isinstance(answer, list)],
    "bad": {file: str(answer) for file, answer in answers.items() if not isinstance(answer, list)},
    "ignored": answers.ignored.to_json(),
    "raised": raised,
    "warned": [str(one.message) for one in caught],
}))
"""


def test_the_python_api_reports_what_it_cannot_list(odd_folder: Path) -> None:
    done = run(sys.executable, "-c", _CLASSIFY, MODEL, odd_folder)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    assert set(answer["good"]) == GOOD
    assert set(answer["bad"]) == PROBLEMS
    assert answer["bad"]["closed"] == f"{odd_folder}/closed: no permission to read it"
    assert answer["ignored"] == IGNORED
    assert "(3 of 7 images failed)" in answer["raised"]
    assert "1 file with another suffix (all_files=True takes them)" in answer["warned"][0]


@pytest.mark.parametrize("named", ["", "/**"], ids=["folder", "pattern"])
def test_bench_never_compares_fewer_images_in_silence(
    named: str, odd_folder: Path, tiny_model: Path, tmp_path: Path
) -> None:
    """A folder goes to a backend as a whole, the files of a pattern one by one."""
    results = tmp_path / "results.json"
    jvm = "vitscale" if named == "" else "vitscale:spark=true"
    options = ["--batch-size", "2", "--iterations", "1", "--forks", "1", "--stage-images", "0", "-o", results]
    command = [
        VITSCALE,
        "bench",
        f"{odd_folder}{named}",
        "--model",
        tiny_model,
        "-b",
        jvm,
        "-b",
        "onnxruntime",
    ]
    done = run(*command, *options)
    assert done.returncode == 3, done.stderr
    assert_plain(done)
    assert "were compared on 4 of 7 images" in done.stderr
    assert "closed is not listed: no permission to read it" in done.stderr
    suite = load_results(results)
    assert (suite["workload"]["images"]["files"], suite["workload"]["images"]["ignored"]) == (4, IGNORED)
    for row in suite["benchmarks"]:
        ledger = row["runs"][0]["ledger"]
        failed = {one["file"]: one["reason"] for one in ledger["failed"]}
        skipped = {"_DSC0001.JPG"} if row["options"].get("spark") else set()
        assert failed.keys() == PROBLEMS | skipped
        assert all("skip names that start with _" in failed[file] for file in skipped)
        assert (ledger["files"], ledger["predicted"]) == (7, 4 - len(skipped))


def test_parity_of_named_files(odd_folder: Path, tiny_model: Path) -> None:
    """Spark's own readers skip a file whose name starts with an underscore: that must not stay unsaid."""
    named = [odd_folder / "_DSC0001.JPG", odd_folder / "[1t]*", "--images", odd_folder / "_originals"]
    backends = ["-b", "onnxruntime", "-b", "vitscale", "-b", "spark-nlp"]
    done = run(VITSCALE, "parity", *named, "--model", tiny_model, "--json", "-", *backends)
    assert done.returncode == 3, done.stderr
    assert_plain(done)
    assert "spark-nlp: no result for _DSC0001.JPG" in done.stderr
    rows = json.loads(done.stdout)
    assert [(row["images"], row["asked_images"]) for row in rows] == [(4, 4), (3, 4), (3, 4)]
    assert rows[0]["ignored"] == {"other_names": 0, "hidden": 0, "markers": {}}


def test_classify_without_any_image_says_what_to_do(odd_folder: Path, tmp_path: Path) -> None:
    done = run(VITSCALE, "classify", "--model", MODEL, "--output", tmp_path / "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert "vitscale classify photos/*.jpg" in done.stderr
    assert_plain(done)
