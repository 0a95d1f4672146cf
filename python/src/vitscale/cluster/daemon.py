"""One daemon of a cluster: a JVM that writes to its log when it is ready."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from vitscale.errors import ClusterError
from vitscale.jvm.launch import launch
from vitscale.jvm.settings import DriverSettings
from vitscale.system.process_control import die_with_parent

_START_SECONDS = 60.0
_POLL_SECONDS = 0.05
_HEAP = "256m"  # enough for a master of a few workers
_LINES_SHOWN = 10
_OPTIONS = "SPARK_DAEMON_JAVA_OPTS"


class Daemon:
    """A running master or worker.

    Parameters
    ----------
    arguments : sequence of str
        Main class and its arguments.
    log : Path
        File for its output.
    environment : mapping of str to str
        Environment variables, added to those of every JVM.
    with_parent : bool
        Whether it ends when this process ends, for whatever reason.
    """

    def __init__(
        self, arguments: Sequence[str], log: Path, environment: Mapping[str, str], *, with_parent: bool
    ) -> None:
        self._log = log
        main, *rest = arguments
        driver = DriverSettings(heap=_HEAP, options=_options(main))
        conf = Path(environment["SPARK_CONF_DIR"])
        jvm = launch(main, rest, driver=driver, configuration=conf, has_jars=False)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                jvm.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**jvm.environment, **environment},
                start_new_session=True,  # Ctrl-C must not reach the daemon; its owner stops it
                preexec_fn=die_with_parent if with_parent else None,  # noqa: PLW1509
            )
        self.process = psutil.Process(self._process.pid)

    def wait_for(self, pattern: str) -> str:
        """Wait until the log matches, and return the pattern's first group.

        Raises
        ------
        ClusterError
            If the daemon exits first, or takes longer than a minute.
        """
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            has_ended = self._process.poll() is not None
            if found := re.search(pattern, self._text()):
                return found.group(1)
            if has_ended:
                raise self._error(f"ended with exit status {self._process.returncode}")
            time.sleep(_POLL_SECONDS)
        raise self._error(f"was not ready within {_START_SECONDS:.0f} s")

    def _text(self) -> str:
        return self._log.read_text(errors="replace")

    def _error(self, what: str) -> ClusterError:
        end = "\n".join(self._text().splitlines()[-_LINES_SHOWN:])
        return ClusterError(f"Spark's {self._log.stem} {what}. The end of {self._log}:\n{end}")


def _options(main: str) -> tuple[str, ...]:
    """Return the Java flags that Spark's scripts pass to a daemon, e.g. those of ``SPARK_WORKER_OPTS``."""
    own = f"SPARK_{main.rpartition('.')[2].upper()}_OPTS"
    return tuple(flag for name in (_OPTIONS, own) for flag in shlex.split(os.environ.get(name, "")))
