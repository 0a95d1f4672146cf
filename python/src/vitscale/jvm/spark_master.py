"""What Spark's master URL tells: where the executors are."""

from __future__ import annotations

KINDS = ("local", "spark://", "yarn", "k8s://")
"""How the URLs that Spark 3.5 knows begin."""
_ON_LOOPBACK = ("local-cluster", "spark://127.0.0.1:", "spark://localhost:")


def is_local(master: str) -> bool:
    """Tell whether the driver's own process is the executor."""
    return master.startswith("local") and not master.startswith("local-cluster")


def is_on_this_machine(master: str) -> bool:
    """Tell whether all executors are here, where they reach loopback and read the driver's files."""
    return is_local(master) or master.startswith(_ON_LOOPBACK)
