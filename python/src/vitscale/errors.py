"""Errors whose message is written for the user: what happened, what was got and expected, what to do next."""

from __future__ import annotations


class VitscaleError(Exception):
    """Base of every error that a user can mend; the command line prints its message without a stack trace.

    Attributes
    ----------
    exit_code : int
        Exit status of the command line: 1 failed, 2 usage, 3 parity failed, 4 measurement unstable.
    """

    exit_code = 1


class UsageError(VitscaleError):
    """An argument that cannot be right: an unknown backend, a batch size of 0, a folder that is not there."""

    exit_code = 2


class ModelError(VitscaleError):
    """A model folder that lacks a file, or a model that does not fit its own description."""


class ImageError(VitscaleError):
    """An image that cannot be read, or that is refused before it is decoded."""


class OutputError(VitscaleError):
    """A place that cannot be written."""


class JavaError(VitscaleError):
    """No Java 17, a jar that is missing or of another version, or a JVM that did not start."""


class DeviceError(VitscaleError):
    """A processor or a GPU that was asked for and cannot be used."""


class GpuError(DeviceError):
    """No GPU where one was asked for: no driver or device, a library without CUDA, no proof of its work."""


class SetupError(VitscaleError):
    """An environment that could not be set up: no network, no room on the disk, no fitting Python."""


class ClusterError(VitscaleError):
    """A local Spark cluster that did not start, or that is not there."""


class ResultsError(VitscaleError):
    """A results file that cannot be read or does not follow the schema."""


class RegressionError(VitscaleError):
    """Results that are slower than older ones, beyond what was allowed and beyond noise."""


class ParityError(VitscaleError):
    """Two backends disagree by more than was allowed."""

    exit_code = 3


class UnstableError(VitscaleError):
    """A measurement that scatters too much to be believed."""

    exit_code = 4
