"""What a node kept for its rules: reading it, and the errors when it is gone or was changed."""

from __future__ import annotations

from typing import Any

from flambeau.tensor.apply import wrap
from flambeau.tensor.complex_numbers import conj
from flambeau.tensor.tape import GradNode, Node, Packed, mode
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = ["check_version", "released_error", "saved_input", "saved_output", "unpacked"]


def saved_input(node: GradNode, i: int) -> Any:
    """Input i of the call, as it was: a tensor, or the Python number.

    A complex tensor comes conjugated, and so does a complex result: the cotangent of z in
    w = f(z) is g times the conjugate of f'(z), which for the functions here is f'(conj z). So one
    rule serves real and complex numbers. Convention: conjugate Wirtinger derivatives, as PyTorch's.
    """
    entry = node.saved[i]
    if type(entry) is not tuple:
        return _for_rule(entry, entry.edge) if type(entry) is Packed else entry
    x, version = entry
    if x._storage.version != version:
        raise changed_error(node, x, version, f"input {i}")
    return conj(x) if x._storage.value.type.dtype.is_complex else x


def saved_output(node: GradNode) -> Tensor:
    """The result of the call, with its history where that is being recorded."""
    if type(node.output) is Packed:
        return _for_rule(node.output, (node, 0))
    alias, version = node.output
    if alias._storage.version != version:
        raise changed_error(node, alias, version, "the result")
    is_complex = alias._storage.value.type.dtype.is_complex
    if not mode.grad:
        return conj(alias) if is_complex else alias
    out = Tensor._of(alias._storage)  # a new one each time: the node must not refer to itself
    out._layout = alias._layout
    out._view_value = alias._view_value
    out._view_version = alias._view_version
    out._grad_fn = node
    out._requires_grad = True
    return conj(out) if is_complex else out


def unpacked(entry: Packed, edge: tuple | None) -> Tensor:
    """What the hook gives back, with the history of what was packed."""
    x = entry.unpack(entry.packed)
    if not isinstance(x, Tensor):
        raise TypeError(
            "saved_tensors_hooks: Output of saved tensor unpack_hook expected to be a Tensor but "
            f"got result of type {type(x).__name__}; try to return what pack_hook was given"
        )
    if mode.grad and edge is not None:
        x = wrap(value_of(x))
        x._grad_fn, x._output_nr = edge
        x._requires_grad = True
    return x


def _for_rule(entry: Packed, edge: tuple | None) -> Tensor:
    x = unpacked(entry, edge)
    return conj(x) if x.dtype.is_complex else x


def check_version(node: Node, x: Tensor, version: int, what: str) -> None:
    """RuntimeError if x was written in place since it had `version`."""
    if x._storage.version != version:
        raise changed_error(node, x, version, what)


def _tensor_name(x: Tensor) -> str:
    return f"flambeau.{x.dtype.name} {list(x._shape)}"


def _where(node: Node) -> str:
    if node.extra is None:
        return (
            "; to see the line of the forward call, run with FLAMBEAU_TRACE=1 or inside "
            "flambeau.autograd.detect_anomaly()"
        )
    return f"; the forward call was made at {node.extra}"


def changed_error(node: Node, x: Tensor, version: int, what: str) -> RuntimeError:
    """The error for a saved tensor that an in-place operation has changed."""
    made_by = f", which is output {x._output_nr} of {x._grad_fn.name()}," if x._grad_fn else ""
    return RuntimeError(
        f"{node.name()}: one of the variables needed for gradient computation has been modified "
        f"by an inplace operation: [{_tensor_name(x)}]{made_by} ({what} of the call) is at version "
        f"{x._storage.version}; expected version {version} instead{_where(node)}; try the "
        "out-of-place form of the operation that wrote to it, or clone() it before the write"
    )


def released_error(node: Node) -> RuntimeError:
    """The error for a second backward through a node that kept nothing."""
    return RuntimeError(
        f"{node.name()}: Trying to backward through the graph a second time (or directly access "
        "saved tensors after they have already been freed). Saved intermediate values of the "
        "graph are freed when you call .backward() or autograd.grad()"
        f"{_where(node)}; try retain_graph=True in the first call if you need to backward through "
        "the graph a second time, or compute the forward pass again"
    )
