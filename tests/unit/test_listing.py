"""The table of cases that the JVM's listings run as well (Scala's ``ListingCasesSuite``)."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from vitscale.errors import UsageError
from vitscale.images.image_set import find_images, find_named_images
from vitscale.images.listing import Listing, list_files
from vitscale.images.listing_rules import Ignored, ListingRules

from tests.fixtures.odd import FILE_NAMES, FOLDER_NAMES, NOT_UTF8_NAMES
from tests.fixtures.trees import CASES, make_tree, named

NOTHING_IGNORED = {"other_names": 0, "hidden": 0, "markers": {}}


def listed(case: dict[str, Any], root: Path) -> Listing:
    make_tree(case, root)
    return list_files(named(case, root), ListingRules(case.get("all_files", False)))


@pytest.mark.parametrize(
    "case", [one for one in CASES if "refused" not in one], ids=lambda one: str(one["name"])
)
def test_cases(case: dict[str, Any], tmp_path: Path) -> None:
    found = listed(case, tmp_path)
    assert sorted(map(str, found.files)) == sorted(f"{tmp_path}/{name}" for name in case["files"])
    problems = case.get("problems", {})
    assert {str(path) for path in found.problems} == {f"{tmp_path}/{name}" for name in problems}
    for path, reason in found.problems.items():
        assert problems[str(path.relative_to(tmp_path))] in reason
    assert found.ignored.to_json() == case.get("ignored", NOTHING_IGNORED)


@pytest.mark.parametrize("case", [one for one in CASES if "refused" in one], ids=lambda one: str(one["name"]))
def test_names_without_anything_are_refused(case: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        listed(case, tmp_path)
    assert f"There is no folder or file {tmp_path}/{case['refused']}" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("folder", FOLDER_NAMES)
def test_odd_names_are_found_as_they_are(folder: str, tmp_path: Path) -> None:
    make_tree({"tree": FILE_NAMES}, tmp_path / folder)
    assert set(find_images(tmp_path / folder).files) == set(FILE_NAMES)
    by_pattern = find_named_images([tmp_path / folder / "*.*"])
    assert (by_pattern.root, set(by_pattern.files)) == (tmp_path / folder, set(FILE_NAMES))


def test_names_that_are_not_utf_8_end_no_listing(tmp_path: Path) -> None:
    for name in (*NOT_UTF8_NAMES, b"good.jpg"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"")
    images = find_images(tmp_path)
    assert {os.fsencode(file) for file in images.files} == {*NOT_UTF8_NAMES, b"good.jpg"}
    assert images.sha256() != images.only(["good.jpg"]).sha256()


def test_relative_names_belong_to_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tree({"tree": ["a/1.jpg", "b/2.jpg"]}, tmp_path)
    monkeypatch.chdir(tmp_path / "a")
    assert list_files(["1.jpg", "../b/*"], ListingRules()).files == [
        tmp_path / "a/1.jpg",
        tmp_path / "b/2.jpg",
    ]


def test_files_and_patterns_are_relative_to_what_they_have_in_common(tmp_path: Path) -> None:
    make_tree({"tree": ["a/b/1.jpg", "a/c/2.jpg", "a/3.jpg", "d/4.jpg"]}, tmp_path)
    images = find_named_images([tmp_path / "a/c/2.jpg", tmp_path / "a/b"])
    assert (images.root, images.files) == (tmp_path / "a", ("b/1.jpg", "c/2.jpg"))
    assert not images.is_whole
    assert not images.is_searched
    assert find_named_images([tmp_path / "a"]).is_whole
    assert find_named_images([tmp_path / "d/4.jpg"]).files == ("4.jpg",)


def test_many_names_take_no_time_together(tmp_path: Path) -> None:
    names = [f"{number:05}.jpg" for number in range(5000)]
    make_tree({"tree": names}, tmp_path)
    assert len(list_files([tmp_path / name for name in names], ListingRules()).files) == len(names)
    assert len(list_files([tmp_path, *(tmp_path / name for name in names)], ListingRules()).files) == len(
        names
    )


def test_a_deep_tree_is_listed_to_its_end(tmp_path: Path) -> None:
    deep = "/".join("d" for _ in range(400))
    make_tree({"tree": [f"{deep}/1.jpg"]}, tmp_path)
    assert find_images(tmp_path).files == (f"{deep}/1.jpg",)


@pytest.mark.parametrize(
    ("ignored", "words"),
    [
        (Ignored(), None),
        (Ignored(other_names=1), "left aside: 1 file with another suffix (--all-files takes them)"),
        (
            Ignored(other_names=1200, hidden=3),
            "left aside: 1,200 files with other suffixes and 3 hidden (--all-files takes them)",
        ),
    ],
)
def test_what_is_left_aside_in_words(ignored: Ignored, words: str | None) -> None:
    assert ignored.in_words() == words


def test_a_folder_without_images_says_what_it_left_aside(tmp_path: Path) -> None:
    make_tree({"tree": ["notes.txt", "a.heic", ".hidden.jpg", "_SUCCESS"]}, tmp_path)
    with pytest.raises(UsageError) as caught:
        find_images(tmp_path)
    assert str(caught.value).endswith(
        "left aside: 2 files with other suffixes and 1 hidden (--all-files takes them), "
        "1 of other programs (_SUCCESS)."
    )
    assert set(find_images(tmp_path, all_files=True).files) == {"notes.txt", "a.heic", ".hidden.jpg"}


_LIST = """
import json, sys
from vitscale.images.image_set import find_images, find_named_images
images = find_images(__import__("pathlib").Path(sys.argv[1]))
by_pattern = find_named_images([sys.argv[1] + "/**/*.jpg"])
print(json.dumps([[one.files, {bad.file: bad.reason for bad in one.problems}, one.ignored.to_json()]
                  for one in (images, by_pattern)]))
"""


def test_folders_that_may_not_be_read_are_reported(tmp_path: Path) -> None:
    make_tree({"tree": ["1.jpg", "closed/2.jpg", "lost+found/3.jpg", ".closed/4.jpg"]}, tmp_path)
    for name in ("closed", "lost+found", ".closed"):
        (tmp_path / name).chmod(0)
    tmp_path.chmod(0o755)
    prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*prefix, sys.executable, "-c", _LIST, tmp_path], capture_output=True, text=True, check=True
    )
    for files, problems, ignored in json.loads(done.stdout):
        assert files == ["1.jpg"]
        assert problems == {"closed": "no permission to read it"}
        assert ignored == {"other_names": 0, "hidden": 1, "markers": {"lost+found": 1}}
