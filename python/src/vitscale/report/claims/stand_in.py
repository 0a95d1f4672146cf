"""Which of our backends stand for the published ones: the same engine where it was measured, and today's."""

from __future__ import annotations

from dataclasses import dataclass

from vitscale.report.claims.published import Timing
from vitscale.report.row import Row
from vitscale.report.summary import Summary


@dataclass(frozen=True)
class StandIn:
    """A backend with options, plain but for these.

    Attributes
    ----------
    name : str
        For the reader.
    backend, device : str
        As in the results.
    options : tuple of pairs
        All that may differ from the backend's defaults.
    era : str
        ``"published"`` or ``"today"``; empty where both are the same, as for Hugging Face.
    """

    name: str
    backend: str
    device: str
    options: tuple[tuple[str, str | int | bool], ...] = ()
    era: str = ""

    def find(self, summary: Summary) -> Row | None:
        """Return its row with figures, if it was measured."""
        for row in summary.measured:
            first = row.cells[0].benchmark
            if (first["backend"], first["device"]) == (self.backend, self.device) and (
                first["options"] == dict(self.options)
            ):
                return row
        return None


def stand_ins(timing: Timing) -> list[StandIn]:
    """Return who may stand for a published engine on one machine; nobody for several."""
    if timing.nodes > 1:
        return []
    on = " on a GPU" if timing.device == "gpu" else ""
    if timing.engine.startswith("Hugging Face"):
        return [StandIn(f"huggingface{on}", "huggingface", timing.device)]
    one_dnn = ("onednn", "off" not in timing.engine)
    setting = f", oneDNN {'on' if one_dnn[1] else 'off'}" if timing.device == "cpu" else ""
    tensorflow = StandIn(
        f"spark-nlp{on} (TensorFlow{setting})",
        "spark-nlp",
        timing.device,
        (("engine", "tensorflow"), *([one_dnn] if timing.device == "cpu" else [])),
        era="published",
    )
    if "off" in timing.engine:
        return [tensorflow]
    return [
        tensorflow,
        StandIn(f"spark-nlp{on} (ONNX, today's default)", "spark-nlp", timing.device, era="today"),
    ]
