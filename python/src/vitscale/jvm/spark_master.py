"""Tells from Spark's master URL where the executors run."""

from __future__ import annotations

KINDS = ("local", "spark://", "yarn", "k8s://")
"""Prefixes of the master URLs of Spark 3.5."""
_ON_LOOPBACK = ("local-cluster", "spark://127.0.0.1:", "spark://localhost:")


def is_local(master: str) -> bool:
    """Tell whether the driver's own process is the executor."""
    return master.startswith("local") and not master.startswith("local-cluster")


def is_on_this_machine(master: str) -> bool:
    """Tell whether all executors run on this machine, with loopback and the driver's files."""
    return is_local(master) or master.startswith(_ON_LOOPBACK)
