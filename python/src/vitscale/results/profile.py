"""A profile: the settings of the engine that `vitscale tune` found the fastest for a model on a machine."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vitscale.errors import UsageError
from vitscale.system.atomic_write import write_atomically

_VERSION = 1


@dataclass(frozen=True)
class Profile:
    """Settings of the engine, and what they were measured with.

    Attributes
    ----------
    model : str
        The model folder.
    model_sha256 : str
        Hash of its checkpoint's weights.
    cpu : str
        Name of the processor.
    runtime, precision : str
        As ``vitscale classify`` takes them.
    batch_size : int
        Images of one forward pass.
    threads : int
        Cores of one forward pass; 0 for one each, with as many passes side by side as there are cores.
    max_loss : float
        Share of the images that could lose their label, as the user set it.
    measured : dict
        Everything that was measured, for reports.
    """

    model: str
    model_sha256: str
    cpu: str
    runtime: str
    precision: str
    batch_size: int
    threads: int
    max_loss: float
    measured: dict[str, Any]

    def write(self, path: Path) -> None:
        """Write the profile as JSON, in one step."""
        content = json.dumps({"profile_version": _VERSION, **asdict(self)}, indent=1, ensure_ascii=False)
        write_atomically(path, (content + "\n").encode())

    @staticmethod
    def read(path: Path) -> Profile:
        """Read a profile.

        Raises
        ------
        UsageError
            If the file cannot be read, or is no profile of this version.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"Cannot read the profile {path}: {error.strerror}.") from error
        except ValueError as error:
            raise UsageError(f"{path} is not JSON: {error}. {REMEDY}") from error
        version = content.get("profile_version") if isinstance(content, dict) else None
        if version != _VERSION:
            raise UsageError(f"profile_version in {path} is {version}; expected {_VERSION}. {REMEDY}")
        fields = {name: content.get(name) for name in Profile.__dataclass_fields__}
        wrong = [name for name, kinds in _KINDS.items() if not _is(fields[name], kinds)]
        if wrong:
            raise UsageError(f"{wrong[0]} in {path} is {fields[wrong[0]]!r}. {REMEDY}")
        return Profile(**fields)

    def remark(self, cpu: str) -> str | None:
        """Return a sentence if the profile comes from another processor than this one."""
        if cpu == self.cpu:
            return None
        return f"the profile was measured on {self.cpu}, this is {cpu}; run vitscale tune here"


def is_profile(path: Path) -> bool:
    """Tell whether a file is a profile, of whatever version."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and "profile_version" in content


def _is(value: Any, kinds: type | tuple[type, ...]) -> bool:
    is_negative = isinstance(value, int | float) and value < 0
    return isinstance(value, kinds) and not isinstance(value, bool) and not is_negative


REMEDY = "Make it again: vitscale tune MODEL --images DIR."
_KINDS: dict[str, type | tuple[type, ...]] = {
    "model": str,
    "model_sha256": str,
    "cpu": str,
    "runtime": str,
    "precision": str,
    "batch_size": int,
    "threads": int,
    "max_loss": (int, float),
    "measured": dict,
}
