"""How many pairs of tokens `vitscale tune` tries."""

from __future__ import annotations

from typing import cast

import pytest
from vitscale.tuning.candidates import Candidate
from vitscale.tuning.loss import Loss
from vitscale.tuning.merging import merge_more
from vitscale.tuning.trials import Trials

FP32, INT8, GRAPH = Candidate("onednn", "fp32"), Candidate("onednn", "int8"), Candidate("onnxruntime", "int8")


class Made:
    """Trials whose losses are known beforehand; a candidate without one does not run."""

    def __init__(self, fastest_first: list[Candidate], losses: dict[str, float]) -> None:
        self.tried: list[str] = []
        self._order, self._losses = fastest_first, losses

    def fastest_first(self, max_loss: float) -> list[Candidate]:
        assert max_loss == pytest.approx(0.01)
        return self._order

    def attempt(self, one: Candidate) -> Loss | None:
        self.tried.append(str(one))
        value = self._losses.get(one.precision)
        return None if value is None else Loss("labels", value, value, value, 100)


@pytest.mark.parametrize(
    ("fastest_first", "losses", "tried"),
    [
        ([GRAPH, INT8, FP32], {"int8-tome2": 0.0, "int8-tome4": 0.01, "int8-tome8": 0.02}, [2, 4, 8]),
        ([FP32, INT8], {"fp32-tome2": 0.5}, [2]),
        ([FP32], {}, [2]),
        ([FP32], dict.fromkeys(("fp32-tome2", "fp32-tome4", "fp32-tome8", "fp32-tome12", "fp32-tome16"), 0.0),
         [2, 4, 8, 12, 16]),
        ([GRAPH], {}, []),
        ([], {}, []),
    ],
    ids=["until it loses too much", "at once too much", "cannot merge", "all", "no oneDNN", "nothing"],
)  # fmt: skip
def test_more_and_more_pairs_of_the_fastest_on_onednn(
    fastest_first: list[Candidate], losses: dict[str, float], tried: list[int]
) -> None:
    trials = Made(fastest_first, losses)
    merge_more(cast("Trials", trials), 0.01)
    plain = next((one for one in fastest_first if one.runtime == "onednn"), None)
    assert trials.tried == [f"{plain}-tome{pairs}" for pairs in tried]
