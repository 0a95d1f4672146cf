"""The summary, and what is said of it: headline, caveats, what bounds a run, the terminal."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console
from vitscale.report.agreement import Verdict
from vitscale.report.bottleneck import bottlenecks
from vitscale.report.caveats import caveats_between, caveats_of
from vitscale.report.headline import headline, noise_of
from vitscale.report.naming import label, notation, readable
from vitscale.report.summary import summarise_results
from vitscale.report.terminal import print_parity, print_summary

from tests.fixtures.results import (
    benchmark,
    comparison,
    crashed,
    example,
    in_rounds,
    parity,
    single_stream,
    stages,
    suite,
    whole,
)


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
        ({"dtype": "bfloat16"}, "cpu", "huggingface (bfloat16)"),
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
        ("huggingface (bfloat16)", 8),
        ("onnxruntime", 4),
        ("huggingface", 4),
        ("spark-nlp", 4),
        ("spark-nlp (py4j)", 4),
    ]
    ratios = [6.22 / 4.40, 5.75 / 4.40, 5.31 / 4.40, 1.0, 3.12 / 4.40, 3.00 / 4.40]
    assert [row.ratio.median for row in rows if row.ratio] == pytest.approx(ratios)
    assert {row.ratio.verdict for row in rows if row.ratio} == {"too few forks"}


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
        "spark-nlp (int8)": Verdict.EQUAL,
    }


def test_headline_says_who_is_faster_by_how_much_and_whether_they_agree() -> None:
    slow, fast = benchmark("huggingface", 4, [1, 4.0, 4.1]), benchmark("vitscale", 8, [1, 6.0, 6.2])
    assert said([slow, fast], parity("vitscale")) == (
        "vitscale is 1.51\N{MULTIPLICATION SIGN} as fast as huggingface: 6.10 against 4.05 images/s "
        "at batch sizes 8 and 4, in too few processes for an interval. "
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
    assert "images/s at batch size 4," in sentence
    assert "But they disagree" in sentence


def test_headline_does_not_claim_a_difference_within_the_spread() -> None:
    both = [benchmark("huggingface", 1, [1, 4.0, 5.0]), benchmark("vitscale", 1, [1, 4.9, 5.5])]
    assert "vitscale and huggingface are about equally fast" in said(both, parity("vitscale"))


def test_headline_gives_the_interval_of_the_rounds() -> None:
    sentence = str(headline(summarise_results(whole())))
    values = summarise_results(whole()).rows[0].ratio
    assert values and values.ci and values.verdict == "faster"
    low, high = f"{values.ci['low']:.2f}", f"{values.ci['high']:.2f}"
    assert (
        f"is 1.41\N{MULTIPLICATION SIGN} as fast as huggingface (95 % interval {low} \N{EN DASH} {high})"
        in sentence
    )


def test_headline_of_a_difference_within_the_noise_is_none() -> None:
    plain, ours = in_rounds("huggingface", 4, [4.0, 4.2, 4.1]), in_rounds("vitscale", 4, [4.1, 4.3, 4.4])
    control = {**in_rounds("huggingface", 4, [4.4, 4.0, 4.6]), "control": True}
    noise = comparison(control, plain)
    results = suite([plain, control, ours], [parity("vitscale")])
    results["comparisons"] = [noise, comparison(ours, plain, noise["ci"])]
    assert results["comparisons"][1]["ci"]["low"] > 1, "without the control it would be called faster"
    assert "show no measurable difference" in str(headline(summarise_results(results)))


def test_headline_of_single_stream_is_about_latency() -> None:
    assert "one image takes 198 against 255 ms (median)" in str(headline(summarise_results(single_stream())))


def test_the_control_is_no_row_and_tells_the_noise() -> None:
    summary = summarise_results(whole())
    assert [row.label for row in summary.rows].count("huggingface") == 1
    assert len(summary.reference.best.benchmark["runs"]) == 4
    assert summary.control.row_id == "comparisons[0]"
    assert "huggingface against itself: 1.00" in noise_of(summary.control)
    assert "It holds 1" in noise_of(summary.control)


def test_the_batch_size_of_the_rounds_is_best_even_where_a_sweep_was_luckier() -> None:
    lucky = benchmark("vitscale", 8, [9.0, 9.0, 9.0])
    (row,) = summarise_results(suite([lucky, in_rounds("vitscale", 4, [6.0, 6.1, 6.2])])).rows
    assert row.best.batch_size == 4


def test_both_ratios_are_shown_where_the_reference_was_tuned() -> None:
    summary = summarise_results(whole())
    ours = summary.rows[0]
    assert summary.tuned.label == "huggingface (num_workers=2)"
    assert ours.tuned_ratio.median == pytest.approx(6.2 / 5.1, rel=0.02)
    assert ours.tuned_ratio.row_id == "comparisons[5]"


@pytest.mark.parametrize(
    ("milliseconds", "part", "remedy"),
    [
        ([0.1, 0.2, 5, 3, 0.5, 0.7, 200, 0.1], "the model", "int8"),
        ([0.1, 0.2, 50, 30, 5, 0.7, 20, 0.1], "preparing pixels", "more cores"),
        ([9, 80, 5, 3, 0.5, 0.7, 20, 0.1], "reading files", "nearer"),
        ([0.1, 0.2, 5, 3, 0.5, 90, 20, 0.1], "copying pixels", "buffer"),
        ([0.1, 0.2, 5, 3, 0.5, 0.7, 20, 90], "picking labels", "one pass"),
    ],
)
def test_what_bounds_a_run(milliseconds: list[float], part: str, remedy: str) -> None:
    results = {**suite([]), "stages": [stages("vitscale:spark=true", 4, milliseconds)]}
    (found,) = bottlenecks(results)
    assert found.part == part
    assert remedy in found.sentence
    assert found.sentence.startswith(f"vitscale (spark) is bound by {part}: ")
    assert f"{1 / found.share:.2f}\N{MULTIPLICATION SIGN} as fast at most" in found.sentence


def test_stages_that_took_no_time_bound_nothing() -> None:
    assert bottlenecks({**suite([]), "stages": [stages("vitscale", 1, [0.0] * 8)]}) == []


def test_notation_and_label_name_the_same() -> None:
    row = benchmark("spark-nlp", 1, [], options={"bridge": "py4j", "threads": 2, "x": True})
    assert notation(row) == "spark-nlp:bridge=py4j,threads=2,x=true"
    assert readable(notation(row)) == label(row)


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


@pytest.mark.parametrize("width", [80, 200])
def test_terminal(width: int) -> None:
    text = printed(width, print_summary, example())
    assert "6.22" in text
    assert "Java heap space" in text
    assert "dogs/truncated.jpg" in text
    assert ("peak memory" in text) == (width == 200)
    assert "disagrees" in printed(width, print_parity, example()["parity"])


@pytest.mark.parametrize("results", [whole(), single_stream()], ids=["rounds", "latency"])
def test_a_narrow_terminal_loses_no_column_that_it_shows(results: dict[str, Any]) -> None:
    lines = printed(80, print_summary, results).splitlines()
    assert any(line.rstrip().endswith(" failed") for line in lines)
    assert any(line.startswith(" vitscale ") and line.rstrip().endswith(" 0") for line in lines)
    assert "disagrees" not in printed(80, print_summary, single_stream())


def test_terminal_reads_no_markup_and_names_ten_failures() -> None:
    failed = [{"file": f"[red]{number}[/red].jpg", "reason": "[bold]"} for number in range(12)]
    text = printed(100, print_summary, suite([benchmark("vitscale", 1, [1, 2], failed=failed)]))
    assert "[red]0[/red].jpg failed: [bold] (vitscale)" in text
    assert "and 2 more" in text
