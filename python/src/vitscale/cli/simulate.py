"""``vitscale simulate``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vitscale.cli.app import Json, answer_console, app, say, whole_numbers, writable, write_json
from vitscale.scaling.cluster_spec import CORES, IMAGES, NODES

if TYPE_CHECKING:
    from vitscale.scaling.simulation import Estimate

_NODES = ",".join(map(str, NODES))
_IMAGES = ",".join(map(str, IMAGES))


@app.command()
def simulate(
    results: Annotated[Path, typer.Argument(help="Results file of `vitscale scaling`.")],
    nodes: Annotated[str, typer.Option(help="Numbers of nodes to simulate, separated by commas.")] = _NODES,
    images: Annotated[
        str, typer.Option(help="Numbers of images to simulate, separated by commas.")
    ] = _IMAGES,
    cores: Annotated[int, typer.Option(min=1, help="Cores of each node.")] = CORES,
    price_per_hour: Annotated[
        float | None,
        typer.Option(min=0, help="Price of a node per hour, in any currency; adds the cost to the table."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the simulation.")] = 0,
    report: Annotated[
        Path | None, typer.Option(callback=writable, help="File for an HTML page with the chart.")
    ] = None,
    json_to: Json = None,
) -> None:
    """Estimate time and cost on clusters of many sizes from a measurement on one machine."""
    from vitscale.report.render import scaling_source
    from vitscale.report.scaling.page import scaling_page
    from vitscale.report.scaling.section import ScalingSection
    from vitscale.report.text_table import markdown_table
    from vitscale.scaling.simulation import estimates as estimate_all
    from vitscale.system.atomic_write import write_atomically

    source = scaling_source(results)
    estimates = estimate_all(
        source.calibration,
        nodes=whole_numbers(nodes, "--nodes"),
        images=whole_numbers(images, "--images"),
        cores=cores,
        seed=seed,
    )
    section = ScalingSection(source, estimates, price_per_hour)
    console = answer_console(json_to)
    for line in [*section.measured_lines, *section.assumption_lines]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    shown = section.chart.table
    text = markdown_table(shown.columns, shown.rows, frozenset({len(shown.columns) - 1}))
    console.print(text, markup=False, highlight=False, soft_wrap=True)
    if report:
        write_atomically(report, scaling_page(section).encode())
        say(f"report: {report}")
    write_json({"kind": "estimate", "estimates": [_row(one, price_per_hour) for one in estimates]}, json_to)


def _row(one: Estimate, price_per_hour: float | None) -> dict[str, Any]:
    cost = None if price_per_hour is None else one.node_hours * price_per_hour
    return {**asdict(one), "node_hours": one.node_hours, "cost": cost}
