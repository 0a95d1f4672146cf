"""Comparing two results: what counts as slower, what is refused, and how a process ends."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from vitscale.bench.results import write_results
from vitscale.errors import UsageError
from vitscale.report.compare import (
    Outcome,
    Verdict,
    compare_results,
    conclusion,
    csv_changes,
    markdown_changes,
    print_changes,
)

from tests.fixtures.results import (
    benchmark,
    comparison,
    crashed,
    in_rounds,
    parity,
    single_stream,
    suite,
    whole,
)
from tests.unit.test_cli import run

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
    assert "not measured any more: vitscale at batch size 1" in markdown_changes(outcome)


def test_controls_are_not_compared() -> None:
    names = [change.label for change in compare_results(whole(), whole()).changes]
    assert names.count("huggingface") == 2


def changed(*path: str, value: object) -> dict[str, Any]:
    results = whole()
    part = results
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return results


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
    assert "vitscale agrees with huggingface no more. Only 8 of 16" in conclusion(worse)
    assert not better.disagreements
    assert len(better.answers) == 1


def test_latency_is_shown_where_queries_came_one_by_one() -> None:
    text = markdown_changes(compare_results(single_stream(), single_stream()))
    assert "p99 ms" in text
    assert "230 → 230" in text
    assert "p99 ms" not in markdown_changes(compare_results(whole(), whole()))


def outcome() -> Outcome:
    new = whole()
    new["benchmarks"][4] = in_rounds("vitscale", 4, [4.20, 4.25, 4.18])
    new["benchmarks"][5] = crashed("onnxruntime", 4, "killed | by <b>", options={})
    return compare_results(whole(), new)


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
            "agrees with huggingface no more",
        ),
        ({**whole(), "benchmarks": [benchmark("vitscale", 4, [1, 2.0])]}, 4, "in too few forks to be sure"),
        (changed("environment", "cpu", value="Another CPU"), 2, "cannot be compared"),
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
    for name, said in [("half.json", "only the beginning of it"), ("other.json", "schema_version is 9")]:
        answer = run("compare", tmp_path / "good.json", tmp_path / name)
        assert answer.returncode == 1
        assert said in " ".join(answer.stderr.split())
        assert name in answer.stderr
