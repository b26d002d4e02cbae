"""Every switch once: its name, type, default, meaning, and whether it changes generated code.

A switch is set by the environment variable FLAMBEAU_<NAME> or by `config.override(NAME=value)`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["SWITCHES", "Switch", "config", "log"]


@dataclass(frozen=True)
class Switch:
    """One row of SWITCHES."""

    name: str
    default: int | str
    help: str
    in_key: bool = False  # part of the plan key: changes which kernels are made


SWITCHES = (
    Switch("DEBUG", 0, "1 compilations, 2 a line per kernel, 3 why kernels were split, "
           "4 kernel IR, 5 LLVM IR, 6 assembly"),
    Switch("CHECK", 0, "verify every stage's result"),
    Switch("EAGER", 0, "evaluate at every operation"),
    Switch("NOFUSE", 0, "one kernel for each node", in_key=True),
    Switch("BACKEND", "cpu", "'cpu' (generated code), 'simulated' (kernel IR on NumPy) or "
           "'interpreter' (NumPy)", in_key=True),
    Switch("LANG", "", "language of messages: 'en' or 'zh'; empty for the locale's"),
    Switch("TRACE", 0, "remember the user's line for every operation; 2: all lines of the call"),
    Switch("NUM_THREADS", 0, "worker threads; 0 reads the affinity mask and container quota"),
    Switch("CACHE_DIR", "", "folder of compiled kernels; empty for the user's cache folder"),
    Switch("CACHE", 1, "keep compiled kernels on disk"),
    Switch("CACHE_MB", 256, "size bound of the disk cache in MiB"),
    Switch("BLAS", 1, "use the BLAS library for matrix products", in_key=True),
    Switch("FEATURES", "", "comma-separated LLVM features to switch off, e.g. 'avx512f'",
           in_key=True),
)  # fmt: skip


class Config:
    """The switches' present values as attributes."""

    def __init__(self) -> None:
        for switch in SWITCHES:
            text = os.environ.get(f"FLAMBEAU_{switch.name}")
            value: int | str = switch.default
            if text is not None:
                value = text if isinstance(switch.default, str) else int(text or 0)
            setattr(self, switch.name, value)
        self._refresh()

    def __getattr__(self, name: str):  # only reached for names that are no switch
        raise AttributeError(
            f"config: no switch {name!r}; the switches are {', '.join(s.name for s in SWITCHES)}"
        )

    def _refresh(self) -> None:
        self.key = tuple(getattr(self, s.name) for s in SWITCHES if s.in_key)
        self.attentive = bool(self.EAGER or self.TRACE)  # one look for each recorded operation

    @contextmanager
    def override(self, **values: int | str) -> Iterator[None]:
        """Set switches inside a `with` block."""
        before = {name: getattr(self, name) for name in values}
        try:
            self.set(**values)
            yield
        finally:
            self.set(**before)

    def set(self, **values: int | str) -> None:
        """Set switches for good."""
        known = {s.name for s in SWITCHES}
        for name, value in values.items():
            if name not in known:
                raise AttributeError(f"config: no switch {name!r}")
            setattr(self, name, value)
        self._refresh()


config = Config()


def log(level: int, text: str) -> None:
    """Print `text` to standard error if DEBUG is at least `level`."""
    if level <= config.DEBUG:
        print(f"[flambeau] {text}", file=sys.stderr, flush=True)
