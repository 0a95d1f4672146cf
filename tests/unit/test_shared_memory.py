"""Workers without shared memory are refused before PyTorch ends in a bus error."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from vitscale.errors import SetupError
from vitscale.system import shared_memory
from vitscale.system.shared_memory import refuse_without_shared_memory

MIB = 1 << 20


@pytest.mark.parametrize(
    ("workers", "free_mib", "problem"),
    [
        (0, None, None),
        (2, None, "is missing"),
        (2, 64, None),
        (8, 64, "has 64 MiB free; 8 workers need 147 MiB"),
    ],
)
def test_workers_need_shared_memory(
    workers: int, free_mib: int | None, problem: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "missing" if free_mib is None else tmp_path
    monkeypatch.setattr(shared_memory, "_FOLDER", folder)
    free = (free_mib or 0) * MIB
    monkeypatch.setattr(shared_memory.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    if problem is None:
        refuse_without_shared_memory(workers, 16)
    else:
        with pytest.raises(SetupError, match=f"{problem}.*num_workers=0.*--shm-size"):
            refuse_without_shared_memory(workers, 16)
