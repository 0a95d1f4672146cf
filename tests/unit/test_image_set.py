from pathlib import Path

import pytest
from PIL import Image
from vitscale.errors import UsageError
from vitscale.images.image_set import FailedImage, find_images, undecodable


def save_photo(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise((40, 30), 50).convert("RGB").save(path, "JPEG")
    return path


def test_class_folders_and_flat_files_are_found_in_order(tmp_path: Path) -> None:
    for name in ["b/2.JPG", "a/1.jpg", "z.jpeg", "_originals/3.jpg", ".hidden/4.jpg", "_5.jpg"]:
        save_photo(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    images = find_images(tmp_path)
    assert images.files == ("_5.jpg", "_originals/3.jpg", "a/1.jpg", "b/2.JPG", "z.jpeg")
    assert images.is_whole
    assert images.total_bytes == sum((tmp_path / name).stat().st_size for name in images.files)


def test_order_is_javas(tmp_path: Path) -> None:
    # U+FF5E sorts before U+1F600 by code point, after it by UTF-16 code unit, which is how Java compares.
    for name in ["\uff5e.jpg", "\U0001f600.jpg"]:
        save_photo(tmp_path / name)
    assert find_images(tmp_path).files == ("\U0001f600.jpg", "\uff5e.jpg")


def test_limit_takes_the_first(tmp_path: Path) -> None:
    for number in range(4):
        save_photo(tmp_path / f"{number}.jpg")
    limited = find_images(tmp_path, limit=2)
    assert limited.files == ("0.jpg", "1.jpg")
    assert not limited.is_whole
    assert find_images(tmp_path, limit=4).is_whole


@pytest.mark.parametrize(
    ("name", "message"),
    [("missing", "There is no folder"), ("file.jpg", "is a file"), ("empty", "holds no image")],
)
def test_places_without_images_are_refused(tmp_path: Path, name: str, message: str) -> None:
    save_photo(tmp_path / "file.jpg")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=message):
        find_images(tmp_path / name)


def test_images_that_cannot_be_decoded_are_named_with_the_reason(tmp_path: Path) -> None:
    good = save_photo(tmp_path / "good.jpg")
    (tmp_path / "cut.jpg").write_bytes(good.read_bytes()[:200])
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.gif").write_text("not an image")
    images = find_images(tmp_path)
    failed = undecodable(images)
    assert {one.file for one in failed} == {"cut.jpg", "empty.png", "text.gif"}
    assert all(one.reason and str(tmp_path) not in one.reason for one in failed)
    assert images.without(failed).files == ("good.jpg",)
    assert images.without([]) is images


def test_without_keeps_order(tmp_path: Path) -> None:
    for number in range(3):
        save_photo(tmp_path / f"{number}.jpg")
    rest = find_images(tmp_path).without([FailedImage("1.jpg", "broken")])
    assert rest.files == ("0.jpg", "2.jpg")
    assert not rest.is_whole
