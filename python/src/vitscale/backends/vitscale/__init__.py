"""ViTScale's own engine."""
