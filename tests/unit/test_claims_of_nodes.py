"""What one machine says beside claims about several: two executors measured, the rest an estimate."""

from __future__ import annotations

from pathlib import Path

import pytest
from vitscale.errors import ResultsError, UsageError
from vitscale.report.claims import Check, check_claims
from vitscale.report.output_format import Format
from vitscale.report.render import render_report
from vitscale.report.scaling.source import ScalingSource
from vitscale.report.summary import summarise_results
from vitscale.results.document import write_results
from vitscale.scaling.results import load

from tests.fixtures.results import whole
from tests.fixtures.scaling import scaling, written_scaling


def of_nodes(*sources: ScalingSource) -> list[Check]:
    checks = check_claims([summarise_results(whole())], sources)
    return [check for check in checks if check.claim.faster.nodes > 1]


def test_without_results_of_scaling_there_is_no_cluster() -> None:
    assert [check.reason.partition(":")[0] for check in of_nodes()] == ["No cluster"] * 2
    assert not any(check.scaling for check in of_nodes())


def test_two_executors_are_measured_and_ten_nodes_are_an_estimate_that_tests_nothing() -> None:
    for check in of_nodes(ScalingSource(scaling(), "0" * 64)):
        assert check.outcome == "not testable here"
        assert check.ratio is None
        found = check.scaling
        assert found is not None
        assert found.speed_up == pytest.approx(2 * 0.9696)
        assert found.ci
        assert found.ci["low"] < found.speed_up < found.ci["high"]
        assert found.nodes == 10
        assert 2 < found.estimate < 10
        assert found.estimate_text.endswith("(estimate: 10 nodes against one)")


def test_the_same_results_give_the_same_estimate() -> None:
    source = ScalingSource(scaling(), "0" * 64)
    assert of_nodes(source) == of_nodes(ScalingSource(scaling(), "0" * 64))


def test_markdown_has_what_was_measured_and_the_estimate_in_its_words(tmp_path: Path) -> None:
    write_results(whole(), tmp_path / "bench.json")
    files = [written_scaling(tmp_path, scaling()), tmp_path / "bench.json"]
    text = render_report(files, Format.MARKDOWN)
    assert "### Scaling (scaling.json)" in text
    assert "first task to last commit: 0.970 (95 % interval 0.960 to 0.979)" in text
    line = next(
        line for line in text.splitlines() if line.startswith("| Scaling out makes Spark NLP up to 25")
    )
    assert "measured: 2 executors against one" in line
    assert "estimate: 10 nodes against one" in line


@pytest.mark.parametrize("form", [Format.CSV, Format.SVG])
def test_a_form_without_room_for_scaling_says_so(form: Format, tmp_path: Path) -> None:
    write_results(whole(), tmp_path / "bench.json")
    with pytest.raises(UsageError, match=r"remove scaling\.json"):
        render_report([tmp_path / "bench.json", written_scaling(tmp_path, scaling())], form)


def test_scaling_of_another_machine_stands_apart(tmp_path: Path) -> None:
    write_results(whole(), tmp_path / "bench.json")
    other = scaling()
    other["environment"] = {**other["environment"], "cpu": "Another CPU"}
    text = render_report([written_scaling(tmp_path, other), tmp_path / "bench.json"], Format.MARKDOWN)
    ours, theirs = text.split("## Another CPU")
    assert "Published claims" not in ours
    assert "No run used 10 nodes" in theirs


def test_scaling_alone_makes_a_report_of_its_own(tmp_path: Path) -> None:
    path = written_scaling(tmp_path, scaling())
    assert "<title>ViTScale: how the job scales</title>" in render_report([path], Format.HTML)
    assert "not tested here: Neither was measured." in render_report([path], Format.MARKDOWN)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (lambda text: text[: len(text) // 2], "not complete JSON"),
        (lambda text: text.replace('"schema_version": 1', '"schema_version": 9'), "schema_version is 9"),
        (
            lambda text: text.replace('"dispatch_seconds": 0.002', '"dispatch_seconds": 0'),
            "dispatch_seconds is 0",
        ),
        (lambda text: text.replace('"engine_two"', '"engine_three"'), "engine_"),
    ],
    ids=["half", "another version", "no time", "another field"],
)
def test_bad_results_of_scaling_are_refused_with_their_name(
    changed: object, said: str, tmp_path: Path
) -> None:
    path = written_scaling(tmp_path, scaling())
    path.write_text(changed(path.read_text()))  # type: ignore[operator]
    with pytest.raises(ResultsError, match=said) as refused:
        load(path)
    assert "scaling.json" in str(refused.value)
