"""From kernels to addresses: memory, disk, or the compiler, and LLVM's linker in the process."""

from __future__ import annotations

import ctypes
import ctypes.util
import threading
import time
from typing import Any

from flambeau.core.config import log
from flambeau.core.device import Target
from flambeau.engine.backend import cache
from flambeau.engine.codegen.compile import compile_text as compile_object
from flambeau.engine.codegen.compile import initialize, llvm_version
from flambeau.engine.codegen.emit import emit_kernel, module_text
from flambeau.engine.codegen.maths import LIBM
from flambeau.engine.kernel.ir import Kernel, format_kernel

__all__ = ["compile_kernels", "compile_text"]

CODE_VERSION = "1"  # raise it when equal kernels give other code

_lock = threading.RLock()
_addresses: dict[tuple[str, Target], int] = {}  # of kernels
_modules: dict[tuple[str, Target], list[int]] = {}  # of other functions, by module
_jit: Any = None
_libraries: list[Any] = []  # what was linked stays for the life of the process


def compile_kernels(kernels: list[Kernel], target: Target) -> list[int]:
    """The addresses of `kernels` compiled for `target`; those not seen before are compiled
    together, as one module."""
    keys = [(format_kernel(k), target) for k in kernels]
    with _lock:
        missing = [i for i, key in enumerate(keys) if key not in _addresses]
        fresh = {keys[i]: kernels[i] for i in missing}
        from_disk = {key: _load(key) for key in fresh}
        for key, (name, body) in [(k, v) for k, v in from_disk.items() if v is not None]:
            _addresses[key] = _link(body, [name])[0]
            del fresh[key]
        if fresh:
            _compile(fresh, target)
        return [_addresses[key] for key in keys]


def _name(key: tuple[str, Target]) -> str:
    text, target = key
    return "k_" + cache.key_of(text, repr(target), llvm_version(), CODE_VERSION)


def _load(key: tuple[str, Target]) -> tuple[str, bytes] | None:
    name = _name(key)
    body = cache.load(name)
    return None if body is None else (name, body)


def _compile(kernels: dict[tuple[str, Target], Kernel], target: Target) -> None:
    begin = time.perf_counter()
    for key, kernel in kernels.items():
        log(4, repr(kernel))
        name = _name(key)
        body = compile_object(module_text([emit_kernel(kernel, target, name)]), target)
        cache.store(name, body)
        _addresses[key] = _link(body, [name])[0]
    log(1, f"compiled {len(kernels)} kernels in {(time.perf_counter() - begin) * 1e3:.1f} ms")


def compile_text(
    names: tuple[str, ...], text: str, target: Target, symbols: dict[str, int] | None = None
) -> list[int]:
    """The addresses of functions in a module of LLVM text; `symbols` are what it calls."""
    with _lock:
        key = (text, target)
        if key not in _modules:
            digest = cache.key_of(text, repr(target), llvm_version())
            body = cache.load(digest)
            if body is None:
                body = compile_object(text, target)
                cache.store(digest, body)
            _modules[key] = _link(body, list(names), symbols or {})
        return _modules[key]


def _link(body: bytes, names: list[str], symbols: dict[str, int] | None = None) -> list[int]:
    """Link an object into the process; the addresses of its functions."""
    global _jit
    import llvmlite.binding as llvm

    if _jit is None:
        initialize()
        _jit = llvm.create_lljit_compiler()
        _import_c_library()
    builder = llvm.JITLibraryBuilder().add_object_img(body)
    for symbol, address in {**_symbols, **(symbols or {})}.items():
        builder.import_symbol(symbol, address)
    for name in names:
        builder.export_symbol(name)
    library = builder.link(_jit, f"library{len(_libraries)}")
    _libraries.append(library)
    return [library[name] for name in names]


_symbols: dict[str, int] = {}


def _import_c_library() -> None:
    """Addresses of the few C functions that kernels call."""
    maths = ctypes.CDLL(ctypes.util.find_library("m") or None)
    process = ctypes.CDLL(None) if ctypes.util.find_library("c") else maths
    for name in [*LIBM, "fmodf", "memset", "memcpy", "memmove", "syscall", "usleep"]:
        for library in (maths, process):
            try:
                function = getattr(library, name)
            except AttributeError:
                continue
            _symbols[name] = ctypes.cast(function, ctypes.c_void_p).value or 0
            break
