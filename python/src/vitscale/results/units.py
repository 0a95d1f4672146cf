"""Figures as text: three significant digits or so, with their unit."""

from __future__ import annotations

from vitscale.results.schema import Interval, Statistics

NONE = "\N{EN DASH}"
_TIMES = "\N{MULTIPLICATION SIGN}"


def number(value: float | None) -> str:
    """Return a positive figure with as many decimals as it deserves: 0.123, 4.40, 23.1, 164, 12,345."""
    if value is None:
        return NONE
    decimals = next((places for limit, places in ((1, 3), (10, 2), (100, 1)) if abs(value) < limit), 0)
    return f"{value:,.{decimals}f}"


def between(low: float, high: float) -> str:
    """Return two ends: 4.35 - 4.45, with an en dash."""
    return f"{number(low)} {NONE} {number(high)}"


def spread(statistics: Statistics | None) -> str:
    """Return the 95 % interval, or the smallest and the largest value where there is none, and say so."""
    if statistics is None:
        return NONE
    ci = statistics.get("ci")
    if ci:
        return between(ci["low"], ci["high"])
    if statistics["count"] == 1:
        return "measured once"
    return f"range {between(statistics['min'], statistics['max'])}"


def multiple(value: float) -> str:
    """Return a multiple without its sign: 0.61, 1.41, 18.9."""
    return number(value) if value >= 1 else f"{value:.2f}"


def ratio(value: float | None) -> str:
    """Return a multiple, with a multiplication sign: 1.41x."""
    return NONE if value is None else f"{multiple(value)}{_TIMES}"


def ratio_interval(ci: Interval | None) -> str:
    """Return the ends of a multiple's interval, 1.38 - 1.45, or nothing."""
    return f"{multiple(ci['low'])} {NONE} {multiple(ci['high'])}" if ci else ""


def percent(value: float) -> str:
    """Return a share: 0 %, 0.4 %, 91 %, 100 %."""
    amount = 100 * value
    return f"{amount:.1f} %" if 0 < amount < 1 else f"{amount:.0f} %"


def fine_percent(value: float) -> str:
    """Return a small share, which may be negative, with two decimals: 0.39 %."""
    return f"{100 * value:.2f} %"


def mebibytes(value: int | None) -> str:
    """Return bytes in MiB, which memory limits are given in."""
    return NONE if value is None else f"{value / (1 << 20):,.0f} MiB"


def size(value: int) -> str:
    """Return a number of bytes in the unit that fits: 3.30 MiB, 15.6 GiB."""
    amount, unit = float(value), "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if amount < 1024:  # noqa: PLR2004 - the next unit up
            break
        amount, unit = amount / 1024, larger
    return f"{amount:,.0f} {unit}" if unit == "bytes" else f"{number(amount)} {unit}"


def plural(count: int, thing: str) -> str:
    """Return a count of things: 1 image, 32 images."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
