"""Reads, checks and writes results files; their types are in :mod:`.schema`."""

from __future__ import annotations

import json
import math
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, cast

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match

from vitscale.errors import ResultsError
from vitscale.results.schema import BenchmarkSuite
from vitscale.system.atomic_write import write_atomically

SCHEMA_VERSION: Final = 1


def load_results(path: Path) -> BenchmarkSuite:
    """Read a results file and check it against the schema.

    Raises
    ------
    ResultsError
        If the file is missing, is not complete JSON, has another schema version, or does not follow the
        schema.
    """
    document = read_document(path, "vitscale bench")
    check_results(document, str(path))
    return cast(BenchmarkSuite, document)


def read_document(path: Path, command: str) -> Any:
    """Read JSON whose numbers are all finite.

    Parameters
    ----------
    path : Path
        The file.
    command : str
        Command that writes such files, for the message.

    Raises
    ------
    ResultsError
        If the file is missing or is not complete JSON.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ResultsError(f"{path} cannot be read: {error.strerror}. `{command}` writes it.") from error
    try:
        return json.loads(content, parse_int=_whole, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise ResultsError(
            f"{path} is not complete JSON ({len(content)} bytes): {error}. "
            f"Expected a results file of `{command}`; run it again."
        ) from error


def write_results(results: BenchmarkSuite | dict[str, Any], path: Path) -> None:
    """Check results and write them atomically; the same results give the same bytes.

    Raises
    ------
    ResultsError
        If they do not follow the schema; then nothing is written.
    OutputError
        If the file cannot be written.
    """
    check_results(results, f"the new content of {path}")
    text = json.dumps(results, indent=2, ensure_ascii=False, allow_nan=False)
    # A file name that is not UTF-8 comes from the file system as lone surrogates: \udcXX in JSON, too.
    write_atomically(path, f"{text}\n".encode("utf-8", "backslashreplace"))


def check_results(document: object, source: str) -> None:
    """Check a document against the schema.

    Parameters
    ----------
    document : object
        The parsed JSON.
    source : str
        Its origin, for the message.

    Raises
    ------
    ResultsError
        If it has another schema version or does not follow the schema.
    """
    check_document(document, source, _validator(), "results schema")


def check_document(document: object, source: str, validator: Draft202012Validator, schema: str) -> None:
    """Check a document against one of the project's schemas.

    Raises
    ------
    ResultsError
        As :func:`check_results`.
    """
    version = document.get("schema_version", SCHEMA_VERSION) if isinstance(document, dict) else SCHEMA_VERSION
    if version != SCHEMA_VERSION:
        raise ResultsError(
            f"{source}: schema_version is {version!r}; this ViTScale reads version {SCHEMA_VERSION}. "
            "Use the ViTScale version in its field vitscale_version, or measure again."
        )
    error = best_match(validator.iter_errors(document))
    if error is not None:
        raise ResultsError(f"{source} does not follow the {schema}: {_explained(error)}.")


def _explained(error: ValidationError) -> str:
    """Return the field that does not follow the schema, its value and the expected value."""
    field = error.json_path.removeprefix("$").removeprefix(".") or "the top level"
    match error.validator:
        case "required" | "additionalProperties":
            return f"{field}: {error.message}"
        case "type" | "enum" | "const":
            return f"{field} is {_shortened(error.instance)}; expected {_shortened(error.validator_value)}"
    return f"{field} is {_shortened(error.instance)}; expected {error.validator} {error.validator_value}"


def _shortened(value: object, length: int = 80) -> str:
    text = json.dumps(value)
    return text if len(text) <= length else f"{text[:length]}..."


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number")
    return value


def _whole(text: str) -> int:
    _finite(text)
    return int(text)


def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.fromisoformat(value))


@cache
def _validator() -> Draft202012Validator:
    # A link to the repository's schema/, which both languages share; the wheel carries its content.
    schema = json.loads(files("vitscale.results").joinpath("results-v1.json").read_text())
    formats = FormatChecker(formats=())
    formats.checks("date-time", raises=ValueError)(_is_date_time)
    return Draft202012Validator(schema, format_checker=formats)
