"""``vitscale check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vitscale.cli.app import Json, answer_console, app, write_json
from vitscale.errors import UnstableError


@app.command()
def check(
    results: Annotated[Path, typer.Argument(help="Results file of `vitscale bench`.")],
    json_to: Json = None,
) -> None:
    """Check whether results are stable enough to trust, and say what to do if not (exit status 4)."""
    from vitscale.results.check import check as check_suite
    from vitscale.results.document import load_results

    findings = check_suite(load_results(results))
    console = answer_console(json_to)
    for finding in findings:
        console.print(str(finding), markup=False, soft_wrap=True)
    write_json([{**vars(finding), "what": finding.what} for finding in findings], json_to)
    unstable = sum(finding.is_unstable for finding in findings)
    if unstable:
        raise UnstableError(
            f"{results} has {unstable} unstable figures; each is listed above with what to do."
        )
    console.print(f"{results}: all figures are stable.")
