"""Comparison of derivatives with finite differences, in double precision."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flambeau.autograd.backward import grad
from flambeau.core import dtype as dt
from flambeau.tensor.boundary import fresh, read
from flambeau.tensor.tensor import Tensor

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(RuntimeError):
    """A derivative differs from the finite difference, or could not be compared."""


def _tensors(x: Any) -> tuple[Any, ...]:
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def _differentiable(outputs: Any) -> list[Tensor]:
    return [y for y in _tensors(outputs) if isinstance(y, Tensor) and y.requires_grad]


def _with_value(array: np.ndarray, like: Tensor) -> Tensor:
    made, memory = fresh(like.dtype, like._shape)
    memory[...] = array
    return made


def _evaluate(function: Callable, inputs: Sequence[Any], i: int, array: np.ndarray) -> list:
    """The outputs, as arrays, with input i replaced by `array`."""
    changed = list(inputs)
    changed[i] = _with_value(array, inputs[i]).requires_grad_()
    return [np.array(read(y)) for y in _differentiable(function(*changed))]


def _difference(
    function: Callable, inputs: Sequence[Any], i: int, step: np.ndarray, eps: float
) -> list[np.ndarray]:
    """The change of each output along `step` of input i, by the central difference."""
    at = np.array(read(inputs[i]))
    up = _evaluate(function, inputs, i, at + eps * step)
    down = _evaluate(function, inputs, i, at - eps * step)
    return [(a - b) / (2 * eps) for a, b in zip(up, down, strict=True)]


def _pull(
    outputs: list[Tensor], n: int, weight: np.ndarray, inputs: list[Tensor]
) -> list[np.ndarray]:
    """The gradients of <weight, output n> as arrays; zeros where there is none."""
    cotangent = _with_value(weight, outputs[n])
    found = grad(outputs[n], inputs, cotangent, retain_graph=True, allow_unused=True)
    return [
        np.zeros(x._shape, x.dtype.numpy) if g is None else np.array(read(g))
        for g, x in zip(found, inputs, strict=True)
    ]


def _unit(shape: tuple, dtype: np.dtype, k: int) -> np.ndarray:
    result = np.zeros(shape, dtype)
    result.reshape(-1)[k] = 1
    return result


def _check_inputs(inputs: Sequence[Any]) -> list[int]:
    chosen = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    if not chosen:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them "
            "have requires_grad=True."
        )
    for i in chosen:
        if inputs[i].dtype is not dt.float64:
            raise ValueError(
                f"gradcheck: input {i} has dtype {inputs[i].dtype.name}; required: float64, as "
                "finite differences in less precision say nothing; try .double()"
            )
    return chosen


def _compare_fully(
    function: Callable, inputs: Sequence[Any], outputs: list[Tensor], chosen: list[int],
    eps: float, atol: float, rtol: float,
) -> None:  # fmt: skip
    """Compare every column of every Jacobian."""
    wrt = [inputs[i] for i in chosen]
    rows = [
        [_pull(outputs, n, _unit(y._shape, y.dtype.numpy, k), wrt) for k in range(_numel(y))]
        for n, y in enumerate(outputs)
    ]
    for j, i in enumerate(chosen):
        x = inputs[i]
        columns = [
            _difference(function, inputs, i, _unit(x._shape, x.dtype.numpy, k), eps)
            for k in range(_numel(x))
        ]
        for n, y in enumerate(outputs):
            numerical = np.array([c[n].reshape(-1) for c in columns]).reshape(_numel(x), _numel(y))
            analytical = np.array([r[j].reshape(-1) for r in rows[n]]).reshape(_numel(y), -1).T
            analytical = analytical.reshape(numerical.shape)
            if not np.allclose(analytical, numerical, rtol, atol, equal_nan=False):
                raise GradcheckError(
                    f"Jacobian mismatch for output {n} with respect to input {j},\n"
                    f"numerical:{numerical}\nanalytical:{analytical}\n"
                )


def _compare_fast(
    function: Callable, inputs: Sequence[Any], outputs: list[Tensor], chosen: list[int],
    eps: float, atol: float, rtol: float,
) -> None:  # fmt: skip
    """Compare one random projection u' J v of each Jacobian J."""
    source = np.random.default_rng(0)
    wrt = [inputs[i] for i in chosen]
    for n, y in enumerate(outputs):
        left = source.standard_normal(y._shape)
        pulled = _pull(outputs, n, left, wrt)
        for j, i in enumerate(chosen):
            right = source.standard_normal(inputs[i]._shape)
            numerical = float((left * _difference(function, inputs, i, right, eps)[n]).sum())
            analytical = float((pulled[j] * right).sum())
            # errors of the entries add up in the projection
            allowed = atol * max(1.0, float(np.abs(left).sum() * np.abs(right).sum()) ** 0.5)
            if not np.allclose(analytical, numerical, rtol, allowed):
                raise GradcheckError(
                    f"Jacobian mismatch for output {n} with respect to input {j} in the random "
                    f"projection:\nnumerical:{numerical}\nanalytical:{analytical}\n"
                    "try fast_mode=False for the whole Jacobian"
                )


def _numel(x: Tensor) -> int:
    return int(np.prod(x._shape, dtype=np.int64))


def _check_undefined(outputs: list[Tensor], inputs: list[Tensor]) -> None:
    """A zero cotangent must give zero gradients."""
    for n, y in enumerate(outputs):
        for j, g in enumerate(_pull(outputs, n, np.zeros(y._shape), inputs)):
            if not np.all(g == 0):
                raise GradcheckError(
                    f"backward not multiplied by grad_output: output {n}, input {j}, gradient {g}"
                )


def _check_deterministic(outputs: list[Tensor], inputs: list[Tensor], tolerance: float) -> None:
    source = random.Random(0)
    for n, y in enumerate(outputs):
        weight = np.array([source.random() for _ in range(_numel(y))]).reshape(y._shape)
        for a, b in zip(
            _pull(outputs, n, weight, inputs), _pull(outputs, n, weight, inputs), strict=True
        ):
            if a.size and np.abs(a - b).max() > tolerance:
                raise GradcheckError(
                    f"Backward is not reentrant, i.e., running backward with same input and "
                    f"grad_output multiple times gives different values (output {n})"
                )


def gradcheck(
    func: Callable,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """True if the gradients of `func(*inputs)` agree with central differences.

    inputs: tensors (those that require grad, float64, are differentiated) and other arguments.
    fast_mode: compare one random projection of each Jacobian instead of all entries.
    Raises GradcheckError with both Jacobians unless raise_exception=False.

    >>> import flambeau
    >>> x = flambeau.tensor([0.5, -1.0], dtype=flambeau.float64, requires_grad=True)
    >>> flambeau.autograd.gradcheck(lambda x: (x * x).exp(), (x,))
    True
    """
    try:
        if check_forward_ad:
            raise NotImplementedError(
                "gradcheck: check_forward_ad is not supported: only reverse mode exists"
            )
        given = _tensors(inputs)
        chosen = _check_inputs(given)
        if not check_backward_ad:
            return True
        outputs = _differentiable(func(*given))
        if not outputs:
            for i in chosen:  # what is not differentiable must not change
                if any(np.any(d != 0) for d in _plain_difference(func, given, i, eps)):
                    raise GradcheckError("Numerical gradient for function expected to be zero")
            return True
        wrt = [given[i] for i in chosen]
        compare = _compare_fast if fast_mode else _compare_fully
        compare(func, given, outputs, chosen, eps, atol, rtol)
        _check_deterministic(outputs, wrt, nondet_tol)
        if check_undefined_grad:
            _check_undefined(outputs, wrt)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _plain_difference(
    func: Callable, inputs: Sequence[Any], i: int, eps: float
) -> list[np.ndarray]:
    at = np.array(read(inputs[i]))
    found = []
    for sign in (1, -1):
        changed = list(inputs)
        changed[i] = _with_value(at + sign * eps, inputs[i])
        outputs = [y for y in _tensors(func(*changed)) if isinstance(y, Tensor)]
        found.append([np.array(read(y)).astype(np.float64) for y in outputs])
    return [(a - b) / (2 * eps) for a, b in zip(*found, strict=True)]


def gradgradcheck(
    func: Callable,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """True if the second derivatives of `func(*inputs)` agree with central differences.

    The gradient, as a function of the inputs and of `grad_outputs` (random if not given), is
    itself checked by `gradcheck`.
    """
    given = _tensors(inputs)
    chosen = _check_inputs(given)
    outputs = _differentiable(func(*given))
    if grad_outputs is None:
        source = np.random.default_rng(1)
        weights = tuple(
            _with_value(source.standard_normal(y._shape), y).requires_grad_() for y in outputs
        )
    else:
        weights = _tensors(grad_outputs)
    count = len(given)

    def first_derivative(*args: Any) -> tuple[Tensor, ...]:
        inputs, weights = args[:count], args[count:]
        results = _differentiable(func(*inputs))
        wrt = [inputs[i] for i in chosen]
        found = grad(results, wrt, weights, create_graph=True, allow_unused=True)
        return tuple([g for g in found if g is not None and g.requires_grad])

    if not _differentiable(first_derivative(*given, *weights)):
        return True
    return gradcheck(
        first_derivative, (*given, *weights), eps=eps, atol=atol, rtol=rtol,
        raise_exception=raise_exception, nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad, fast_mode=fast_mode,
    )  # fmt: skip
