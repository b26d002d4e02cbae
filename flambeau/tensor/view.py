"""Reading through views: the value, the layout and the history of a tensor."""

from __future__ import annotations

from typing import Any

from flambeau.core.layout import Layout, contiguous
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.capture import RECORDERS
from flambeau.engine.runtime.evaluate import record
from flambeau.engine.runtime.value import Value
from flambeau.tensor.operation import operation
from flambeau.tensor.tape import new_node
from flambeau.tensor.tensor import Tensor

__all__ = ["AS_STRIDED", "VIEW_IN_STORAGE", "grad_fn_of", "layout_of", "value_of"]


@operation("as_strided")
def AS_STRIDED(x: Node, shape: Shape, strides: Shape, offset: int) -> Node:
    """Elements of x's row-major memory, read under another layout."""
    layout = Layout(shape, strides, offset)
    if offset == 0 and layout.is_contiguous and layout.last() == x.type.numel:
        return build.reshape(x, shape)
    return build.as_strided(x, shape, strides, offset)


@operation("view_in_storage")
def VIEW_IN_STORAGE(x: Node, shape: Shape, layout: Layout, view: Layout) -> Node:
    """What `view` reads in a storage of `shape` where x lies under `layout` and zeros elsewhere."""
    storage = build.update(build.full(shape, 0, x.dtype), x, *layout)
    return AS_STRIDED.expand(storage, *view)


def layout_of(x: Tensor) -> Layout:
    """How x's elements lie in its storage."""
    return contiguous(x._storage.value.type.shape) if x._layout is None else x._layout


def value_of(x: Tensor) -> Value:
    """x's present contents."""
    storage = x._storage
    if RECORDERS:
        RECORDERS[0].seen(storage)
    layout = x._layout
    if layout is None:
        return storage.value
    if (
        x._view_version != storage.version
        or x._view_value is None
        or storage.external is not None  # the outside may have written
    ):
        base = storage.value
        key = (tuple(layout), base.type)
        grad_fn_of(x)  # the history is as stale as the value
        template = AS_STRIDED.templates.get(key) or AS_STRIDED.template(key)
        x._view_value = record(template, (base,))
        x._view_version = storage.version
    return x._view_value


def grad_fn_of(x: Tensor) -> Any:
    """x's node on the tape; made anew for a view whose base was written since."""
    if x._source is not None and x._grad_version != x._storage.version:
        x._storage.renew_history(x)  # type: ignore[attr-defined]
    base = x._base
    if (
        base is not None
        and x._grad_version != x._storage.version
        and base._requires_grad
        and base._grad_fn is not None
        and x._layout is not None
    ):
        edge = (grad_fn_of(base), base._output_nr)
        if base._layout is None:
            x._grad_fn = new_node(AS_STRIDED, (edge,), (tuple(x._layout), base._storage.value.type))
        else:  # the base is a detached view: it has a history of its own
            attributes = (base._storage.value.type.shape, base._layout, x._layout)
            x._grad_fn = new_node(VIEW_IN_STORAGE, (edge,), (attributes, value_of(base).type))
        x._output_nr = 0
        x._requires_grad = True
        x._grad_version = x._storage.version
    return x._grad_fn
