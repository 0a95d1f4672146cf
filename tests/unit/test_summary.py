"""The summary, and what is made of it without a browser: headline, Markdown, CSV, SVG, terminal."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console
from vitscale.report import chart_svg, csv_rows, markdown_table
from vitscale.report.agreement import Verdict
from vitscale.report.caveats import caveats_between, caveats_of
from vitscale.report.headline import headline
from vitscale.report.summary import label, summarise_results
from vitscale.report.terminal import print_parity, print_summary

from tests.fixtures.results import benchmark, crashed, example, parity, suite


def said(benchmarks: list[dict[str, Any]], *rows: dict[str, Any]) -> str:
    return str(headline(summarise_results(suite(benchmarks, list(rows)))))


def printed(width: int, show: Any, answer: Any) -> str:
    console = Console(file=io.StringIO(), width=width)
    show(answer, console)
    text = console.file.getvalue()
    assert max(map(len, text.splitlines())) <= width
    return text


@pytest.mark.parametrize(
    ("options", "device", "expected"),
    [
        ({}, "cpu", "huggingface"),
        ({"dtype": "bfloat16"}, "cpu", "huggingface (dtype=bfloat16)"),
        ({"bridge": "py4j", "threads": 2}, "cpu", "huggingface (py4j, threads=2)"),
        ({"torch_compile": True}, "gpu", "huggingface (gpu, torch_compile)"),
        ({"x": False, "y": "A"}, "cpu", "huggingface (x=false, y=A)"),
    ],
)
def test_label(options: dict[str, Any], device: str, expected: str) -> None:
    assert label(benchmark("huggingface", 1, [], options=options, device=device)) == expected


def test_rows_are_best_first_with_ratios_to_plain_huggingface() -> None:
    rows = summarise_results(example()).rows
    assert [(row.label, row.best.batch_size) for row in rows if row.best] == [
        ("vitscale", 4),
        ("huggingface (dtype=bfloat16)", 8),
        ("onnxruntime", 4),
        ("huggingface", 4),
        ("spark-nlp", 4),
        ("spark-nlp (py4j)", 4),
    ]
    ratios = [6.22 / 4.40, 5.75 / 4.40, 5.31 / 4.40, 1.0, 3.12 / 4.40, 3.00 / 4.40]
    assert [row.ratio for row in rows] == pytest.approx(ratios)


def test_of_equal_batch_sizes_the_smallest_is_best() -> None:
    results = suite([benchmark("vitscale", size, [1.0, 2.0]) for size in (8, 2, 4)])
    assert summarise_results(results).rows[0].best.batch_size == 2


def test_memory_is_the_largest_and_load_the_median_of_the_forks() -> None:
    results = suite([benchmark("vitscale", 1, [1.0, 2.0])])
    runs = results["benchmarks"][0]["runs"]
    runs[:] = [{**runs[0], "peak_memory_bytes": size, "load_seconds": size} for size in (5, 9, 6)]
    row = summarise_results(results).rows[0]
    assert (row.peak_memory_bytes, row.load_seconds) == (9, 6)


def test_a_backend_that_failed_everywhere_is_kept_last() -> None:
    rows = summarise_results(suite([crashed("vitscale", 1, "no"), benchmark("onnxruntime", 1, [1, 2])])).rows
    assert [row.label for row in rows] == ["onnxruntime", "vitscale"]
    assert (rows[1].best, rows[1].ratio, rows[1].cells[0].problem) == (None, None, "ProcessError: no")


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.EQUAL),
        ({"max_logit_difference": 2e-4}, Verdict.SAME_LABELS),
        ({"top1_agreement": 0.9999}, Verdict.DIFFERS),
    ],
)
def test_verdicts(changes: dict[str, Any], verdict: Verdict) -> None:
    both = [benchmark("huggingface", 1, [1, 2]), benchmark("vitscale", 1, [1, 3])]
    rows = summarise_results(suite(both, [parity("vitscale", **changes)])).rows
    assert [row.agreement.verdict for row in rows] == [verdict, Verdict.REFERENCE]
    assert rows[0].agreement.row_id == "parity[0]"
    assert summarise_results(suite(both)).rows[0].agreement.verdict is Verdict.NOT_COMPARED


def test_options_that_change_only_speed_share_a_verdict_and_others_do_not() -> None:
    variants = [{"bridge": "py4j"}, {"threads": 4}, {"precision": "int8"}]
    results = suite(
        [benchmark("spark-nlp", 1, [1, 2], options=options) for options in variants],
        [parity("spark-nlp", top1_agreement=0.5), parity("spark-nlp:precision=int8")],
    )
    verdicts = {row.label: row.agreement.verdict for row in summarise_results(results).rows}
    assert verdicts == {
        "spark-nlp (py4j)": Verdict.DIFFERS,
        "spark-nlp (threads=4)": Verdict.DIFFERS,
        "spark-nlp (precision=int8)": Verdict.EQUAL,
    }


def test_headline_says_who_is_faster_by_how_much_and_whether_they_agree() -> None:
    slow, fast = benchmark("huggingface", 4, [1, 4.0, 4.1]), benchmark("vitscale", 8, [1, 6.0, 6.2])
    assert said([slow, fast], parity("vitscale")) == (
        "vitscale is 1.51\N{MULTIPLICATION SIGN} as fast as huggingface: 6.10 against 4.05 images/s, "
        "at their best batch sizes 8 and 4. "
        "They agree: all 16 images compared get huggingface's first label; logits differ by 3e-06 at most. "
        "The weights are random: speed and agreement are real, the labels mean nothing."
    )
    assert "But they disagree: only 8 of 16" in said([slow, fast], parity("vitscale", top1_agreement=0.5))
    assert "Whether they agree was not checked." in said([slow, fast])


def test_headline_where_huggingface_is_the_fastest() -> None:
    fast, slow = benchmark("huggingface", 4, [1, 4.0, 4.2]), benchmark("spark-nlp", 4, [1, 2.0, 2.2])
    sentence = said([fast, slow], parity("spark-nlp", top1_agreement=0.5))
    assert sentence.startswith(
        "huggingface is 1.95\N{MULTIPLICATION SIGN} as fast as spark-nlp: 4.10 against 2.10"
    )
    assert "both at batch size 4" in sentence
    assert "But they disagree" in sentence


def test_headline_does_not_claim_a_difference_within_the_spread() -> None:
    both = [benchmark("huggingface", 1, [1, 4.0, 5.0]), benchmark("vitscale", 1, [1, 4.9, 5.5])]
    assert "vitscale and huggingface are about equally fast" in said(both, parity("vitscale"))


def test_headline_with_too_little_to_compare() -> None:
    assert said([]).startswith("Nothing could be measured.")
    assert "there is no other figure to compare" in said([benchmark("vitscale", 1, [1, 2])])
    pretrained = example()
    pretrained["workload"]["model"]["weights"] = "pretrained"
    assert "random" not in str(headline(summarise_results(pretrained)))


def test_caveats_name_what_endangers_belief() -> None:
    lost = benchmark("onnxruntime", 1, [1, 2])
    lost["runs"][0]["ledger"]["predicted"] -= 3
    caveats = caveats_of(summarise_results(suite([lost])))
    assert [caveat.is_grave for caveat in caveats] == [True, False, False]
    assert "onnxruntime lost 3 images" in caveats[0].text
    assert "huggingface was not measured" in caveats[1].text
    assert "Measured only once: onnxruntime" in caveats[2].text
    assert not caveats_of(summarise_results(suite([benchmark("huggingface", 1, [1, 2, 2])])))


def test_caveats_between_results() -> None:
    assert not caveats_between([example(), example()])
    other = example()
    other["environment"]["cpu"] = "Another CPU"
    other["workload"]["model"]["onnx_sha256"] = "f" * 64
    texts = [caveat.text for caveat in caveats_between([example(), other])]
    assert "different machines" in texts[0]
    assert "Another CPU, 2 cores, 16.0 GiB" in texts[0]
    assert "different models" in texts[1]


def test_markdown_table() -> None:
    results = example()
    results["benchmarks"].append(crashed("openvino", 1, "no", options={"precision": "a|b<i>"}))
    first, empty, header, rule, best, *_, last = markdown_table(results).splitlines()
    assert first.startswith("vitscale is 1.41")
    assert not empty
    assert header.count("|") == rule.count("|") == best.count("|") == last.count("|") == 11
    assert [cell.strip() for cell in best.split("|")][1:4] == ["vitscale", "4", "6.22"]
    assert last.startswith("| openvino (precision=a&#124;b&lt;i&gt;) | failed |")


def test_csv_has_every_iteration_and_its_place_in_the_results() -> None:
    results = example()
    rows = csv_rows(results)
    assert len(rows) == sum(
        len(run["iterations"]) for measured in results["benchmarks"] for run in measured["runs"]
    )
    file = io.StringIO()
    writer = csv.DictWriter(file, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    for row in csv.DictReader(io.StringIO(file.getvalue())):
        number, run, position = map(int, re.findall(r"\d+", row["row"]))
        iteration = results["benchmarks"][number]["runs"][run]["iterations"][position]
        assert float(row["seconds"]) == iteration["seconds"]
        assert row["phase"] == iteration["phase"]


def test_svg_is_well_formed_and_draws_to_scale() -> None:
    svg = ElementTree.fromstring(chart_svg(example()))
    widths = [float(bar.get("width")) for bar in svg.iter("{http://www.w3.org/2000/svg}rect")]
    medians = [6.22, 5.75, 5.31, 4.40, 3.12, 3.00]
    assert [width / widths[0] for width in widths] == pytest.approx([one / 6.22 for one in medians], abs=1e-3)
    text = " ".join(svg.itertext())
    assert "random weights" in text
    assert text.count("answers differ") == 2
    assert chart_svg(example()) == chart_svg(example())


@pytest.mark.parametrize("width", [80, 200])
def test_terminal(width: int) -> None:
    text = printed(width, print_summary, example())
    assert "6.22" in text
    assert "Java heap space" in text
    assert "dogs/truncated.jpg" in text
    assert ("ms/batch" in text) == (width == 200)
    assert "disagrees" in printed(width, print_parity, example()["parity"])


def test_terminal_reads_no_markup_and_names_ten_failures() -> None:
    failed = [{"file": f"[red]{number}[/red].jpg", "reason": "[bold]"} for number in range(12)]
    text = printed(100, print_summary, suite([benchmark("vitscale", 1, [1, 2], failed=failed)]))
    assert "[red]0[/red].jpg failed: [bold] (vitscale)" in text
    assert "and 2 more" in text
