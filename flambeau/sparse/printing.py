"""How a sparse tensor is shown: its parts, then what it is, as PyTorch does."""

from __future__ import annotations

from flambeau.core import dtype as dt
from flambeau.engine.graph.meaning.values import hold
from flambeau.sparse.base import SparseTensor
from flambeau.tensor.boundary import read
from flambeau.tensor.printing import contents, with_suffixes
from flambeau.tensor.promotion import get_default_dtype
from flambeau.tensor.tensor import Tensor

__all__ = ["sparse_text"]

PREFIX = "tensor("


def sparse_text(x: SparseTensor) -> str:
    """What repr(x) and str(x) return."""
    indent = len(PREFIX)
    parts = {**x._parts(), "values": x._values_}
    lines = [_part(name, part, indent) for name, part in parts.items()]
    text = PREFIX + (",\n" + " " * indent).join(lines)
    suffixes = [f"size={tuple(x._size)}", f"nnz={x._nnz()}"]
    default = get_default_dtype()
    if x.dtype not in (default, dt.int64, dt.bool_, default.to_complex()):
        suffixes.append(f"dtype={x.dtype}")
    suffixes.append(f"layout={x.layout!r}")
    grad_fn = x.grad_fn
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn.name()}>")
    elif x.requires_grad:
        suffixes.append("requires_grad=True")
    return with_suffixes(text, suffixes, indent, x.is_sparse)


def _part(name: str, part: Tensor, indent: int) -> str:
    prefix = f"{name}=tensor("
    array = hold(read(part.detach()), part.dtype)  # type: ignore[attr-defined]
    if not array.size:
        return f"{prefix}[], size={tuple(array.shape)})"
    return f"{prefix}{contents(array, part.dtype, indent + len(prefix))})"
