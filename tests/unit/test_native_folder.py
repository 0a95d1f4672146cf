"""The folder for oneDNN's unpacked library: in the cache where possible, never one of another user."""

from pathlib import Path

import pytest
from vitscale.jvm import native
from vitscale.jvm.native import native_folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "vitscale" / "native"


def test_it_is_in_the_cache(cache: Path, tmp_path: Path) -> None:
    assert native_folder(tmp_path) == cache
    assert cache.is_dir()


def test_a_cache_that_holds_no_libraries_is_replaced(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "library_problem", lambda folder: "is mounted noexec")
    found = native_folder(tmp_path)
    assert found != cache and found.parent == tmp_path
    assert found == native_folder(tmp_path)
    assert found.stat().st_mode & 0o077 == 0


def test_a_cache_that_cannot_be_made_is_replaced(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in its place")
    assert native_folder(tmp_path).parent == tmp_path


@pytest.mark.parametrize("kind", ["others may write", "link"])
def test_a_folder_that_others_could_fill_is_not_used(kind: str, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in its place")
    first = native_folder(tmp_path)
    if kind == "link":
        first.rmdir()
        (tmp_path / "elsewhere").mkdir()
        first.symlink_to(tmp_path / "elsewhere")
    else:
        first.chmod(0o777)
    assert native_folder(tmp_path) != first
