"""Each example runs as a user starts it, and gives the labels of Transformers."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import vitscale
from PIL import Image
from pyarrow import parquet
from transformers import ViTForImageClassification, pipeline
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from tests.job.delta import DeltaOutput, LocalFiles
from tests.job.delta_runs import jars
from tests.job.jobs import MODEL, QUICK_JAVA

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def images(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two photos and a truncated one, in a folder of their own."""
    folder = tmp_path_factory.mktemp("examples") / "my photos"
    folder.mkdir()
    first, second = (file.read_bytes() for file in sorted(photos.rglob("*.jpg"))[:2])
    for name, content in {"a": first, "b": second, "cut": first[:5000]}.items():
        (folder / f"{name}.jpg").write_bytes(content)
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def labels(images: list[Path]) -> dict[str, str]:
    """The first label of Transformers' pipeline for each whole image, by file name."""
    reference = pipeline(
        "image-classification",
        model=ViTForImageClassification.from_pretrained(MODEL),
        image_processor=ViTImageProcessorPil.from_pretrained(MODEL),
    )
    return {file.name: reference(str(file), top_k=1)[0]["label"] for file in images[:2]}


def run(example: str, *arguments: object) -> str:
    """Run an example in a process of its own and return what it prints."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / example), *map(str, arguments)],
        env={**os.environ, "JDK_JAVA_OPTIONS": QUICK_JAVA, "DO_NOT_TRACK": "true"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_answers(answers: dict[str, tuple[str | None, str | None]], labels: dict[str, str]) -> None:
    """Check the label or the error of each image."""
    label, error = answers.pop("cut.jpg")
    assert not label and error and "truncated" in error
    assert {name: answer[0] for name, answer in answers.items()} == labels
    assert not any(answer[1] for answer in answers.values())


def test_a_folder_becomes_a_csv(images: list[Path], labels: dict[str, str], tmp_path: Path) -> None:
    run("classify_folder.py", images[0].parent, MODEL, tmp_path / "labels.csv")
    with (tmp_path / "labels.csv").open(newline="", encoding="utf-8") as file:
        assert_answers({row["file"]: (row["label"], row["error"]) for row in csv.DictReader(file)}, labels)


def test_an_mlflow_model_answers_after_loading(
    images: list[Path], labels: dict[str, str], tmp_path: Path
) -> None:
    printed = run("mlflow_model.py", MODEL, tmp_path / "a model", *images)
    rows = zip(images, csv.DictReader(printed.splitlines()), strict=True)
    assert_answers({file.name: (row["label"], row["error"]) for file, row in rows}, labels)
    assert not list(tmp_path.rglob("*.pkl"))


def test_near_duplicates_are_found(photos: Path, tiny_model: Path, tmp_path: Path) -> None:
    """Each photo has a copy of half its size with another quality; the damaged one has no pair."""
    folder = tmp_path / "my photos"
    folder.mkdir()
    for number, file in enumerate(sorted(photos.rglob("*.jpg"))[::3]):
        shutil.copy(file, folder / f"{number}.jpg")
        with Image.open(file) as image:
            image.resize((image.width // 2, image.height // 2)).save(folder / f"{number}-copy.png")
    (folder / "cut.jpg").write_bytes((folder / "0.jpg").read_bytes()[:5000])
    printed = run("near_duplicates.py", folder, tiny_model, "0.99")
    pairs = {tuple(sorted(Path(file).name for file in line.split("\t")[1:])) for line in printed.splitlines()}
    assert pairs == {(f"{number}-copy.png", f"{number}.jpg") for number in range(4)}


def test_a_saved_pipeline_writes_parquet(images: list[Path], labels: dict[str, str], tmp_path: Path) -> None:
    run("spark_pipeline.py", images[0].parent, MODEL, tmp_path / "pipeline", tmp_path / "labels")
    rows = vitscale.start(master="local[1]").read.parquet(str(tmp_path / "labels")).collect()
    assert_answers({Path(row.path).name: (row.label, row.error) for row in rows}, labels)


@pytest.mark.parametrize("table_format", ["parquet", "delta"])
def test_a_stream_writes_each_photo_once(
    table_format: str,
    images: list[Path],
    labels: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second start of the query classifies the new photo alone; the truncated one does not stop it."""
    defaults = tmp_path / "conf" / "spark-defaults.conf"
    defaults.parent.mkdir()
    defaults.write_text(f"spark.jars {','.join(jars())}\nspark.master local[2]\n")
    monkeypatch.setenv("SPARK_CONF_DIR", str(defaults.parent))
    folder = tmp_path / "my photos"
    folder.mkdir()
    for file in images[1:]:
        shutil.copy(file, folder)
    run("stream_to_table.py", folder, MODEL, tmp_path / "labels", table_format)
    shutil.copy(images[0], folder)
    run("stream_to_table.py", folder, MODEL, tmp_path / "labels", table_format)
    if table_format == "delta":
        rows = DeltaOutput(LocalFiles(tmp_path)).rows("labels")
    else:
        # Only what the sink's log names counts, as for Spark's reader.
        log = sorted((tmp_path / "labels/_spark_metadata").glob("[0-9]*"))
        sinks = [json.loads(line)["path"] for part in log for line in part.read_text().splitlines()[1:]]
        files = [parquet.read_table(unquote(urlsplit(sink).path)) for sink in sinks]
        rows = [row for file in files for row in file.to_pylist()]
    answers = {Path(row["path"]).name: (row["label"], row["error"]) for row in rows}
    assert len(answers) == len(rows) == len(images)
    assert_answers(answers, labels)


def test_the_annotator_replaces_spark_nlps(images: list[Path], labels: dict[str, str]) -> None:
    printed = run("spark_nlp_drop_in.py", MODEL, *images)
    answers = {Path(path).name: text for path, text in (line.split("\t") for line in printed.splitlines())}
    cut = answers.pop("cut.jpg")
    assert_answers({**{name: (text, None) for name, text in answers.items()}, "cut.jpg": (None, cut)}, labels)
