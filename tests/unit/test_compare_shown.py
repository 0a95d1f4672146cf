"""A comparison as its readers get it: Markdown, CSV, JSON, the terminal, and the exit status."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from vitscale.report.compare import Outcome, compare_results, csv_changes, markdown_changes, print_changes
from vitscale.results.document import write_results

from tests.fixtures.results import benchmark, changed, crashed, in_rounds, parity, single_stream, whole
from tests.unit.test_cli import run


def outcome() -> Outcome:
    new = whole()
    new["benchmarks"][4] = in_rounds("vitscale", 4, [4.20, 4.25, 4.18])
    new["benchmarks"][5] = crashed("onnxruntime", 4, "killed | by <b>", options={})
    return compare_results(whole(), new)


def test_latency_is_shown_where_queries_came_one_by_one() -> None:
    text = markdown_changes(compare_results(single_stream(), single_stream()))
    assert "p99 ms" in text
    assert "230 → 230" in text
    assert "p99 ms" not in markdown_changes(compare_results(whole(), whole()))


def test_markdown_names_the_regressions_first() -> None:
    first, _, header, *lines = markdown_changes(outcome()).splitlines()
    assert first.startswith("**2 cells became slower by more than 5 % or failed: vitscale at batch size 4")
    ours = next(line for line in lines if line.startswith("| vitscale"))
    assert ours.count("|") == header.count("|")
    assert ours.endswith("| ⚠ slower |")
    assert "- onnxruntime at batch size 4: ProcessError: killed &#124; by &lt;b&gt;" in lines


def test_csv_and_json_hold_every_cell_with_units_in_the_names() -> None:
    found = outcome()
    rows = list(csv.DictReader(io.StringIO(csv_changes(found))))
    plain = json.loads(json.dumps(found.as_json()))
    assert len(rows) == len(plain["changes"]) == len(found.changes)
    for row, change in zip(rows, plain["changes"], strict=True):
        assert row["label"] == change["label"]
        assert row["verdict"] == change["verdict"]
        assert row["ci_low"] == (str(change["ci"]["low"]) if change["ci"] else "")
    assert plain["regressions"] == 2


@pytest.mark.parametrize("width", [80, 200])
def test_terminal(width: int) -> None:
    console = Console(file=io.StringIO(), width=width)
    print_changes(outcome(), console)
    text = console.file.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert "⚠ slower" in text
    assert ("peak memory" in text) == (width == 200)


@pytest.mark.parametrize(
    ("new", "status", "said"),
    [
        (whole(), 0, ""),
        (
            {**whole(), "benchmarks": [in_rounds("vitscale", 4, [4.2, 4.25, 4.18])]},
            1,
            "vitscale at batch size 4",
        ),
        ({**whole(), "benchmarks": [crashed("vitscale", 4, "no memory")]}, 1, "vitscale at batch size 4"),
        (
            {**whole(), "parity": [parity("vitscale", top1_agreement=0.5)]},
            3,
            "agrees less with huggingface",
        ),
        ({**whole(), "benchmarks": [benchmark("vitscale", 4, [1, 2.0])]}, 4, "with too few forks to be sure"),
        (changed("environment", "cpu", value="Another CPU"), 2, "are not comparable"),
    ],
    ids=["same", "slower", "crashed", "disagrees", "doubt", "another machine"],
)
def test_how_the_command_ends(new: dict[str, Any], status: int, said: str, tmp_path: Path) -> None:
    write_results(whole(), tmp_path / "old.json")
    write_results(new, tmp_path / "new.json")
    answer = run("compare", tmp_path / "old.json", tmp_path / "new.json", "--json", "-")
    assert answer.returncode == status, answer.stderr
    assert said in " ".join(answer.stderr.split())
    assert "Traceback" not in answer.stderr
    if status != 2:
        assert json.loads(answer.stdout)["regressions"] == (status == 1)


def test_the_command_prints_markdown_and_csv_on_stdout_alone(tmp_path: Path) -> None:
    write_results(whole(), tmp_path / "one.json")
    for form, start in [("markdown", "**No cell"), ("csv", "label,device,batch_size,")]:
        answer = run("compare", tmp_path / "one.json", tmp_path / "one.json", "--format", form)
        assert answer.stdout.startswith(start)
        assert answer.stderr == ""


def test_bad_results_are_refused_with_their_name(tmp_path: Path) -> None:
    write_results(whole(), tmp_path / "good.json")
    text = (tmp_path / "good.json").read_text()
    (tmp_path / "half.json").write_text(text[: len(text) // 2])
    (tmp_path / "other.json").write_text(text.replace('"schema_version": 1', '"schema_version": 9'))
    for name, said in [("half.json", "not complete JSON"), ("other.json", "schema_version is 9")]:
        answer = run("compare", tmp_path / "good.json", tmp_path / name)
        assert answer.returncode == 1
        assert said in " ".join(answer.stderr.split())
        assert name in answer.stderr
