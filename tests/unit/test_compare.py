"""Comparing two results: what counts as slower, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from vitscale.errors import UsageError
from vitscale.report.compare import Verdict, compare_results, conclusion, markdown_changes

from tests.fixtures.results import benchmark, changed, comparison, crashed, in_rounds, parity, suite, whole

STEADY = [5.00, 5.02, 4.98, 5.01, 4.99]


def one_cell(forks: list[float], **changes: Any) -> dict[str, Any]:
    return suite([in_rounds("vitscale", 4, forks, **changes)])


def times(factor: float) -> list[float]:
    return [factor * rate for rate in STEADY]


def verdict(old: dict[str, Any], new: dict[str, Any], threshold: float = 0.05) -> Verdict:
    (change,) = compare_results(old, new, threshold).changes
    return change.verdict


def with_noise(results: dict[str, Any], reach: float) -> dict[str, Any]:
    plain = in_rounds("huggingface", 1, [1.0, 1.0, 1.0])
    noise = comparison({**plain, "control": True}, plain, ci={"low": 1 - reach, "high": 1 + reach})
    return {**results, "comparisons": [noise]}


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (0.8, Verdict.SLOWER),
        (0.97, Verdict.WITHIN_THRESHOLD),
        (1.0, Verdict.SAME),
        (1.2, Verdict.FASTER),
    ],
)
def test_a_cell_is_slower_beyond_threshold_and_interval(factor: float, expected: Verdict) -> None:
    assert verdict(one_cell(STEADY), one_cell(times(factor))) is expected


def test_the_threshold_is_the_readers() -> None:
    old, new = one_cell(STEADY), one_cell(times(0.97))
    assert verdict(old, new, threshold=0.02) is Verdict.SLOWER
    assert verdict(old, one_cell(times(0.8)), threshold=0.3) is Verdict.WITHIN_THRESHOLD


def test_what_scatters_is_no_regression() -> None:
    old, new = one_cell([4.0, 5.0, 6.0, 5.5, 4.5]), one_cell([3.5, 5.2, 5.6, 4.4, 4.0])
    (change,) = compare_results(old, new).changes
    assert change.ratio < 0.95
    assert change.verdict is Verdict.SAME


def test_what_lies_within_the_machines_noise_is_no_regression() -> None:
    old, new = one_cell(STEADY), one_cell(times(0.9))
    assert verdict(old, new) is Verdict.SLOWER
    assert verdict(with_noise(old, 0.15), new) is Verdict.SAME
    assert verdict(old, with_noise(new, 0.15)) is Verdict.SAME


def test_the_ratio_is_of_medians_over_forks_and_its_interval_holds_it() -> None:
    (change,) = compare_results(one_cell(STEADY), one_cell(times(0.9))).changes
    assert change.ratio == pytest.approx(0.9)
    assert change.ci["low"] < change.ratio < change.ci["high"]
    assert (change.old_row, change.new_row) == ("benchmarks[0]", "benchmarks[0]")


def test_a_loss_in_too_few_forks_is_a_doubt_unless_the_backend_was_measured_in_rounds_too() -> None:
    before, after = benchmark("vitscale", 1, [1, 5.0, 5.0]), benchmark("vitscale", 1, [1, 3.0, 3.0])
    outcome = compare_results(suite([before]), suite([after]))
    assert [change.batch_size for change in outcome.doubts] == [1]
    assert not outcome.regressions
    rounds = in_rounds("vitscale", 4, STEADY)
    assert not compare_results(suite([before, rounds]), suite([after, rounds])).doubts


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (in_rounds("vitscale", 4, STEADY), crashed("vitscale", 4, "no memory"), Verdict.BROKEN),
        (crashed("vitscale", 4, "no memory"), in_rounds("vitscale", 4, STEADY), Verdict.MENDED),
        (crashed("vitscale", 4, "no memory"), crashed("vitscale", 4, "no memory"), Verdict.FAILING),
    ],
)
def test_cells_that_fail(old: dict[str, Any], new: dict[str, Any], expected: Verdict) -> None:
    outcome = compare_results(suite([old]), suite([new]))
    (change,) = outcome.changes
    assert change.verdict is expected
    assert bool(outcome.regressions) == (expected is Verdict.BROKEN)
    if new["error"]:
        assert change.problem == "ProcessError: no memory"


def test_cells_of_one_result_alone_are_named() -> None:
    outcome = compare_results(
        suite([benchmark("vitscale", 1, [1, 2])]), suite([benchmark("vitscale", 8, [1, 2])])
    )
    assert [(change.batch_size, change.verdict) for change in outcome.changes] == [
        (8, Verdict.NEW),
        (1, Verdict.GONE),
    ]
    assert "no longer measured: vitscale at batch size 1" in markdown_changes(outcome)


def test_controls_are_not_compared() -> None:
    names = [change.label for change in compare_results(whole(), whole()).changes]
    assert names.count("huggingface") == 2


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            changed("environment", "cpu", value="Another CPU"),
            "processor: Example CPU @ 2.00GHz and Another CPU",
        ),
        (changed("environment", "cpu_count", value=8), "cores: 2 and 8"),
        (changed("environment", "memory_bytes", value=64 << 30), "memory: 16.0 GiB and 64.0 GiB"),
        (changed("environment", "cpu_features", value=["avx2"]), "instruction sets"),
        (changed("workload", "images", "sha256", value="c" * 64), "images (SHA-256)"),
        (changed("workload", "model", "onnx_sha256", value="d" * 64), "model (SHA-256 of its ONNX file)"),
        (changed("workload", "scenario", value="single-stream"), "scenario: offline and single-stream"),
    ],
)
def test_another_machine_or_other_work_is_refused_unless_forced(other: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        compare_results(whole(), other)
    assert said in str(refused.value)
    assert "--force" in str(refused.value)
    assert any(said in note for note in compare_results(whole(), other, force=True).notes)


def test_versions_and_what_the_kernel_keeps_back_may_differ_and_are_noted() -> None:
    other = changed("environment", "versions", value={"torch": "2.16.0"})
    other["environment"]["memory_bytes"] += 4096
    other["environment"]["os"] = "Linux 6.2.0"
    notes = compare_results(whole(), other).notes
    assert "torch: 2.15.0 and 2.16.0" in notes
    assert "operating system: Linux 6.1.0 and Linux 6.2.0" in notes
    assert not any("memory" in note for note in notes)


def test_answers_that_agree_less_are_told_apart_from_those_that_agree_more() -> None:
    good, bad = suite([], [parity("vitscale")]), suite([], [parity("vitscale", top1_agreement=0.5)])
    worse, better = compare_results(good, bad), compare_results(bad, good)
    assert [change.backend for change in worse.disagreements] == ["vitscale"]
    said = "vitscale agrees less with huggingface: before agrees, now disagrees. Only 8 of 16"
    assert said in conclusion(worse)
    assert not better.disagreements
    assert len(better.answers) == 1
