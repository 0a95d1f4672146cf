"""The published benchmark as plans of the harness: backends, numbers of images, time budget."""

from vitscale.reproduction.request import PARTS, Request, check_parts
from vitscale.reproduction.run import Reproduction, reproduce

__all__ = ["PARTS", "Reproduction", "Request", "check_parts", "reproduce"]
