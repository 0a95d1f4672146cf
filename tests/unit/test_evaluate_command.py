"""`vitscale evaluate`: one command gives the accuracy of a trained model, equal to that of Transformers."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from PIL import Image
from transformers import pipeline
from typer.testing import CliRunner
from vitscale.cli import app
from vitscale.errors import UsageError
from vitscale.models.export import export

from tests.job.jobs import QUICK_JAVA, start

QUICK = {**os.environ, "JDK_JAVA_OPTIONS": QUICK_JAVA}
CHECKPOINT = Path(__file__).parents[1] / "fixtures" / "vit_digits"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model that knows digits."""
    folder = tmp_path_factory.mktemp("digits") / "model"
    export(str(CHECKPOINT), folder)
    return folder


@pytest.fixture(scope="module")
def images(held_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine digits of each class; a third of them in a folder of another class, so that there are mistakes."""
    folder = tmp_path_factory.mktemp("evaluated") / "my digits"
    classes = sorted(place.name for place in held_out.iterdir() if place.is_dir())
    for number, name in enumerate(classes):
        for at, file in enumerate(sorted((held_out / name).iterdir())[:9]):
            target = folder / (classes[(number + 1) % len(classes)] if at % 3 == 0 else name)
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target / file.name)
    return folder


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)], catch_exceptions=False)


def theirs(files: Sequence[Path]) -> list[str]:
    """Return the first label of each image by Transformers' own pipeline."""
    classify = pipeline("image-classification", str(CHECKPOINT), device="cpu")
    return [answer[0]["label"] for answer in classify([str(file) for file in files], top_k=1)]


def test_accuracy_and_confusions_are_those_of_transformers(model: Path, images: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = run("--images", images, "--model", model, "--json", "-", "-o", page)
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    (scores,) = found["precisions"]
    files = sorted(images.rglob("*.png"))
    names = [file.parent.name for file in files]
    labels = theirs(files)
    assert found["images"] == len(files)
    assert scores["top1"]["value"] == sum(map(str.__eq__, labels, names)) / len(files)
    by_number = {one["label_id"]: one["label"] for one in scores["classes"]}
    ours = {
        (by_number[one["label_id"]], by_number[one["predicted_id"]]): one["images"]
        for one in scores["confusions"]
    }
    wrong = [(name, label) for name, label in zip(names, labels, strict=True) if name != label]
    assert ours == {pair: wrong.count(pair) for pair in wrong}
    html = page.read_text()
    assert f"{100 * scores['top1']['value']:.1f} % of {len(files)} images" in html
    assert len(re.findall(r'<img src="data:image/jpeg;base64,', html)) > 10
    assert "<script" not in html


def test_a_table_of_labels_and_two_graphs(model: Path, images: Path, tmp_path: Path) -> None:
    export(str(CHECKPOINT), model, input_type="uint8")
    table = tmp_path / "labels.csv"
    files = sorted(images.rglob("*.png"))[:20]
    rows = [f"{file.relative_to(images)},{label}" for file, label in zip(files, theirs(files), strict=True)]
    table.write_text("\n".join(["path,label", *rows]))
    precisions = "fp32,fp32-uint8"
    done = run(
        "--images", images, "--model", model, "--labels", table, "--precision", precisions, "--json", "-"
    )
    found = json.loads(done.stdout)
    assert "images are left out: the table does not name them" in done.stderr
    assert [one["precision"] for one in found["precisions"]] == ["fp32", "fp32-uint8"]
    assert [one["top1"]["value"] for one in found["precisions"]] == [1.0, 1.0]
    assert found["precisions"][0]["top1_loss"] is None
    assert found["precisions"][1]["top1_loss"]["value"] == 0.0


def test_an_image_that_fails_is_told_and_counts_nowhere(model: Path, images: Path, tmp_path: Path) -> None:
    some = tmp_path / "some"
    (first, *_) = sorted(images.iterdir())
    shutil.copytree(first, some / first.name)
    (some / first.name / "broken.png").write_bytes(b"no image")
    Image.new("RGB", (9, 9)).save(some / "loose.png")
    done = run("--images", some, "--model", model, "--json", "-")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert found["images"] == len(list(first.iterdir()))
    assert [Path(file).name for file in found["failed"]] == ["broken.png"]
    assert found["left_out"]["unknown_classes"] == {"some": 1}
    assert "1 images could not be classified" in done.stderr


def test_the_outputs_of_jobs_have_the_figures_of_classifying_here(
    model: Path, images: Path, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    shutil.copytree(images, photos)
    (first, *_) = sorted(photos.iterdir())
    (first / "broken.png").write_bytes(b"no image")
    here = json.loads(run("--images", photos, "--model", model, "--json", "-").stdout)
    outputs = [tmp_path / "as parquet", tmp_path / "as json"]
    for output, kind in zip(outputs, ("parquet", "jsonl"), strict=True):
        done = start(photos, output, "--format", kind, model=model)
        done.communicate(timeout=300)
        assert done.returncode == 1  # one image is in quarantine

    table = tmp_path / "labels.csv"
    files = sorted(photos.rglob("*.png"))
    table.write_text(
        "\n".join(["path,label", *(f"{file.relative_to(photos)},{file.parent.name}" for file in files)])
    )
    options = [word for output in outputs for word in ("--predictions", output)]
    for labels in ([], ["--labels", table]):
        done = run(*options, "--model", model, *labels, "--json", "-", "-o", tmp_path / "page.html")
        assert done.exit_code == 1
        found = json.loads(done.stdout)
        assert [one["precision"] for one in found["precisions"]] == [str(output) for output in outputs]
        assert found["precisions"][1]["top1_loss"]["value"] == 0
        kept = ("top1", "top5", "classes", "confusions", "mean_precision", "mean_recall")
        for one in found["precisions"]:
            assert {key: one[key] for key in kept} == {key: here["precisions"][0][key] for key in kept}
            assert one["images_per_sec"] is None
        assert found["images"] == here["images"] == len(files) - 1
        assert [Path(file).name for file in found["failed"]] == ["broken.png"]


def test_predictions_of_another_program_are_evaluated(model: Path, images: Path, tmp_path: Path) -> None:
    files = sorted(images.rglob("*.png"))[:20]
    names = [file.parent.name for file in files]
    labels = theirs(files)
    earlier, right = tmp_path / "earlier.csv", tmp_path / "right.csv"
    for table, column in ((earlier, labels), (right, names)):
        rows = [f"{file},{label}" for file, label in zip(files, column, strict=True)]
        table.write_text("\n".join(["file,label", *rows]))
    done = run("--predictions", earlier, "--predictions", right, "--model", model, "--json", "-")
    first, second = json.loads(done.stdout)["precisions"]
    assert done.exit_code == 0
    assert first["top1"]["value"] == sum(map(str.__eq__, labels, names)) / len(files)
    assert second["top1"]["value"] == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--predictions", "nowhere"], "nowhere is no output of `vitscale classify`"),
        (["--predictions", "nowhere", "--images", "x"], "--predictions names the images"),
    ],
)
def test_outputs_that_cannot_be_evaluated_are_refused(model: Path, options: list[str], words: str) -> None:
    done = CliRunner().invoke(app, ["evaluate", "--model", str(model), *options])
    assert isinstance(done.exception, UsageError)
    assert words in str(done.exception)


WRITE = """
import sys, vitscale
from pathlib import Path
rows = [(str(file), file.parent.name) for file in sorted(Path(sys.argv[1]).rglob("*.png"))]
vitscale.start("local[1]", "512m").createDataFrame(rows, ["image", "class"]).write.parquet(sys.argv[2])
"""


def test_labels_from_parquet_are_those_of_the_folders(model: Path, images: Path, tmp_path: Path) -> None:
    table = tmp_path / "labels of photos"
    subprocess.run([sys.executable, "-c", WRITE, str(images), str(table)], check=True, env=QUICK)
    command = [Path(sys.executable).with_name("vitscale"), "evaluate", "--images", images, "--model", model]
    columns = ["--labels", table, "--path-column", "image", "--label-column", "class"]
    answers = [
        json.loads(
            subprocess.run([*command, *more, "--json", "-"], check=True, env=QUICK, stdout=PIPE).stdout
        )
        for more in ([], columns)
    ]
    for answer in answers:
        del answer["precisions"][0]["images_per_sec"]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--precision", "fp32,,int8"], "names separated by commas"),
        (["--folders-in-order", "--labels", "x.csv"], "exclude each other"),
        (["--labels", "none.csv"], "cannot be read|There is no file"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], said: str, model: Path, images: Path) -> None:
    with pytest.raises(UsageError, match=said):
        run("--images", images, "--model", model, *arguments)
