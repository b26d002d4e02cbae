"""How a notebook shows a tensor: vectors and matrices as small tables, others as text."""

from __future__ import annotations

from typing import Any

from flambeau.engine.graph.meaning.values import hold
from flambeau.tensor.boundary import read
from flambeau.tensor.formats import strided
from flambeau.tensor.printing import number_style
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import grad_fn_of

__all__ = ["tensor_html"]

ROWS, COLUMNS = 16, 12  # larger tables show their edges
EDGE_ROWS, EDGE_COLUMNS = 5, 4


def tensor_html(x: Tensor) -> str:
    """What `_repr_html_` returns: the elements, with their indices, and what kind of tensor it is.

    >>> import flambeau
    >>> print(flambeau.arange(2)._repr_html_())
    <table ...><tr><th>0</th><th>1</th></tr><tr><td>0</td><td>1</td></tr></table><small>...
    """
    note = f"<small>{_escaped(_kind(x))}</small>"
    shape = x._shape
    if len(shape) not in (1, 2) or 0 in shape or x.layout is not strided:  # type: ignore[attr-defined]
        return f"<pre>{_escaped(repr(x))}</pre>{note}"
    array = hold(read(x), x.dtype)
    columns = _shown(shape[-1], COLUMNS, EDGE_COLUMNS)
    rows = _shown(shape[0], ROWS, EDGE_ROWS) if len(shape) == 2 else []
    table = array[[i for i in rows if i is not None]] if rows else array[None]
    table = table[:, [i for i in columns if i is not None]]
    style = number_style(table, x.dtype)
    head = ["", *map(_index, columns)] if rows else list(map(_index, columns))
    lines = ["".join(f"<th>{text}</th>" for text in head)]
    found = iter(table.tolist())
    for row in rows or [0]:
        title = f"<th>{_index(row)}</th>" if rows else ""
        values = None if row is None else iter(next(found))
        cells = [
            "..." if i is None or values is None else style(next(values)).strip() for i in columns
        ]
        lines.append(title + "".join(f"<td>{cell}</td>" for cell in cells))
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<table style="font-family:monospace;text-align:right">{body}</table>{note}'


def _shown(count: int, most: int, edge: int) -> list[Any]:
    """The indices that are shown; None stands for those left out."""
    if count <= most:
        return list(range(count))
    return [*range(edge), None, *range(count - edge, count)]


def _index(i: Any) -> str:
    return "..." if i is None else str(i)


def _kind(x: Any) -> str:
    """Class, dtype, shape, and what gradients have to do with it."""
    parts = [f"{type(x).__name__} {x.dtype.name} [{', '.join(map(str, x._shape))}]"]
    grad_fn = grad_fn_of(x) if x._base is not None or x._grad_fn is not None else None
    if grad_fn is not None:
        parts.append(f"grad_fn {grad_fn.name()}")
    elif x._requires_grad:
        parts.append("requires grad")
    return ", ".join(parts)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
