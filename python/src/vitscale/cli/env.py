"""``vitscale env``."""

from __future__ import annotations

from rich.console import Console

from vitscale.cli.app import Json, app, write_json


@app.command()
def env(json_to: Json = None) -> None:
    """Print what ViTScale finds on this machine: CPU, memory and its limit, GPUs, Java, versions."""
    from vitscale.bench.environment import environment
    from vitscale.jvm.memory import default_heap, memory_limit

    limit = memory_limit()
    found = {
        **environment(),
        "memory_limit_bytes": limit.size,
        "memory_limit_source": limit.source,
        "default_heap": default_heap(),
    }
    if json_to is None:
        gpus = [f"{one['name']} (driver {one['driver']})" for one in found.get("gpus", [])] or _no_gpu()
        shown = {**found, "gpus": gpus, **found["versions"]}
        console = Console()
        for key, value in shown.items():
            if key != "versions":
                console.print(f"{key:>16}  {value}", highlight=False)
    write_json(found, json_to)


def _no_gpu() -> str:
    """Return the reason why there is no GPU."""
    from vitscale.errors import GpuError
    from vitscale.gpu.nvml import Nvml

    try:
        Nvml().close()
    except GpuError as error:
        return f"none: {error}"
    return "none"
