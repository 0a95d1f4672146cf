"""Starts and stops a Spark standalone cluster from pip's pyspark, which lacks the scripts for it.

Clients need the variables of :attr:`Cluster.environment`: they name the folder of the settings, where Spark
finds the master and the secret.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from vitscale.cluster.daemon import Daemon
from vitscale.cluster.settings import environment, name_master, write_settings
from vitscale.errors import ClusterError, UsageError
from vitscale.jvm.java import find_java
from vitscale.jvm.preflight import refuse_nameless_executors
from vitscale.system.atomic_write import write_atomically
from vitscale.system.process_control import end, own_processors

_DEPLOY = "org.apache.spark.deploy"
_EXECUTOR = "org.apache.spark.executor.CoarseGrainedExecutorBackend"
_RECORD = "cluster.json"
_PARTS = ("conf", "logs", "work")
_PATIENCE_SECONDS = 5.0
_CLOCK_SECONDS = 2.0  # tolerance for start times of processes, which a clock correction shifts


@dataclass(frozen=True)
class Layout:
    """Size of a cluster.

    Attributes
    ----------
    workers : int
        Number of workers; each runs one executor of an application.
    cores : int
        Cores of each worker.
    memory : str
        Memory of each worker, in Spark's notation: the limit of the heaps of its executors together.
    port : int
        Port of the master; 0 for any free one. If it is taken, Spark tries those above it.
    is_pinned : bool
        Whether each worker and its executors are pinned to their own CPU cores. Spark's cores only count
        tasks: the threads that read, compile and collect garbage run on any idle core.
    """

    workers: int = 2
    cores: int = 1
    memory: str = "2g"
    port: int = 0
    is_pinned: bool = False

    def __post_init__(self) -> None:
        """Check the notation of the memory, for which Spark's worker would only print its usage."""
        if not re.fullmatch(r"[1-9]\d*[mg]", self.memory):
            raise UsageError(f"The memory of a worker is {self.memory!r}; expected e.g. 900m or 2g.")


@dataclass(frozen=True)
class Cluster:
    """A running cluster.

    Attributes
    ----------
    master : str
        URL for ``--master``.
    folder : Path
        Settings (``conf``), logs (``logs``) and files of the executors (``work``).
    daemons : tuple of psutil.Process
        The master and the workers, in this order.
    """

    master: str
    folder: Path
    daemons: tuple[psutil.Process, ...]

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables for clients of the cluster; none of them is secret."""
        return environment(self.folder / "conf", find_java().home)

    @property
    def executors(self) -> list[psutil.Process]:
        """The processes that currently run tasks."""
        return [executor for worker in self.daemons[1:] for executor in _executors(worker)]

    @property
    def is_running(self) -> bool:
        """Whether any of its daemons runs."""
        return any(daemon.is_running() for daemon in self.daemons)

    def stop(self) -> None:
        """Stop all processes; a worker stops its executors itself."""
        executors = self.executors
        end([*reversed(self.daemons), *executors], _PATIENCE_SECONDS)
        (self.folder / _RECORD).unlink(missing_ok=True)

    @staticmethod
    def find(folder: Path) -> Cluster:
        """Return the cluster that was started in a folder.

        Raises
        ------
        ClusterError
            If no cluster runs there.
        """
        try:
            record = json.loads((folder / _RECORD).read_text())
        except FileNotFoundError:
            raise ClusterError(f"No cluster runs in {folder}. Start one: vitscale cluster start") from None
        daemons = [_same_process(pid, created) for pid, created in record["daemons"]]
        return Cluster(record["master"], folder, tuple(one for one in daemons if one is not None))


def start_cluster(folder: Path, layout: Layout = Layout()) -> Cluster:
    """Start a cluster that keeps running after this process, until :meth:`Cluster.stop`.

    Parameters
    ----------
    folder : Path
        Folder for settings, logs and work files; those of an earlier cluster are deleted.
    layout : Layout
        Size of the cluster.

    Raises
    ------
    UsageError
        If a cluster already runs there.
    ClusterError
        If it does not start; then none of its processes is left.
    """
    _make_room(folder)
    cluster = _start(folder, layout, with_parent=False)
    record = {
        "master": cluster.master,
        "daemons": [[daemon.pid, daemon.create_time()] for daemon in cluster.daemons],
    }
    write_atomically(folder / _RECORD, json.dumps(record).encode())
    return cluster


@contextmanager
def local_cluster(layout: Layout = Layout()) -> Iterator[Cluster]:
    """Run a cluster during a ``with`` block; it ends with this process at the latest.

    Raises
    ------
    ClusterError
        If it does not start.

    Examples
    --------
    >>> with local_cluster(Layout(workers=1)) as cluster:  # doctest: +SKIP
    ...     subprocess.run([...], env={**os.environ, **cluster.environment})
    """
    with tempfile.TemporaryDirectory(prefix="vitscale-cluster-", ignore_cleanup_errors=True) as name:
        cluster = _start(Path(name), layout, with_parent=True)
        try:
            yield cluster
        finally:
            cluster.stop()


def _start(folder: Path, layout: Layout, *, with_parent: bool) -> Cluster:
    """Start the master, then the workers together, and wait until all of them have joined."""
    refuse_nameless_executors()
    conf, logs, work = (folder / name for name in _PARTS)
    write_settings(conf)
    logs.mkdir(mode=0o700)
    work.mkdir(mode=0o700)
    variables = environment(conf, find_java().home)
    started: list[Daemon] = []

    def start(name: str, *arguments: str) -> Daemon:
        log = logs / f"{name}.log"
        common = ["--host", "127.0.0.1", "--webui-port", "0"]
        started.append(Daemon([*arguments, *common], log, variables, with_parent=with_parent))
        return started[-1]

    with ExitStack() as if_it_fails:
        if_it_fails.callback(lambda: end([one.process for one in started], _PATIENCE_SECONDS))
        first = start("master", f"{_DEPLOY}.master.Master", "--port", str(layout.port))
        master = first.wait_for(r"Starting Spark master at (\S+)")
        name_master(conf, master)
        size = ["--cores", str(layout.cores), "--memory", layout.memory, "--work-dir", str(work)]
        for number in range(1, layout.workers + 1):
            start(f"worker-{number}", f"{_DEPLOY}.worker.Worker", master, *size)
        for worker in started[1:]:
            worker.wait_for(r"(Successfully registered) with master")
        if layout.is_pinned:
            _pin([worker.process for worker in started[1:]], layout.cores)
        if_it_fails.pop_all()
    return Cluster(master, folder, tuple(one.process for one in started))


def _pin(workers: Sequence[psutil.Process], cores: int) -> None:
    """Pin each worker to its own CPU cores; executors that it starts inherit them.

    Raises
    ------
    UsageError
        If there are too few cores.
    """
    for worker, own in zip(workers, own_processors(len(workers), cores), strict=True):
        for thread in worker.threads():
            with suppress(ProcessLookupError):  # a thread may have ended
                os.sched_setaffinity(thread.id, own)


def _make_room(folder: Path) -> None:
    """Delete the files of an earlier cluster, unless it still runs."""
    try:
        earlier = Cluster.find(folder)
    except ClusterError:
        earlier = None
    if earlier is not None and earlier.is_running:
        raise UsageError(f"A cluster already runs: {earlier.master}. Stop it first: vitscale cluster stop")
    for name in _PARTS:
        shutil.rmtree(folder / name, ignore_errors=True)


def _same_process(pid: int, created: float) -> psutil.Process | None:
    """Return the process, or None if its id now belongs to another one."""
    try:
        process = psutil.Process(pid)
        return process if abs(process.create_time() - created) < _CLOCK_SECONDS else None
    except psutil.NoSuchProcess:
        return None


def _executors(worker: psutil.Process) -> list[psutil.Process]:
    """Return a worker's executors; its other children are remains of its start script."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for child in worker.children():
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if _EXECUTOR in child.cmdline():
                    found.append(child)
    return found
