"""Find photos that show almost the same: resized, cropped, or saved again with another quality.

Usage: python near_duplicates.py IMAGES MODEL [SIMILARITY]
"""

import sys
from pathlib import Path

import numpy as np
import vitscale


def near_duplicates(images: Path, model: Path, least: float) -> list[tuple[float, Path, Path]]:
    """Return the pairs of photos whose cosine similarity is at least `least`, the most similar first."""
    files = sorted(file for file in images.rglob("*") if file.suffix.lower() in {".jpg", ".jpeg", ".png"})
    with vitscale.ViT(model) as vit:
        # With on_error="nan", a failed image gets a row of NaN, which is similar to no other.
        features = vit.features(files, normalize=True, on_error="nan")

    # Rows have an L2 norm of 1, so their dot products are the cosine similarities.
    similarity = np.triu(features @ features.T, k=1)
    pairs = np.argwhere(similarity >= least)
    found = [(float(similarity[one, other]), files[one], files[other]) for one, other in pairs]
    return sorted(found, reverse=True)


if __name__ == "__main__":
    folder, model, *more = sys.argv[1:4]
    for similarity, one, other in near_duplicates(
        Path(folder), Path(model), float(more[0]) if more else 0.95
    ):
        print(f"{similarity:.4f}\t{one}\t{other}")
