"""Results files: what is read, what is refused and how, and how they are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from vitscale.errors import OutputError, ResultsError
from vitscale.results import schema as module
from vitscale.results.document import load_results, write_results

from tests.fixtures.results import benchmark, example, suite

SCHEMA = json.loads((Path(__file__).parents[2] / "schema/results-v1.json").read_text())


def refused(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "results.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ResultsError) as caught:
        load_results(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def changed(**changes: Any) -> str:
    return json.dumps({**suite([benchmark("vitscale", 1, [1.0, 2.0])]), **changes})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_results(example(), tmp_path / "new folder/results.json")
    assert load_results(tmp_path / "new folder/results.json") == example()


def test_same_results_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_results(example(), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_file_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    failed = [{"file": b"caf\xe9.jpg".decode("utf-8", "surrogateescape"), "reason": "größer 日本"}]
    results = suite([benchmark("vitscale", 1, [1.0, 2.0], failed=failed)])
    write_results(results, tmp_path / "results.json")
    assert load_results(tmp_path / "results.json") == results
    assert "größer 日本" in (tmp_path / "results.json").read_text()


def test_truncated_anywhere(tmp_path: Path) -> None:
    whole = json.dumps(example())
    for length in range(0, len(whole), 997):
        assert "not complete JSON" in refused(tmp_path, whole[:length])


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", "[" * 100_000, "<html>", "NaN"])
def test_not_json(tmp_path: Path, content: str | bytes) -> None:
    assert "is not complete JSON" in refused(tmp_path, content)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 400])
def test_numbers_must_be_finite(tmp_path: Path, number: str) -> None:
    content = changed().replace('"seconds": 16.0', f'"seconds": {number}')
    assert "not a finite number" in refused(tmp_path, content)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="No such file or directory"):
        load_results(tmp_path / "nothing.json")


def test_other_version_says_which_and_what_to_do(tmp_path: Path) -> None:
    message = refused(tmp_path, changed(schema_version=2))
    assert "schema_version is 2" in message
    assert "reads version 1" in message
    assert "measure again" in message


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"created_at": "yesterday"}, 'created_at is "yesterday"; expected format date-time'),
        ({"surprise": 1}, "the top level: Additional properties are not allowed ('surprise' was unexpected)"),
        ({"command": []}, "command is []; expected minItems 1"),
        ({"parity": {}}, 'parity is {}; expected "array"'),
        ({"benchmarks": [{}]}, "benchmarks[0]: 'backend' is a required property"),
        (
            {"benchmarks": [benchmark("vitscale", 1, [1.0, 2.0], device="tpu")]},
            'benchmarks[0].device is "tpu"; expected ["cpu", "gpu"]',
        ),
        (
            {"benchmarks": [benchmark("vitscale", 0, [], error=None)]},
            "benchmarks[0].batch_size is 0; expected minimum 1",
        ),
    ],
)
def test_violation_names_field_got_and_expected(
    tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    assert expected in refused(tmp_path, changed(**changes))


def test_results_against_the_schema_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="vitscale_version is 7"):
        write_results({**example(), "vitscale_version": 7}, tmp_path / "results.json")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OutputError, match="cannot be written"):
        write_results(example(), tmp_path / "file/results.json")
    with pytest.raises(OutputError, match="cannot be written"):
        write_results(example(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert not list(tmp_path.parent.glob(".*.tmp"))


@pytest.mark.parametrize(
    ("definition", "type_name"),
    [
        (SCHEMA, "BenchmarkSuite"),
        (SCHEMA["$defs"]["environment"], "Environment"),
        (SCHEMA["$defs"]["workload"], "Workload"),
        (SCHEMA["$defs"]["workload"]["properties"]["model"], "Model"),
        (SCHEMA["$defs"]["workload"]["properties"]["images"], "Images"),
        (SCHEMA["$defs"]["benchmark"], "Benchmark"),
        (SCHEMA["$defs"]["run"], "Run"),
        (SCHEMA["$defs"]["run"]["properties"]["iterations"]["items"], "Iteration"),
        (SCHEMA["$defs"]["run"]["properties"]["ledger"], "Ledger"),
        (SCHEMA["$defs"]["run"]["properties"]["ledger"]["properties"]["failed"]["items"], "Failure"),
        (SCHEMA["$defs"]["statistics"], "Statistics"),
        (SCHEMA["$defs"]["error"], "BenchmarkError"),
        (SCHEMA["$defs"]["parity"], "Parity"),
        (SCHEMA["$defs"]["settings"], "Settings"),
        (SCHEMA["$defs"]["interval"], "Interval"),
        (SCHEMA["$defs"]["latency"], "Latency"),
        (SCHEMA["$defs"]["comparison"], "Comparison"),
        (SCHEMA["$defs"]["stages"], "Stages"),
        (SCHEMA["$defs"]["left_out"], "LeftOut"),
        (SCHEMA["$defs"]["device_use"], "DeviceUse"),
        (SCHEMA["$defs"]["gpu"], "Gpu"),
        (SCHEMA["$defs"]["gpu_device"], "GpuDevice"),
    ],
)
def test_the_types_mirror_the_schema(definition: dict[str, Any], type_name: str) -> None:
    assert set(get_type_hints(getattr(module, type_name))) == set(definition["properties"])
