"""The one gate: every operation on tensors passes `apply`, `apply_view` or `adopt`.

apply       compute something new: find the template, record the value, record the tape
apply_view  look at the same storage in another way
adopt       write: give a tensor the contents (and the history) of a freshly computed one
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.config import config
from flambeau.core.layout import Layout, contiguous
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.capture import RECORDERS
from flambeau.engine.runtime.evaluate import flush, record
from flambeau.engine.runtime.storage import Storage
from flambeau.engine.runtime.value import Value
from flambeau.tensor.bounds import check_indices
from flambeau.tensor.external import snapshot, tensor_over, write_external
from flambeau.tensor.layouts import NotStrided, apply_sparse
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.promotion import get_default_dtype
from flambeau.tensor.tape import GradNode, Packed, anomaly, mode, new_node, next_sequence
from flambeau.tensor.tensor import Tensor, origin
from flambeau.tensor.view import AS_STRIDED, grad_fn_of, layout_of, value_of

__all__ = [
    "NotAnOperand",
    "adopt",
    "adopt_history",
    "apply",
    "apply_view",
    "check_writable",
    "edge_of",
    "note_gradient",
    "record_history",
    "wrap",
    "write",
]


def apply(op: Operation, inputs: tuple[Any, ...], attributes: tuple = ()) -> Tensor:
    """The result of `op` on `inputs` (tensors and Python numbers).

    Attributes are hashable and normalised: numbers among them have one type for one meaning.
    """
    values = []
    key: list[Any] = [attributes]
    external = requires_grad = False
    for x in inputs:
        if isinstance(x, Tensor):
            try:
                storage = x._storage
            except NotStrided as reason:
                return apply_sparse(op, inputs, attributes, reason)
            if RECORDERS:
                RECORDERS[0].seen(storage)
            value = storage.value if x._layout is None else value_of(x)
            if storage.external is not None:
                small = snapshot(x, value)
                if small is None:
                    external = True
                else:
                    value = small
            values.append(value)
            key.append(value.type)
            if x._requires_grad:  # after value_of, which brings a stale view up to date
                requires_grad = True
        else:
            kind: type | None = type(x)
            if kind is not float and kind is not int and kind is not bool:
                kind = _number_kind(op, x)
                if kind is None:  # of NumPy, or complex
                    return apply(op, _as_operands(inputs), attributes)
            values.append(x)
            key.append(kind)
    found = tuple(key)
    template = op.templates.get(found) or op.template(found)
    if op.blame is not None:
        check_indices(template, values)
    value = record(template, tuple(values))
    if external:
        value = _read_at_once(value, template)
    result = Tensor._of(Storage(value))
    if mode.grad:
        if requires_grad and op.derivative is not None:
            dtype = template.type.dtype
            if dtype.is_floating_point or dtype.is_complex:
                record_history(op, inputs, found, result)
    elif mode.inference:
        result._inference = True
    return result


@operation("copy_of_external")
def COPY_OF_EXTERNAL(x: Node) -> Node:
    """A value of our own of what outside memory holds now."""
    return build.copy(x)


def _read_at_once(value: Value, template: Any) -> Value:
    """Memory that the outside may write is read before the call returns."""
    if template.is_view:
        value = record(COPY_OF_EXTERNAL.template(((), value.type)), (value,))
    if not RECORDERS:
        flush()
    return value


class NotAnOperand(TypeError):
    """What was given is no tensor and no number."""


def _number_kind(op: Operation, x: Any) -> type | None:
    """The class of number that x is; None for what becomes an operand by `_as_operands`."""
    if isinstance(x, (np.generic, np.ndarray, complex)):
        return None
    for base in (bool, int, float):
        if isinstance(x, base):
            return base
    raise NotAnOperand(
        f"{op.name}(): expected a Tensor or a Python number, given {type(x).__name__}; "
        "try flambeau.tensor(...)"
    )


def _as_operands(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """NumPy scalars as Python numbers, arrays as tensors that share their memory, and complex
    numbers as tensors without dims, which no tensor's dtype gives way to."""
    found = [x.item() if isinstance(x, np.generic) else x for x in inputs]
    found = [tensor_over(x) if isinstance(x, np.ndarray) else x for x in found]
    wide = any(isinstance(x, Tensor) and x.dtype in (dt.float64, dt.complex128) for x in found)
    dtype = dt.complex128 if wide else get_default_dtype().to_complex()
    return tuple([
        apply(COMPLEX_NUMBER, (x.real, x.imag), (dtype,)) if isinstance(x, complex) else x
        for x in found
    ])  # fmt: skip


@operation("complex_number")
def COMPLEX_NUMBER(re: Node, im: Node, dtype: dt.DType) -> Node:
    """A Python complex number as a tensor without dims."""
    return build.apply("complex", *[build.convert(x, dtype.to_real()) for x in (re, im)])


def record_history(op: Operation, inputs: tuple[Any, ...], key: tuple, result: Tensor) -> None:
    """Record the call and make `result` part of the tape."""
    derivative = op.derivative
    node = (derivative.node_class or derivative.make_class(op))()
    edges: list[Any] = []
    pattern, bit = 0, 1
    for x in inputs:
        if isinstance(x, Tensor) and x._requires_grad:
            grad_fn = x._grad_fn if x._layout is None else grad_fn_of(x)
            edges.append((x._accumulator(), 0) if grad_fn is None else (grad_fn, x._output_nr))
            pattern += bit
        else:
            edges.append(None)
        bit += bit
    node.edges = edges
    node.key = key
    node.sequence = next_sequence()
    pattern += bit
    saves, saves_output = derivative.plans.get(pattern) or derivative.plan(pattern)
    if saves:
        saved: list[Any] = [None] * len(inputs)
        for i in saves:
            x = inputs[i]
            if isinstance(x, Tensor):
                if x._inference:
                    raise RuntimeError(_INFERENCE_SAVED.format(op.name))
                saved[i] = (x, x._storage.version)
            else:
                saved[i] = x
        node.saved = saved
    if saves_output:
        node.output = (Tensor._of(result._storage), 0)
    if mode.packing is not None:
        _pack(node, mode.packing)
    if config.TRACE or anomaly.enabled:
        node.extra = origin()
    result._grad_fn = node
    result._requires_grad = True


def _pack(node: GradNode, hooks: tuple) -> None:
    """Give what the node saves to the hooks: tensors with the values that they have now."""
    for i, entry in enumerate(node.saved):
        if type(entry) is tuple:
            node.saved[i] = Packed(wrap(value_of(entry[0])), node.edges[i], hooks)
    if node.output is not None:
        node.output = Packed(wrap(value_of(node.output[0])), None, hooks)


_INFERENCE_SAVED = (
    "{}: Inference tensors cannot be saved for backward; given a tensor that was made under "
    "inference_mode; try clone() of it outside inference_mode, or no_grad instead"
)


def edge_of(x: Any) -> tuple | None:
    """Where the gradient of `x` goes: (node, output number), or None."""
    if not isinstance(x, Tensor) or not x._requires_grad:
        return None
    node = x._grad_fn if x._layout is None else grad_fn_of(x)
    return (node, x._output_nr) if node is not None else (x._accumulator(), 0)


def note_gradient(leaf: Tensor, looked_at: bool = True) -> None:
    """Tell a capture in progress that leaf.grad is about to be read, or replaced unseen."""
    if RECORDERS:
        RECORDERS[0].gradient(leaf, looked_at)


def wrap(value: Value) -> Tensor:
    """A new tensor with this value and no history."""
    return Tensor._of(Storage(value))


# -- views --------------------------------------------------------------------------------------
def apply_view(op: Operation, x: Tensor, attributes: tuple, layout: Layout) -> Tensor:
    """A tensor that shares x's storage and reads it under `layout` (of x's elements).

    `op` is the movement that computes the same from x's value.
    """
    source = value_of(x)
    key = (attributes, source.type)
    template = op.templates.get(key) or op.template(key)
    result = Tensor._of(x._storage)
    result._layout = layout
    result._view_value = record(template, (source,))
    result._view_version = x._storage.version
    result._base = x if x._base is None else x._base
    if mode.grad:
        if x._requires_grad and op.derivative is not None:
            result._grad_fn = node = new_node(op, (edge_of(x),), key)
            result._requires_grad = True
            result._grad_version = x._storage.version
            if config.TRACE or anomaly.enabled:
                node.extra = origin()
    elif mode.inference:
        result._inference = True
    return result


# -- writing ------------------------------------------------------------------------------------
@operation("update")
def UPDATE(base: Node, value: Node, shape: Shape, strides: Shape, offset: int) -> Node:
    """`base` with the elements that the layout reaches replaced by `value`'s."""
    return build.update(base, value, shape, strides, offset)


@operation("update_in_storage")
def UPDATE_IN_STORAGE(base: Node, value: Node, shape: Shape, layout: Layout, view: Layout) -> Node:
    """`base`, which lies under `layout` in a storage of `shape`, after a write through `view`."""
    storage = build.update(build.full(shape, 0, base.dtype), base, *layout)
    return AS_STRIDED.expand(build.update(storage, value, *view), *layout)


@operation("fill")
def FILL(x: Node) -> Node:
    """Stands on the tape for a write of what requires no grad."""
    return x


@operation("reshape_value")
def RESHAPE_VALUE(x: Node, shape: Shape) -> Node:
    return build.reshape(x, shape)


def write(x: Tensor, value: Value) -> None:
    """Put `value` (of x's type) where x lies, for all tensors that share the storage to see."""
    storage = x._storage
    external = storage.external
    if RECORDERS:
        RECORDERS[0].seen(storage)
    if external is not None and external.readonly:
        raise RuntimeError(
            "in-place write: the tensor was made from a read-only array, which must not change; "
            "try clone() first"
        )
    base = storage.value
    layout = x._layout
    if layout is None:
        storage.value = value
    elif layout.offset == 0 and layout.is_contiguous and value.type.numel == base.type.numel:
        key = ((base.type.shape,), value.type)
        template = RESHAPE_VALUE.templates.get(key) or RESHAPE_VALUE.template(key)
        storage.value = value if value.type is base.type else record(template, (value,))
    else:
        _check_overlap(layout)
        update = ((layout.shape, layout.strides, layout.offset), base.type, value.type)
        template = UPDATE.templates.get(update) or UPDATE.template(update)
        storage.value = record(template, (base, value))
    storage.version += 1
    if layout is not None:
        x._view_value = value
        x._view_version = storage.version
    if external is not None:
        write_external(storage)


def _check_overlap(layout: Layout) -> None:
    for size, stride in zip(layout.shape, layout.strides, strict=True):
        if stride == 0 and size > 1:
            raise RuntimeError(
                "in-place write: unsupported operation: more than one element of the written-to "
                "tensor refers to a single memory location; given an expanded tensor; "
                "try clone() the tensor before performing the operation"
            )


def adopt(x: Tensor, result: Tensor, operation_name: str = "in-place operation") -> Tensor:
    """x with the contents of `result`, a fresh tensor of x's dtype and shape, and its history."""
    value = value_of(result)
    if x._base is not None:
        grad_fn_of(x)  # a stale view may not know yet that its base requires grad
    if x._inference and not mode.inference:
        raise RuntimeError(
            f"{operation_name}: Inplace update to inference tensor outside InferenceMode is not "
            "allowed; try clone() of it outside inference_mode"
        )
    if mode.grad and (x._requires_grad or result._requires_grad):
        check_writable(x, operation_name)
        if x._storage.base is not None:
            raise RuntimeError(
                f"{operation_name}: given a view of memory of another dtype (.real, view_as_real, "
                "view(dtype)), whose tensor would not learn of the gradient; try the operation on "
                "that tensor itself, or `with flambeau.no_grad():`"
            )
        _keep_old_input(x, result)
        write(x, value)
        adopt_history(x, result)
        _share_saved_output(x, result)
    else:
        write(x, value)
    return x


def adopt_history(x: Tensor, result: Tensor) -> None:
    """x, or what it is a view of, continues with the history of `result`."""
    base = x._base if x._layout is not None else None
    if base is None:
        if result._requires_grad:
            x._grad_fn = result._grad_fn
        else:
            x._grad_fn = new_node(FILL, (edge_of(x),), ((), value_of(result).type))
        x._output_nr = result._output_nr
    else:
        _adopt_in_base(x, base, result)
        x._grad_version = -1
    x._requires_grad = True


def _adopt_in_base(x: Tensor, base: Tensor, result: Tensor) -> None:
    """Record that base was updated by `result` where the view x lies."""
    edges = (edge_of(base), edge_of(result))
    types = (value_of(base).type, value_of(result).type)
    if base._layout is None:
        node = new_node(UPDATE, edges, (tuple(x._layout), *types))
    else:  # the base is a detached view: only part of the storage has its history
        attributes = (base._storage.value.type.shape, base._layout, x._layout)
        node = new_node(UPDATE_IN_STORAGE, edges, (attributes, *types))
    if config.TRACE or anomaly.enabled:
        node.extra = origin()
    base._grad_fn = node
    base._requires_grad = True
    base._output_nr = 0


def _keep_old_input(x: Tensor, result: Tensor) -> None:
    """The in-place call's own rules still need what x was: keep the old value for them.

    An in-place method is at most a few operations, which are the last ones recorded.
    """
    newest = result._grad_fn
    if newest is None:
        return
    old = None
    stack = [newest]
    while stack:
        node = stack.pop()
        for i, entry in enumerate(node.saved if isinstance(node, GradNode) else ()):
            if type(entry) is tuple and entry[0] is x and entry[1] == x._storage.version:
                if old is None:
                    old = wrap(value_of(x))
                    old._grad_fn = grad_fn_of(x)
                    old._output_nr = x._output_nr
                    old._requires_grad = x._requires_grad
                node.saved[i] = (old, 0)
        for edge in node.edges:
            if edge is not None and edge[0].sequence > newest.sequence - _IN_PLACE_OPERATIONS:
                stack.append(edge[0])


_IN_PLACE_OPERATIONS = 8


def _share_saved_output(x: Tensor, result: Tensor) -> None:
    """The saved output of an in-place call is x itself: a later write must be noticed."""
    node = result._grad_fn
    if node is not None and isinstance(node, GradNode) and node.output is not None:
        alias = Tensor._of(x._storage)
        alias._layout = x._layout
        alias._view_value = x._view_value
        alias._view_version = x._view_version
        node.output = (alias, x._storage.version)


def check_writable(x: Tensor, operation_name: str) -> None:
    """RuntimeError if x, or what it is a view of, is a leaf that requires grad."""
    if x._requires_grad and grad_fn_of(x) is None:
        raise RuntimeError(
            f"{operation_name}: a leaf Variable that requires grad is being used in an in-place "
            "operation; gradients could not be given to its old contents; try the out-of-place "
            "operation, or `with flambeau.no_grad():` if the change is not to be differentiated"
        )
    if x._base is not None and x._base._requires_grad and grad_fn_of(x._base) is None:
        raise RuntimeError(
            f"{operation_name}: a view of a leaf Variable that requires grad is being used in an "
            "in-place operation; try clone() the leaf first, or `with flambeau.no_grad():`"
        )


def whole(x: Tensor) -> Layout:
    """x's layout in its storage."""
    return contiguous(value_of(x).type.shape) if x._layout is None else layout_of(x)
