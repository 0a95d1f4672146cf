"""What the package shows in a notebook: progress bars, and answers with thumbnails."""

from vitscale.notebook.gallery import Gallery, gallery
from vitscale.notebook.progress import progress_bar

__all__ = ["Gallery", "gallery", "progress_bar"]
