"""What a view is of, and which operation made it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flambeau.core.language import say
from flambeau.core.layout import Layout
from flambeau.engine.runtime.value import Value
from flambeau.tensor.reinterpret import READ_BITS, READ_PAIRS, READ_PART, Reinterpreted
from flambeau.tensor.tensor import Tensor

__all__ = ["made_by", "origin_of"]


def origin_of(x: Tensor) -> Tensor | None:
    """The tensor whose memory x shows; None if x is no view."""
    source = x._base if x._base is not None else x._source
    return source  # type: ignore[no-any-return]


def made_by(x: Tensor, own: Layout, base: Layout) -> list[str]:
    """The operations from the base to the view, as recorded; else what the layouts look like."""
    storage = x._storage
    if isinstance(storage, Reinterpreted) and x._base is None:
        if storage.reader is READ_PART:
            return [str(storage.attributes[0])]
        if storage.reader is READ_BITS:
            return [f"view(flambeau.{storage.attributes[0].name})"]
        return ["view_as_complex" if storage.reader is READ_PAIRS else "view_as_real"]
    names = list(_recorded(x._view_value))[::-1]
    return names or [_looks_like(own, base)]


def _recorded(value: Any) -> Iterator[str]:
    """The names of the movements that are recorded on the way to `value`, the last one first."""
    while type(value) is Value and value.template is not None and value.template.is_view:
        yield value.template.name
        value = value.inputs[0] if value.inputs else None


def _looks_like(own: Layout, base: Layout) -> str:
    """What turns the base's layout into the view's; several operations may do."""
    if any(n > 1 and s == 0 for n, s in zip(own.shape, own.strides, strict=True)):
        return say("expand, by the look of it")
    dims = [_real(own), _real(base)]
    if own.offset == base.offset:
        if dims[0] == dims[1] or base.reshape(own.shape) == own:
            return say("view, reshape, squeeze or unsqueeze, by the look of it")
        if sorted(dims[0]) == sorted(dims[1]):
            return say("transpose or permute, by the look of it")
    if _is_slice(dims[0], dims[1]):
        return say("a slice (x[...], select, narrow), by the look of it")
    return say("diagonal, unfold or as_strided, by the look of it")


def _is_slice(own: list[tuple[int, int]], base: list[tuple[int, int]]) -> bool:
    """Whether each dim takes steps along one of the base's dims, in their order."""
    left = iter(base)
    return all(any(b and s % b == 0 and (n - 1) * abs(s // b) < m for m, b in left) for n, s in own)


def _real(layout: Layout) -> list[tuple[int, int]]:
    return [(n, s) for n, s in zip(layout.shape, layout.strides, strict=True) if n != 1]
