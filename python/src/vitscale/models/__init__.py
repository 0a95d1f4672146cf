"""Models: loading from Hugging Face, export to ONNX, and model folders, which need no torch."""

from vitscale.models.folder import ModelFolder

__all__ = ["ModelFolder"]
