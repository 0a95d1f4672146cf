"""The class archive of a JVM: which one fits, whose is trusted, which are kept; no JVM starts."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from vitscale.errors import JavaError, OutputError, UsageError
from vitscale.jvm import archive_trust, class_archive
from vitscale.jvm.archive_trust import distrust
from vitscale.jvm.class_archive import (
    SharedClasses,
    archive_key,
    archive_name,
    class_path_entries,
    find_archive,
)
from vitscale.jvm.gateway import gateway_launch
from vitscale.jvm.java import Java, find_java
from vitscale.jvm.launch import class_path, launch
from vitscale.startup import archive as making
from vitscale.startup.class_list import merge
from vitscale.startup.process import run

JAVA = Java(Path("/opt/java"), version="17.0.15", build="OpenJDK 64-Bit Server VM (build 17.0.15+6)")
CHOICES = ("-Xshare:off", "-XX:SharedArchiveFile=mine.jsa", "-XX:DumpLoadedClassList=list")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the archives of this machine, and settings that change what fits."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(class_archive, "shared_folder", lambda: tmp_path / "shared")
    for name in (
        "JDK_JAVA_OPTIONS",
        "JAVA_TOOL_OPTIONS",
        "_JAVA_OPTIONS",
        "SPARK_CONF_DIR",
        "HADOOP_CONF_DIR",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def jars(tmp_path: Path) -> Path:
    """Three jars, which no file system lists in this order."""
    folder = tmp_path / "jars"
    folder.mkdir()
    for name in ("b.jar", "a.jar", "c.JAR"):
        (folder / name).write_bytes(b"jar")
    (folder / "notes.txt").touch()
    return folder


def put_archive(folder: Path) -> Path:
    """Write the archive that fits this installation, as far as a name can tell."""
    file = folder / archive_name(archive_key(find_java(), class_path_entries(class_path())), 0)
    folder.mkdir(parents=True, mode=0o700)
    file.touch(mode=0o444)
    return file


def used(command: tuple[str, ...]) -> list[str]:
    return [word for word in command if word.startswith("-XX:SharedArchiveFile=")]


def test_jars_are_named_in_order(jars: Path) -> None:
    expected = ["x.jar", *(str(jars / name) for name in ("a.jar", "b.jar", "c.JAR")), "none/*"]
    assert class_path_entries(f"x.jar:{jars}/*:none/*") == expected


@pytest.mark.parametrize("change", ["size", "time", "name", "more", "build", "home"])
def test_another_java_or_jar_needs_another_archive(change: str, jars: Path) -> None:
    def key(java: Java = JAVA) -> str:
        return archive_key(java, class_path_entries(f"{jars}/*"))

    before, jar = key(), jars / "a.jar"
    assert before == key() and re.fullmatch(r"[0-9a-f]{16}", before)
    if change in ("build", "home"):
        other = (
            replace(JAVA, build="17.0.16") if change == "build" else replace(JAVA, home=Path("/opt/other"))
        )
        assert key(other) != before
        return
    match change:
        case "size":
            status = jar.stat()
            jar.write_bytes(b"longer jar")
            os.utime(jar, (status.st_atime, status.st_mtime))
        case "time":
            os.utime(jar, (0, 0))
        case "name":
            jar.rename(jars / "z.jar")
        case "more":
            (jars / "d.jar").touch()
    assert key() != before


def test_the_archive_in_use_is_this_users_or_that_of_all_users(tmp_path: Path) -> None:
    assert not used(launch("Main", []).command)
    shared = put_archive(tmp_path / "shared")
    command = launch("Main", []).command
    assert used(command) == [f"-XX:SharedArchiveFile={shared}"]
    assert "*" not in command[command.index("-cp") + 1]
    private = put_archive(class_archive.private_folder())
    assert used(gateway_launch({}).command) == [f"-XX:SharedArchiveFile={private}"]


@pytest.mark.parametrize("flag", CHOICES)
@pytest.mark.parametrize("key", ["spark.driver.extraJavaOptions", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"])
def test_a_choice_of_the_user_wins(key: str, flag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = put_archive(class_archive.private_folder())
    settings = {key: f"-Dx=1 {flag}"} if key.startswith("spark") else {}
    if not settings:
        monkeypatch.setenv(key, f"-Dx=1 {flag}")
    command = gateway_launch(settings).command
    assert str(file) not in " ".join(command)
    assert used(command) == ([flag] if settings and "SharedArchiveFile" in flag else [])


def test_a_daemon_of_spark_has_other_jars_and_no_archive() -> None:
    put_archive(class_archive.private_folder())
    assert not used(launch("Main", [], has_jars=False).command)


def test_folders_of_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Java takes no folder with files, but takes further entries at the end."""
    file = put_archive(class_archive.private_folder())
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "core-site.xml").touch()
    monkeypatch.setenv("HADOOP_CONF_DIR", str(tmp_path / "conf"))
    assert used(launch("Main", []).command) == [f"-XX:SharedArchiveFile={file}"]
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path / "conf"))
    assert not used(launch("Main", []).command)
    assert f"{tmp_path}/conf is a folder on the class path" in str(find_archive(find_java(), class_path()))
    with pytest.raises(UsageError, match=r"No class archive is possible: .*conf is a folder"):
        making.make_archive()


@pytest.mark.parametrize(
    "trouble", ["group", "others", "folder", "stranger", "stranger's folder", "link", "pipe"]
)
def test_an_archive_that_another_user_can_write_is_not_used(
    trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put_archive(class_archive.private_folder())
    assert isinstance(find_archive(find_java(), class_path()), SharedClasses)
    match trouble:
        case "group" | "others":
            file.chmod(0o464 if trouble == "group" else 0o446)
        case "folder":
            file.parent.chmod(0o770)
        case "stranger" | "stranger's folder":
            path = file if trouble == "stranger" else file.parent
            found = os.lstat(path)
            other = os.stat_result((*found[:4], found.st_uid + 7, *found[5:]))
            real = Path.lstat if trouble == "stranger" else Path.stat
            name = "lstat" if trouble == "stranger" else "stat"
            monkeypatch.setattr(
                archive_trust.Path,
                name,
                lambda self, **keys: other if self == path else real(self, **keys),
            )
        case "link":
            file.rename(tmp_path / "elsewhere")
            file.symlink_to(tmp_path / "elsewhere")
        case "pipe":
            file.unlink()
            os.mkfifo(file)
    reason = find_archive(find_java(), class_path())
    assert isinstance(reason, str) and ("write" in reason or "belongs" in reason or "regular" in reason)
    assert not used(launch("Main", []).command)


def test_the_owner_of_the_jars_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jar, file = tmp_path / "jar", tmp_path / "classes.jsa"
    jar.touch()
    file.touch(mode=0o444)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(archive_trust.os, "geteuid", lambda: os.getuid() + 7)
    assert distrust(file, jar) is None


def test_a_very_long_class_path_keeps_its_wildcard(tmp_path: Path) -> None:
    long = ":".join(f"/{'x' * 200}/{number}.jar" for number in range(600))
    assert "too long" in str(find_archive(JAVA, long))


def test_lists_of_several_runs_are_one() -> None:
    """Lines of Java 17 and 21; numbers and classes of other class loaders are left out."""
    first = ["# a comment", "java/lang/Object id: 0", "a/B id: 1", "@lambda-proxy a/B run ()V"]
    second = ["java/lang/Object", "a/C", "Made id: 9 super: 0 source: /some.jar", "@lambda-proxy a/B run ()V"]
    assert merge([first, second]) == ["java/lang/Object", "a/B", "@lambda-proxy a/B run ()V", "a/C"]


def test_three_archives_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        file = tmp_path / archive_name(str(number), 0)
        file.touch()
        os.utime(file, (number, number))
    (tmp_path / "other.jsa").touch()
    making._delete_old(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == [
        *(archive_name(str(number), 0) for number in (2, 3, 4)),
        "other.jsa",
    ]


@pytest.mark.parametrize("trouble", ["full", "file", "Java", "no file"])
def test_what_stops_the_command_is_said_and_leaves_nothing(
    trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = class_archive.private_folder()
    message = {
        "full": "MiB free, and an archive needs",
        "file": "cannot be written: ",
        "Java": "exit status 3: it broke",
        "no file": "wrote no file",
    }[trouble]
    script = {"Java": "echo it broke; exit 3", "no file": "true"}.get(trouble, "true")
    monkeypatch.setattr(
        making, "list_classes", lambda work: run(["sh", "-c", script], None, "It", work / "none")
    )
    if trouble == "full":
        monkeypatch.setattr(making, "_NEEDED_FREE", 1 << 60)
    if trouble == "file":
        folder.parent.mkdir(parents=True)
        folder.touch()
    with pytest.raises((OutputError, JavaError), match=message):
        making.make_archive()
    assert trouble == "file" or not list(folder.iterdir())
