"""A Spark standalone cluster on this machine: a master and workers, on loopback only, with authentication."""

from vitscale.cluster.standalone import Cluster, Layout, local_cluster, start_cluster

__all__ = ["Cluster", "Layout", "local_cluster", "start_cluster"]
