"""The accuracy of a model on labelled images, in one or several precisions."""

from vitscale.evaluation.evaluate import evaluate

__all__ = ["evaluate"]
