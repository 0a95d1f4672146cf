"""Default names, in a module without torch."""

DEFAULT_CHECKPOINT = "google/vit-base-patch16-224"
"""The model of the published benchmark."""

LEAST_AGREEMENT = 0.99
"""Share of the first labels of fp32 that a lower precision must keep."""
