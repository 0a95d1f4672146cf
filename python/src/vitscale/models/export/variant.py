"""A variant of a model's ONNX file, and the name of its folder."""

from __future__ import annotations

from dataclasses import dataclass

from vitscale.errors import UsageError

PRECISIONS = ("fp32", "fp16", "int8", "int8-static")
INPUTS = ("float32", "uint8")


@dataclass(frozen=True)
class Variant:
    """Options of an exported graph.

    Attributes
    ----------
    precision : str
        "fp32"; "fp16", for GPUs; "int8", with activation scales of each batch; or "int8-static", with fixed
        scales from calibration images.
    input_type : str
        "float32": normalised pixels [batch, 3, height, width]. "uint8": resized pixels
        [batch, height, width, 3]; rescaling and normalising are part of the weights.
    token_merging : int
        Pairs of tokens to merge in each layer (Bolya et al. 2023); 0 merges none.
    """

    precision: str = "fp32"
    input_type: str = "float32"
    token_merging: int = 0

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise UsageError(f"Unknown precision {self.precision!r}; expected {', '.join(PRECISIONS)}.")
        if self.input_type not in INPUTS:
            raise UsageError(f"Unknown input {self.input_type!r}; expected one of {', '.join(INPUTS)}.")
        if self.token_merging < 0:
            raise UsageError(f"--token-merging is {self.token_merging}; expected 0 or more.")

    @property
    def name(self) -> str:
        """Name of its folder below `onnx/`, e.g. "int8-uint8-tome8"."""
        parts = [self.precision]
        if self.input_type != "float32":
            parts.append(self.input_type)
        if self.token_merging:
            parts.append(f"tome{self.token_merging}")
        return "-".join(parts)

    @property
    def lossless(self) -> bool:
        """Whether its logits must equal PyTorch's except for rounding."""
        return self.precision == "fp32" and not self.token_merging
