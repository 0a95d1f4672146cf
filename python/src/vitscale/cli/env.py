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
        "class_archive": _class_archive(),
        "runtimes": _runtimes(),
    }
    if json_to is None:
        gpus = [f"{one['name']} (driver {one['driver']})" for one in found.get("gpus", [])] or _no_gpu()
        shown = {**found, "gpus": gpus, **found["runtimes"], **found["versions"]}
        console = Console()
        for key, value in shown.items():
            if key not in ("versions", "runtimes"):
                console.print(f"{key:>16}  {value}", highlight=False)
    write_json(found, json_to)


def _runtimes() -> dict[str, str]:
    """Return what computes forward passes and decodes JPEGs on this machine, as the JVM finds it."""
    from vitscale.errors import VitscaleError
    from vitscale.jvm.bridge import java_errors, python_api

    try:
        with java_errors():
            api = python_api()
            return {
                **{f"runtime {name}": str(state) for name, state in sorted(dict(api.runtimes()).items())},
                "JPEG decoder": str(api.jpegLibrary()),
            }
    except VitscaleError as error:
        return {"runtimes": f"none: {error}"}


def _class_archive() -> str:
    """Return the archive with which a JVM starts here, or the reason why it starts without one."""
    from vitscale.errors import VitscaleError
    from vitscale.jvm.class_archive import SharedClasses, find_archive
    from vitscale.jvm.java import find_java
    from vitscale.jvm.launch import class_path
    from vitscale.jvm.settings import all_settings, driver_settings

    try:
        driver = driver_settings(all_settings({}))
        found = find_archive(find_java(), class_path(driver.class_path), driver.options)
    except VitscaleError as error:
        return f"none: {error}"
    return str(found.file) if isinstance(found, SharedClasses) else f"none: {found}"


def _no_gpu() -> str:
    """Return the reason why there is no GPU."""
    from vitscale.errors import GpuError
    from vitscale.gpu.nvml import Nvml

    try:
        Nvml().close()
    except GpuError as error:
        return f"none: {error}"
    return "none"
