"""Options that take a share: ``0.5%`` or ``0.005``."""

from __future__ import annotations

import math

from vitscale.errors import UsageError

LOSS_HELP = "P% or a share up to 0.1 (0.5% and 0.005 are the same)"
_LARGEST_BARE_LOSS = 0.1
"""A loss above it is rarely meant: 0.5 without the sign is more likely to be half a percent than half."""


def share(text: str, option: str) -> float:
    """Return a share from 0 to 1.

    Parameters
    ----------
    text : str
        ``"99%"`` or ``"0.99"``.
    option : str
        Its option, for messages.

    Raises
    ------
    UsageError
        If it is neither, or not from 0 to 1.
    """
    number, percent, rest = text.strip().partition("%")
    try:
        value = float(number) / (100 if percent else 1)
    except ValueError:
        value = math.nan
    if rest or not 0 <= value <= 1:
        raise UsageError(f"{option} is {text!r}; expected P% or a share from 0 to 1, e.g. 0.5% or 0.005.")
    return value


def share_lost(text: str, option: str) -> float:
    """Return a share that may be lost. Above 0.1 it needs its percent sign, so that the unit is not mistaken.

    Raises
    ------
    UsageError
        As `share`, and for a number above 0.1 without the sign.
    """
    value = share(text, option)
    if value > _LARGEST_BARE_LOSS and "%" not in text:
        raise UsageError(
            f"{option} is {text!r}, which as a share is {100 * value:g}%. Write {value:g}% (or "
            f"{value / 100:g}), or {100 * value:g}% if you mean that."
        )
    return value
