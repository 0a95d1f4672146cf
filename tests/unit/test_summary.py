"""The summary: one row for each backend, its best batch size, its ratios, whether it agrees."""

from __future__ import annotations

from typing import Any

import pytest
from vitscale.report.agreement import Verdict
from vitscale.report.naming import label, notation, readable
from vitscale.report.summary import summarise_results

from tests.fixtures.results import benchmark, crashed, example, in_rounds, parity, suite, whole


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


def test_notation_and_label_name_the_same() -> None:
    row = benchmark("spark-nlp", 1, [], options={"bridge": "py4j", "threads": 2, "x": True})
    assert notation(row) == "spark-nlp:bridge=py4j,threads=2,x=true"
    assert readable(notation(row)) == label(row)
