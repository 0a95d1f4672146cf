"""Models: loaded from Hugging Face, exported to ONNX, opened again without torch."""

from vitscale.models.folder import ModelFolder

__all__ = ["ModelFolder"]
