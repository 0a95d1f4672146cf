"""``vitscale simulate``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vitscale.cli.app import Json, answer_console, app, say, whole_numbers, write_json

if TYPE_CHECKING:
    from vitscale.scaling.simulation import Estimate

DEFAULT_NODES = "1,2,4,8,10,16,32,64,100"
DEFAULT_IMAGES = "34745,1000000,10000000,100000000"


@app.command()
def simulate(
    results: Annotated[Path, typer.Argument(help="What `vitscale scaling` measured.")],
    nodes: Annotated[str, typer.Option(help="Numbers of nodes.")] = DEFAULT_NODES,
    images: Annotated[str, typer.Option(help="Numbers of images.")] = DEFAULT_IMAGES,
    cores: Annotated[int, typer.Option(min=1, help="Cores of a node.")] = 16,
    price_per_hour: Annotated[
        float | None, typer.Option(min=0, help="Of a node, to have the cost beside the node hours.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the simulated runs.")] = 0,
    report: Annotated[Path | None, typer.Option(help="Also write an HTML page.")] = None,
    json_to: Json = None,
) -> None:
    """Estimate time and cost on clusters of many sizes, from what was measured on one machine."""
    from vitscale.files import write_atomically
    from vitscale.report.text_table import markdown_table
    from vitscale.scaling.chart import table
    from vitscale.scaling.page import assumption_lines, measured_lines, scaling_page
    from vitscale.scaling.results import calibration, load, runs
    from vitscale.scaling.simulation import Fleet, estimate
    from vitscale.scaling.validation import validate

    measured = load(results)
    known = calibration(measured)
    estimates = [
        estimate(count, Fleet(number, cores), known, seed=seed)
        for count in whole_numbers(images, "--images")
        for number in whole_numbers(nodes, "--nodes")
    ]
    checks = validate(runs(measured), known)
    console = answer_console(json_to)
    for line in [*measured_lines(measured, checks), *assumption_lines(known, cores)]:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    shown = table(estimates, price_per_hour)
    text = markdown_table(shown.columns, shown.rows, frozenset({len(shown.columns) - 1}))
    console.print(text, markup=False, highlight=False, soft_wrap=True)
    if report:
        write_atomically(report, scaling_page(measured, checks, estimates, price_per_hour).encode())
        say(f"report: {report}")
    write_json({"kind": "estimate", "estimates": [_row(one, price_per_hour) for one in estimates]}, json_to)


def _row(one: Estimate, price_per_hour: float | None) -> dict[str, Any]:
    cost = None if price_per_hour is None else one.node_hours * price_per_hour
    return {**asdict(one), "node_hours": one.node_hours, "cost": cost}
