"""Packages of the Scala code depend on each other in one direction only."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = re.compile(r"^package ([\w.]+)", re.MULTILINE)
IMPORT = re.compile(r"^import (vitscale[\w.]*?)\.(\{[^}]*\}|\w+)$", re.MULTILINE)


def code() -> dict[Path, str]:
    files = ROOT.glob("scala/*/src/main/scala*/vitscale/**/*.scala")
    return {file: file.read_text() for file in files}


def package_of(text: str) -> str:
    found = PACKAGE.search(text)
    assert found, text[:80]
    return found.group(1)


def imports(text: str, packages: set[str]) -> set[str]:
    """Return the packages of what a file imports; an object's members belong to the object's package."""
    found = set()
    for start, names in IMPORT.findall(text):
        for name in re.findall(r"\w+", names):
            parts = f"{start}.{name}".split(".")
            prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
            found.add(next(prefix for prefix in prefixes if prefix in packages))
    return found - {package_of(text)}


def dependencies(files: dict[Path, str]) -> dict[str, set[str]]:
    packages = {package_of(text) for text in files.values()} | {"vitscale"}
    graph: dict[str, set[str]] = {}
    for text in files.values():
        graph.setdefault(package_of(text), set()).update(imports(text, packages))
    return graph


def test_no_packages_depend_on_each_other_in_a_circle() -> None:
    graph = dependencies(code())
    assert len(graph) > 40
    # The root package holds errors and small helpers; of its files only entry points import others.
    assert list(TopologicalSorter({name: uses - {"vitscale"} for name, uses in graph.items()}).static_order())


def test_a_circle_is_found() -> None:
    files = {
        Path("a"): "package vitscale.a\n\nimport vitscale.b.{One, Two}\n",
        Path("b"): "package vitscale.b\n\nimport vitscale.a.Three.four\n",
    }
    with pytest.raises(CycleError):
        TopologicalSorter(dependencies(files)).prepare()
