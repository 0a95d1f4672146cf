"""Models of the Hugging Face hub under their names: exported once, then opened from a cache."""

from vitscale.hub.folder import model_folder

__all__ = ["model_folder"]
