"""``vitscale archive-classes``."""

from __future__ import annotations

from typing import Annotated

import typer

from vitscale.cli.app import app, say

_MIB = 1 << 20


@app.command("archive-classes")
def archive_classes(
    for_all_users: Annotated[
        bool,
        typer.Option(
            "--for-all-users",
            help="Write it beside the jars, for all users of this installation, instead of into the cache.",
        ),
    ] = False,
) -> None:
    """Archive the Java classes of Spark and ViTScale, so that commands and sessions start faster.

    It takes half a minute to a minute, once for each version of Java, Spark and ViTScale.
    """
    from vitscale.startup import make_archive

    made = make_archive(for_all_users=for_all_users, say=say)
    size = made.file.stat().st_size // _MIB
    say(f"{made.file} ({size} MiB) {'is ready' if made.is_new else 'exists and fits'}")
