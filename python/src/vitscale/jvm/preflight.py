"""Checks of the machine before Spark starts; they take milliseconds, and each failure is one message."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from vitscale.errors import SetupError
from vitscale.jvm.memory import MIB, NATIVE_BASE_MIB, SPARK_MINIMUM_MIB, memory_limit
from vitscale.jvm.spark_master import is_local, is_on_this_machine
from vitscale.system.user import has_passwd_entry

_OWN_ADDRESS = ("SPARK_LOCAL_IP", "SPARK_LOCAL_HOSTNAME")
_DRIVER_HOST = "spark.driver.host"


def refuse_impossible(master: str, settings: Mapping[str, str]) -> None:
    """Raise an error if this machine does not support a master.

    Parameters
    ----------
    master : str
        Spark's master URL.
    settings : mapping of str to str
        All Spark settings.

    Raises
    ------
    SetupError
        If executors would run here under a user id without a name, or cannot resolve this machine's name.
    """
    if is_local(master):
        return
    if is_on_this_machine(master):
        refuse_nameless_executors()
    elif _DRIVER_HOST not in settings and not any(os.environ.get(name) for name in _OWN_ADDRESS):
        _refuse_unknown_host()


def refuse_nameless_executors() -> None:
    """Raise an error if Hadoop cannot log the user in, as Spark's daemons and executors require.

    Raises
    ------
    SetupError
        If the system has no name for this user id.
    """
    if not has_passwd_entry():
        raise SetupError(
            f"User id {os.geteuid()} has no entry in /etc/passwd, but a Spark cluster needs one. "
            "Add the entry, run as a user that has one, or use --master local[*]."
        )


def memory_notes(native_mib: int) -> list[str]:
    """Return a warning if Spark and the model need more memory than this process may use.

    Parameters
    ----------
    native_mib : int
        Memory that the model needs outside of the heap, in MiB; 0 if unknown.
    """
    limit = memory_limit()
    needed = SPARK_MINIMUM_MIB + max(native_mib, NATIVE_BASE_MIB)
    if limit.size // MIB >= needed:
        return []
    return [
        f"This process may use {limit.size // MIB} MiB ({limit.source}), but Spark with this model needs "
        f"about {needed} MiB. The system may kill the job; raise the limit."
    ]


def _refuse_unknown_host() -> None:
    name = socket.gethostname()
    try:
        socket.getaddrinfo(name, None)
    except OSError as error:
        raise SetupError(
            f"This machine's name {name} has no address ({error.strerror}), so executors cannot reach the "
            "driver. Set SPARK_LOCAL_IP to this machine's address."
        ) from error
