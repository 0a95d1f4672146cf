"""Adapt the pages to the site: links to files outside of ``docs``, and the options of every command.

MkDocs publishes only the folder ``docs``. Other files of the repository that a page links to are published as
copies under ``repository/``.
"""

from __future__ import annotations

import posixpath
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
DOCS = "docs"
COPIES = "repository"
COMMANDS_PAGE = "reference/command-line.md"
_LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the page of all commands, and the copies of files that pages link to."""
    files.append(File.generated(config, COMMANDS_PAGE, content=_command_line()))
    for page in list(files.documentation_pages()):
        for match in _LINK.finditer(page.content_string):
            target = _outside(page.src_uri, match[2])
            if target is not None and files.get_file_from_path(f"{COPIES}/{target}") is None:
                content = (ROOT / target).read_bytes()
                files.append(File.generated(config, f"{COPIES}/{target}", content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Point links that leave ``docs`` to the copies."""
    folder = posixpath.dirname(page.file.src_uri)

    def replaced(match: re.Match[str]) -> str:
        target = _outside(page.file.src_uri, match[2])
        if target is None:
            return match[0]
        return f"{match[1]}{posixpath.relpath(f'{COPIES}/{target}', folder or '.')})"

    return _LINK.sub(replaced, markdown)


def _outside(page: str, link: str) -> str | None:
    """Return a linked file's path from the repository's root; none inside ``docs`` or on another host."""
    if re.match(r"[a-z]+:", link):
        return None
    target = posixpath.normpath(posixpath.join(DOCS, posixpath.dirname(page), link))
    return None if target.startswith(f"{DOCS}/") or target.startswith("..") else target


def _command_line() -> str:
    """Return the help of every command as Markdown, as typer writes it."""
    command = [sys.executable, "-m", "typer", "vitscale.cli.app", "utils", "docs", "--name", "vitscale"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.replace("# `vitscale`", "# Options of each command", 1)
