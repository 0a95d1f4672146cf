from typing import Any

from vitscale.results.check import Finding, check

from tests.fixtures.results import benchmark, crashed, suite


def forks(rates: list[list[float]], **fields: Any) -> dict[str, Any]:
    """Return a benchmark of several forks; each list has a warm-up's rate first."""
    made = [benchmark("vitscale", 4, one)["runs"][0] for one in rates]
    runs = [{**run, "fork": number, **fields} for number, run in enumerate(made, start=1)]
    return benchmark("vitscale", 4, [], runs=runs)


def unstable(results: dict[str, Any]) -> list[Finding]:
    return [finding for finding in check(results) if finding.is_unstable]  # type: ignore[arg-type]


STEADY = [[4.0, 6.0, 6.1], [4.0, 6.1, 6.0], [4.0, 6.05, 6.05], [4.0, 6.0, 6.0], [4.0, 6.1, 6.1]]


def test_a_steady_measurement_is_believed_but_short() -> None:
    (note,) = check(suite([forks(STEADY)]))
    assert not note.is_unstable
    assert "600 s" in note.what


def test_a_sweep_alone_is_not_judged() -> None:
    assert check(suite([benchmark("vitscale", 4, [4.0, 6.0, 1.0])])) == []


def test_few_forks_give_no_interval() -> None:
    (finding,) = unstable(suite([forks(STEADY[:2])]))
    assert "2 forks" in finding.what
    assert "--forks 3" in finding.remedy


def test_a_wide_interval_and_scattered_iterations() -> None:
    said = [finding.what for finding in unstable(suite([forks([[4, 5, 5], [4, 6, 6], [4, 7, 7]])]))]
    assert any("either side: 5 to 7 images/s" in what for what in said)
    assert any("scatter" in what for what in said)


def test_a_warm_up_that_was_too_short() -> None:
    slow_first = [[4.0, 5.0, 6.0, 6.0, 6.0, 6.0, 6.0, 6.0]] * 5
    (finding,) = unstable(suite([forks(slow_first)]))
    assert "83% of their speed" in finding.what
    assert "--warmup-images" in finding.remedy


def test_other_work_on_the_machine() -> None:
    (finding,) = unstable(suite([forks(STEADY, wall_seconds=20.0, other_cpu_seconds=10.0)]))
    assert "0.50 cores" in finding.what
    assert unstable(suite([forks(STEADY, wall_seconds=20.0, other_cpu_seconds=1.0)])) == []


def test_a_control_that_does_not_equal_itself() -> None:
    row = {
        "backend": "huggingface",
        "batch_size": 4,
        "reference": "huggingface",
        "reference_batch_size": 4,
        "control": True,
        "values": [1.02, 1.03, 1.04],
        "median": 1.03,
        "ci": {"low": 1.02, "high": 1.04},
        "verdict": "faster",
    }
    (finding,) = unstable({**suite([]), "comparisons": [row]})
    assert "1.020 to 1.040" in finding.what
    assert unstable({**suite([]), "comparisons": [{**row, "ci": {"low": 0.99, "high": 1.04}}]}) == []


def test_a_failure_is_told_in_one_line() -> None:
    (note,) = check(suite([crashed("spark-nlp", 8, "it died\nwith a long log")]))
    assert note.what == "failed: it died"
    assert str(note).startswith("note: spark-nlp, batch size 8: failed: it died.")
