"""A table for people, and the same as JSON."""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass
from typing import Any

from bench.library import Library
from bench.measure import Sample
from flambeau.doctor import package_version, processor_name

__all__ = [
    "Line",
    "as_json",
    "as_markdown",
    "describe_machine",
    "format_line",
    "header",
    "put_into_page",
]

NAME_WIDTH = 42


@dataclass(frozen=True)
class Line:
    """One measured row; `theirs` is None without PyTorch, `error` says why nothing was measured."""

    name: str
    ours: Sample | None
    theirs: Sample | None
    target: float | None
    error: str = ""

    @property
    def ratio(self) -> float | None:
        """PyTorch's time divided by ours: above 1 we are faster."""
        if self.ours is None or self.theirs is None:
            return None
        return self.theirs.median / self.ours.median


def describe_machine(libraries: list[Library], threads: int) -> dict[str, Any]:
    """What the figures depend on."""
    versions = {library.name: library.version for library in libraries}
    for name in ("numpy", "llvmlite", "scipy-openblas32"):
        versions[name] = package_version(name)
    return {
        "processor": processor_name(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "threads": threads,
        "versions": versions,
        "date": time.strftime("%Y-%m-%d"),
    }


def header(machine: dict[str, Any]) -> str:
    """The lines above the table."""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        f"{machine['processor']}, {machine['threads']} threads, Python {machine['python']}\n"
        f"{versions}\n"
        "medians; +- is half the distance between the quartiles; ratio is PyTorch's time / ours\n"
        f"\n{'row':{NAME_WIDTH}}{'flambeau':>18}{'PyTorch':>18}{'ratio':>8}  wanted"
    )


def format_line(line: Line) -> str:
    """One row of the table."""
    if line.error:
        return f"{line.name:{NAME_WIDTH}}  {line.error}"
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    wanted = ""
    if line.target is not None and line.ratio is not None:
        wanted = f"  {line.target:.2g}" + ("" if line.ratio >= line.target else "  missed")
    return (
        f"{line.name:{NAME_WIDTH}}{_cell(line.ours):>18}{_cell(line.theirs):>18}{ratio:>8}{wanted}"
    )


def _cell(sample: Sample | None) -> str:
    if sample is None:
        return "-"
    return f"{_duration(sample.median)} +-{sample.spread:4.0%}"


def _duration(seconds: float) -> str:
    for limit, unit, factor in ((1e-3, "us", 1e6), (1.0, "ms", 1e3)):
        if seconds < limit:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def as_markdown(machine: dict[str, Any], lines: list[Line]) -> str:
    """The table for the README."""
    versions = machine["versions"]
    theirs = f"PyTorch {versions['torch']}" if "torch" in versions else "PyTorch"
    rows = [
        f"{machine['processor']}, {machine['threads']} threads, {machine['system']}, Python "
        f"{machine['python']}, numpy {versions['numpy']}, llvmlite {versions['llvmlite']}, "
        f"{machine['date']}.",
        "",
        f"| work | flambeau {versions['flambeau']} | {theirs} | ratio |",
        "|---|---:|---:|---:|",
    ]
    for line in lines:
        if line.ours is not None:
            ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
            times = [_duration(s.median) if s is not None else "" for s in (line.ours, line.theirs)]
            rows.append(f"| {line.name} | {times[0]} | {times[1]} | {ratio} |")
    return "\n".join(rows)


BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


def put_into_page(page: str, table: str) -> str:
    """A page's text with the table between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"bench: the page has no place for figures ({BEGIN} and {END})")
    return f"{before}{BEGIN}\n{table}\n{mark}{after}"


def as_json(machine: dict[str, Any], lines: list[Line]) -> dict[str, Any]:
    """Everything measured, times in seconds."""
    return {
        "machine": machine,
        "rows": [
            {
                "name": line.name,
                "flambeau": _sample(line.ours),
                "torch": _sample(line.theirs),
                "ratio": line.ratio,
                "target": line.target,
                "error": line.error,
            }
            for line in lines
        ],
    }


def _sample(sample: Sample | None) -> dict[str, Any] | None:
    if sample is None:
        return None
    return {"median": sample.median, "spread": sample.spread, "blocks": len(sample.times)}
