"""Backends that stand for the published engines: the same engine if measured, and today's default."""

from __future__ import annotations

from dataclasses import dataclass

from vitscale.report.claims.published import Timing
from vitscale.report.row import Row
from vitscale.report.summary import Summary


@dataclass(frozen=True)
class StandIn:
    """A backend with the only options that may differ from its defaults.

    Attributes
    ----------
    name : str
        Name for the reader.
    backend, device : str
        Names in the results.
    options : tuple of pairs
        Options that differ from the defaults; an option that is false counts as a default.
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
        return next((row for row in summary.measured if self._is(row)), None)

    def _is(self, row: Row) -> bool:
        assert row.best
        if self.device == "gpu" and not row.gpus:
            return False  # the driver did not confirm the GPU
        shown = row.best.benchmark
        options = {
            key: value
            for key, value in shown["options"].items()
            if value is not False and key != "device"  # the request; the row has the device that ran it
        }
        return (shown["backend"], shown["device"], options) == (
            self.backend,
            self.device,
            dict(self.options),
        )


def stand_ins(timing: Timing) -> list[StandIn]:
    """Return the stand-ins of a published engine on one machine; none for several machines."""
    if timing.nodes > 1:
        return []
    on = " on a GPU" if timing.device == "gpu" else ""
    if timing.engine.startswith("Hugging Face"):
        return [StandIn(f"huggingface{on}", "huggingface", timing.device)]
    is_off = timing.engine.endswith("oneDNN off")
    setting = "" if timing.device == "gpu" else f", oneDNN {'off' if is_off else 'on'}"
    tensorflow = StandIn(
        f"spark-nlp{on} (TensorFlow{setting})",
        "spark-nlp",
        timing.device,
        (("engine", "tensorflow"), *([("onednn", True)] if setting.endswith("on") else [])),
        era="published",
    )
    if is_off:
        return [tensorflow]
    return [
        tensorflow,
        StandIn(f"spark-nlp{on} (ONNX, today's default)", "spark-nlp", timing.device, era="today"),
    ]
