"""The whole published benchmark again, as plans of the one harness: who, on how many images, in what time."""

from vitscale.reproduction.run import Reproduction, Request, reproduce

__all__ = ["Reproduction", "Request", "reproduce"]
