"""The files that the search for images left aside, as results record them."""

from __future__ import annotations

from collections import Counter

from vitscale.images.listing_rules import Ignored
from vitscale.results.schema import Images


def left_aside(images: Images) -> str:
    """Return the counts in a line, with the option that takes the files.

    Parameters
    ----------
    images : Images
        The images of a workload; older results do not say what was left aside.

    Returns
    -------
    str
        Empty if nothing was left aside, or nothing is known of it.
    """
    if "ignored" not in images:
        return ""
    counts = images["ignored"]
    ignored = Ignored(counts["other_names"], counts["hidden"], Counter(counts["markers"]))
    return ignored.in_words() or ""
