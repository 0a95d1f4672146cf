"""The model folder that a name stands for: the folder itself, or an export of a model on the hub."""

from __future__ import annotations

import codecs
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from vitscale.errors import ModelError, OutputError, UsageError
from vitscale.hub import exports
from vitscale.hub.name import HubName, hub_name, short
from vitscale.jvm.paths import is_utf_8
from vitscale.jvm.spark_master import is_on_this_machine
from vitscale.system.extras import naming_extras
from vitscale.system.precision_name import export_options

Say = Callable[[str], None]
_FP32 = "fp32"
_CHUNK = 4096
_LINE_END = re.compile(r"([\r\n])")
"""A progress bar ends its lines with a carriage return."""
_ERROR = "error: "


def model_folder(
    model: str,
    precision: str = _FP32,
    runtime: str = "auto",
    *,
    master: str = "local",
    say: Say | None = None,
) -> str:
    """Return the folder of a model; one on the hub is exported into the cache the first time.

    Parameters
    ----------
    model : str
        Folder, URI, or name on the Hugging Face hub, such as ``google/vit-base-patch16-224``, with a branch,
        tag or commit after ``@``. A folder of that name wins, as in Transformers.
    precision : str
        Precision, or name of a graph's variant.
    runtime : str
        ``"auto"``, ``"onnxruntime"`` or ``"onednn"``, which needs no graph of its precision.
    master : str
        Master URL of the Spark whose executors open the folder.
    say : callable, optional
        Receives progress, one sentence each. By default it goes to stderr.

    Returns
    -------
    str
        `model` itself, with the home folder in place of ``~``, unless it is a name on the hub.

    Raises
    ------
    ModelError
        If the hub does not have the model, or does not respond while the cache lacks it; or if the model
        cannot be exported.
    UsageError
        If the packages for an export are not installed, or executors run on other machines.
    OutputError
        If the cache cannot be written.
    """
    return model_folder_with(model, [(precision, runtime)], master=master, say=say)


def model_folder_with(
    model: str, graphs: Iterable[tuple[str, str]], *, master: str = "local", say: Say | None = None
) -> str:
    """Do the same as :func:`model_folder` for several pairs of precision and runtime, all of one commit."""
    name = hub_name(model)
    if name is None:
        return _local(model)
    _refuse_other_machines(name, master)
    say = say or _to_stderr
    with naming_extras():
        commit = _commit(name, say)
    folder = exports.export_folder(name, commit)
    for variant in dict.fromkeys(_variant_for(precision, runtime) for precision, runtime in graphs):
        if not exports.has_graph(folder, variant):
            _export_once(name, commit, folder, variant, say)
    exports.remember(name, commit)
    return str(folder)


def _local(model: str) -> str:
    """Return a folder or URI, with the home folder in place of ``~``, which some shells leave as it is."""
    if not is_utf_8(model):
        shown = model.encode(errors="backslashreplace").decode()
        raise ModelError(
            f"The path of the model is not valid UTF-8: {shown}. Rename it, or give a link to it."
        )
    return model if os.path.lexists(model) else os.path.expanduser(model)  # noqa: PTH111 - keeps URIs


def _refuse_other_machines(name: HubName, master: str) -> None:
    if not is_on_this_machine(master):
        raise UsageError(
            f"{name} would be exported into a cache of this machine, which the executors of {master} cannot "
            f"read. Export it where they can: vitscale export {name} -o DIR; then give DIR, or a copy of it "
            "on hdfs: or s3a:."
        )


def _commit(name: HubName, say: Say) -> str:
    """Return the commit of a name: of the hub, else of a cache."""
    from vitscale.hub.commit import commit_in_hub_cache, commit_on_hub
    from vitscale.hub.refusals import unreachable

    try:
        return commit_on_hub(name)
    except ModelError:
        raise
    except Exception as error:  # classes of httpx and of the hub's client, which change
        known = exports.known_commit(name) or commit_in_hub_cache(name)
        if known is None:
            raise unreachable(
                name, error, f"a folder: on a machine with the hub, vitscale export {name.model} -o DIR"
            ) from error
        say(f"the hub does not answer; taking {name.model} at {short(known)} from the cache")
        return known


def _variant_for(precision: str, runtime: str) -> str:
    """Return the name of the graph to export. oneDNN runs the checkpoint's weights, beside any graph."""
    if runtime == "onednn" or export_options(precision) is None:
        return _FP32
    return precision


def _export_once(name: HubName, commit: str, folder: Path, variant: str, say: Say) -> None:
    """Export a variant into the cache, unless another process is doing it."""
    with naming_extras():
        from filelock import FileLock
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.with_name(f".{commit}.lock"))
        with lock:
            if not exports.has_graph(folder, variant):
                say(f"exporting {name.model} at {short(commit)} in {variant} to {folder}")
                _export(name.at(commit), folder, variant)
    except OSError as error:
        raise OutputError(
            f"The cache {exports.exports_folder()} cannot be written: {error}. Set XDG_CACHE_HOME to a "
            "writable folder."
        ) from error


def _export(name: HubName, folder: Path, variant: str) -> None:
    """Run `vitscale export` in a process of its own, whose memory and libraries are gone afterwards."""
    options = export_options(variant) or []
    command = [sys.executable, "-m", "vitscale", "export", str(name), "--output", str(folder), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as export:
        problem = _shown(export)
    if export.returncode:
        raise ModelError(problem or f"The export of {name.model} ended with status {export.returncode}.")


def _shown(export: subprocess.Popen[bytes]) -> str:
    """Show the progress of an export as it comes, and return its error without showing it."""
    problem, waiting = "", ""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    assert export.stderr is not None  # asked for
    while read := os.read(export.stderr.fileno(), _CHUNK):
        *whole, waiting = _LINE_END.split(waiting + decoder.decode(read))
        for line in (text + end for text, end in zip(whole[::2], whole[1::2], strict=True)):
            if line.startswith(_ERROR):
                problem = line.removeprefix(_ERROR).strip()
            else:
                sys.stderr.write(line)
                sys.stderr.flush()
    return problem


def _to_stderr(line: str) -> None:
    print(f"vitscale: {line}", file=sys.stderr, flush=True)
