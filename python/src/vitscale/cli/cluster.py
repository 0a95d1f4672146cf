"""``vitscale cluster``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from vitscale.cli.app import app, say
from vitscale.system.cache_folder import cache_folder

group = typer.Typer(help="A Spark cluster on this machine: loopback only, with authentication.")
app.add_typer(group, name="cluster", no_args_is_help=True)

Folder = Annotated[Path, typer.Option(help="Where its settings, logs and work go.")]
DEFAULT_FOLDER = cache_folder() / "cluster"
DEFAULT_PORT = 7077


@group.command()
def start(
    workers: Annotated[int, typer.Option(min=1, help="Workers, each with one executor.")] = 2,
    cores: Annotated[int, typer.Option(min=1, help="Cores of each.")] = 1,
    memory: Annotated[str, typer.Option(help="Heap memory of each, e.g. 2g.")] = "2g",
    port: Annotated[int, typer.Option(min=0, help="The master's; 0 for any.")] = DEFAULT_PORT,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Start a master and workers, and print how to use them."""
    from vitscale.cluster import Layout, start_cluster

    cluster = start_cluster(folder, Layout(workers, cores, memory, port))
    say(f"{workers} workers of {cores} cores and {memory}; logs in {folder / 'logs'}")
    say("Use it with this variable set, which names the folder of its settings and its secret:")
    out = Console(highlight=False, soft_wrap=True)
    out.print(f"SPARK_CONF_DIR={folder / 'conf'} vitscale classify --master {cluster.master} ...")


@group.command()
def stop(folder: Folder = DEFAULT_FOLDER) -> None:
    """Stop the cluster and its executors."""
    from vitscale.cluster import Cluster

    cluster = Cluster.find(folder)
    cluster.stop()
    say(f"stopped {cluster.master}")
