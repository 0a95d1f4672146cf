"""The cache of exported models: ``<cache>/models/ORGANISATION--MODEL/COMMIT``, each a model folder.

Beside the commits, ``refs/REVISION`` has the commit of a branch or tag when it was last asked for, as in the
cache of `huggingface_hub`.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from vitscale.errors import OutputError
from vitscale.hub.name import HubName
from vitscale.system.cache_folder import cache_folder
from vitscale.system.model_files import RECORD, Engine, graph_file, graphs_folder

_ENGINE: Engine = "onnx"
_REFS = "refs"
_LAST_USE = ".last-use"
_BETWEEN = "--"


def exports_folder() -> Path:
    """Return the folder of the exported models."""
    return cache_folder() / "models"


def export_folder(name: HubName, commit: str) -> Path:
    """Return the model folder of a commit, which may be missing."""
    return _model_folder(name) / commit


def has_graph(folder: Path, variant: str) -> bool:
    """Tell whether a model folder is complete and has a variant's graph."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return variant in record[_ENGINE] and graph_file(folder, _ENGINE, variant).is_file()
    except (OSError, ValueError, LookupError, TypeError):
        return False


def known_commit(name: HubName) -> str | None:
    """Return the commit that the revision had when it was last asked for, if its export is still there."""
    try:
        commit = _ref(name).read_text(encoding="utf-8").strip()
    except OSError:
        return name.revision if export_folder(name, name.revision).is_dir() else None
    return commit if export_folder(name, commit).is_dir() else None


def remember(name: HubName, commit: str) -> None:
    """Keep the commit of a revision for use without the hub, and note that its export was opened now.

    A cache that cannot be written stays usable.
    """
    file = _ref(name)
    with suppress(OSError):
        (export_folder(name, commit) / _LAST_USE).touch()
        if not file.exists() or _commit_in(file) != commit:
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = file.with_name(f".{file.name}")
            unfinished.write_text(commit + "\n", encoding="utf-8")
            unfinished.replace(file)


@dataclass(frozen=True)
class Export:
    """An exported model in the cache.

    Attributes
    ----------
    model, commit : str
        Its name and commit on the hub.
    revisions : tuple of str
        Branches and tags that stood for this commit when they were last asked for.
    precisions : tuple of str
        Variants with a graph.
    size : int
        Bytes on disk.
    last_use : float
        Seconds since 1970.
    folder : Path
        Its model folder.
    """

    model: str
    commit: str
    revisions: tuple[str, ...]
    precisions: tuple[str, ...]
    size: int
    last_use: float
    folder: Path

    @property
    def unused_days(self) -> float:
        """Days since its last use."""
        return (time.time() - self.last_use) / 86_400

    def delete(self) -> None:
        """Delete it, and the revisions that stand for it.

        Raises
        ------
        OutputError
            If files cannot be deleted.
        """
        try:
            # The record first: a folder without it is no model, so a partial one is never opened.
            (self.folder / RECORD).unlink(missing_ok=True)
            shutil.rmtree(self.folder)
            for revision in self.revisions:
                _ref(HubName(self.model, revision)).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"Cannot delete {self.folder}: {error}. Check its permissions.") from error


def all_exports() -> Iterator[Export]:
    """Return every exported model, by name and then by last use."""
    for model in sorted(_folders(exports_folder())):
        organisation, _, name = model.name.partition(_BETWEEN)
        found = [
            _export(HubName(f"{organisation}/{name}"), commit)
            for commit in _folders(model)
            if (commit / RECORD).is_file()
        ]
        yield from sorted(found, key=lambda export: export.last_use)


def _export(name: HubName, folder: Path) -> Export:
    refs = [file for file in (_model_folder(name) / _REFS).glob("*") if not file.name.startswith(".")]
    used = folder / _LAST_USE
    return Export(
        model=name.model,
        commit=folder.name,
        revisions=tuple(sorted(unquote(file.name) for file in refs if _commit_in(file) == folder.name)),
        precisions=tuple(sorted(one.name for one in _folders(graphs_folder(folder, _ENGINE)))),
        size=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
        last_use=(used if used.exists() else folder / RECORD).stat().st_mtime,
        folder=folder,
    )


def _commit_in(ref: Path) -> str:
    return ref.read_text(encoding="utf-8").strip()


def _folders(place: Path) -> list[Path]:
    return [entry for entry in place.iterdir() if entry.is_dir()] if place.is_dir() else []


def _model_folder(name: HubName) -> Path:
    return exports_folder() / name.model.replace("/", _BETWEEN)


def _ref(name: HubName) -> Path:
    return _model_folder(name) / _REFS / quote(name.revision, safe="")
