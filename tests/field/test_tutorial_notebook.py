"""The tutorial notebook runs as a reader runs it: thumbnails, the quarantine, progress bars of one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.job.jobs import QUICK_JAVA

NOTEBOOK = Path(__file__).parents[2] / "examples/tutorial.ipynb"
IMAGES = 60  # whole ones; one more is damaged


@pytest.fixture(scope="module")
def outputs() -> list[list[nbformat.NotebookNode]]:
    """The outputs of each cell of code, after a run in the folder of the notebook."""
    notebook = nbformat.read(NOTEBOOK, 4)
    folder = {"metadata": {"path": str(NOTEBOOK.parent)}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", QUICK_JAVA)
        NotebookClient(notebook, timeout=240, kernel_name="python3", resources=folder).execute()
    return [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]


def texts(outputs: list[list[nbformat.NotebookNode]], kind: str = "text/html") -> Iterator[str]:
    """Yield the results of all cells in one format."""
    for cell in outputs:
        for output in cell:
            if kind in output.get("data", {}):
                yield output.data[kind]


def streams(cell: list[nbformat.NotebookNode]) -> str:
    return "".join(output.text for output in cell if output.output_type == "stream")


def test_it_is_kept_without_outputs() -> None:
    cells = nbformat.read(NOTEBOOK, 4).cells
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def test_it_shows_thumbnails_and_the_damaged_image(outputs: list[list[nbformat.NotebookNode]]) -> None:
    table = next(text for text in texts(outputs) if f"{IMAGES} images classified, 1 failed" in text)
    assert table.count("<img ") == 8
    assert table.count("<tr>") == 9
    assert re.search(r"three/damaged\.png</td>.*PNG: truncated", table)
    assert any("ImageError" in text for text in texts(outputs, "text/plain"))


def test_the_job_and_the_stage_agree_with_it(outputs: list[list[nbformat.NotebookNode]]) -> None:
    job = next(streams(cell) for cell in outputs if "complete:" in streams(cell))
    assert f"{IMAGES + 1} files = {IMAGES} predicted + 1 quarantined" in job
    tables = [re.findall(r"<td>(.*?)</td>", text) for text in texts(outputs) if "<td>" in text]
    quarantine = next(cells for cells in tables if any("damaged.png" in cell for cell in cells))
    assert quarantine[1:] == ["decode", "PNG: truncated: the file ends before the last row"]
    assert ["true", str(IMAGES), "false", "1"] in tables
    counts = next(cells for cells in tables if cells[0] == "eight")
    assert sum(map(int, counts[1::2])) == IMAGES


def test_it_measures_the_accuracy_of_the_trained_model(outputs: list[list[nbformat.NotebookNode]]) -> None:
    """Transformers' own processor gives 96.4 % on all digits held out."""
    table = next(text for text in texts(outputs) if "top-1 %" in text)
    assert f"{IMAGES} images, 1 failed" in table
    share = re.search(r"<td>([\d.]+) \([\d.]+ to ([\d.]+)\)</td>", table)
    assert share is not None and float(share[1]) > 90 and float(share[2]) >= 96.4


def test_progress_is_one_line_that_updates(outputs: list[list[nbformat.NotebookNode]]) -> None:
    bars = [streams(cell) for cell in outputs if "%|" in streams(cell)]
    assert len(bars) == 2  # classify and evaluate
    for text in bars:
        assert "100%|" in text
        assert text.count("\n") <= 4  # two of them are Spark's at its start
