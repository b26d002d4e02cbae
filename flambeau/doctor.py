"""What was found on this machine, for people and for bug reports.

Each row is looked at on its own: a part that is missing or broken gives a line that says so,
and the other rows still answer. Nothing here names the machine, its user or its folders beyond
the cache folder.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

__all__ = ["DOCTOR", "Finding", "format_report", "inspect_machine", "package_version"]

# The features that decide which code is generated, as LLVM names them; the rest is left out.
TELLING_FEATURES = (
    "sse4.2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512dq", "avx512vl",
    "avx512bf16", "avx512fp16", "avx512vnni", "avxvnni", "amx-tile", "amx-bf16", "amx-int8",
    "neon", "dotprod", "fullfp16", "bf16", "i8mm", "sve", "sve2", "sme",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, what was found, and whether flambeau works with that."""

    title: str
    text: str
    is_good: bool = True


def package_version(name: str) -> str:
    """The installed version of a distribution, or that there is none."""
    if name == "flambeau":  # the one that runs, which may be a tree beside the installed one
        return getattr(import_module(name), "__version__", "of unknown version")
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


# -- the rows -----------------------------------------------------------------------------------
def _versions() -> str:
    names = ("numpy", "llvmlite", "scipy-openblas32")
    rest = ", ".join(f"{name} {package_version(name)}" for name in names)
    return f"flambeau {package_version('flambeau')}, {rest}"


def _python() -> str:
    threads = "" if getattr(sys, "_is_gil_enabled", lambda: True)() else ", free-threaded"
    return (
        f"{platform.python_implementation()} {platform.python_version()}{threads} on "
        f"{platform.system()} {platform.release()} ({platform.machine()})"
    )


def _processor() -> str:
    return processor_name()


def processor_name() -> str:
    """The processor's name as the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name.strip() in ("model name", "Model"):
                    return value.strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _code() -> str:
    target = import_module("flambeau.engine.backend.cpu").host_target(_config().FEATURES)
    present = [f for f in TELLING_FEATURES if f in target.features]
    return (
        f"{target.family}, {target.vector_bits}-bit vectors, {target.vector_registers} registers; "
        f"features: {', '.join(present) or 'none of those that matter'}"
    )


def _threads() -> str:
    threads = import_module("flambeau.engine.backend.pool").available_threads()
    return f"{threads}: {_reason_for(threads)}"


def _reason_for(threads: int) -> str:
    processors = os.cpu_count() or 1
    if _config().NUM_THREADS:
        return f"FLAMBEAU_NUM_THREADS says so; the machine has {processors} processors"
    mask = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else processors
    if threads < mask:
        return f"the container's quota; the machine has {processors} processors"
    if threads < processors:
        return f"the processors this process may use, of the machine's {processors}"
    return "all processors of the machine"


def _llvm() -> str:
    return import_module("flambeau.engine.codegen.compile").llvm_version()


def _blas() -> str:
    return import_module("flambeau.engine.backend.blas").blas_name().strip()


def _gpu() -> str:
    try:
        driver: Any = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return "none: no NVIDIA driver on this machine; everything runs on the processor"
    status = driver.cuInit(0)
    if status:
        return f"none: the NVIDIA driver does not start (cuInit gives error {status})"
    count = ctypes.c_int()
    driver.cuDeviceGetCount(ctypes.byref(count))
    names = []
    for index in range(count.value):
        text = ctypes.create_string_buffer(100)
        driver.cuDeviceGetName(text, len(text), index)
        names.append(text.value.decode(errors="replace"))
    found = ", ".join(names) or "a driver without devices"
    return f"{found}; this version has no GPU back end yet: everything runs on the processor"


def _cache() -> str:
    config = _config()
    if not config.CACHE:
        return "switched off by FLAMBEAU_CACHE=0"
    folder: Path = import_module("flambeau.engine.backend.cache").cache_folder()
    files = [path.stat().st_size for path in folder.glob("*.o")] if folder.is_dir() else []
    parent = folder
    while not parent.exists():
        parent = parent.parent
    if not os.access(parent, os.W_OK):
        return f"{folder} cannot be written: kernels are compiled anew in every process"
    return (
        f"{_without_home(folder)}, {len(files)} kernels, {sum(files) / 2**20:.1f} MiB of at most "
        f"{config.CACHE_MB} MiB"
    )


def _without_home(folder: Path) -> str:
    """The folder without the user's name."""
    try:
        return str(Path("~") / folder.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(folder)


def _switches() -> str:
    config_module = import_module("flambeau.core.config")
    config = config_module.config
    changed = [
        f"{s.name}={getattr(config, s.name)}"
        for s in config_module.SWITCHES
        if getattr(config, s.name) != s.default
    ]
    return ", ".join(changed) or "all at their defaults"


def _trial() -> str:
    flambeau = import_module("flambeau")
    begin = time.perf_counter()
    result = (flambeau.arange(1000.0) * 2.0 + 1.0).sum().item()
    seconds = time.perf_counter() - begin
    if result != 1_000_000.0:
        raise ArithmeticError(f"the sum of the first 1,000 odd numbers came out as {result}")
    return f"the sum of the first 1,000 odd numbers is right, after {seconds * 1e3:.1f} ms"


def _config() -> Any:
    return import_module("flambeau.core.config").config


DOCTOR: tuple[tuple[str, Callable[[], str]], ...] = (
    ("versions", _versions),
    ("Python", _python),
    ("processor", _processor),
    ("generated code", _code),
    ("threads", _threads),
    ("LLVM", _llvm),
    ("BLAS", _blas),
    ("GPU", _gpu),
    ("kernel cache", _cache),
    ("switches", _switches),
    ("trial", _trial),
)


# -- the report ---------------------------------------------------------------------------------
def inspect_machine() -> list[Finding]:
    """All findings; a row that fails says so instead of ending the others."""
    return [_look(title, row) for title, row in DOCTOR]


def _look(title: str, row: Callable[[], str]) -> Finding:
    try:
        return Finding(title, row())
    except Exception as error:
        return Finding(title, f"FAILED: {type(error).__name__}: {error}", is_good=False)


def format_report(findings: list[Finding], markdown: bool = False) -> str:
    """The findings as lines of text, or as a Markdown block for a bug report."""
    width = max(len(f.title) for f in findings)
    lines = [f"{f.title.ljust(width)}  {f.text}" for f in findings]
    failed = [f.title for f in findings if not f.is_good]
    lines.append("")
    lines.append(f"not working: {', '.join(failed)}" if failed else "everything works")
    text = "\n".join(lines)
    return f"```text\n{text}\n```" if markdown else text
