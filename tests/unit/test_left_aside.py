"""What the report says of files that the search for images left aside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from vitscale.report.left_aside import left_aside
from vitscale.report.output_format import Format
from vitscale.report.render import render_report
from vitscale.results.document import write_results

from tests.fixtures.results import example

COUNTS = {"other_names": 1200, "hidden": 2, "markers": {"_SUCCESS": 1, "lost+found": 1}}
WORDS = (
    "left aside: 1,200 files with other suffixes and 2 hidden (--all-files takes them), "
    "2 of other programs (_SUCCESS, lost+found)"
)


@pytest.mark.parametrize(
    ("ignored", "words"),
    [
        ({"ignored": COUNTS}, WORDS),
        ({"ignored": {"other_names": 0, "hidden": 0, "markers": {}}}, ""),
        ({}, ""),
    ],
)
def test_the_counts_stand_among_the_facts_of_a_run(
    ignored: dict[str, Any], words: str, tmp_path: Path
) -> None:
    results = example()
    results["workload"]["images"].update(ignored)
    assert left_aside(results["workload"]["images"]) == words
    write_results(results, tmp_path / "results.json")
    facts = render_report([tmp_path / "results.json"], Format.HTML).partition('<dl class="facts">')[2]
    facts = facts.partition("</dl>")[0]
    assert (f"<dt>listing</dt><dd>{words}</dd>" in facts) == bool(words)
    assert ("<dt>listing</dt>" in facts) == bool(words)
