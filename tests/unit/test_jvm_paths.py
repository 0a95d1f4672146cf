"""Paths go to the JVM as text that names the same file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from vitscale.cli.job_arguments import job_arguments
from vitscale.jvm.paths import from_jvm_name, jvm_name, jvm_path

from tests.fixtures.odd import FILE_NAMES, FOLDER_NAMES, NOT_UTF8_NAMES


@pytest.mark.parametrize("name", [*FOLDER_NAMES, *FILE_NAMES, "hdfs://host/a b", "/x/*.jpg"])
def test_text_in_utf8_stays_as_it_is(name: str) -> None:
    assert jvm_path(name) == name


@pytest.mark.parametrize(
    ("name", "quoted"), list(zip(NOT_UTF8_NAMES, ("caf%E9.jpg", "%FF%FE.jpg", "%83e.jpg"), strict=True))
)
def test_other_names_become_uris(name: bytes, quoted: str, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/" + name)
    assert jvm_path(path) == f"{tmp_path.as_uri()}/{quoted}"


@pytest.mark.parametrize(
    "name", [*map(os.fsencode, FILE_NAMES), *NOT_UTF8_NAMES, b"file:/x", b"d/\xe9/a.jpg"]
)
@pytest.mark.parametrize("root", [b"photos", b"caf\xe9"])
def test_names_of_images_come_back_from_the_jvm(name: bytes, root: bytes, tmp_path: Path) -> None:
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/" + root)
    sent = jvm_name(os.fsdecode(name), folder)
    sent.encode()
    assert from_jvm_name(sent, folder) == os.fsdecode(name)


def test_relative_names_become_absolute_uris() -> None:
    assert jvm_path("caf\udce9.jpg") == f"{Path.cwd().as_uri()}/caf%E9.jpg"


def test_the_job_gets_text_alone() -> None:
    arguments = job_arguments({"images": ["caf\udce9", "b"], "output": "\udcff", "table_format": "csv"})
    here = Path.cwd().as_uri()
    assert arguments == [
        "--images",
        f"{here}/caf%E9",
        "--images",
        "b",
        "--output",
        f"{here}/%FF",
        "--format",
        "csv",
    ]
