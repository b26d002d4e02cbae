"""`backward` and `grad`: checks of what is asked for, then the walk of autograd/engine.py."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

from flambeau.autograd.engine import Edge, fit, run
from flambeau.core.types import TensorType
from flambeau.tensor.apply import apply, edge_of
from flambeau.tensor.cotangent import ONES
from flambeau.tensor.joining import stack
from flambeau.tensor.layouts import with_entries
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import grad_fn_of, value_of

__all__ = ["backward", "grad", "retain_grad"]

Tensors = Tensor | Sequence[Tensor]


def _as_tuple(x: Any) -> tuple:
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def backward(
    tensors: Tensors,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Tensors | None = None,
) -> None:
    """Add the gradient of the sum of `tensors` (weighted by `grad_tensors`) to the leaves' .grad.

    retain_graph: keep what was saved, for another backward (default: as create_graph).
    create_graph: record backward itself, for higher derivatives.
    inputs: only these tensors get a gradient.

    >>> import flambeau
    >>> x = flambeau.tensor([1.0, 2.0], requires_grad=True)
    >>> flambeau.autograd.backward((x * x).sum())
    >>> x.grad
    tensor([2., 4.])
    """
    if inputs is not None and len(_as_tuple(inputs)) == 0:
        raise RuntimeError("'inputs' argument to 'backward' cannot be empty.")
    outputs = _as_tuple(tensors)
    weights = grad_tensors if grad_tensors is not None else grad_variables
    roots = _roots("backward", outputs, weights, create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    if inputs is None:
        run(roots, keep, create_graph)
        return
    targets = []
    for x in _as_tuple(inputs):
        edge = _input_edge("backward", x)
        if grad_fn_of(x) is not None:
            retain_grad(x)
        targets.append(edge)
    run(roots, keep, create_graph, targets)


def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The gradients of the sum of `outputs` (weighted by `grad_outputs`) with respect to `inputs`.

    Nothing is added to any .grad. allow_unused: None instead of an error for inputs that the
    outputs do not depend on; materialize_grads: zeros instead.

    >>> import flambeau
    >>> x = flambeau.tensor(3.0, requires_grad=True)
    >>> (g,) = flambeau.autograd.grad(x**3, x, create_graph=True)
    >>> (h,) = flambeau.autograd.grad(g, x)
    >>> g, h
    (tensor(27., grad_fn=<MulBackward0>), tensor(18.))
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: "
            "allow_unused=False."
        )
    allow_unused = bool(materialize_grads if allow_unused is None else allow_unused)
    results_of = _as_tuple(outputs)
    wanted = _as_tuple(inputs)
    keep = create_graph if retain_graph is None else retain_graph
    if is_grads_batched:
        weights = _as_tuple(grad_outputs)
        rows = [
            grad(results_of, wanted, [w[i] for w in weights], True, create_graph,
                 allow_unused=allow_unused, materialize_grads=materialize_grads)
            for i in range(weights[0]._shape[0])
        ]  # fmt: skip
        return tuple([_stacked([row[k] for row in rows]) for k in range(len(wanted))])
    roots = _roots("grad", results_of, grad_outputs, create_graph)
    edges = [_input_edge("grad", x) for x in wanted]
    found = run(roots, keep, create_graph, edges, accumulate=False)
    gradients = [found.get(edge) for edge in edges]
    for i, (x, g) in enumerate(zip(wanted, gradients, strict=True)):
        if g is not None:
            gradients[i] = with_entries(x, g)
    for i, (x, g) in enumerate(zip(wanted, gradients, strict=True)):
        if g is None and materialize_grads:
            gradients[i] = x.new_zeros(x.shape)
        elif g is None and not allow_unused:
            raise RuntimeError(
                f"grad: One of the differentiated Tensors (input {i}, shape {list(x._shape)}) "
                "appears to not have been used in the graph. Set allow_unused=True if this is the "
                "desired behavior."
            )
    return tuple(gradients)


def _stacked(rows: list) -> Any:
    if rows[0] is None:
        return None
    return stack(rows)


def _input_edge(name: str, x: Any) -> Edge:
    if not isinstance(x, Tensor):
        raise TypeError(f"{name}: inputs must be Tensors, given {type(x).__name__}")
    grad_fn_of(x)
    edge = edge_of(x)
    if edge is None:
        raise RuntimeError(
            f"{name}: One of the differentiated Tensors does not require grad (shape "
            f"{list(x._shape)}, dtype {x.dtype.name}); try requires_grad_() on it before the "
            "forward call"
        )
    return edge


def _roots(
    name: str, outputs: tuple, weights: Any, create_graph: bool
) -> list[tuple[Edge, Tensor]]:
    given: tuple = (None,) * len(outputs) if weights is None else _as_tuple(weights)
    if len(given) != len(outputs):
        raise RuntimeError(
            f"{name}: got {len(outputs)} tensors and {len(given)} gradients; "
            "give one gradient (or None) for each tensor"
        )
    roots = []
    for i, (y, g) in enumerate(zip(outputs, given, strict=True)):
        if not isinstance(y, Tensor):
            raise TypeError(f"{name}: element {i} of tensors must be a Tensor, given "
                            f"{type(y).__name__}")  # fmt: skip
        grad_fn_of(y)
        edge = edge_of(y)
        if edge is None:
            raise RuntimeError(
                f"{name}: element {i} of tensors does not require grad and does not have a grad_fn"
                "; nothing that it was computed from requires grad, or it was computed under "
                "no_grad or detached; try requires_grad_() on the inputs before the forward call"
            )
        roots.append((edge, _first_cotangent(name, y, g)))
    return roots


def _first_cotangent(name: str, y: Tensor, g: Any) -> Tensor:
    type: TensorType = y._storage.value.type if y._layout is None else value_of(y).type
    if g is None:
        if type.numel != 1:
            raise RuntimeError(
                f"{name}: grad can be implicitly created only for scalar outputs; given an output "
                f"of shape {list(type.shape)}; try .sum() or .mean() of it, or give a gradient of "
                f"its shape: backward(gradient=...)"
            )
        before = mode.grad
        mode.grad = False
        try:
            return apply(ONES, (), (type.shape, type.dtype))
        finally:
            mode.grad = before
    if not isinstance(g, Tensor):
        raise TypeError(
            f"{name}: gradients can be either Tensors or None, but got {g.__class__.__name__}"
        )
    if g._shape != type.shape:
        raise RuntimeError(
            f"{name}: Mismatch in shape: grad_output has a shape of {list(g._shape)} and output "
            f"has a shape of {list(type.shape)}; they must be equal"
        )
    return fit(g, type)


def retain_grad(x: Tensor) -> None:
    """Keep the gradient of a tensor that is no leaf in its .grad."""
    if not x._requires_grad:
        raise RuntimeError(
            "retain_grad: can't retain_grad on Tensor that has requires_grad=False; "
            "try requires_grad_() on what it is computed from"
        )
    node = grad_fn_of(x)
    if node is None or x._retains_grad:
        return
    x._retains_grad = True
    node._ensure_hooks().retains.append((x._output_nr, weakref.ref(x)))
