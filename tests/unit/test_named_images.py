"""How the command line hands the names of images to the job."""

from pathlib import Path

import pytest
from vitscale.cli.app import named_images
from vitscale.cli.job_arguments import image_arguments
from vitscale.errors import UsageError
from vitscale.images.image_set import find_named_images


def test_few_names_are_arguments_and_many_are_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert image_arguments(["a b.jpg", "-dash.jpg", "x=y"]) == [
        "--images=a b.jpg",
        "--images=-dash.jpg",
        "--images=x=y",
    ]
    names = [f"new\nline {number}.jpg" for number in range(200_000)]
    (argument,) = image_arguments(names)
    option, _, file = argument.partition("=")
    assert option == "--images-listed-in"
    assert Path(file).read_bytes().decode().split("\0") == names


def test_arguments_and_options_name_images_together() -> None:
    assert named_images(["a"], ["b"]) == ["a", "b"]
    assert named_images(None, None) == ["data/photos"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["missing"], "There is no folder or file missing"),
        (["missing*.jpg"], "There is no folder or file missing\\*.jpg"),
        (["[z-a].jpg"], r"\[z-a\].jpg is not a pattern of names"),
    ],
)
def test_names_of_nothing_are_refused(
    names: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "1.jpg").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=message):
        find_named_images(names)
