"""``--profile``: the settings of `vitscale tune` in place of the defaults of a command."""

from __future__ import annotations

from pathlib import Path

import typer

from vitscale.cli.app import say
from vitscale.results.profile import Profile
from vitscale.system.cpu_info import cpu_name

TUNED = "vitscale.tuned"
"""Key of a context's `meta`: names of the options that a profile has set."""

_SETTINGS = ("precision", "runtime", "batch_size", "threads")


def use_profile(context: typer.Context, path: Path) -> None:
    """Set the options of a command that the user left out to what a profile says.

    Raises
    ------
    UsageError
        If the file is no profile.
    """
    profile = Profile.read(path)
    remark = profile.remark(cpu_name())
    if remark is not None:
        say(f"warning: {remark}")
    tuned = context.meta.setdefault(TUNED, set())
    for name in _SETTINGS:
        source = context.get_parameter_source(name)
        if source is None or source.name != "COMMANDLINE":
            context.params[name] = getattr(profile, name)
            tuned.add(name)
