"""`save` and `load`: objects with tensors in them, in PyTorch's file format.

What `save` writes, PyTorch's `torch.load` opens (also with weights_only=True), and the reverse.
Saving is atomic: a crash leaves the old file or the new one. Loading runs no code.
"""

from __future__ import annotations

import io
import os
import pickle
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np

from flambeau.core.device import Device
from flambeau.core.errors import CheckpointError, message
from flambeau.io import legacy
from flambeau.io.archive import Reader, write_archive
from flambeau.io.atomic import atomic_write
from flambeau.io.pickling import dump
from flambeau.io.rebuild import STATES, Rebuilder
from flambeau.io.trusting import TrustingUnpickler
from flambeau.io.unpickle import SAFE_CLASSES, unpickle
from flambeau.tensor.boundary import read_storage, synchronize

__all__ = ["add_safe_globals", "clear_safe_globals", "get_safe_globals", "load", "save"]

File = Any  # str, PathLike, or a binary file object


def save(
    obj: Any, f: File, pickle_module: Any = None, pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
) -> None:  # fmt: skip
    """Write `obj` (tensors, parameters, containers of them, modules) to the file `f`.

    A path is written atomically and durably: temporary file, sync, rename. A state dict is the
    best thing to save; a whole module is stored by the names of its classes, and can only be
    loaded with weights_only=False where these classes can be imported.

    >>> import flambeau, io
    >>> file = io.BytesIO()
    >>> flambeau.save({"weight": flambeau.ones(2), "epoch": 3}, file)
    >>> flambeau.load(io.BytesIO(file.getvalue()))
    {'weight': tensor([1., 1.]), 'epoch': 3}
    """
    if not _use_new_zipfile_serialization:
        warnings.warn("save: the format before PyTorch 1.6 is not written", stacklevel=2)
    synchronize()
    pickled, tensors = dump(obj, pickle_protocol)
    storages = [_bytes_of(read_storage(t)) for t in tensors]
    if isinstance(f, (str, os.PathLike)):
        with atomic_write(f) as file:
            write_archive(file, pickled, storages)
    elif hasattr(f, "write"):
        write_archive(f, pickled, storages)
    else:
        raise TypeError(
            message("save", f"f of type {type(f).__name__}", "a path or a file opened for writing "
                    "in binary", "save(obj, 'model.pt')")
        )  # fmt: skip


def _bytes_of(array: np.ndarray) -> memoryview:
    return np.ascontiguousarray(array).view(np.uint8).data


def load(
    f: File, map_location: Any = None, pickle_module: Any = None, *,
    weights_only: bool | None = None, mmap: bool | None = None, **pickle_load_args: Any,
) -> Any:  # fmt: skip
    """The object in the file `f`, which `save` or PyTorch wrote.

    Tensors, plain containers and classes given to `add_safe_globals` are loaded without running
    any code. Other objects, such as whole modules, need weights_only=False, which may run any
    code that the file contains. With mmap=True the elements are read from the file when they
    are used, and not checked. Everything comes to the CPU; `map_location` other than a CPU is
    refused.

    Raises CheckpointError if the file is damaged or no checkpoint, or names something that is
    not allowed.
    """
    _check_location(map_location)
    trusted = weights_only is False or (weights_only is None and pickle_module is not None)
    if trusted:
        warnings.warn(
            "load: weights_only=False runs whatever code the file contains; do so only with files "
            "that you trust",
            stacklevel=2,
        )
    with _opened(f) as (file, name):
        start = file.tell()
        head = file.read(8)
        file.seek(start)
        if head[:4] == b"PK\x03\x04":
            return _load_zip(_whole(file, start), name, bool(mmap), trusted)
        if mmap:
            raise CheckpointError(f"load: {name}: mmap=True needs a file in the zip format")
        if head[:1] == b"\x80":
            return legacy.load(file, name, trusted)
        raise CheckpointError(_describe(name, head))


def _load_zip(file: BinaryIO, name: str, mapped: bool, trusted: bool) -> Any:
    if mapped and not _has_descriptor(file):
        raise ValueError(
            message("load", "mmap=True with a file object", "a path", "load('model.pt', mmap=True)")
        )
    reader = Reader(file, name, mapped)
    rebuilder = Rebuilder(reader.storage)
    data = reader.read("data.pkl")
    try:
        if trusted:
            return TrustingUnpickler(io.BytesIO(data), rebuilder).load()
        return unpickle(data, rebuilder.names, rebuilder.persistent, STATES)[0]
    except CheckpointError as error:
        text = str(error)
        raise CheckpointError(
            text if text.startswith("load:") else f"load: {name}: {text}"
        ) from error.__cause__
    except pickle.UnpicklingError as error:
        raise CheckpointError(f"load: {name}: the pickle is damaged: {error}") from error


def _has_descriptor(file: Any) -> bool:
    try:
        file.fileno()
    except (AttributeError, OSError):
        return False
    return True


@contextmanager
def _opened(f: File) -> Iterator[tuple[Any, str]]:
    if isinstance(f, (str, os.PathLike)):
        name = os.fsdecode(f)
        if os.path.isdir(name):
            raise CheckpointError(f"load: {name} is a folder; required: a checkpoint file")
        with open(name, "rb") as file:
            yield file, name
    elif hasattr(f, "read"):
        if not (hasattr(f, "seek") and hasattr(f, "tell")):
            f = io.BytesIO(f.read())
        yield f, str(getattr(f, "name", type(f).__name__))
    else:
        raise TypeError(
            message("load", f"f of type {type(f).__name__}", "a path or a file opened for reading "
                    "in binary", "load('model.pt')")
        )  # fmt: skip


def _whole(file: Any, start: int) -> Any:
    """A zip file starts at 0: what lies before the present position is not part of it."""
    return io.BytesIO(file.read()) if start else file


def _describe(name: str, head: bytes) -> str:
    if not head:
        return f"load: {name}: the file is empty; was the program that wrote it interrupted?"
    known = {
        b"\x1f\x8b": "a gzip file: unpack it first",
        b"\x89HDF": "an HDF5 file (Keras?): it has to be converted",
        b"\x93NUMPY"[:4]: "a NumPy array: try numpy.load and flambeau.from_numpy",
        b"<!DO": "a web page: the download went wrong",
        b"<htm": "a web page: the download went wrong",
        b"vers": "a Git LFS pointer: fetch the file itself with `git lfs pull`",
        b"GGUF": "a GGUF file, which is not supported",
    }  # fmt: skip
    for start, what in known.items():
        if head.startswith(start):
            return f"load: {name} is no checkpoint but looks like {what}"
    if head[7:8] == b"\0" or (len(head) == 8 and int.from_bytes(head, "little") < 1 << 32):
        return (
            f"load: {name} is no checkpoint of this format; if it is a safetensors file, try "
            "flambeau.io.safetensors.load_file"
        )
    return (
        f"load: {name} is no checkpoint: it starts with {head!r}; required: a file that save() or "
        "torch.save() wrote"
    )


def _check_location(location: Any) -> None:
    """Everything is loaded to the CPU; say so if something else is asked for."""
    wanted: Any = location
    if location is None or callable(location):
        return
    if isinstance(location, dict):
        for target in location.values():
            _check_location(target)
        return
    if not isinstance(wanted, Device):
        wanted = Device(wanted)
    if wanted.type != "cpu":
        raise RuntimeError(
            message("load", f"map_location={location!r}", "'cpu', the only device there is here",
                    "map_location='cpu'")
        )  # fmt: skip


# -- classes the user knows ---------------------------------------------------------------------
def add_safe_globals(classes: list[type | tuple[type, str]]) -> None:
    """Allow files to contain objects of these classes, which are then made and given state.

    A pair (class, "module.name") allows it under another name.
    """
    for item in classes:
        cls, name = item if isinstance(item, tuple) else (item, None)
        module, _, last = (name or f"{cls.__module__}.{cls.__qualname__}").rpartition(".")
        SAFE_CLASSES[module, last] = cls


def get_safe_globals() -> list[type]:
    """The classes that were allowed."""
    return list(SAFE_CLASSES.values())


def clear_safe_globals() -> None:
    """Allow none of them any more."""
    SAFE_CLASSES.clear()
