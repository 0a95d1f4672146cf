"""The whole published benchmark again, as plans of the one harness: who, on how many images, in what time."""

from vitscale.reproduction.request import PARTS, Request, check_parts
from vitscale.reproduction.run import Reproduction, reproduce

__all__ = ["PARTS", "Reproduction", "Request", "check_parts", "reproduce"]
