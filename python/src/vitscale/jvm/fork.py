"""Keeps a forked child away from its parent's JVM.

A forked child (``multiprocessing``, workers of a ``DataLoader`` or of gunicorn) inherits the open sockets of
py4j. Two processes that write to one socket receive each other's replies. So the child drops the gateway
before any of its own code runs, and starts its own JVM when it needs one. Objects of the parent's JVM raise
an error.
"""

from __future__ import annotations

import os
import signal
import threading
import weakref
from collections.abc import Callable
from typing import Any, Generic, NoReturn, TypeVar

import psutil
from py4j.finalizer import ThreadSafeFinalizer
from py4j.protocol import Py4JError
from pyspark import SparkContext
from pyspark.sql import SparkSession

Value = TypeVar("Value")


class PerProcess(Generic[Value]):
    """A value that each process creates at its first use.

    Parameters
    ----------
    make : callable
        Creates the value. It is pickled with this object; the values are not.
    free : callable, optional
        Receives the value, in a thread of its own, when no one holds this object any more.
    """

    def __init__(self, make: Callable[[], Value], free: Callable[[Value], None] | None = None) -> None:
        self._make = make
        self._free = free
        self._of_process: dict[_Process, _Made[Value]] = {}

    def get(self) -> Value:
        """Return this process's value; all threads get the same one."""
        own = self._of_process.setdefault(
            _fork.process, _Made()
        )  # the lock of the parent may never be released
        with own.lock:
            if not own.values:
                own.values.append(self._make())
                if self._free is not None:
                    weakref.finalize(own, _free, _fork.process, self._free, own.values[0]).atexit = False
        return own.values[0]

    @property
    def made(self) -> Value | None:
        """The value of this process, or None before its first use."""
        own = self._of_process.get(_fork.process)
        return own.values[0] if own is not None and own.values else None

    def __reduce__(self) -> tuple[Any, ...]:
        return (PerProcess, (self._make, self._free))


def _free(process: _Process, free: Callable[[Value], None], value: Value) -> None:
    """Free a value that this process created.

    Python collects garbage at any moment, also while this thread waits for the JVM. Another thread has
    another connection.
    """
    if process is _fork.process:
        threading.Thread(target=free, args=(value,), name="vitscale-free", daemon=True).start()


class _Made(Generic[Value]):
    """The value of one process, if it was created."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.values: list[Value] = []


class _Process:
    """Identity of one process; unlike its id, it is never reused."""


class _Fork:
    """Locks and connections to hold during a fork, and the identity of this process.

    The connections of idle threads are held: the child drops the state of all other threads, and py4j would
    then shut down their connections, for the parent, too.
    """

    def __init__(self) -> None:
        self.process = _Process()
        self._connections: list[Any] = []

    def before(self) -> None:
        """Hold py4j's lock and its idle connections."""
        ThreadSafeFinalizer.lock.acquire()
        if SparkContext._gateway is not None:
            self._connections = list(SparkContext._gateway._gateway_client.deque)

    def in_parent(self) -> None:
        """Release everything."""
        self._connections = []
        ThreadSafeFinalizer.lock.release()

    def in_child(self) -> None:
        """Drop the parent's gateway and session, and close its sockets in this process only."""
        self.process = _Process()
        ThreadSafeFinalizer.lock = threading.RLock()
        SparkContext._lock = threading.RLock()
        SparkSession.Builder._lock = threading.RLock()
        if SparkContext._gateway is not None:
            forget_gateway(self._connections)
        self._connections = []


def forget_gateway(connections: list[Any]) -> None:
    """Drop a gateway that belongs to the parent process.

    Parameters
    ----------
    connections : list of py4j.clientserver.ClientServerConnection
        The gateway's connections.
    """
    gateway, parent = SparkContext._gateway, os.getppid()
    client = gateway._gateway_client

    def refuse(*_: object, **__: object) -> NoReturn:
        raise Py4JError(
            f"this object belongs to the JVM of process {parent}, and process {os.getpid()} was forked from "
            "it. Make the object in this process, or start processes with multiprocessing's spawn"
        )

    client.send_command = refuse
    client.is_connected = False
    client.garbage_collect_object = lambda *_, **__: None
    ThreadSafeFinalizer.finalizers = {}
    for connection in connections:
        _close_here(connection)
    client.deque.clear()
    process = getattr(gateway, "proc", None)
    if process is not None and process.stdin is not None:
        process.stdin.close()  # the JVM exits when all writers have closed it
    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
    SparkSession._instantiatedSession = SparkSession._activeSession = None
    if getattr(signal.getsignal(signal.SIGINT), "__module__", "") == SparkContext.__module__:
        signal.signal(
            signal.SIGINT, signal.default_int_handler
        )  # Spark's handler would cancel the parent's jobs


def _close_here(connection: Any) -> None:
    """Close this process's copy of a socket; py4j would shut down both."""
    for part in (connection.stream, connection.socket):
        if part is not None:
            part.close()
    connection.stream = connection.socket = None


def _is_inherited() -> bool:
    """Tell whether the gateway's JVM is a child of another process."""
    process = getattr(SparkContext._gateway, "proc", None)
    if process is None:
        return False
    try:
        return bool(psutil.Process(process.pid).ppid() != os.getpid())
    except psutil.Error:
        return False


_fork = _Fork()
os.register_at_fork(before=_fork.before, after_in_parent=_fork.in_parent, after_in_child=_fork.in_child)
if _is_inherited():  # a forked child imports this module first
    forget_gateway(list(SparkContext._gateway._gateway_client.deque))
