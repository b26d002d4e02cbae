"""The table of averages as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flambeau.core.errors import message

__all__ = ["averages_table", "time_text"]

UNITS = {"us": 1.0, "ms": 1e3, "s": 1e6}
SORT_KEYS = (
    "cpu_time", "cpu_time_total", "self_cpu_time", "self_cpu_time_total", "cpu_memory_usage",
    "self_cpu_memory_usage", "count", "flops", "nbytes", "device_time_total",
    "self_device_time_total", "device_memory_usage", "cuda_time_total", "self_cuda_time_total",
    "cuda_memory_usage",
)  # fmt: skip


def time_text(us: float, unit: str | None = None) -> str:
    """A time in a unit that leaves few digits."""
    if unit is None:
        unit = "us" if us < 1e3 else "ms" if us < 1e6 else "s"
    return f"{us / UNITS[unit]:.3f}{unit}"


def _bytes(count: int) -> str:
    for unit, size in (("Gb", 1 << 30), ("Mb", 1 << 20), ("Kb", 1 << 10)):
        if abs(count) >= size:
            return f"{count / size:.2f} {unit}"
    return f"{count} b"


def _rate(row: Any) -> str:
    """GFLOP/s of products, else the rate at which memory was read and written."""
    if not row.self_cpu_time_total:
        return "--"
    if row.flops:
        return f"{row.flops / row.self_cpu_time_total / 1e3:.1f} GFLOP/s"
    return f"{row.nbytes / row.self_cpu_time_total / 1e3:.1f} GB/s" if row.nbytes else "--"


def averages_table(
    rows: Sequence[Any], columns: tuple[str, ...], title: str, sort_by: str | None,
    row_limit: int, widths: tuple[int, int, int], header: str | None, unit: str | None,
    footer: str,
) -> str:  # fmt: skip
    """See EventList.table; `columns` names those beyond the times."""
    if unit is not None and unit not in UNITS:
        raise ValueError(message("table", f"time_unit {unit!r}", f"one of {', '.join(UNITS)}"))
    total = sum(row.self_cpu_time_total for row in rows) or 1.0
    if sort_by is not None:
        if sort_by not in SORT_KEYS:
            raise ValueError(
                message("table", f"sort_by {sort_by!r}", f"one of {', '.join(SORT_KEYS)}")
            )
        rows = sorted(rows, key=lambda row: getattr(row, sort_by), reverse=True)
    shown = rows if row_limit < 0 else rows[:row_limit]
    whole = max((row.cpu_time_total for row in rows), default=0.0)
    whole = max(whole, total)
    name_width, shapes_width, source_width = widths
    makers: list[tuple[str, Callable[[Any], str]]] = [
        (title, lambda r: _cut(r.key, name_width)),
        ("Self CPU %", lambda r: f"{r.self_cpu_time_total / total:.2%}"),
        ("Self CPU", lambda r: time_text(r.self_cpu_time_total, unit)),
        ("CPU total %", lambda r: f"{r.cpu_time_total / whole:.2%}"),
        ("CPU total", lambda r: time_text(r.cpu_time_total, unit)),
        ("CPU time avg", lambda r: time_text(r.cpu_time, unit)),
        ("# of Calls", lambda r: f"{r.count:g}"),
    ]
    extra: dict[str, tuple[str, Callable[[Any], str]]] = {
        "memory": ("CPU Mem", lambda r: _bytes(r.cpu_memory_usage)),
        "rate": ("Rate", _rate),
        "flops": ("Total MFLOPs", lambda r: f"{r.flops / 1e6:.3f}" if r.flops else "--"),
        "shapes": ("Input Shapes", lambda r: _cut(str(r.input_shapes), shapes_width)),
        "stack": ("Source Location", lambda r: _cut_left("; ".join(r.stack[:1]), source_width)),
    }
    makers += [extra[name] for name in columns]
    texts = [[head for head, _ in makers], *[[make(r) for _, make in makers] for r in shown]]
    sizes = [max(len(line[i]) for line in texts) for i in range(len(makers))]
    left = {
        0,
        *[i for i, (head, _) in enumerate(makers) if head in ("Input Shapes", "Source Location")],
    }

    def line(cells: list[str]) -> str:
        parts = [
            c.ljust(n) if i in left else c.rjust(n)
            for i, (c, n) in enumerate(zip(cells, sizes, strict=True))
        ]
        return "  ".join(parts).rstrip()

    rule = "  ".join("-" * n for n in sizes)
    head = [header] if header else []
    body = [line(texts[0]), rule, *map(line, texts[1:]), rule]
    if len(shown) < len(rows):
        body.append(f"({len(rows) - len(shown)} more rows)")
    body.append(f"Self CPU time total: {time_text(total if rows else 0.0, unit)}")
    return "\n".join([*head, rule, *body, *([footer] if footer else [])])


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


def _cut_left(text: str, width: int) -> str:
    return text if len(text) <= width else "..." + text[3 - width :]
