"""``vitscale env``."""

from __future__ import annotations

from rich.console import Console

from vitscale.cli.app import Json, app, write_json


@app.command()
def env(json_to: Json = None) -> None:
    """Print what ViTScale sees of this machine: processor, memory, Java, versions."""
    from vitscale.bench.environment import environment

    found = environment()
    if json_to is None:
        console = Console()
        for key, value in {**found, **found["versions"]}.items():
            if key != "versions":
                console.print(f"{key:>16}  {value}", highlight=False)
    write_json(found, json_to)
