"""A command line for readers: the folders of the machine that ran it are cut away."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import PurePath


def shown_command(command: Sequence[str]) -> str:
    """Return a command line for a shell, with only the last name of each absolute path.

    Parameters
    ----------
    command : sequence of str
        Program and arguments, as the results hold them.

    Examples
    --------
    >>> shown_command(["vitscale", "bench", "--images", "/home/me/photos", "--model=/srv/vit"])
    'vitscale bench --images photos --model=vit'
    """
    return shlex.join(map(_shown, command))


def _shown(argument: str) -> str:
    option, equals, value = argument.rpartition("=")
    return f"{option}{equals}{PurePath(value).name}" if PurePath(value).is_absolute() else argument
