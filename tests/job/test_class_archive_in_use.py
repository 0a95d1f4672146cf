"""A JVM with a class archive: its classes come from there, and one that does not fit does no harm."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from vitscale import startup
from vitscale.jvm.class_archive import archive_name, private_folder
from vitscale.jvm.launch import SPARK_SUBMIT, launch
from vitscale.startup import archive as making

from tests.job.jobs import MODEL

MAIN = "vitscale.python.ReadBackMain"
CLASSES = (
    "java/lang/Object",
    "scala/Predef$",
    "org/apache/spark/deploy/SparkSubmit",
    "vitscale/python/ReadBackMain",
)
"""A few of the many that the command lists, which takes too long for a test."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An archive of a few classes in a cache of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("SPARK_CONF_DIR", raising=False)
        patch.setattr(making, "list_classes", _some_classes)
        made = startup.make_archive()
        assert made.is_new and made.file.parent == private_folder()
        assert [path.name for path in made.file.parent.iterdir()] == [made.file.name]
        assert not startup.make_archive().is_new
        yield made.file


def _some_classes(folder: Path) -> Path:
    file = folder / "classes"
    file.write_text("".join(f"{name}\n" for name in CLASSES))
    return file


def started(*flags: str) -> subprocess.CompletedProcess[str]:
    """Start Spark's main class, which prints its version."""
    jvm = launch(SPARK_SUBMIT, ["--version"], flags=flags)
    return subprocess.run(
        jvm.command, env=jvm.environment, capture_output=True, text=True, check=True, timeout=120
    )


@pytest.fixture(scope="module")
def without(archive: Path) -> tuple[str, str]:
    """What Spark's main class prints without an archive."""
    done = started("-Xshare:off")
    return done.stdout, done.stderr


def test_classes_come_from_the_archive(archive: Path) -> None:
    loaded = started("-Xlog:class+load").stdout
    sources = dict(
        line.split("] ", 1)[1].split(" source: ") for line in loaded.splitlines() if " source: " in line
    )
    assert sources["org.apache.spark.deploy.SparkSubmit"].startswith("shared objects file")
    assert sources["org.apache.spark.deploy.SparkSubmitArguments"].endswith(".jar")


@pytest.mark.parametrize("content", ["empty", "noise", "damaged", "of other jars"])
def test_an_archive_that_does_not_fit_is_silently_ignored(
    content: str, archive: Path, without: tuple[str, str], tmp_path: Path
) -> None:
    right = archive.read_bytes()
    half = len(right) // 2
    wrong = {
        "empty": b"",
        "noise": b"\x5a" * 100_000,
        "damaged": right[:half] + bytes(4096) + right[half + 4096 :],
    }
    found = _started_with(wrong[content] if content in wrong else _archive_of_another_jar(tmp_path), archive)
    assert (found.stdout, found.stderr) == without


def test_a_truncated_archive_is_not_given_to_java(archive: Path, without: tuple[str, str]) -> None:
    content = archive.read_bytes()
    found = _started_with(content[: len(content) // 2], archive, size=len(content))
    assert (found.stdout, found.stderr) == without


def _started_with(content: bytes, archive: Path, size: int | None = None) -> subprocess.CompletedProcess[str]:
    """Start Spark's main class while other content has the place of the archive."""
    kept = archive.rename(archive.parents[1] / "kept")
    key = archive.stem.split("-")[1]
    other = archive.with_name(archive_name(key, len(content) if size is None else size))
    other.write_bytes(content)
    try:
        return started()
    finally:
        other.unlink()
        kept.rename(archive)


def _archive_of_another_jar(folder: Path) -> bytes:
    with zipfile.ZipFile(folder / "other.jar", "w") as jar:
        jar.writestr("nothing", "")
    java = launch("", []).command[0]
    (folder / "list").write_text("java/lang/Object\n")
    flags = [f"-XX:SharedClassListFile={folder}/list", f"-XX:SharedArchiveFile={folder}/other.jsa"]
    command = [java, "-Xshare:dump", *flags, "-cp", str(folder / "other.jar")]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    return (folder / "other.jsa").read_bytes()


def test_pixels_are_the_same_with_and_without(archive: Path, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "probe.jpg").write_bytes(next(photos.rglob("*.jpg")).read_bytes())
    found = {}
    for flag in ("-Xlog:class+load", "-Xshare:off"):
        jvm = launch(MAIN, [str(MODEL), "-", "probe.jpg", "pixels"], flags=[flag])
        done = subprocess.run(
            jvm.command,
            env=jvm.environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        is_shared = f"{MAIN} source: shared objects file" in done.stdout
        found[is_shared] = (tmp_path / "pixels").read_bytes()
    assert found.keys() == {True, False}
    assert found[True] == found[False] and len(found[True]) == 3 * 32 * 32 * 4
