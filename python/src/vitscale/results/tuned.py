"""What `vitscale tune` measured for a profile: a loss and a speed of each candidate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitscale.errors import UsageError
from vitscale.results.profile import REMEDY, Profile


@dataclass(frozen=True)
class Value:
    """A measured value with its 95 % interval; without one where it was measured once."""

    middle: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Tuned:
    """A candidate: a runtime with a precision, at the fastest settings that were tried.

    Attributes
    ----------
    runtime, precision : str
        As ``vitscale classify`` takes them.
    batch_size : int
        Images of one forward pass.
    threads : int
        Cores of one forward pass; 0 for one each.
    loss : Value
        Share of the images, from -1 to 1. Negative where the candidate is more accurate than fp32.
    loss_kind : str
        ``labels`` that differ from fp32's, or ``accuracy`` that is lost.
    images : int
        Images that the loss was measured with.
    speed : Value
        Images per second.
    """

    runtime: str
    precision: str
    batch_size: int
    threads: int
    loss: Value
    loss_kind: str
    images: int
    speed: Value

    def __str__(self) -> str:
        """Return its name for people."""
        return f"{self.runtime} {self.precision}"


def tuned_of(profile: Profile, path: Path) -> list[Tuned]:
    """Return the candidates of a profile, the fastest first.

    Raises
    ------
    UsageError
        If the profile does not hold what was measured.
    """
    with _as_tune_writes_it(path):
        found = [_tuned(one) for one in profile.measured["candidates"]]
        found.sort(key=lambda one: -one.speed.middle)
    if not found:
        raise UsageError(f"{path} holds no candidate that was measured. {REMEDY}")
    return found


def left_out_of(profile: Profile, path: Path) -> dict[str, str]:
    """Return the candidates that do not run on the machine, with the reasons.

    Raises
    ------
    UsageError
        If one of them lacks its name or its reason.
    """
    with _as_tune_writes_it(path):
        left_out = profile.measured.get("left_out", [])
        return {f"{one['runtime']} {one['precision']}": one["reason"] for one in left_out}


@contextmanager
def _as_tune_writes_it(path: Path) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError) as error:
        raise UsageError(f"{path} does not hold what was measured ({error}). {REMEDY}") from error


def _tuned(one: dict[str, Any]) -> Tuned:
    loss, speed = one["loss"], one["images_per_sec"]
    return Tuned(
        runtime=one["runtime"],
        precision=one["precision"],
        batch_size=one["batch_size"],
        threads=one["threads"],
        loss=Value(loss["value"], loss["low"], loss["high"]),
        loss_kind=loss["kind"],
        images=loss["images"],
        speed=Value(speed["median"], speed["low"], speed["high"]),
    )


def front(found: list[Tuned]) -> list[Tuned]:
    """Return those that no other beats: none is faster that loses no more, the least loss first.

    Notes
    -----
    The Pareto front of speed against loss, by medians: intervals of neighbours may overlap.
    """
    ahead: list[Tuned] = []
    for one in sorted(found, key=lambda one: (one.loss.middle, -one.speed.middle)):
        if not ahead or one.speed.middle > ahead[-1].speed.middle:
            ahead.append(one)
    return ahead
