"""STARTUPS: what a fresh process needs, measured in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from bench.measure import Sample

__all__ = ["STARTUPS", "Startup", "measure_startup"]

REPEATS = 5

IMPORT = """
import time; begin = time.perf_counter()
import {library} as torch
print(time.perf_counter() - begin)
"""

FIRST_RESULT = """
import time
import {library} as torch
begin = time.perf_counter()
a, b = torch.ones(1000), torch.ones(1000)
((a * b + a).tanh() * b).sum().item()
print(time.perf_counter() - begin)
"""

FIRST_STEP = """
import time; begin = time.perf_counter()
import {library} as torch
from {library} import nn
model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loss = nn.functional.mse_loss(model(torch.randn(16, 8)), torch.randn(16, 1))
loss.backward()
optimizer.step()
loss.item(), model[0].weight.sum().item()
print(time.perf_counter() - begin)
"""


@dataclass(frozen=True)
class Startup:
    """A program that prints seconds. `is_cold`: with an empty kernel cache each time."""

    name: str
    program: str
    is_cold: bool = False
    target: float | None = None


STARTUPS = (
    Startup("import", IMPORT, target=1 / 0.3),
    Startup("first result after import, empty cache", FIRST_RESULT, is_cold=True),
    Startup("first result after import", FIRST_RESULT),
    Startup("start to first trained step, empty cache", FIRST_STEP, is_cold=True),
    Startup("start to first trained step", FIRST_STEP),
)


def measure_startup(row: Startup, libraries: list[str], threads: int) -> list[Sample]:
    """A sample for each library, taken by turns."""
    times: list[list[float]] = [[] for _ in libraries]
    for repeat in range(REPEATS + 1):
        for library, taken in zip(libraries, times, strict=True):
            seconds = _run(row, library, threads)
            if repeat:  # the first run fills the disk cache of files
                taken.append(seconds)
    return [Sample(tuple(taken)) for taken in times]


def _run(row: Startup, library: str, threads: int) -> float:
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    environment["FLAMBEAU_NUM_THREADS"] = str(threads)
    with tempfile.TemporaryDirectory() as folder:
        if row.is_cold:
            environment["FLAMBEAU_CACHE_DIR"] = folder
        done = subprocess.run(
            [sys.executable, "-c", row.program.format(library=library)],
            env=environment, capture_output=True, text=True, timeout=600,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{row.name} with {library}: {done.stderr.strip().splitlines()[-1]}")
    return float(done.stdout)
