"""Default names, in a module without torch."""

DEFAULT_CHECKPOINT = "google/vit-base-patch16-224"
"""The model of the published benchmark."""
