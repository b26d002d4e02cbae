"""The table of a `Summary` as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flambeau.debug.layers import LayerRow, Summary

__all__ = ["bytes_text", "html_table", "text_table"]

GAP = "  "
NOTHING = "--"


def text_table(found: Summary) -> str:
    """Aligned columns, a line for each layer, and the sums below."""
    head, cells = _cells(found)
    widths = [max(len(row[i]) for row in [head, *cells]) for i in range(len(head))]
    labels = max(len(label) for label, _ in _totals(found))
    widths[0] = max(widths[0], labels)
    right = len(head) - _numbers(found)

    def line(row: list[str]) -> str:
        parts = [
            cell.rjust(width) if i >= right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return GAP.join(parts).rstrip()

    rule = "-" * (sum(widths) + len(GAP) * (len(widths) - 1))
    totals = [f"{label:<{widths[0]}}{GAP}{value}" for label, value in _totals(found)]
    return "\n".join([line(head), rule, *map(line, cells), rule, *totals])


def html_table(found: Summary) -> str:
    """The same for notebooks."""
    head, cells = _cells(found)
    right = len(head) - _numbers(found)

    def row(values: list[str], tag: str) -> str:
        parts = []
        for i, text in enumerate(values):
            align = "right" if i >= right else "left"
            parts.append(
                f'<{tag} style="text-align:{align};white-space:pre">{escape(text)}</{tag}>'
            )
        return f"<tr>{''.join(parts)}</tr>"

    body = "".join(row(cell, "td") for cell in cells)
    totals = "".join(
        f'<tr><th style="text-align:left">{label}</th>'
        f'<td style="text-align:left" colspan="{len(head) - 1}">{escape(value)}</td></tr>'
        for label, value in _totals(found)
    )
    return (
        f'<table style="font-family:monospace;font-size:90%"><thead>{row(head, "th")}</thead>'
        f"<tbody>{body}</tbody><tfoot>{totals}</tfoot></table>"
    )


# -- cells ----------------------------------------------------------------------------------------
def _numbers(found: Summary) -> int:
    """How many columns at the right hold numbers."""
    return (1 + found.has_run) + _has_frozen(found)


def _has_frozen(found: Summary) -> bool:
    return found.trainable != found.parameters


def _cells(found: Summary) -> tuple[list[str], list[list[str]]]:
    head = ["Layer"]
    if found.has_run:
        head += ["Input", "Output"]
    head.append("Parameters")
    if _has_frozen(found):
        head.append("Trainable")
    if found.has_run:
        head.append("Multiply-adds")
    rows = list(found.shown())
    cells = []
    for row, stem in zip(rows, _stems(rows), strict=True):
        # a container's own, if the modules in it have lines of their own
        is_open = row.is_container and (found.depth is None or row.depth < found.depth)
        parameters = row.own_new_parameters if is_open else row.new_parameters
        work = row.own_multiply_adds if is_open else row.multiply_adds
        line = [stem + _title(row, found.has_run)]
        if found.has_run:
            line += [shape_text(row.input), shape_text(row.output)]
        line.append(_parameters(row, parameters))
        if _has_frozen(found):
            line.append(_trainable(row))
        if found.has_run:
            line.append(f"{work:,}" if work else NOTHING)
        cells.append(line)
    return head, cells


def _title(row: LayerRow, has_run: bool) -> str:
    title = f"{row.name}: {row.kind}" if row.path else row.kind
    if row.shared_with is not None:
        return f"{title} (is {row.shared_with or 'the model'})"
    if has_run and not row.calls:
        return f"{title} (not called)"
    if row.calls > 1:
        return f"{title} (called {row.calls} times)"
    return title


def _parameters(row: LayerRow, count: int) -> str:
    if row.shared_with is None and not count and row.own_parameters:
        return "shared"
    return f"{count:,}" if count and row.shared_with is None else NOTHING


def _trainable(row: LayerRow) -> str:
    if not row.parameters or row.shared_with is not None:
        return NOTHING
    return "yes" if row.trainable == row.parameters else "partly" if row.trainable else "no"


def _stems(rows: list[LayerRow]) -> Iterator[str]:
    """The lines of the tree before each row's name."""
    for i, row in enumerate(rows):
        if not row.depth:
            yield ""
            continue
        parts = []
        for level in range(1, row.depth + 1):
            is_last = not any(r.depth == level for r in _until_shallower(rows[i + 1 :], level))
            if level == row.depth:
                parts.append("└─ " if is_last else "├─ ")
            else:
                parts.append("   " if is_last else "│  ")
        yield "".join(parts)


def _until_shallower(rows: list[LayerRow], level: int) -> Iterator[LayerRow]:
    for row in rows:
        if row.depth < level:
            return
        yield row
        if row.depth == level:
            return


def shape_text(shape: Any) -> str:
    """A shape, or shapes in their containers."""
    if shape is None:
        return NOTHING
    if isinstance(shape, dict):
        return "{" + ", ".join(f"{k}: {shape_text(v)}" for k, v in shape.items()) + "}"
    if isinstance(shape, list):
        return "[" + ", ".join(map(shape_text, shape)) + "]"
    return f"({', '.join(map(str, shape))})"


def bytes_text(count: float) -> str:
    """Bytes in a unit that leaves few digits: 1,536 is 1.5 KB."""
    units = ("B", "KB", "MB", "GB", "TB")
    power = 0
    while count >= 1000 and power < len(units) - 1:
        count /= 1024
        power += 1
    return f"{count:,.1f} {units[power]}" if power else f"{count:,.0f} B"


def _totals(found: Summary) -> list[tuple[str, str]]:
    lines = [
        (
            "Parameters",
            f"{found.parameters:,} ({found.trainable:,} trainable, {found.frozen:,} frozen)",
        )
    ]
    parts = [("parameters", found.parameter_bytes)]
    if found.buffer_bytes:
        parts.append(("buffers", found.buffer_bytes))
    if found.has_run:
        lines.append(("Multiply-adds", f"{found.multiply_adds:,}"))
        parts = [("input", found.input_bytes), ("activations", found.activation_bytes), *parts]
    listed = ", ".join(f"{name} {bytes_text(count)}" for name, count in parts)
    lines.append(("Memory", f"{bytes_text(found.total_bytes)}: {listed}"))
    return lines
