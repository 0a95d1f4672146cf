"""``vitscale models``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from vitscale.cli.app import Json, answer_console, app, say, write_json
from vitscale.errors import UsageError
from vitscale.hub.name import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitscale.hub.exports import Export

_MIB = 1 << 20
models = typer.Typer(no_args_is_help=True)
app.add_typer(
    models, name="models", help="List and delete models of the hub that were exported into the cache."
)


@models.command("list")
def list_exports(json_to: Json = None) -> None:
    """List the exported models: commit, precisions, size, last use."""
    from vitscale.hub.exports import all_exports, exports_folder

    found = list(all_exports())
    if found:
        answer_console(json_to).print(_table(found))
    total = sum(one.size for one in found)
    say(f"{len(found)} models, {total / _MIB:,.0f} MiB in {exports_folder()}")
    write_json([_as_json(one) for one in found], json_to)


@models.command()
def prune(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Names such as google/vit-base-patch16-224.", show_default="all"),
    ] = None,
    unused_days: Annotated[
        float | None, typer.Option(min=0, help="Delete models unused for this number of days.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Delete every commit of the models.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be deleted.")] = False,
    json_to: Json = None,
) -> None:
    """Delete exported models: commits that no branch or tag stands for any more, else what the options say.

    The checkpoints that the hub's own client downloaded stay: `hf cache prune`.
    """
    from vitscale.hub.exports import all_exports

    found = list(all_exports())
    unknown = sorted(set(names or []) - {one.model for one in found})
    if unknown:
        raise UsageError(f"The cache has no {unknown[0]}. `vitscale models list` shows what it has.")
    chosen = [
        one
        for one in found
        if (not names or one.model in names) and _is_chosen(one, unused_days, everything=everything)
    ]
    for one in chosen:
        if not dry_run:
            one.delete()
        say(f"{'would delete' if dry_run else 'deleted'} {one.model} at {short(one.commit)}")
    freed = sum(one.size for one in chosen)
    say(f"{freed / _MIB:,.0f} MiB {'would be' if dry_run else 'were'} freed")
    write_json([_as_json(one) for one in chosen], json_to)


def _is_chosen(export: Export, unused_days: float | None, *, everything: bool) -> bool:
    if everything:
        return True
    if unused_days is not None:
        return export.unused_days >= unused_days
    return not export.revisions


def _table(found: Sequence[Export]) -> Table:
    table = Table("model", "commit", "revision", "precisions", "MiB", "last use")
    for one in found:
        table.add_row(
            one.model,
            short(one.commit),
            ", ".join(one.revisions),
            ", ".join(one.precisions),
            f"{one.size / _MIB:,.0f}",
            time.strftime("%Y-%m-%d", time.localtime(one.last_use)),
        )
    return table


def _as_json(export: Export) -> dict[str, object]:
    return {
        "model": export.model,
        "commit": export.commit,
        "revisions": export.revisions,
        "precisions": export.precisions,
        "size_bytes": export.size,
        "last_use": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(export.last_use)),
        "folder": str(export.folder),
    }
