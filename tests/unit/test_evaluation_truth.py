"""The right class of an image, as folders and tables name it, or one line that says why there is none."""

import re
from pathlib import Path

import pytest
from vitscale.errors import UsageError
from vitscale.evaluation.label_table import read_table
from vitscale.evaluation.truth import from_folders, from_table
from vitscale.models.class_names import ClassNames
from vitscale.models.labels import true_labels

LABELS = [
    "tench, Tinca tinca",
    "great white shark, white shark",
    "crane",
    "crane",
    "A",
    "a",
    "New York",
    "7",
    "x y",
]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("tench, Tinca tinca", 0),
        ("Tench", 0),
        ("tinca_tinca", 0),
        ("white-shark", 1),
        ("GREAT  WHITE shark", 1),
        ("crane", None),
        ("2", 2),
        ("A", 4),
        ("a", 5),
        ("new_york", 6),
        ("New-York", 6),
        ("7", 7),
        ("8", 8),
        ("9", None),
        ("-1", None),
        ("²", None),
        ("x y", 8),
        ("unknown", None),
        ("", None),
    ],
)
def test_a_name_finds_one_class_or_none(name: str, number: int | None) -> None:
    assert ClassNames(LABELS).find(name) == number


def test_folders_with_numbers_may_be_dates_where_nobody_said_that_they_are_classes() -> None:
    files = ["Tench/1.jpg", "new_york/2.jpg", "crane/3.jpg", "2026/5/4.jpg", "7/5.jpg", "6.jpg"]
    assert true_labels(files, LABELS) == [0, 6, -1, -1, 7, -1]


def test_folders_are_the_classes_and_others_are_told() -> None:
    files = [
        Path(f"/photos/{name}") for name in ("Tench/1.jpg", "new york/2.jpg", "todo/3.jpg", "todo/4.jpg")
    ]
    truth = from_folders(files, LABELS)
    assert (truth.files, truth.classes) == (tuple(files[:2]), (0, 6))
    assert truth.remarks() == ["2 images are left out: todo is no class of the model"]


def test_sorted_folders_are_the_classes_in_order() -> None:
    files = [Path(f"/photos/n{number:03}/1.jpg") for number in (30, 10, 20)]
    assert from_folders(files, ["a", "b", "c"], in_order=True).classes == (2, 0, 1)
    with pytest.raises(UsageError, match="each of the model's 2 classes; the images are in 3 folders"):
        from_folders(files, ["a", "b"], in_order=True)


def test_folders_that_are_no_classes_end_in_one_line() -> None:
    with pytest.raises(
        UsageError, match=r"the folder is n01440764, the model's labels are tench.*--folders-in-order"
    ):
        from_folders([Path("/photos/n01440764/1.jpg")], LABELS)


def test_a_table_names_images_by_absolute_and_relative_paths(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(
        f"\ufefffile,class,more\n./a.jpg,tench,1\n{tmp_path}/sub/b.jpg,5,2\nnone.jpg,A,3\nd.jpg,?,4\n"
    )
    files = [tmp_path / name for name in ("a.jpg", "sub/b.jpg", "c.jpg", "d.jpg")]
    truth = from_table(files, tmp_path, read_table(table, "file", "class"), LABELS)
    assert (truth.files, truth.classes) == (tuple(files[:2]), (0, 5))
    assert truth.remarks() == [
        "1 images are left out: ? is no class of the model",
        "1 images are left out: the table does not name them",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no column path; it has none"),
        ("path\na.jpg\n", "has no column label; it has path"),
        ("path,label\n", "has no row"),
        ("path,label\na.jpg\n", "1 rows without a path or a label"),
        ("path,label\n,tench\n", "1 rows without a path or a label"),
        ("path,label\na.jpg,tench\n./a.jpg,A\n", r"gives \./a.jpg two classes: tench and A"),
        ("path,label\nother.jpg,tench\n", "names none of the 1 images. Its first path is other.jpg"),
        ("path,label\na.jpg,nonsense\n", "No image has a known class: a label of .* is nonsense"),
    ],
)
def test_a_table_that_does_not_fit_ends_in_one_line(content: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(content)
    with pytest.raises(UsageError, match=said) as refused:
        from_table([tmp_path / "a.jpg"], tmp_path, read_table(file, "path", "label"), LABELS)
    assert "\n" not in str(refused.value)


def test_a_table_that_cannot_be_read_ends_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "latin.csv"
    broken.write_bytes("path,label\nstraße.jpg,tench\n".encode("latin-1"))
    for file, said in ((broken, "cannot be read"), (tmp_path / "none.parquet", "There is no file")):
        with pytest.raises(UsageError, match=f"{re.escape(str(file))}.*") as refused:
            read_table(file, "path", "label")
        assert said in str(refused.value)
