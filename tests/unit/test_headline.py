"""The headline: who is faster, by how much, whether they agree, and what the noise is."""

from __future__ import annotations

from typing import Any

from vitscale.report.headline import headline, noise_of
from vitscale.report.summary import summarise_results

from tests.fixtures.results import (
    benchmark,
    comparison,
    example,
    in_rounds,
    parity,
    single_stream,
    suite,
    whole,
)


def said(benchmarks: list[dict[str, Any]], *rows: dict[str, Any]) -> str:
    return str(headline(summarise_results(suite(benchmarks, list(rows)))))


def test_headline_says_who_is_faster_by_how_much_and_whether_they_agree() -> None:
    slow, fast = benchmark("huggingface", 4, [1, 4.0, 4.1]), benchmark("vitscale", 8, [1, 6.0, 6.2])
    assert said([slow, fast], parity("vitscale")) == (
        "vitscale is 1.51\N{MULTIPLICATION SIGN} as fast as huggingface: 6.10 against 4.05 images/s "
        "at batch sizes 8 and 4; there are too few processes for an interval. "
        "They agree: all 16 images compared get huggingface's first label; logits differ by 3e-06 at most. "
        "The weights are random: speed and fp32 agreement are real, the labels mean nothing."
    )
    assert "But they disagree: only 8 of 16" in said([slow, fast], parity("vitscale", top1_agreement=0.5))
    assert "Agreement was not checked." in said([slow, fast])


def test_headline_where_huggingface_is_the_fastest() -> None:
    fast, slow = benchmark("huggingface", 4, [1, 4.0, 4.2]), benchmark("spark-nlp", 4, [1, 2.0, 2.2])
    sentence = said([fast, slow], parity("spark-nlp", top1_agreement=0.5))
    assert sentence.startswith(
        "huggingface is 1.95\N{MULTIPLICATION SIGN} as fast as spark-nlp: 4.10 against 2.10"
    )
    assert "images/s at batch size 4;" in sentence
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


def test_headline_with_too_little_to_compare() -> None:
    assert said([]).startswith("Nothing was measured.")
    assert "no other backend was measured" in said([benchmark("vitscale", 1, [1, 2])])
    pretrained = example()
    pretrained["workload"]["model"]["weights"] = "pretrained"
    assert "random" not in str(headline(summarise_results(pretrained)))


def test_the_control_is_no_row_and_tells_the_noise() -> None:
    summary = summarise_results(whole())
    assert [row.label for row in summary.rows].count("huggingface") == 1
    assert len(summary.reference.best.benchmark["runs"]) == 4
    assert summary.control.row_id == "comparisons[0]"
    assert "huggingface against itself: 1.00" in noise_of(summary.control)
    assert "It contains 1" in noise_of(summary.control)


def test_lower_precision_on_random_weights_is_named_but_not_judged() -> None:
    rows = [
        benchmark("huggingface", 4, [1, 4.0, 4.1]),
        benchmark("vitscale", 4, [1, 6.0, 6.2]),
        benchmark("vitscale", 4, [1, 9.0, 9.2], options={"precision": "int8"}),
    ]
    found = [parity("vitscale"), parity("vitscale:precision=int8", top1_agreement=0.9375)]
    sentence = said(rows, *found)
    assert sentence.startswith("vitscale is 1.51")
    assert "Faster in lower precision, which random weights cannot judge: vitscale (int8), 2.25" in sentence
    trained = suite(rows, found)
    trained["workload"]["model"]["weights"] = "pretrained"
    assert "Faster, but with other labels: vitscale (int8)" in str(headline(summarise_results(trained)))


def test_the_forward_pass_alone_is_a_limit_and_not_the_fastest_classifier() -> None:
    rows = [
        benchmark("huggingface", 8, [4.0, 4.0]),
        benchmark("forward", 4, [9.0, 9.0]),
        benchmark("vitscale", 4, [8.0, 8.0]),
    ]
    summary = summarise_results(suite(rows))
    assert [row.backend for row in summary.rows] == ["forward", "vitscale", "huggingface"]
    assert str(headline(summary)).startswith("vitscale is 2.00")
    assert "gives no labels" in summary.measured[0].agreement.reason
