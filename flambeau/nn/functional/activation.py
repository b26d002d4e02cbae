"""Activations."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from flambeau.core.dtype import DType
from flambeau.core.shape import normalize_dim
from flambeau.nn.operations.activation import LOG_SOFTMAX, PRELU, RRELU, SOFTMAX
from flambeau.tensor.apply import apply
from flambeau.tensor.elementwise import where
from flambeau.tensor.inplace import TO, put_back
from flambeau.tensor.operation import OPERATIONS
from flambeau.tensor.random import next_key, rand_like
from flambeau.tensor.shaping import narrow
from flambeau.tensor.tensor import Tensor

__all__ = [
    "celu", "celu_", "elu", "elu_", "gelu", "glu", "gumbel_softmax", "hardshrink", "hardsigmoid",
    "hardswish", "hardtanh", "hardtanh_", "leaky_relu", "leaky_relu_", "log_softmax", "logsigmoid",
    "mish", "prelu", "relu", "relu6", "relu_", "rrelu", "rrelu_", "selu", "selu_", "sigmoid",
    "silu", "softmax", "softmin", "softplus", "softshrink", "softsign", "tanh", "tanhshrink",
    "threshold", "threshold_",
]  # fmt: skip

RELU, SIGMOID, TANH = (OPERATIONS[n] for n in ("relu", "sigmoid", "tanh"))
GELU, GELU_TANH, SILU, MISH = (OPERATIONS[n] for n in ("gelu", "gelu_tanh", "silu", "mish"))
ELU, SOFTPLUS, LEAKY_RELU, HARDTANH, HARDSHRINK, SOFTSHRINK, THRESHOLD = (
    OPERATIONS[n]
    for n in ["elu", "softplus", "leaky_relu", "hardtanh", "hardshrink", "softshrink", "threshold"]
)

# the fixed point of mean 0 and variance 1, Klambauer et al., https://arxiv.org/abs/1706.02515
SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def _finished(x: Tensor, result: Tensor, inplace: bool, name: str) -> Tensor:
    return put_back(x, result, name) if inplace else result


def _need(name: str, input: Any) -> None:
    if not isinstance(input, Tensor):
        raise TypeError(
            f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}"
        )


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0).

    >>> import flambeau
    >>> flambeau.nn.functional.relu(flambeau.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    result = apply(RELU, (input,))
    return put_back(input, result, "relu_") if inplace else result


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """min(max(x, 0), 6)."""
    return hardtanh(input, 0.0, 6.0, inplace)


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + exp(-x))."""
    return apply(SIGMOID, (input,))


def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent."""
    return apply(TANH, (input,))


def gelu(input: Tensor, *, approximate: str = "none") -> Tensor:
    """x times the normal distribution function of x; approximate: "none" or "tanh"."""
    _need("gelu", input)
    if approximate == "none":
        return apply(GELU, (input,))
    if approximate != "tanh":
        raise RuntimeError(
            f"gelu: approximate argument must be either none or tanh, given {approximate!r}"
        )
    return apply(GELU_TANH, (input,))


def _is_other(x: Tensor) -> bool:
    """Whether x is neither floating-point nor bool."""
    return x.dtype.is_complex or x.dtype.category == "int"


# -- of complex numbers and integers: written in other operations -------------------------------
def _softsign(x: Any) -> Any:
    return x / (x.abs() + 1)


def _tanhshrink(x: Any) -> Any:
    return x - x.tanh()


def _silu(x: Any) -> Any:
    return x / ((-x).exp() + 1)


def _plain(
    name: str, operation_name: str, text: str, composed: Callable[[Any], Any] | None = None
) -> Callable[[Tensor], Tensor]:
    op = OPERATIONS[operation_name]

    def function(input: Tensor) -> Tensor:
        if composed is not None and isinstance(input, Tensor) and _is_other(input):
            return composed(input)  # type: ignore[no-any-return]
        _need(name, input)
        return apply(op, (input,))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = text
    return function


def _with_inplace(
    name: str, operation_name: str, text: str, composed: Callable[[Any], Any] | None = None
) -> Callable[..., Tensor]:
    op = OPERATIONS[operation_name]

    def function(input: Tensor, inplace: bool = False) -> Tensor:
        if composed is not None and isinstance(input, Tensor) and input.dtype.is_complex:
            return _finished(input, composed(input), inplace, f"{name}_")
        _need(name, input)
        return _finished(input, apply(op, (input,)), inplace, f"{name}_")

    function.__name__ = function.__qualname__ = name
    function.__doc__ = text
    return function


logsigmoid = _plain("logsigmoid", "log_sigmoid", "log(sigmoid(x)), exact far from zero.")
softsign = _plain("softsign", "softsign", "x / (1 + |x|).", _softsign)
tanhshrink = _plain("tanhshrink", "tanhshrink", "x - tanh(x).", _tanhshrink)
silu = _with_inplace("silu", "silu", "x * sigmoid(x).", _silu)
mish = _with_inplace("mish", "mish", "x * tanh(log(1 + exp(x))).")
hardsigmoid = _with_inplace("hardsigmoid", "hardsigmoid", "min(max(x + 3, 0), 6) / 6.")
hardswish = _with_inplace("hardswish", "hardswish", "x * min(max(x + 3, 0), 6) / 6.")


def _elu(
    input: Tensor, alpha: float, scale: float, input_scale: float, inplace: bool, name: str
) -> Tensor:
    _need(name, input)
    result = apply(ELU, (input,), (float(alpha), float(scale), float(input_scale)))
    return _finished(input, result, inplace, f"{name}_")


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where positive, else alpha * (exp(x) - 1)."""
    return _elu(input, alpha, 1.0, 1.0, inplace, "elu")


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """ELU scaled so that mean 0 and variance 1 are kept."""
    return _elu(input, SELU_ALPHA, SELU_SCALE, 1.0, inplace, "selu")


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))."""
    if alpha == 0:
        raise RuntimeError("celu: ZeroDivisionError: alpha cannot be 0 for CELU")
    return _elu(input, alpha, 1.0, 1.0 / alpha, inplace, "celu")


def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:
    """log(1 + exp(beta * x)) / beta, x itself where beta * x > threshold."""
    _need("softplus", input)
    return apply(SOFTPLUS, (input,), (float(beta), float(threshold)))


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where positive, else negative_slope * x."""
    _need("leaky_relu", input)
    result = apply(LEAKY_RELU, (input,), (float(negative_slope),))
    return _finished(input, result, inplace, "leaky_relu_")


def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """min(max(x, min_val), max_val)."""
    _need("hardtanh", input)
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    result = apply(HARDTANH, (input,), (float(min_val), float(max_val)))
    return _finished(input, result, inplace, "hardtanh_")


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """x where |x| > lambd, else 0."""
    _need("hardshrink", input)
    return apply(HARDSHRINK, (input,), (float(lambd),))


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """x moved towards 0 by lambd."""
    _need("softshrink", input)
    if not lambd >= 0:
        raise RuntimeError(
            f"softshrink: lambda must be greater or equal to 0, but found to be {lambd}."
        )
    return apply(SOFTSHRINK, (input,), (float(lambd),))


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where x > threshold, else value."""
    x: Any = input
    if isinstance(x, Tensor) and x.dtype.category == "int":
        kept = where(x > threshold, x, int(value)).to(x.dtype)
        return _finished(input, kept, inplace, "threshold_")
    _need("threshold", input)
    result = apply(THRESHOLD, (input,), (float(threshold), float(value)))
    return _finished(input, result, inplace, "threshold_")


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """x where positive, else weight * x; one weight, or one for each channel (dim 1)."""
    _need("prelu", input)
    return apply(PRELU, (input, weight))


def rrelu(
    input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False,
    inplace: bool = False,
) -> Tensor:  # fmt: skip
    """x where positive, else x times a random slope in training, the mean slope otherwise."""
    _need("rrelu", input)
    if lower > upper:
        raise RuntimeError(
            f"rrelu: Lower bound should be less than or equal to the upper bound, given {lower} "
            f"and {upper}"
        )
    if training:
        keys = next_key(None)
        result = apply(RRELU, (input, *keys), (float(lower), float(upper)))
    else:
        result = apply(LEAKY_RELU, (input,), ((lower + upper) / 2,))
    return _finished(input, result, inplace, "rrelu_")


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half along dim times the sigmoid of the second."""
    _need("glu", input)
    ndim = len(input._shape)
    at = normalize_dim("glu", dim, ndim)
    size = input._shape[at] if ndim else 0
    if ndim == 0 or size % 2:
        raise RuntimeError(
            f"glu: Halving dimension must be even, but dimension {dim} is size {size}"
        )
    a, b = narrow(input, at, 0, size // 2), narrow(input, at, size // 2, size // 2)
    return a * apply(SIGMOID, (b,))


# -- softmax --------------------------------------------------------------------------------------
def _softmax_dim(name: str, input: Tensor, dim: int | None, stacklevel: int) -> tuple[int, ...]:
    ndim = len(input._shape)
    if dim is None:
        warnings.warn(
            f"Implicit dimension choice for {name} has been deprecated. Change the call to include "
            "dim=X as an argument.",
            stacklevel=stacklevel + 2,
        )
        dim = 0 if ndim in (0, 1, 3) else 1
    at = normalize_dim(name, dim, ndim)
    return (at,) if ndim else ()


def _converted(input: Tensor, dtype: DType | None) -> Tensor:
    return input if dtype is None or input.dtype is dtype else apply(TO, (input,), (dtype,))


def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
) -> Tensor:
    """exp(x) / sum(exp(x)) over dim.

    >>> import flambeau
    >>> flambeau.nn.functional.softmax(flambeau.zeros(2), dim=0)
    tensor([0.5000, 0.5000])
    """
    _need("softmax", input)
    x = _converted(input, dtype)
    return apply(SOFTMAX, (x,), (_softmax_dim("softmax", input, dim, _stacklevel),))


def softmin(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
) -> Tensor:
    """softmax of -x."""
    _need("softmin", input)
    x = _converted(-input, dtype)
    return apply(SOFTMAX, (x,), (_softmax_dim("softmin", input, dim, _stacklevel),))


def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
) -> Tensor:
    """x - log(sum(exp(x))) over dim, exact where softmax would be zero."""
    _need("log_softmax", input)
    x = _converted(input, dtype)
    return apply(LOG_SOFTMAX, (x,), (_softmax_dim("log_softmax", input, dim, _stacklevel),))


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """A sample of the Gumbel-softmax distribution; hard: one-hot, with the soft one's gradient."""

    noise = -(-(rand_like(logits) + eps).log() + eps).log()
    soft = softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    best = soft == soft.amax(dim, True)
    return best.to(soft.dtype) - soft.detach() + soft


# -- in place -------------------------------------------------------------------------------------
def _in_place(function: Callable[..., Tensor], name: str) -> Callable[..., Tensor]:
    def method(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return function(input, *args, inplace=True, **kwargs)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"In-place version of `{function.__name__}`."
    return method


relu_ = _in_place(relu, "relu_")
elu_ = _in_place(elu, "elu_")
selu_ = _in_place(selu, "selu_")
celu_ = _in_place(celu, "celu_")
leaky_relu_ = _in_place(leaky_relu, "leaky_relu_")
hardtanh_ = _in_place(hardtanh, "hardtanh_")
threshold_ = _in_place(threshold, "threshold_")
rrelu_ = _in_place(rrelu, "rrelu_")
