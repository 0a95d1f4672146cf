"""No modules of the package import each other in a circle, not even for their types."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest


def circle_of(imports: dict[str, set[str]]) -> list[str] | None:
    """Return modules of which each imports the next, and the last the first; None without such a circle."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle[::-1]
    return None


@pytest.mark.parametrize(
    ("imports", "circle"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, None),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, {"b", "c"}),
    ],
)
def test_a_circle_is_found(imports: dict[str, set[str]], circle: set[str] | None) -> None:
    found = circle_of(imports)
    assert (None if found is None else set(found)) == circle


def test_the_package_has_no_circle() -> None:
    # Imports in functions and under TYPE_CHECKING count too.
    graph = grimp.build_graph("vitscale", exclude_type_checking_imports=False, cache_dir=None)
    imports = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}
    assert len(imports) > 300
    circle = circle_of(imports)
    assert circle is None, " -> ".join(circle)
