"""The job on folders and files with the names that real users have, from its command line."""

from __future__ import annotations

import os
from pathlib import Path

from PIL import Image

from tests.fixtures.odd import FILE_NAMES, FOLDER_NAMES, NOT_UTF8_NAMES
from tests.job.jobs import assert_balanced, by_path, classify

# A relative path whose first part has a colon is the one that Hadoop takes for a scheme.
RELATIVE = Path("a:b", *FOLDER_NAMES)


def _photo(file: bytes, shade: int) -> None:
    with open(file, "wb") as stream:  # noqa: PTH123 - pathlib takes no bytes
        Image.new("RGB", (40, 30), (shade, 90, 200 - shade)).save(stream, "JPEG")


def test_a_relative_output_in_any_locale_is_resumed(tmp_path: Path) -> None:
    drive = tmp_path / "My Drive"
    photos, output = drive / "images" / RELATIVE, drive / RELATIVE
    photos.mkdir(parents=True)
    for i, name in enumerate(FILE_NAMES):
        _photo(os.fsencode(photos / name), i)
    other = os.fsencode(drive) + b"/caf\xe9"
    os.mkdir(other)  # noqa: PTH102 - pathlib takes no bytes
    for i, name in enumerate(NOT_UTF8_NAMES):
        _photo(other + b"/" + name, i)

    def run() -> dict[str, object]:
        done = classify(
            Path("images", RELATIVE),
            RELATIVE,
            *("--images", os.fsdecode(b"caf\xe9"), "--all-files"),
            prefix=("env", "-C", str(drive)),
            LC_ALL="C",
        )
        return assert_balanced(done, output)

    first = run()
    assert first["predicted"] == len(FILE_NAMES) + len(NOT_UTF8_NAMES)
    paths = set(by_path(output, "predictions"))
    assert {str(photos / name) for name in FILE_NAMES} <= paths
    assert {path for path in paths if path.startswith("file:")} == {
        Path(os.fsdecode(other + b"/" + name)).as_uri() for name in NOT_UTF8_NAMES
    }

    _photo(os.fsencode(photos / "one more.jpg"), 99)
    second = run()
    assert second["predicted"] == len(paths) + 1
    assert second["this_run"]["predicted"] == 1  # type: ignore[index]
