"""Classify a folder of images and write a CSV: file, first class, score, and the reason of a failure.

Usage: python classify_folder.py IMAGES MODEL OUTPUT.csv
"""

import csv
import sys
from pathlib import Path

import vitscale


def classify_folder(images: Path, model: Path, output: Path) -> None:
    """Write one row for each image below a folder."""
    with vitscale.ViT(model) as vit:  # opens the model in a JVM of this process
        # With on_error="return", a failed image gets an ImageError in place of its labels.
        answers = vit.classify(images, top_k=1, on_error="return")

    with output.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["file", "label_id", "label", "score", "error"])
        for name, answer in sorted(answers.items()):
            if isinstance(answer, vitscale.ImageError):
                table.writerow([name, "", "", "", answer])
            else:
                best = answer[0]
                table.writerow([name, best["label_id"], best["label"], f"{best['score']:.6f}", ""])


if __name__ == "__main__":
    classify_folder(*map(Path, sys.argv[1:4]))
