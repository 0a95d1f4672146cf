"""The GPU's part of the page in a real browser, on constructed results: no GPU was there."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.gpu_results import GPU, gpu_suite
from tests.report.conftest import TABLES, Browser, Write, marks

ROWS = (
    "return [...document.querySelectorAll('table.gpu tbody tr')]"
    ".map(row => [...[...row.cells].map(cell => cell.innerText), row.dataset.row])"
)


@pytest.fixture
def opened_gpu(browser: Browser, written: Write) -> Browser:
    browser.emulate()
    browser.open(written(gpu_suite()))
    return browser


def test_the_panel_holds_the_figures_of_the_json_and_what_proves_them(opened_gpu: Browser) -> None:
    results = gpu_suite()
    rows = opened_gpu.run(ROWS)
    assert [row[0] for row in rows] == [
        "vitscale (gpu, fp16)",
        "huggingface (gpu, float16, num_workers=8)",
        "onnxruntime (gpu, fp16)",
        "huggingface (gpu)",
    ]
    for row in rows:
        number = int(re.search(r"benchmarks\[(\d+)\]", row[-1])[1])
        benchmark = results["benchmarks"][number]
        gpu = benchmark["runs"][1]["gpus"][0]
        assert row[2] == GPU
        assert (
            row[3]
            == f"{gpu['utilization_percent']['median']} % (max {gpu['utilization_percent']['max']:.0f} %)"
        )
        assert row[4].startswith(f"{gpu['memory_used_bytes']['median'] >> 20:,} MiB")
        assert row[5] == f"{gpu['power_watts']['median']:.0f} W (max {gpu['power_watts']['max']:.0f} W)"
        assert row[6:9] == ["1,755 MHz (max 1,980 MHz)", "2,619 MHz (max 2,619 MHz)", "58 °C (max 61 °C)"]
        per_joule = benchmark["samples_per_sec"]["median"] / gpu["power_watts"]["median"]
        assert float(row[9]) == pytest.approx(per_joule, rel=5e-3)
        assert row[10] == gpu["proof"]
    assert opened_gpu.complaints() == []


def test_each_figure_has_a_chart_and_a_processor_has_no_bar_there(opened_gpu: Browser) -> None:
    for chart, values in (
        ("utilization", [97, 55, 18, 22]),
        ("memory", [4100, 1500, 4000, 2100]),
        ("power", [610, 210, 150, 120]),
    ):
        widths = [bar.width for bar in marks(opened_gpu, f"results-1-gpu-{chart}")]
        assert [width / widths[0] for width in widths] == pytest.approx(
            [value / values[0] for value in values], abs=2e-3
        )
    labels = [row[0] for row in opened_gpu.run(f"return {TABLES % 'gpu-power'}")]
    assert "openvino" not in labels and len(labels) == 4


def test_the_verdict_names_decode_copy_or_gpu(opened_gpu: Browser) -> None:
    rows = opened_gpu.run(
        "return [...document.querySelectorAll('.bottlenecks tbody tr')]"
        ".map(row => [...row.cells].slice(0, 3).map(cell => cell.textContent.replace('\\u00a0', ' ')))"
    )
    assert ["huggingface (gpu)", "decode-bound", "22 %"] in rows
    assert ["vitscale (gpu, fp16)", "GPU-bound", "97 %"] in rows
    assert ["onnxruntime (gpu, fp16)", "copy-bound", "18 %"] in rows


def test_memory_that_ran_out_and_what_was_left_out_are_said(opened_gpu: Browser) -> None:
    text = opened_gpu.run("return document.body.innerText")
    assert "CUDA out of memory" in text
    assert "the GPU ran out of memory at batch size 1024" in text
    assert f"{GPU}, 80.0 GiB, driver 580.65.06" in text


@pytest.mark.parametrize("width", [390, 1280])
def test_the_panel_fits_a_phone(opened_gpu: Browser, width: int) -> None:
    opened_gpu.emulate(width=width)
    opened_gpu.wait_for(f"return document.documentElement.scrollWidth <= {width}", True)
