"""From kernels to addresses: memory, disk, or the compiler, and LLVM's linker in the process."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import hashlib
import threading
import time
from pathlib import Path
from typing import Any

from flambeau.core.config import log
from flambeau.core.device import Target
from flambeau.engine import codegen
from flambeau.engine.backend import cache
from flambeau.engine.backend.listening import LISTENERS
from flambeau.engine.codegen.compile import compile_text as compile_object
from flambeau.engine.codegen.compile import initialize, llvm_version
from flambeau.engine.codegen.emit import emit_kernel, module_text
from flambeau.engine.codegen.maths import LIBM
from flambeau.engine.kernel.ir import Kernel, format_kernel

__all__ = ["compile_kernels", "compile_text"]

Key = tuple[str, Target]  # the text of a kernel or module, and what it is compiled for

_lock = threading.RLock()
_addresses: dict[Key, int] = {}  # of kernels
_linked: dict[str, dict[str, int]] = {}  # modules from the disk cache: kernel name -> address
_modules: dict[Key, list[int]] = {}  # of other functions, by module
_jit: Any = None
_libraries: list[Any] = []  # what was linked stays for the life of the process


def compile_kernels(kernels: list[Kernel], target: Target) -> list[int]:
    """The addresses of `kernels` compiled for `target`; those not seen before are compiled
    together, as one module, because LLVM has a price for each."""
    keys = [(format_kernel(k), target) for k in kernels]
    with _lock:
        fresh = {
            key: kernel
            for key, kernel in zip(keys, kernels, strict=True)
            if key not in _addresses and not _load(key)
        }
        if fresh:
            _compile(fresh, target)
        return [_addresses[key] for key in keys]


@functools.cache
def _code_version() -> str:
    """A digest of the code generator: another one makes other code of equal kernels."""
    digest = hashlib.sha256()
    for path in sorted(Path(codegen.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _name(key: Key) -> str:
    text, target = key
    return "k_" + cache.key_of(text, repr(target), llvm_version(), _code_version())


def _load(key: Key) -> bool:
    """Link the kernel's module from the disk cache, if it is there.

    A kernel's entry names its module and all that is in it; the module is an entry of its own.
    """
    name = _name(key)
    entry = cache.load(name)
    if entry is None:
        return False
    module, *names = entry.decode().split()
    if module not in _linked:
        body = cache.load(module)
        if body is None:
            return False
        _linked[module] = dict(zip(names, _link(body, names), strict=True))
    _addresses[key] = _linked[module][name]
    return True


def _compile(kernels: dict[Key, Kernel], target: Target) -> None:
    begin = time.perf_counter_ns()
    names = {_name(key): key for key in kernels}
    functions = []
    for name, key in names.items():
        log(4, repr(kernels[key]))
        functions.append(emit_kernel(kernels[key], target, name))
    body = compile_object(module_text(functions), target)
    module = "m_" + cache.key_of(*names)
    cache.store(module, body)
    entry = " ".join([module, *names]).encode()
    for name, address in zip(names, _link(body, list(names)), strict=True):
        cache.store(name, entry)
        _addresses[names[name]] = address
    end = time.perf_counter_ns()
    log(1, f"compiled {len(kernels)} kernels in {(end - begin) / 1e6:.1f} ms")
    for listener in LISTENERS:
        listener.compiled(len(kernels), begin, end)


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
