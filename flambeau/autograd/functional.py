"""Jacobians, Hessians and products with them, by repeated backward passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flambeau.autograd.backward import grad
from flambeau.tensor.apply import apply
from flambeau.tensor.cotangent import ZEROS
from flambeau.tensor.joining import stack
from flambeau.tensor.tape import mode
from flambeau.tensor.tensor import Tensor

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


def _tuple(x: Any, name: str, what: str) -> tuple[Tensor, ...]:
    items = tuple(x) if isinstance(x, (tuple, list)) else (x,)
    for i, item in enumerate(items):
        if not isinstance(item, Tensor):
            raise TypeError(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the "
                f"value at index {i} has type {type(item).__name__}."
            )
    return items


def _prepared(inputs: tuple[Tensor, ...], create_graph: bool) -> tuple[Tensor, ...]:
    """Inputs of our own, whose gradients nobody else sees."""
    if create_graph:
        return tuple([x.view_as(x) if x.requires_grad else x.detach().requires_grad_()
                      for x in inputs])  # fmt: skip
    return tuple([x.detach().requires_grad_() for x in inputs])


def _zeros_like(x: Tensor) -> Tensor:
    return apply(ZEROS, (), (x._shape, x.dtype))


def _call(func: Callable, inputs: tuple[Tensor, ...], name: str) -> tuple[tuple[Tensor, ...], bool]:
    before = mode.grad
    mode.grad = True
    try:
        found = func(*inputs)
    finally:
        mode.grad = before
    return _tuple(found, name, "outputs"), isinstance(found, (tuple, list))


def _gradients(
    outputs: Any, inputs: tuple, weights: Any, create_graph: bool, strict: bool, name: str
) -> tuple:
    pairs = [
        (y, w)
        for y, w in zip(outputs, weights or (None,) * len(outputs), strict=True)
        if y.requires_grad
    ]
    if not pairs:
        found: tuple = (None,) * len(inputs)
    else:
        found = grad(
            [y for y, _ in pairs], inputs, [w for _, w in pairs], retain_graph=True,
            create_graph=create_graph, allow_unused=True,
        )  # fmt: skip
    if strict and any(g is None for g in found):
        raise RuntimeError(
            f"{name}: an output of the user-provided function is independent of input "
            f"{[g is None for g in found].index(True)}; this is not allowed in strict mode."
        )
    return tuple([_zeros_like(x) if g is None else g for g, x in zip(found, inputs, strict=True)])


def _released(x: Any, create_graph: bool) -> Any:
    if create_graph:
        return x
    return tuple([_released(y, False) for y in x]) if isinstance(x, tuple) else x.detach()


def vjp(
    func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """(func(*inputs), v times its Jacobian); v has the shapes of the outputs."""
    is_tuple = isinstance(inputs, (tuple, list))
    xs = _prepared(_tuple(inputs, "vjp", "inputs"), create_graph)
    outputs, many = _call(func, xs, "vjp")
    weights = None if v is None else _tuple(v, "vjp", "v")
    if weights is None and not (len(outputs) == 1 and outputs[0].numel() == 1):
        raise RuntimeError(
            "The vector v can only be None if the user-provided function returns a single Tensor "
            "with a single element."
        )
    found = _gradients(outputs, xs, weights, create_graph, strict, "vjp")
    result = _released(outputs, create_graph)
    found = _released(found, create_graph)
    return (result if many else result[0]), (found if is_tuple else found[0])


def jvp(
    func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """(func(*inputs), its Jacobian times v); v has the shapes of the inputs.

    Computed as the derivative of the vjp, which is linear in its cotangent.
    """
    xs = _prepared(_tuple(inputs, "jvp", "inputs"), create_graph)
    outputs, many = _call(func, xs, "jvp")
    if v is None:
        if not (len(xs) == 1 and xs[0].numel() == 1):
            raise RuntimeError(
                "The vector v can only be None if the input to the user-provided function is a "
                "single Tensor with a single element."
            )
        tangents: tuple = (_zeros_like(xs[0]) + 1,)
    else:
        tangents = _tuple(v, "jvp", "v")
    dummies = tuple([_zeros_like(y).requires_grad_() for y in outputs])
    before = mode.grad
    mode.grad = True
    try:
        pulled = _gradients(outputs, xs, dummies, True, strict, "jvp")
        found = _gradients(pulled, dummies, tangents, create_graph, False, "jvp")
    finally:
        mode.grad = before
    result = _released(outputs, create_graph)
    found = _released(found, create_graph)
    return (result, found) if many else (result[0], found[0])


def jacobian(
    func: Callable,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The derivative of every output element by every input element.

    Shape: output shape + input shape; nested tuples for several outputs and inputs.

    >>> import flambeau
    >>> flambeau.autograd.functional.jacobian(lambda x: x * x, flambeau.tensor([1.0, 3.0]))
    tensor([[2., 0.],
            [0., 6.]])
    """
    is_tuple = isinstance(inputs, (tuple, list))
    xs = _prepared(_tuple(inputs, "jacobian", "inputs"), create_graph)
    outputs, many = _call(func, xs, "jacobian")
    result = []
    for y in outputs:
        flat = y.reshape(-1) if y.requires_grad else None
        rows = [
            _gradients((flat[k],), xs, None, create_graph, strict, "jacobian")
            if flat is not None
            else tuple([_zeros_like(x) for x in xs])
            for k in range(y.numel())
        ]
        if rows:
            blocks = tuple(
                [stack([r[i] for r in rows]).reshape((*y._shape, *x._shape))
                 for i, x in enumerate(xs)]
            )  # fmt: skip
        else:
            blocks = tuple([x.new_zeros((*y._shape, *x._shape)) for x in xs])
        result.append(_released(blocks if is_tuple else blocks[0], create_graph))
    return tuple(result) if many else result[0]


def hessian(
    func: Callable,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The second derivatives of a function with one scalar output.

    >>> import flambeau
    >>> flambeau.autograd.functional.hessian(lambda x: (x**3).sum(), flambeau.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    is_tuple = isinstance(inputs, (tuple, list))

    def gradient(*xs: Tensor) -> tuple[Tensor, ...]:
        outputs, _ = _call(func, xs, "hessian")
        _check_scalar("hessian", outputs)
        return _gradients(outputs, xs, None, True, strict, "hessian")

    found = jacobian(gradient, _tuple(inputs, "hessian", "inputs"), create_graph, strict)
    return found if is_tuple else found[0][0]


def _check_scalar(name: str, outputs: tuple[Tensor, ...]) -> None:
    if len(outputs) != 1 or outputs[0].numel() != 1:
        raise RuntimeError(
            f"The function given to {name} should return a single Tensor with a single element, "
            f"given {[list(y._shape) for y in outputs]}"
        )


def hvp(
    func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """(func(*inputs), its Hessian times v)."""
    is_tuple = isinstance(inputs, (tuple, list))
    xs = _prepared(_tuple(inputs, "hvp", "inputs"), create_graph)
    outputs, _ = _call(func, xs, "hvp")
    _check_scalar("hvp", outputs)
    weights = None if v is None else _tuple(v, "hvp", "v")
    before = mode.grad
    mode.grad = True
    try:
        first = _gradients(outputs, xs, None, True, strict, "hvp")
        found = _gradients(first, xs, weights, create_graph, strict, "hvp")
    finally:
        mode.grad = before
    found = _released(found, create_graph)
    return _released(outputs[0], create_graph), (found if is_tuple else found[0])


def vhp(
    func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """(func(*inputs), v times its Hessian), which is symmetric."""
    return hvp(func, inputs, v, create_graph, strict)
