"""The disk cache of compiled objects: atomic, bounded, checked, and never an error.

A file is named by the SHA-256 of everything the object depends on and holds a checksum before
the object's bytes. A damaged file is as good as none; a folder that cannot be written means no
cache.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from pathlib import Path

from flambeau.core.config import config

__all__ = ["cache_folder", "key_of", "load", "store"]

_stored = 0  # bytes written by this process since the folder was last trimmed


def cache_folder() -> Path:
    """Where compiled objects are kept: FLAMBEAU_CACHE_DIR, or the user's cache folder."""
    if config.CACHE_DIR:
        return Path(config.CACHE_DIR)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "flambeau"


def key_of(*parts: str) -> str:
    """The name of an object that depends on `parts`."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def load(key: str) -> bytes | None:
    """The object stored under `key`, or None."""
    if not config.CACHE:
        return None
    try:
        data = (cache_folder() / f"{key}.o").read_bytes()
    except OSError:
        return None
    checksum, body = data[:32], data[32:]
    return body if hashlib.sha256(body).digest() == checksum else None


def store(key: str, body: bytes) -> None:
    """Keep `body` under `key`."""
    global _stored
    if not config.CACHE:
        return
    folder = cache_folder()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(body).digest() + body)
            os.replace(name, folder / f"{key}.o")
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)
        _stored += len(body)
        if _stored > (config.CACHE_MB << 20) // 16:
            _stored = 0
            _trim(folder)


def _trim(folder: Path) -> None:
    """Delete the oldest files until the folder is within its bound."""
    files = []
    for path in folder.glob("*.o"):
        with contextlib.suppress(OSError):
            status = path.stat()
            files.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= config.CACHE_MB << 20:
            break
        with contextlib.suppress(OSError):
            path.unlink()
        total -= size
