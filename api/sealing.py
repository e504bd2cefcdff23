"""Files and folders that are there whole or not at all, and the lock that lets one writer in."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from api.errors import Conflict


@contextmanager
def file_beside(file: Path) -> Iterator[Path]:
    """A hidden path beside ``file`` to write to; it takes the place of ``file`` when the block ends well."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.parent / f".{file.name}.tmp-{os.getpid()}"
    try:
        yield beside
        flush_to_disk(beside)
        os.replace(beside, file)
        flush_to_disk(file.parent)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def folder_beside(folder: Path) -> Iterator[Path]:
    """A hidden folder beside ``folder`` to fill; renamed to ``folder`` when the block ends well, else removed.

    Hold the lock of the parent: what a killed run left beside is swept away first. ``folder`` must not be
    there. A block that removes the hidden folder has decided that there is nothing to seal.
    """
    parent = folder.parent
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(".r*.tmp-*"):
        shutil.rmtree(left)
    beside = parent / f".{folder.name}.tmp-{os.getpid()}"
    beside.mkdir()
    try:
        yield beside
        if beside.is_dir():
            for written in sorted(beside.iterdir()):
                flush_to_disk(written)
            flush_to_disk(beside)
            os.rename(beside, folder)
            flush_to_disk(parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def flush_to_disk(path: Path) -> None:
    """Return only when the bytes of a file, or the names in a folder, would survive a power cut."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def read_or_make_secret(file: Path, make: Callable[[], str]) -> str:
    """The text of ``file``, which only its owner reads; the first of several processes makes it, the others read
    that one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    if not file.exists():
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            opened.write(make())
        flush_to_disk(beside)
        try:
            os.link(beside, file)  # fails when somebody was quicker
            flush_to_disk(file.parent)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    return file.read_text(encoding="utf-8")


@contextmanager
def only_writer(folder: Path, *, code: str, vi: str, en: str) -> Iterator[None]:
    """Hold the lock of ``folder``; Conflict when somebody else holds it. The kernel frees it when we die."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(code, vi, en) from None
        yield
