"""First values of parameters. Every function fills its tensor in place and returns it."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from flambeau.autograd.modes import no_grad
from flambeau.core.dtype import float64
from flambeau.tensor.boundary import read
from flambeau.tensor.creation import from_array
from flambeau.tensor.tensor import Tensor

__all__ = [
    "calculate_gain", "constant", "constant_", "dirac", "dirac_", "eye", "eye_", "kaiming_normal",
    "kaiming_normal_", "kaiming_uniform", "kaiming_uniform_", "normal", "normal_", "ones_",
    "orthogonal", "orthogonal_", "sparse", "sparse_", "trunc_normal_", "uniform", "uniform_",
    "xavier_normal", "xavier_normal_", "xavier_uniform", "xavier_uniform_", "zeros_",
]  # fmt: skip

Filler = Callable[..., Tensor]


def _filler(function: Filler) -> Filler:
    """Fill without recording."""

    @functools.wraps(function)
    def fill(tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        with no_grad():
            function(tensor, *args, **kwargs)
        return tensor

    return fill


@_filler
def uniform_(tensor: Any, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Uniform in [a, b)."""
    return tensor.uniform_(a, b, generator=generator)


@_filler
def normal_(tensor: Any, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Normal with the given mean and standard deviation."""
    return tensor.normal_(mean, std, generator=generator)


@_filler
def trunc_normal_(
    tensor: Any, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0,
    generator: Any = None,
) -> Tensor:  # fmt: skip
    """Normal, but only what lies in [a, b], by inverting the distribution function."""
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of "
            "values may be incorrect.",
            stacklevel=3,
        )

    def below(x: float) -> float:
        return (1.0 + math.erf((x - mean) / std / math.sqrt(2.0))) / 2.0

    tensor.uniform_(2 * below(a) - 1, 2 * below(b) - 1, generator=generator)
    tensor.copy_((tensor.erfinv() * (std * math.sqrt(2.0)) + mean).clamp(a, b))
    return tensor


@_filler
def constant_(tensor: Any, val: float) -> Tensor:
    """`val` everywhere."""
    return tensor.fill_(val)


@_filler
def ones_(tensor: Any) -> Tensor:
    """1 everywhere."""
    return tensor.fill_(1.0)


@_filler
def zeros_(tensor: Any) -> Tensor:
    """0 everywhere."""
    return tensor.zero_()


def _set(tensor: Any, array: np.ndarray) -> None:
    """Copy the array's numbers into the tensor."""

    tensor.copy_(from_array(np.ascontiguousarray(array, np.float64), float64))


@_filler
def eye_(tensor: Any) -> Tensor:
    """1 on the diagonal of a matrix, else 0."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    _set(tensor, np.eye(*tensor._shape))
    return tensor


@_filler
def dirac_(tensor: Any, groups: int = 1) -> Tensor:
    """Filters of a convolution that hands its channels through."""
    shape = tensor._shape
    if len(shape) not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if shape[0] % groups:
        raise ValueError("dim 0 must be divisible by groups")
    array = np.zeros(shape)
    each = shape[0] // groups
    centre = tuple(n // 2 for n in shape[2:])
    for g in range(groups):
        for d in range(min(each, shape[1])):
            array[(g * each + d, d, *centre)] = 1
    _set(tensor, array)
    return tensor


# -- scaled by the number of inputs and outputs ---------------------------------------------------
def calculate_gain(nonlinearity: str, param: Any = None) -> float:
    """The recommended factor on the standard deviation before a nonlinearity."""
    if nonlinearity in ("linear", "sigmoid") or nonlinearity.startswith("conv"):
        return 1.0
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is None:
            slope = 0.01
        elif isinstance(param, (int, float)) and not isinstance(param, bool):
            slope = param
        else:
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4  # an empirical value, as PyTorch's
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many inputs each output sees, and the reverse."""
    shape = tensor._shape
    if len(shape) < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
        )
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    modes = ("fan_in", "fan_out")
    if mode.lower() not in modes:
        raise ValueError(f"Mode {mode} not supported, please use one of {list(modes)}")
    return _calculate_fan_in_and_fan_out(tensor)[modes.index(mode.lower())]


@_filler
def xavier_uniform_(tensor: Any, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Uniform in +-gain * sqrt(6 / (fan_in + fan_out)); Glorot & Bengio 2010."""
    bound = gain * math.sqrt(6.0 / sum(_calculate_fan_in_and_fan_out(tensor)))
    return tensor.uniform_(-bound, bound, generator=generator)


@_filler
def xavier_normal_(tensor: Any, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Normal of standard deviation gain * sqrt(2 / (fan_in + fan_out)); Glorot & Bengio 2010."""
    std = gain * math.sqrt(2.0 / sum(_calculate_fan_in_and_fan_out(tensor)))
    return tensor.normal_(0.0, std, generator=generator)


def _warn_if_empty(tensor: Tensor) -> bool:
    if 0 in tensor._shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=4)
        return True
    return False


@_filler
def kaiming_uniform_(
    tensor: Any, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:  # fmt: skip
    """Uniform in +-gain * sqrt(3 / fan); He et al. 2015."""
    if _warn_if_empty(tensor):
        return tensor
    gain = calculate_gain(nonlinearity, a)
    bound = math.sqrt(3.0) * gain / math.sqrt(_calculate_correct_fan(tensor, mode))
    return tensor.uniform_(-bound, bound, generator=generator)


@_filler
def kaiming_normal_(
    tensor: Any, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:  # fmt: skip
    """Normal of standard deviation gain / sqrt(fan); He et al. 2015."""
    if _warn_if_empty(tensor):
        return tensor
    gain = calculate_gain(nonlinearity, a)
    std = gain / math.sqrt(_calculate_correct_fan(tensor, mode))
    return tensor.normal_(0.0, std, generator=generator)


@_filler
def orthogonal_(tensor: Any, gain: float = 1, generator: Any = None) -> Tensor:
    """A random matrix with orthogonal rows or columns; Saxe et al. 2013."""
    shape = tensor._shape
    if len(shape) < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if 0 in shape:
        return tensor
    rows = shape[0]
    columns = math.prod(shape[1:])
    tensor.normal_(0.0, 1.0, generator=generator)
    array = np.asarray(read(tensor.double()), np.float64).reshape(rows, columns)
    q, r = np.linalg.qr(array.T if rows < columns else array)
    q = q * np.sign(np.diag(r))  # which makes it uniform among orthogonal matrices
    q = q.T if rows < columns else q
    _set(tensor, gain * q.reshape(shape))
    return tensor


@_filler
def sparse_(tensor: Any, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """Normal, with the fraction `sparsity` of each column zero; Martens 2010."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows = tensor._shape[0]
    zeros = math.ceil(sparsity * rows)
    tensor.uniform_(0.0, 1.0, generator=generator)
    order = np.argsort(np.asarray(read(tensor.double())), axis=0)
    tensor.normal_(0.0, std, generator=generator)
    keep = np.ones(tensor._shape)
    np.put_along_axis(keep, order[:zeros], 0.0, axis=0)
    mask = tensor.clone()
    _set(mask, keep)
    tensor.mul_(mask)
    return tensor


# -- old names ------------------------------------------------------------------------------------
def _old(function: Filler) -> Filler:
    """The function under its name without an underscore, with a warning."""
    new = function.__name__
    name = new[:-1]

    @functools.wraps(function)
    def deprecated(*args: Any, **kwargs: Any) -> Tensor:
        warnings.warn(
            f"`nn.init.{name}` is now deprecated in favor of `nn.init.{new}`.",
            FutureWarning,
            stacklevel=2,
        )
        return function(*args, **kwargs)

    deprecated.__name__ = deprecated.__qualname__ = name
    deprecated.__doc__ = f"The old name of `{new}`."
    return deprecated


uniform, normal, constant, eye, dirac = (
    _old(f) for f in (uniform_, normal_, constant_, eye_, dirac_)
)
xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal = (
    _old(f) for f in (xavier_uniform_, xavier_normal_, kaiming_uniform_, kaiming_normal_)
)
orthogonal, sparse = _old(orthogonal_), _old(sparse_)
