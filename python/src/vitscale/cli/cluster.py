"""``vitscale cluster``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from vitscale.cli.app import app, say
from vitscale.system.cache_folder import cache_folder

group = typer.Typer(
    help="Start or stop a Spark cluster on this machine, for tests: loopback only, with authentication."
)
app.add_typer(group, name="cluster", no_args_is_help=True)

Folder = Annotated[Path, typer.Option(help="Folder for settings, logs and work files.")]
DEFAULT_FOLDER = cache_folder() / "cluster"
DEFAULT_PORT = 7077


@group.command()
def start(
    workers: Annotated[int, typer.Option(min=1, help="Number of workers; each has one executor.")] = 2,
    cores: Annotated[int, typer.Option(min=1, help="Cores of each worker.")] = 1,
    memory: Annotated[str, typer.Option(help="Heap of each executor, e.g. 2g.")] = "2g",
    port: Annotated[
        int, typer.Option(min=0, help="Port of the master; 0 takes any free one.")
    ] = DEFAULT_PORT,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Start a master and workers, and print the command that uses them."""
    from vitscale.cluster import Layout, start_cluster

    cluster = start_cluster(folder, Layout(workers, cores, memory, port))
    say(f"{workers} workers of {cores} cores and {memory}; logs in {folder / 'logs'}")
    say("Set this variable, which names the folder with the cluster's settings and secret:")
    out = Console(highlight=False, soft_wrap=True)
    out.print(f"SPARK_CONF_DIR={folder / 'conf'} vitscale classify --master {cluster.master} ...")


@group.command()
def stop(folder: Folder = DEFAULT_FOLDER) -> None:
    """Stop the cluster and its executors."""
    from vitscale.cluster import Cluster

    cluster = Cluster.find(folder)
    cluster.stop()
    say(f"stopped {cluster.master}")
