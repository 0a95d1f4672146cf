"""What several parity tests share: pictures, and what Transformers and PyTorch say of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from transformers import ViTForImageClassification, pipeline
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from tests.job.jobs import MODEL
from tests.parity.answers import COUNT


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of several sizes; PNG, so that Spark's own decoder sees the same pixels as Pillow."""
    root = tmp_path_factory.mktemp("pictures")
    for seed in range(COUNT):
        random = np.random.default_rng(seed)
        size = tuple(int(length) for length in random.integers(20, 90, 2))
        picture = Image.new("RGB", size)
        draw = ImageDraw.Draw(picture)
        for _ in range(10):
            corners = sorted(random.integers(0, size[0], 2)), sorted(random.integers(0, size[1], 2))
            (left, right), (top, bottom) = corners
            draw.rectangle((left, top, right, bottom), fill=tuple(int(c) for c in random.integers(0, 256, 3)))
        picture.save(root / f"{seed:02d}.png")
    return root


@pytest.fixture(scope="session")
def expected(pictures: Path) -> dict[str, list[dict[str, Any]]]:
    """What Transformers' pipeline says of each file; class numbers stand in the place of labels at first."""
    model: Any = ViTForImageClassification.from_pretrained(MODEL)
    texts = model.config.id2label
    model.config.id2label = {number: number for number in texts}
    reference = pipeline(
        "image-classification",
        model=model,
        image_processor=ViTImageProcessorPil.from_pretrained(MODEL),
    )
    return {
        file.name: [
            {"label_id": one["label"], "label": texts[one["label"]], "score": one["score"]}
            for one in reference(str(file), top_k=11)
        ]
        for file in sorted(pictures.iterdir())
    }


@pytest.fixture(scope="session")
def logits(pictures: Path) -> dict[str, np.ndarray]:
    """PyTorch's logits for each file."""
    model = ViTForImageClassification.from_pretrained(MODEL).eval()
    processor = ViTImageProcessorPil.from_pretrained(MODEL)
    found = {}
    for file in pictures.iterdir():
        with torch.inference_mode(), Image.open(file) as image:
            found[file.name] = model(**processor(image.convert("RGB"), return_tensors="pt")).logits[0].numpy()
    return found
