"""The cache folder, for files that ViTScale can create again."""

from __future__ import annotations

import os
from pathlib import Path

from vitscale.system.user import home_folder


def cache_folder() -> Path:
    """Return ``$XDG_CACHE_HOME/vitscale`` or ``~/.cache/vitscale``, as in Scala."""
    return Path(os.environ.get("XDG_CACHE_HOME") or home_folder() / ".cache") / "vitscale"
