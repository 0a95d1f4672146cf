"""The report in its other forms: Markdown, CSV, SVG; by suffix and by option; and results it refuses."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from vitscale.errors import ResultsError, UsageError
from vitscale.report.output_format import Format, format_of
from vitscale.report.render import render_report, write_report
from vitscale.results.document import write_results

from tests.fixtures.results import crashed, example, suite, whole
from tests.fixtures.scaling import scaling, written_scaling
from tests.unit.test_cli import run


def written(folder: Path, results: dict[str, Any], name: str = "results.json") -> Path:
    path = folder / name
    write_results(results, path)
    return path


def rendered(folder: Path, form: Format, *results: dict[str, Any]) -> str:
    return render_report([written(folder, one, f"{at}.json") for at, one in enumerate(results)], form)


ALL_FORMS = """
import sys
from pathlib import Path
from vitscale.report.render import write_report
results, scaling, folder = map(Path, sys.argv[1:])
for suffix in ("html", "md"):
    write_report([results, scaling], folder / f"report.{suffix}")
for suffix in ("csv", "svg"):
    write_report([results], folder / f"report.{suffix}")
"""


def test_two_processes_make_the_same_bytes_of_the_same_results(tmp_path: Path) -> None:
    files = [written(tmp_path, whole()), written_scaling(tmp_path, scaling())]
    made = []
    for seed in ("1", "2"):  # of Python's sets and hashes
        folder = tmp_path / seed
        folder.mkdir()
        command = [sys.executable, "-c", ALL_FORMS, *files, folder]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        made.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert len(made[0]) == len(Format)
    assert made[0] == made[1]


def test_markdown_table(tmp_path: Path) -> None:
    results = example()
    results["benchmarks"].append(crashed("openvino", 1, "no", options={"precision": "a|b<i>"}))
    first, empty, header, rule, best, *lines = rendered(tmp_path, Format.MARKDOWN, results).splitlines()
    assert first.startswith("vitscale is 1.41")
    assert not empty
    last = next(line for line in lines if line.startswith("| openvino"))
    assert header.count("|") == rule.count("|") == best.count("|") == last.count("|") == 11
    assert [cell.strip() for cell in best.split("|")][1:4] == ["vitscale", "✓ agrees", "4"]
    assert last.startswith("| openvino (a&#124;b&lt;i&gt;) | not compared | failed |")
    assert "- spark-nlp, batch size 8 failed: ProcessError: the process was killed (SIGKILL)" in "\n".join(
        lines
    )


def test_markdown_has_the_noise_the_bottlenecks_and_what_was_left_out(tmp_path: Path) -> None:
    text = rendered(tmp_path, Format.MARKDOWN, whole())
    for part in (
        "huggingface against itself",
        "| vitscale | the model | 97 % |",
        "left out: rounds 4 to 5",
        "spark-nlp: Only 15 of 16 images get huggingface's first label.",
    ):
        assert part in text


def test_machines_are_grouped_and_have_claims_of_their_own(tmp_path: Path) -> None:
    here, there = whole(), whole()
    there["environment"]["cpu"] = "Another CPU"
    text = rendered(tmp_path, Format.MARKDOWN, here, there, here)
    assert re.findall("^## .*", text, re.MULTILINE) == [
        "## Example CPU @ 2.00GHz, 2 cores, 16.0 GiB",
        "## Another CPU, 2 cores, 16.0 GiB",
    ]
    assert text.index("## Another CPU") > [one.start() for one in re.finditer("vitscale is 1.41", text)][1]
    assert "Published claims" not in text, "32 images test none"
    here["workload"]["images"]["files"] = there["workload"]["images"]["files"] = 3544
    assert rendered(tmp_path, Format.MARKDOWN, here, there).count("### Published claims, checked") == 2


def test_csv_has_every_iteration_and_its_place_in_the_results(tmp_path: Path) -> None:
    results = [example(), whole()]
    rows = list(csv.DictReader(io.StringIO(rendered(tmp_path, Format.CSV, *results))))
    assert len(rows) == sum(
        len(run["iterations"])
        for one in results
        for measured in one["benchmarks"]
        for run in measured["runs"]
    )
    for row in rows:
        number, run, position = map(int, re.findall(r"\d+", row["row"]))
        benchmark = results[int(row["results"].removesuffix(".json"))]["benchmarks"][number]
        iteration = benchmark["runs"][run]["iterations"][position]
        assert float(row["seconds"]) == iteration["seconds"]
        assert row["phase"] == iteration["phase"]
        assert row["control"] == str(int(benchmark.get("control", False)))


def test_svg_is_well_formed_and_draws_to_scale(tmp_path: Path) -> None:
    text = rendered(tmp_path, Format.SVG, example())
    svg = ElementTree.fromstring(text)
    title = "{http://www.w3.org/2000/svg}title"
    bars = [one for one in svg.iter("{http://www.w3.org/2000/svg}g") if one.find(title) is not None]
    ends = [[float(x) for x in re.findall(r"[ML] ([\d.]+)", bar[1].get("d", ""))] for bar in bars]
    widths = [max(one) - min(one) for one in ends]
    medians = [6.22, 5.75, 5.31, 4.40, 3.12, 3.00]
    assert [width / widths[0] for width in widths] == pytest.approx([one / 6.22 for one in medians], abs=1e-3)
    words = " ".join(svg.itertext())
    assert "random weights" in words
    assert words.count("⚠") == 2 + 1  # and what the sign means
    assert (
        bars[4].find(title).text == "spark-nlp: 3.12 (0.71\N{MULTIPLICATION SIGN}), batch size 4, disagrees"
    )


@pytest.mark.parametrize("form", list(Format))
def test_the_same_results_give_the_same_bytes(form: Format, tmp_path: Path) -> None:
    path = written(tmp_path, whole())
    first = write_report([path], tmp_path / "first", form).read_bytes()
    assert write_report([path], tmp_path / "second", form).read_bytes() == first
    again = written(tmp_path, json.loads(json.dumps(whole())))
    assert write_report([again], tmp_path / "third", form).read_bytes() == first


@pytest.mark.parametrize("form", list(Format))
def test_results_without_any_figure_are_shown(form: Format, tmp_path: Path) -> None:
    for results in (suite([]), suite([crashed("vitscale", 1, "no memory")])):
        text = rendered(tmp_path, form, results)
        assert form is Format.CSV or "Nothing was measured." in text
    assert form in (Format.CSV, Format.SVG) or "ProcessError: no memory" in text


def test_the_suffix_tells_the_form() -> None:
    found = {name: format_of(Path(name)).value for name in ("a.html", "b.HTM", "c.md", "d.csv", "e.svg")}
    assert list(found.values()) == ["html", "html", "markdown", "csv", "svg"]
    with pytest.raises(UsageError, match=r"The suffix of .*results\.pdf is not a format; expected .*\.csv"):
        format_of(Path("results.pdf"))


def test_a_chart_holds_one_result_and_a_report_at_least_one(tmp_path: Path) -> None:
    path = written(tmp_path, example())
    with pytest.raises(UsageError, match="got 2"):
        render_report([path, path], Format.SVG)
    with pytest.raises(UsageError, match="No results file given"):
        render_report([], Format.HTML)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text[: len(text) // 2], "not complete JSON"),
        (lambda text: "", "not complete JSON"),
        (lambda text: text.replace('"schema_version": 1', '"schema_version": 2'), "schema_version is 2"),
        (lambda text: "[]", "does not follow the results schema"),
    ],
    ids=["truncated", "empty", "another version", "something else"],
)
def test_a_report_of_bad_results_says_so_and_writes_nothing(
    damage: Any, message: str, tmp_path: Path
) -> None:
    path = written(tmp_path, example())
    path.write_text(damage(path.read_text()))
    with pytest.raises(ResultsError, match=message):
        write_report([path], tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_the_command_prints_text_on_stdout_and_writes_files_by_suffix(tmp_path: Path) -> None:
    path = written(tmp_path, whole())
    answer = run("report", path, "--format", "csv")
    assert answer.stdout == render_report([path], Format.CSV)
    assert run("report", path, "-o", "-").stdout == render_report([path], Format.MARKDOWN)
    assert run("report", path, "-o", tmp_path / "summary.md").stdout == ""
    assert (tmp_path / "summary.md").read_text() == render_report([path], Format.MARKDOWN)
    refused = run("report", path, "-o", tmp_path / "summary.pdf")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "give --format" in " ".join(refused.stderr.split())
