"""The families of image classifiers that can be exported, and why others cannot: data only.

Names are those of Transformers 5.23, `MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES` in
`models/auto/modeling_auto.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_EDGE = 1 << 12
"""Largest `image_size` of most families, in pixels; the largest published one is 640."""


@dataclass(frozen=True)
class Family:
    """A family of image classifiers.

    Attributes
    ----------
    model_type : str
        Its `model_type` in `config.json`.
    classes : tuple of str
        Model classes of Transformers with a head for classification, the default first.
    unused : tuple of str
        Parts of the names of weights that a checkpoint may have for other heads.
    largest_edge : int
        Largest `image_size` in pixels. Transformers builds some families with a loop over pairs of patches.
    """

    model_type: str
    classes: tuple[str, ...]
    unused: tuple[str, ...] = ()
    largest_edge: int = LARGEST_EDGE


_TEXT = ("text_model", "text_projection", "visual_projection", "logit_scale", "logit_bias")
_MASK = ("mask_token", "pooler")

_ALL = (
    Family("vit", ("ViTForImageClassification",)),
    Family("beit", ("BeitForImageClassification",), _MASK),
    Family("bit", ("BitForImageClassification",)),
    Family("clip", ("CLIPForImageClassification",), _TEXT),
    Family("convnext", ("ConvNextForImageClassification",)),
    Family("convnextv2", ("ConvNextV2ForImageClassification",)),
    Family("cvt", ("CvtForImageClassification",)),
    Family("data2vec-vision", ("Data2VecVisionForImageClassification",), _MASK),
    Family("deit", ("DeiTForImageClassification", "DeiTForImageClassificationWithTeacher"), _MASK),
    Family("dinov2", ("Dinov2ForImageClassification",), _MASK),
    Family("dinov2_with_registers", ("Dinov2WithRegistersForImageClassification",), _MASK),
    Family("efficientnet", ("EfficientNetForImageClassification",)),
    Family("focalnet", ("FocalNetForImageClassification",), _MASK),
    Family("hiera", ("HieraForImageClassification",)),
    Family("ijepa", ("IJepaForImageClassification",), _MASK),
    Family(
        "levit",
        ("LevitForImageClassification", "LevitForImageClassificationWithTeacher"),
        largest_edge=512,
    ),
    Family("metaclip_2", ("MetaClip2ForImageClassification",), _TEXT),
    Family("mobilenet_v1", ("MobileNetV1ForImageClassification",)),
    Family("mobilenet_v2", ("MobileNetV2ForImageClassification",)),
    Family("mobilevit", ("MobileViTForImageClassification",)),
    Family("mobilevitv2", ("MobileViTV2ForImageClassification",)),
    Family("poolformer", ("PoolFormerForImageClassification",)),
    Family("pvt", ("PvtForImageClassification",)),
    Family("pvt_v2", ("PvtV2ForImageClassification",)),
    Family("regnet", ("RegNetForImageClassification",)),
    Family("resnet", ("ResNetForImageClassification",)),
    Family("segformer", ("SegformerForImageClassification",), ("decode_head",)),
    Family("siglip", ("SiglipForImageClassification",), (*_TEXT, "vision_model.head")),
    Family("swiftformer", ("SwiftFormerForImageClassification",)),
    Family("swin", ("SwinForImageClassification",), _MASK),
    Family("swinv2", ("Swinv2ForImageClassification",), _MASK),
    Family("timm_wrapper", ("TimmWrapperForImageClassification",)),
    Family("vit_msn", ("ViTMSNForImageClassification",), _MASK),
)

FAMILIES: dict[str, Family] = {family.model_type: family for family in _ALL}
"""`model_type` -> family."""

REFUSED: dict[str, str] = {
    "dinat": "its attention needs the package natten, which has no operator in ONNX",
    "donut-swin": "its image processor pads each image to a size of its own",
    "hgnet_v2": "its checkpoints have no image processor of PIL",
    "imagegpt": "it takes colour clusters, not pixels",
    "perceiver": "its graph is made for one image processor of its own",
    "pp_lcnet": "its image processor resizes by rules of its own",
    "shieldgemma2": "it is a language model that takes an image and a text",
    "siglip2": "it takes packed patches whose number depends on the shape of each image; use siglip",
    "textnet": "its image processor makes images of a size that depends on each image",
}
"""`model_type` of a classifier that cannot be exported -> the reason."""
