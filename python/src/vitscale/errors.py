"""Errors with a message for the user: what happened, the value found and expected, what to do next."""

from __future__ import annotations


class VitscaleError(Exception):
    """Base of every error that a user can fix; the command line prints its message without a stack trace.

    Attributes
    ----------
    exit_code : int
        Exit status of the command line: 1 failed, 2 usage, 3 parity failed, 4 measurement unstable.
    """

    exit_code = 1


class UsageError(VitscaleError):
    """A wrong argument: an unknown backend, a batch size of 0, a missing folder."""

    exit_code = 2


class ModelError(VitscaleError):
    """A model folder that lacks a file, or a model that does not match its configuration."""


class ImageError(VitscaleError):
    """An image that cannot be read, or that is rejected before decoding."""


class OutputError(VitscaleError):
    """An output path that cannot be written."""


class JavaError(VitscaleError):
    """No Java 17, a missing jar or one of another version, or a JVM that did not start."""


class DeviceError(VitscaleError):
    """A requested processor or GPU cannot be used."""


class GpuError(DeviceError):
    """A requested GPU is missing: no driver or device, a library without CUDA, or no evidence of its use."""


class QueueFullError(VitscaleError):
    """A request that was rejected because the queue of a `DynamicBatcher` is full. Try it again later."""


class BatcherClosedError(VitscaleError):
    """A request to a `DynamicBatcher` that was closed, or that was closed before the request's turn."""


class SetupError(VitscaleError):
    """An environment that could not be set up: no network, no disk space, no suitable Python."""


class ClusterError(VitscaleError):
    """A local Spark cluster that did not start or does not run."""


class ResultsError(VitscaleError):
    """A results file that cannot be read or does not follow the schema."""


class RegressionError(VitscaleError):
    """Results that are slower than older ones, beyond the threshold and the noise."""


class ParityError(VitscaleError):
    """Two backends that disagree beyond the limits."""

    exit_code = 3


class UnstableError(VitscaleError):
    """A measurement that is too unstable to use."""

    exit_code = 4
