"""The steps of timm's evaluation transforms, with the functions of Transformers' PIL processors."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil


class TimmWrapperImageProcessorPil(ViTImageProcessorPil):
    """Resizes, rescales and normalises as any other processor, and crops as torchvision does.

    timm's transforms are torchvision's. They differ by one step: `center_crop` of
    `torchvision.transforms.functional` rounds half a margin to the even number, where Transformers rounds it
    down.
    """

    def center_crop(self, image: NDArray[Any], size: Any, *args: Any, **kwargs: Any) -> NDArray[Any]:
        """Return the middle of an image.

        Parameters
        ----------
        image : ndarray [3, height, width]
            An image that is at least as large as `size`.
        size : SizeDict
            Height and width of the result.
        """
        height, width = image.shape[-2:]
        top, left = round((height - size.height) / 2), round((width - size.width) / 2)
        return image[..., top : top + size.height, left : left + size.width]
