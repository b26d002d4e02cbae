"""Derivatives as functions of functions: grad, vjp, jvp, and whole Jacobians by vmap.

Every derivative stays on the tape if something outside may differentiate it again, so these
nest: grad(grad(f)), jacfwd(jacrev(f)), vmap(grad(f)).
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flambeau.autograd.backward import grad as gradients_of
from flambeau.autograd.modes import enable_grad
from flambeau.core.errors import message
from flambeau.func.vmap import vmap
from flambeau.tensor.patterns import eye
from flambeau.tensor.tensor import Tensor
from flambeau.utils._pytree import TreeSpec, tree_flatten, tree_map, tree_unflatten

__all__ = ["grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "vjp"]

Function = Callable[..., Any]
_nesting = threading.local()  # how many derivatives are being taken around this one


@contextmanager
def _inside() -> Iterator[bool]:
    """Gives whether there is a derivative around this one, which needs the tape of this one."""
    depth = getattr(_nesting, "depth", 0)
    _nesting.depth = depth + 1
    try:
        with enable_grad():
            yield depth > 0
    finally:
        _nesting.depth = depth


def _own(x: Any) -> Any:
    """The same tensor as a new place on the tape, where a derivative can be asked for."""
    if not isinstance(x, Tensor):
        return x
    return x.view_as(x) if x.requires_grad else x.detach().requires_grad_()


def _needs_tape(nested: bool, tree: Any) -> bool:
    leaves = tree_flatten(tree)[0]
    return nested or any(isinstance(x, Tensor) and x.requires_grad for x in leaves)


def _released(tree: Any, keep: bool) -> Any:
    """Results as they are where their history is wanted, else without it."""
    return tree if keep else tree_map(lambda x: x.detach() if isinstance(x, Tensor) else x, tree)


def _positions(name: str, argnums: Any, count: int) -> tuple[int, ...]:
    given = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for n in given:
        if not -count <= n < count:
            raise RuntimeError(
                message(name, f"argnums {argnums} for {count} arguments",
                        f"numbers from {-count} to {count - 1}")
            )  # fmt: skip
    return tuple(n % count for n in given)


def _gradients(outputs: Any, inputs: Any, weights: Any, create: bool) -> list[Tensor]:
    """The gradients at `inputs`; zeros where an output does not depend on one."""
    pairs = [(y, w) for y, w in zip(outputs, weights, strict=True) if y.requires_grad]
    if not pairs:
        return [x.new_zeros(x.shape) for x in inputs]
    found = gradients_of(
        [y for y, _ in pairs], inputs, [w for _, w in pairs], retain_graph=True,
        create_graph=create, allow_unused=True,
    )  # fmt: skip
    return [x.new_zeros(x.shape) if g is None else g for x, g in zip(inputs, found, strict=True)]


# -- gradients ----------------------------------------------------------------------------------
def grad_and_value(func: Function, argnums: Any = 0, has_aux: bool = False) -> Function:
    """The function that gives (gradient, value) of `func`, whose result has one element.

    argnums: the argument or arguments (trees of tensors) to differentiate; has_aux: `func` gives
    (result, more), and the value is that pair.
    """

    @functools.wraps(func)
    def function(*args: Any, **kwargs: Any) -> Any:
        positions = _positions("grad", argnums, len(args))
        with _inside() as nested:
            mine = [tree_map(_own, a) if i in positions else a for i, a in enumerate(args)]
            keep = _needs_tape(nested, (args, kwargs))
            output = func(*mine, **kwargs)
            if has_aux and not (isinstance(output, tuple) and len(output) == 2):
                raise RuntimeError(
                    message("grad", "a function with has_aux=True that did not return a pair",
                            "(output, aux)")
                )  # fmt: skip
            value = output[0] if has_aux else output
            if not isinstance(value, Tensor) or value.numel() != 1 or value.dim():
                given = list(value.shape) if isinstance(value, Tensor) else type(value).__name__
                raise RuntimeError(
                    message("grad", f"a function that returned {given}",
                            "Expected f(*args) to return a scalar tensor", ".sum() or .mean() of "
                            "it, or vjp() and jacrev() for results of several elements")
                )  # fmt: skip
            wanted = tuple(mine[i] for i in positions)
            leaves, spec = tree_flatten(wanted)
            # what is no part of the result's tape, captured from outside, may be differentiated too
            keep = keep or _has_other_history(value, leaves)
            found = _gradients([value], leaves, [None], create=keep)
        trees = tree_unflatten(found, spec)
        gradients = trees[0] if isinstance(argnums, int) else trees
        return gradients, _released(output, keep)

    return function


def _has_other_history(value: Tensor, leaves: list[Tensor]) -> bool:
    """Whether the value's tape reaches leaves besides ours."""
    own = {id(x._accumulator()) if x._grad_fn is None else id(x._grad_fn) for x in leaves}
    seen: set[int] = set()
    stack = [value._grad_fn] if value._grad_fn is not None else []
    while stack:
        node = stack.pop()
        if id(node) in seen or id(node) in own:
            continue
        seen.add(id(node))
        if node.sequence < 0:
            return True
        stack += [e[0] for e in node.edges if e is not None]
    return False


def grad(func: Function, argnums: Any = 0, has_aux: bool = False) -> Function:
    """The gradient of `func`, whose result has one element, as a function.

    >>> import flambeau
    >>> flambeau.func.grad(lambda x: x**3)(flambeau.tensor(2.0))
    tensor(12.)
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def function(*args: Any, **kwargs: Any) -> Any:
        gradients, output = both(*args, **kwargs)
        return (gradients, output[1]) if has_aux else gradients

    return function


def vjp(func: Function, *primals: Any, has_aux: bool = False) -> Any:
    """(output, function from cotangents of the output to those of the primals) of func.

    >>> import flambeau
    >>> y, pull = flambeau.func.vjp(flambeau.sin, flambeau.zeros(2))
    >>> pull(flambeau.ones(2))
    (tensor([1., 1.]),)
    """
    with _inside() as nested:
        mine = tree_map(_own, primals)
        output = func(*mine)
        aux = None
        if has_aux:
            output, aux = output
        keep = _needs_tape(nested, primals)
    leaves, spec = tree_flatten(mine)
    outputs, output_spec = tree_flatten(output)

    def pull(*cotangents: Any) -> Any:
        given = cotangents[0] if len(cotangents) == 1 else cotangents
        weights, given_spec = tree_flatten(given)
        if given_spec != output_spec:
            raise RuntimeError(
                message("vjp", "cotangents of another structure than the output's",
                        "Expected pytree structure of cotangents to be the same as pytree "
                        "structure of outputs to the function")
            )  # fmt: skip
        again = keep or getattr(_nesting, "depth", 0) > 0 or _needs_tape(False, given)
        with enable_grad():
            found = _gradients(outputs, leaves, weights, create=again)
        return tree_unflatten(found, spec)

    result = _released(output, keep)
    return (result, pull, _released(aux, keep)) if has_aux else (result, pull)


def jvp(
    func: Function, primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False
) -> Any:
    """(output, its derivative in the direction of the tangents) of func.

    The derivative of a vjp with respect to its cotangent, in which it is linear, in the direction
    of the tangents: two reverse passes (J. Townsend, "A new trick for calculating Jacobian vector
    products", 2017).

    >>> import flambeau
    >>> flambeau.func.jvp(flambeau.sin, (flambeau.zeros(2),), (flambeau.ones(2),))
    (tensor([0., 0.]), tensor([1., 1.]))
    """
    if not isinstance(primals, tuple) or not isinstance(tangents, tuple):
        raise RuntimeError(
            message("jvp", f"{type(primals).__name__} and {type(tangents).__name__}",
                    "Expected primals and tangents to be tuples", "(x,) and (v,)")
        )  # fmt: skip
    along, along_spec = tree_flatten(tangents)
    with _inside() as nested:
        mine = tree_map(_own, primals)
        leaves, spec = tree_flatten(mine)
        if along_spec != spec or [t.shape for t in along] != [x.shape for x in leaves]:
            raise RuntimeError(
                message("jvp", f"tangents of shapes {[list(t.shape) for t in along]}",
                        f"the structure and shapes of the primals, "
                        f"{[list(x.shape) for x in leaves]}")
            )  # fmt: skip
        output = func(*mine)
        aux = None
        if has_aux:
            output, aux = output
        keep = _needs_tape(nested, (primals, tangents))
        outputs, output_spec = tree_flatten(output)
        weights = [y.detach().new_zeros(y.shape) for y in outputs]
        for w in weights:
            w.requires_grad_(w.is_floating_point() or w.is_complex())
        pulled = _gradients(outputs, leaves, weights, create=True)
        known = iter(_gradients(pulled, [w for w in weights if w.requires_grad], along, keep))
        found = [next(known) if w.requires_grad else w for w in weights]
        if strict and not any(y.requires_grad for y in outputs):
            raise RuntimeError("jvp: the output does not depend on the primals, under strict=True")
    result = _released(output, keep)
    tangent = _released(tree_unflatten(found, output_spec), keep)
    return (result, tangent, _released(aux, keep)) if has_aux else (result, tangent)


# -- Jacobians ----------------------------------------------------------------------------------
def _basis(x: Tensor, total: int, start: int) -> Tensor:
    """Rows start ... of a unit matrix of `total` rows, as tensors of x's shape."""
    rows: Any = eye(total, dtype=x.dtype.to_real())
    part = rows[:, start : start + x.numel()].to(x.dtype)
    return part.reshape(total, *x.shape)  # type: ignore[no-any-return]


def _all_bases(leaves: list[Tensor]) -> list[Tensor]:
    total = sum(x.numel() for x in leaves)
    starts, at = [], 0
    for x in leaves:
        starts.append(at)
        at += x.numel()
    return [_basis(x, total, start) for x, start in zip(leaves, starts, strict=True)]


def _split(rows: Tensor, leaves: list[Tensor]) -> list[Tensor]:
    """The first dim of `rows`, one for each element of the leaves, as the leaves' shapes."""
    found, at = [], 0
    for x in leaves:
        part: Any = rows[at : at + x.numel()]  # type: ignore[index]
        found.append(part.reshape(*x.shape, *rows.shape[1:]))
        at += x.numel()
    return found


def jacrev(
    func: Function, argnums: Any = 0, *, has_aux: bool = False, chunk_size: int | None = None,
) -> Function:  # fmt: skip
    """The Jacobian of `func` by reverse passes, one for each element of the result, at once.

    A result of shape (out) and an argument of shape (in) give (out, in); trees of both give the
    argument's tree in each place of the result's.

    >>> import flambeau
    >>> flambeau.func.jacrev(lambda x: x**2)(flambeau.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """

    @functools.wraps(func)
    def function(*args: Any) -> Any:
        positions = _positions("jacrev", argnums, len(args))
        wanted = tuple(args[i] for i in positions)
        found = vjp(_of(func, args, positions), *wanted, has_aux=has_aux)
        output, pull = found[:2]
        outputs, output_spec = tree_flatten(output)
        _, spec = tree_flatten(wanted)

        def row(*basis: Tensor) -> Any:
            return tree_flatten(pull(tree_unflatten(basis, output_spec)))[0]

        rows = vmap(row, chunk_size=chunk_size)(*_all_bases(outputs))
        split = [_split(r, outputs) for r in rows]  # by input, then by output
        result = _arranged(split, output_spec, spec, argnums)
        return (result, found[2]) if has_aux else result

    return function


def jacfwd(
    func: Function, argnums: Any = 0, has_aux: bool = False, *, randomness: str = "error",
    chunk_size: int | None = None,
) -> Function:  # fmt: skip
    """The Jacobian of `func` by `jvp`, one for each element of the argument, at once."""

    @functools.wraps(func)
    def function(*args: Any) -> Any:
        positions = _positions("jacfwd", argnums, len(args))
        wanted = tuple(args[i] for i in positions)
        leaves, spec = tree_flatten(wanted)
        inner = _of(func, args, positions)
        specs: list[TreeSpec] = []
        extra: list[Any] = []

        def column(*basis: Tensor) -> Any:
            found = jvp(inner, wanted, tree_unflatten(basis, spec), has_aux=has_aux)
            extra.append(found[2] if has_aux else None)
            outputs, output_spec = tree_flatten(found[1])
            specs.append(output_spec)
            return outputs

        columns = vmap(column, randomness=randomness, chunk_size=chunk_size)(*_all_bases(leaves))
        split = [_split(c, leaves) for c in columns]  # by output, then by input
        turned = [
            [_inputs_last(split[o][i], leaves[i].dim()) for o in range(len(columns))]
            for i in range(len(leaves))
        ]
        result = _arranged(turned, specs[-1], spec, argnums)
        return (result, _released(extra[-1], False)) if has_aux else result

    return function


def _inputs_last(x: Tensor, count: int) -> Tensor:
    """The first `count` dims behind the others."""
    return x.permute(*range(count, x.dim()), *range(count))  # type: ignore[no-any-return]


def _of(func: Function, args: tuple, positions: tuple[int, ...]) -> Function:
    """func as a function of the arguments at `positions` alone."""

    def partial(*wanted: Any) -> Any:
        given = list(args)
        for i, x in zip(positions, wanted, strict=True):
            given[i] = x
        return func(*given)

    return partial


def _arranged(parts: list[list[Tensor]], outputs: TreeSpec, inputs: TreeSpec, argnums: Any) -> Any:
    """parts[input][output] as the inputs' tree in each leaf of the outputs' tree."""
    places = []
    for o in range(outputs.num_leaves):
        tree = tree_unflatten([part[o] for part in parts], inputs)
        places.append(tree[0] if isinstance(argnums, int) else tree)
    return tree_unflatten(places, outputs)


def hessian(func: Function, argnums: Any = 0) -> Function:
    """The matrix of second derivatives of `func`: forward over reverse.

    >>> import flambeau
    >>> flambeau.func.hessian(lambda x: (x**3).sum())(flambeau.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)
