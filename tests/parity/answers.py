"""How the answers of front doors are compared."""

from __future__ import annotations

from typing import Any

import numpy as np

COUNT = 16
"""Pictures of the fixture."""
TOLERANCE = 1e-4


def assert_same(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> None:
    for key in ("label_id", "label"):
        assert [one[key] for one in found] == [one[key] for one in wanted[: len(found)]]
    np.testing.assert_allclose(
        [one["score"] for one in found], [one["score"] for one in wanted[: len(found)]], atol=TOLERANCE
    )
