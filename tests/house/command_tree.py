"""The commands of ``hailong`` as they are typed, groups among them."""

from collections.abc import Iterator
from typing import Any

import typer

from api.cli.main import app

Path = tuple[str, ...]


def walk_commands() -> Iterator[tuple[Path, Any]]:
    """Each command under the words that call it; the program itself under none."""
    yield from _walk(typer.main.get_command(app), ())


def is_group(command: Any) -> bool:
    return bool(getattr(command, "commands", None))


def _walk(command: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _walk(below, (*path, name))
