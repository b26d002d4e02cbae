"""Writing a file so that after a crash either the old one or the new one is there, whole."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["atomic_write"]

# A temporary file younger than this may belong to a writer that has not locked it yet.
STALE_SECONDS = 60.0


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file to write into, which becomes `path` when the block ends without an exception.

    It lies in the same folder, is synced before it takes the name, and the folder after. Links
    are followed and permissions kept. Devices and pipes are written directly.
    """
    target = os.path.realpath(os.fsdecode(path))
    mode = _mode_of(target)
    if mode is not None and not stat.S_ISREG(mode):
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(f"save: {target} is a folder; try a file inside it")
        with open(target, "wb") as file:
            yield file
        return
    folder, name = os.path.split(target)
    name = name[:200]  # the temporary name must not become too long
    _remove_stale(folder, name)
    temporary = os.path.join(folder, f".{name}.{token_hex(6)}.tmp")
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o666)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            if fcntl is not None:
                with suppress(OSError):  # not every file system has locks
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if mode is not None:
                with suppress(OSError):
                    os.chmod(temporary, stat.S_IMODE(mode))
            yield file
            file.flush()
            os.fsync(file.fileno())
            if os.name == "posix":
                os.replace(temporary, target)  # while locked: nobody takes it for stale
        if os.name != "posix":
            os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _mode_of(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def _sync_folder(folder: str) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_stale(folder: str, name: str) -> None:
    """Remove what killed writers of the same file left: nobody holds the lock any more."""
    if fcntl is None:
        return
    with suppress(OSError):
        for entry in os.scandir(folder):
            if not (entry.name.startswith(f".{name}.") and entry.name.endswith(".tmp")):
                continue
            with suppress(OSError):
                if time.time() - entry.stat().st_mtime < STALE_SECONDS:
                    continue
                with open(entry.path, "rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    os.unlink(entry.path)
