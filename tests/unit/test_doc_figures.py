"""Figures of README and docs: computed from raw values, none without a source."""

from __future__ import annotations

from pathlib import Path

import pytest
from vitscale.errors import UsageError

from benchmarks.figures import untraced
from benchmarks.figures.__main__ import ROOT, pages
from benchmarks.figures.check import problems
from benchmarks.figures.sections import names, outside, replaced

PAGE = "Before\n<!-- figures: one -->\n2.43\n<!-- end of figures -->\nAfter\n"


@pytest.mark.parametrize("page", list(pages()), ids=lambda page: page.name)
def test_every_figure_is_the_computed_one(page: Path) -> None:
    assert problems(page, ROOT) == []


def test_a_changed_figure_is_found_with_its_line(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "benchmark.md"
    page.parent.mkdir()
    text = (ROOT / "docs" / "benchmark.md").read_text()
    number = next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith("| `vitscale` |"))
    lines = text.splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace("2.31", "3.31")
    page.write_text("".join(lines))
    (problem,) = problems(page, tmp_path)
    assert problem.startswith(f"docs/benchmark.md:{number}: says") and "make figures" in problem


def test_a_figure_outside_of_the_sections_has_no_source(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("# Title\n\nIt is 3 times as fast.\n")
    (problem,) = problems(page, tmp_path)
    assert problem.startswith("README.md:3: '3 times as' has no source.")


def test_a_known_phrase_that_is_gone_is_found(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "scaling.md"
    page.parent.mkdir()
    page.write_text("# Scale\n")
    (problem,) = problems(page, tmp_path)
    assert "docs/scaling.md no longer says '2.2 times the size of the graph file'" in problem


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12.7 against 5.16 images/s", ["5.16 images/s"]),
        ("1,882 and 1,890 images a second", ["1,882 and 1,890 images a second"]),
        ("2.31\N{MULTIPLICATION SIGN}", ["2.31\N{MULTIPLICATION SIGN}"]),
        ("is 3.95\ntimes as fast", ["3.95 times as"]),
        ("65 % faster", ["65 % faster"]),
        ("348 TFLOP/s, 15 ms", ["348 TFLOP/s", "15 ms"]),
        ("`--budget 30 ms`, [12 ms](x)", ["12 ms"]),
        ("{{ rate }} images/s of {{ files }} photos", []),
        ("batch size 8, 224x224, int8, Spark 3.5", []),
        ("```\n9 images/s\n```", []),
    ],
)
def test_numbers_that_state_a_speed(text: str, found: list[str]) -> None:
    assert [one.text for one in untraced.speeds(text)] == found


def test_a_template_may_state_no_share_or_size_either() -> None:
    assert [one.text for one in untraced.figures("88 % of 5 MiB in 9 s")] == ["88 %", "5 MiB", "9 s"]
    assert untraced.figures("with 95 % intervals", ["95 % intervals"]) == []


def test_sections_keep_the_text_around_them() -> None:
    assert names(PAGE) == ["one"]
    assert replaced(PAGE, lambda name: f"{name}!\n") == PAGE.replace("2.43", "one!")
    assert outside(PAGE) == "Before\n\n\n\nAfter\n"


def test_a_section_without_an_end_is_refused() -> None:
    with pytest.raises(UsageError, match="has no end"):
        names(PAGE.replace("<!-- end of figures -->", ""))
