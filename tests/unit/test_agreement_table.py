"""The table that compares a model of each family with Transformers."""

from __future__ import annotations

from typing import Any

from benchmarks.figures import agreement


def certificate(top1: float, logits: float, pixels: int = 0) -> dict[str, Any]:
    return {
        "images": 64,
        "top1_agreement": top1,
        "max_logit_difference": logits,
        "max_pixel_difference": pixels,
    }


RAW = {
    "models": {
        "deit-base": {
            "model_type": "deit",
            "weights": 86_567_656,
            "certificates": {"onnxruntime": certificate(1.0, 2e-5), "onednn": certificate(63 / 64, 1.5e-5)},
        },
        "resnet-50": {
            "model_type": "resnet",
            "weights": 25_610_205,
            "certificates": {"onnxruntime": certificate(1.0, 1e-6, pixels=1)},
        },
    }
}


def test_a_line_tells_how_many_photos_get_the_same_label_on_each_runtime() -> None:
    rows = agreement.table(RAW).splitlines()
    assert rows[2] == "| deit-base | `deit` | 86.6 | all 64 | 2.0e-05 | 63 of 64 | 1.5e-05 |"
    assert rows[3] == "| resnet-50 | `resnet` | 25.6 | all 64 | 1.0e-06 |  |  |"


def test_sums_are_over_all_models_and_runtimes() -> None:
    assert agreement.differing_labels(RAW) == 1
    assert agreement.differing_pixels(RAW) == 1
