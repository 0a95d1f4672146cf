"""Commands whose caller closed a standard stream, as services and schedulers do."""

import subprocess
import sys
from pathlib import Path

import pytest

VITSCALE = Path(sys.executable).with_name("vitscale")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("command", "status"), [("jars --scala 2.11", 2), ("--version", 0)])
def test_they_end_with_their_own_status(closed: str, command: str, status: int) -> None:
    shell = ["sh", "-c", f"exec {VITSCALE} {command} {closed}"]
    done = subprocess.run(shell, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == status and "Traceback" not in done.stderr
