"""A progress bar of images: one line that updates, in a notebook and in a terminal."""

from __future__ import annotations

import sys
import warnings
from typing import Any


def progress_bar(total: int | None, wanted: bool | None = None) -> Any:
    """Return a bar of `tqdm` that counts images.

    Parameters
    ----------
    total : int, optional
        Number of images, if it is known.
    wanted : bool, optional
        Whether it is shown; by default in a notebook, and for more than one image.

    Returns
    -------
    tqdm.tqdm
        A widget where ``ipywidgets`` is installed, else a line of text. Use it in a ``with`` block.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without ipywidgets, tqdm warns and writes text
        from tqdm.auto import tqdm
    is_shown = in_notebook() and total != 1 if wanted is None else wanted
    return tqdm(total=total, unit=" images", disable=not is_shown)


def in_notebook() -> bool:
    """Tell whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")
