"""The JVM's own JPEG decoder gives Pillow's pixels, whole and damaged.

All other tests use the system's libjpeg-turbo.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.other_environment import assert_passing

CHECKED = [str(Path(__file__).with_name(name)) for name in ("test_fuzz.py", "test_damaged.py")]
SAYS = "from vitscale.jvm.bridge import python_api; print(python_api().jpegLibrary())"


def with_library(name: str) -> dict[str, str]:
    flags = f"{os.environ.get('JDK_JAVA_OPTIONS', '')} -Dvitscale.jpeg={name}"
    return {**os.environ, "JDK_JAVA_OPTIONS": flags}


def chosen(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SAYS], env=environment, capture_output=True, text=True, check=False
    )


def test_the_jvms_decoder_gives_the_pixels_of_pillow() -> None:
    environment = with_library("imageio")
    assert chosen(environment).stdout.startswith("imageio")
    assert_passing(CHECKED, "whole or jpeg or coding", environment)


@pytest.mark.parametrize("name", ["auto", "libjpeg-turbo"])
def test_the_library_of_the_system_is_chosen(name: str) -> None:
    """Needs Debian's libturbojpeg0, which `make test-python` installs."""
    assert chosen(with_library(name)).stdout.startswith("libjpeg-turbo")


def test_an_unknown_library_is_refused() -> None:
    told = chosen(with_library("libjpeg"))
    assert told.returncode != 0
    assert "vitscale.jpeg is libjpeg; expected auto, imageio, libjpeg-turbo." in told.stderr
