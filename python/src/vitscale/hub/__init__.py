"""Models of the Hugging Face hub under their names: exported once, then opened from a cache."""

from vitscale.hub.folder import model_folder, model_folder_with

__all__ = ["model_folder", "model_folder_with"]
