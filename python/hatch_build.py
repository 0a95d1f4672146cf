"""Tags a wheel with the platform whose native libraries its jar holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_LIBRARIES = {
    "manylinux_2_27_x86_64": (
        "ai/onnxruntime/native/linux-x64/libonnxruntime.so",
        "librocksdbjni-linux64.so",
    ),
    "manylinux_2_27_aarch64": (
        "ai/onnxruntime/native/linux-aarch64/libonnxruntime.so",
        "librocksdbjni-linux-aarch64.so",
    ),
    "macosx_14_0_arm64": (
        "ai/onnxruntime/native/osx-aarch64/libonnxruntime.dylib",
        "librocksdbjni-osx-arm64.jnilib",
    ),
    "win_amd64": ("ai/onnxruntime/native/win-x64/onnxruntime.dll", "librocksdbjni-win64.dll"),
}
"""Platform tags, with the libraries that tell a jar's platform: that of ONNX Runtime in
``vitscale-libraries.jar``, of RocksDB in ``vitscale-sparknlp_2.12.jar``. The tags say what ONNX Runtime
1.28.0 needs: glibc 2.27, macOS 14."""


class PlatformTag(BuildHookInterface):  # type: ignore[misc]
    """Hatchling's hook; its setting ``jar`` names the jar, from the folder of ``pyproject.toml``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Set the tag of the wheel.

        Parameters
        ----------
        version : str
            ``"standard"`` or ``"editable"``; an editable install needs no jar yet.
        build_data : dict
            What Hatchling builds from; ``tag`` is set.

        Raises
        ------
        FileNotFoundError
            If the jar was not built.
        """
        if version == "editable":
            return
        jar = Path(self.root) / self.config["jar"]
        if not jar.is_file():
            raise FileNotFoundError(f"There is no {jar}. Build it in a checkout of the project: make jar")
        build_data["tag"] = f"py3-none-{platform_of(jar)}"


def platform_of(jar: Path) -> str:
    """Return the platform tag of a jar; ``any`` where it holds the libraries of several platforms."""
    with ZipFile(jar) as archive:
        names = set(archive.namelist())
    found = [tag for tag, libraries in _LIBRARIES.items() if names.intersection(libraries)]
    return found[0] if len(found) == 1 else "any"
