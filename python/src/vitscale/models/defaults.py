"""Names that are needed before torch is loaded."""

DEFAULT_CHECKPOINT = "google/vit-base-patch16-224"
"""The model of the published benchmark."""
