"""Random tensors. Every draw takes the next key of a generator; its elements are counted.

Operations (key0 and key1 are the words of a draw's key, given at run time, so that a captured
program draws fresh numbers on each replay):
  uniform (key0, key1, low, high) [shape, dtype]        low <= x < high
  normal (key0, key1, mean, std) [shape, dtype]
  random_integers (key0, key1, low, span) [shape, dtype]  low <= x < low + span < low + 2**63
  random_words (key0, key1) [shape, bits, low, dtype]     bits random bits, plus low
  random_permutation (key0, key1) [n, dtype]
  bernoulli (key0, key1, p) [shape, dtype]
  exponential geometric (key0, key1, rate or p) [shape, dtype]
  cauchy (key0, key1, median, sigma) [shape, dtype]
  multinomial (key0, key1, weights) [count, replacement]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.engine.runtime.random import Generator, default_generator
from flambeau.tensor.apply import adopt, apply
from flambeau.tensor.boundary import is_capturing, read
from flambeau.tensor.creation import (
    check_device,
    check_dtype,
    check_layout,
    finish,
    from_array,
    size_of,
)
from flambeau.tensor.inplace import into
from flambeau.tensor.literal import held_array
from flambeau.tensor.operation import Operation, operation
from flambeau.tensor.promotion import full_precision, get_default_dtype
from flambeau.tensor.tensor import Tensor

__all__ = [
    "FUNCTIONS",
    "IN_PLACE",
    "bernoulli",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "multinomial",
    "next_key",
    "normal",
    "poisson",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "seed",
    "set_rng_state",
    "uniform_node",
]


# -- random bits as numbers ---------------------------------------------------------------------
_OTHER = 0x9E3779B9  # changes key0 where an element needs a second word


def words(key0: Node, key1: Node, shape: Shape, which: int = 0) -> Node:
    """uint32 words: one for each element; `which` gives further, independent ones."""
    low, high = build.convert(key0, dt.uint32), build.convert(key1, dt.uint32)
    if which:
        change = build.constant(_OTHER * which % (1 << 32), dt.uint32)
        low = build.apply("xor", low, change)
    return build.random_bits(low, high, shape)


def _wide_words(key0: Node, key1: Node, shape: Shape, which: int = 0) -> Node:
    """uint64 words."""
    low = build.convert(words(key0, key1, shape, which), dt.uint64)
    high = build.convert(words(key0, key1, shape, which + 1), dt.uint64)
    shift = build.constant(32, dt.uint64)
    return build.apply("or", build.apply("shift_left", high, shift), low)


# bits of a uniform number in [0, 1): as many as its significand has, so that all are exact
_UNIFORM_BITS = {dt.float16: 11, dt.bfloat16: 8, dt.float32: 24, dt.float64: 53}


def uniform_node(key0: Node, key1: Node, shape: Shape, dtype: DType) -> Node:
    """Numbers in [0, 1), of full precision (float32 for the half-precision dtypes)."""
    bits = _UNIFORM_BITS[dtype]
    wide = full_precision(dtype)
    if wide is dt.float64:
        drawn = _wide_words(key0, key1, shape)
        drawn = build.apply("shift_right", drawn, build.constant(64 - bits, dt.uint64))
        drawn = build.convert(drawn, dt.int64)
    else:
        drawn = words(key0, key1, shape)
        drawn = build.apply("shift_right", drawn, build.constant(32 - bits, dt.uint32))
        drawn = build.convert(drawn, dt.int32)
    scale = build.constant(2.0**-bits, wide)
    return build.apply("mul", build.convert(drawn, wide), scale)


def _open_uniform(key0: Node, key1: Node, shape: Shape, wide: DType, which: int) -> Node:
    """Numbers in (0, 1], as fine near 0 as the dtype allows: what a logarithm needs."""
    if wide is dt.float64:
        drawn = build.convert(words(key0, key1, shape, which), dt.float64)
        finer = build.convert(words(key0, key1, shape, which + 1), dt.float64)
        finer = build.apply("add", finer, build.constant(0.5, wide))
        finer = build.apply("mul", finer, build.constant(2.0**-64, wide))
        drawn = build.apply("mul", drawn, build.constant(2.0**-32, wide))
        return build.apply("add", drawn, finer)
    drawn = build.convert(words(key0, key1, shape, which), wide)
    drawn = build.apply("add", drawn, build.constant(0.5, wide))
    return build.apply("mul", drawn, build.constant(2.0**-32, wide))


def normal_node(key0: Node, key1: Node, shape: Shape, dtype: DType) -> Node:
    """Standard normal numbers, of full precision: sqrt(-2 log u) cos(2 pi v).

    Source: Box and Muller, "A note on the generation of random normal deviates", 1958.
    """
    wide = full_precision(dtype)
    u = _open_uniform(key0, key1, shape, wide, 2)
    v = uniform_node(key0, key1, shape, wide)
    minus_two = build.constant(-2.0, wide)
    radius = build.apply("sqrt", build.apply("mul", minus_two, build.apply("log", u)))
    angle = build.apply("mul", v, build.constant(2 * math.pi, wide))
    return build.apply("mul", radius, build.apply("cos", angle))


def _exponential_node(key0: Node, key1: Node, shape: Shape, wide: DType) -> Node:
    """-log(u): exponential with rate 1."""
    return build.apply("neg", build.apply("log", _open_uniform(key0, key1, shape, wide, 2)))


# -- operations ---------------------------------------------------------------------------------
def _number(x: Node, dtype: DType) -> Node:
    return build.convert(x, dtype)


@operation("uniform")
def UNIFORM(key0: Node, key1: Node, low: Node, high: Node, shape: Shape, dtype: DType) -> Node:
    """low + (high - low) * u."""
    wide = full_precision(dtype)
    u = uniform_node(key0, key1, shape, dtype)
    span = _number(build.apply("sub", high, low), wide)
    scaled = build.apply("add", build.apply("mul", u, span), _number(low, wide))
    return build.convert(scaled, dtype)


@operation("rand")
def RAND(key0: Node, key1: Node, shape: Shape, dtype: DType) -> Node:
    """Numbers in [0, 1)."""
    return build.convert(uniform_node(key0, key1, shape, dtype), dtype)


@operation("randn")
def RANDN(key0: Node, key1: Node, shape: Shape, dtype: DType) -> Node:
    """Standard normal numbers."""
    return build.convert(normal_node(key0, key1, shape, dtype), dtype)


@operation("normal")
def NORMAL(key0: Node, key1: Node, mean: Node, std: Node, shape: Shape, dtype: DType) -> Node:
    """mean + std * z; mean and std are broadcast to shape."""
    wide = full_precision(dtype)
    z = normal_node(key0, key1, shape, dtype)
    scaled = build.apply("mul", z, _number(std, wide))
    return build.convert(build.apply("add", scaled, _number(mean, wide)), dtype)


@operation("random_integers")
def INTEGERS(key0: Node, key1: Node, low: Node, span: Node, shape: Shape, dtype: DType) -> Node:
    """low + floor(b * span / 2**64) for 64 random bits b, exactly; span < 2**32.

    Source: Lemire, "Fast random integer generation in an interval", 2019, without rejection:
    no number is more frequent than another by more than span / 2**64.
    """
    n = build.convert(span, dt.uint64)
    shift = build.constant(32, dt.uint64)
    minor = build.convert(words(key0, key1, shape), dt.uint64)
    major = build.convert(words(key0, key1, shape, 1), dt.uint64)
    carry = build.apply("shift_right", build.apply("mul", minor, n), shift)
    product = build.apply("add", build.apply("mul", major, n), carry)
    found = build.convert(build.apply("shift_right", product, shift), dt.int64)
    return build.convert(build.apply("add", found, low), dtype)


@operation("random_wide_integers")
def WIDE_INTEGERS(key0: Node, key1: Node, low: Node, span: Node, shape: Shape, dtype: DType) -> Node:
    """low + b % span for 64 random bits b; span up to 2**63."""
    n = build.convert(span, dt.uint64)
    found = build.apply("remainder", _wide_words(key0, key1, shape), n)
    return build.convert(build.apply("add", build.convert(found, dt.int64), low), dtype)


@operation("random_words")
def WORDS(key0: Node, key1: Node, shape: Shape, bits: int, low: int, dtype: DType) -> Node:
    """`bits` random bits, plus low."""
    drawn = _wide_words(key0, key1, shape)
    if bits < 64:
        drawn = build.apply("shift_right", drawn, build.constant(64 - bits, dt.uint64))
    found = build.convert(drawn, dt.int64)
    return build.convert(build.apply("add", found, build.constant(low, dt.int64)), dtype)


@operation("random_permutation")
def PERMUTATION(key0: Node, key1: Node, n: int, dtype: DType) -> Node:
    """The order of n random 64-bit words."""
    drawn = build.convert(_wide_words(key0, key1, (n,)), dt.int64)
    return build.convert(build.argsort(drawn, 0, False), dtype)


@operation("bernoulli")
def BERNOULLI(key0: Node, key1: Node, p: Node, shape: Shape, dtype: DType) -> Node:
    """1 with probability p, else 0."""
    wide = dt.float64 if p.dtype is dt.float64 and p.shape else dt.float32
    u = uniform_node(key0, key1, shape, wide)
    return build.convert(build.apply("lt", u, build.convert(p, wide)), dtype)


@operation("exponential")
def EXPONENTIAL(key0: Node, key1: Node, rate: Node, shape: Shape, dtype: DType) -> Node:
    """Exponential with density rate * exp(-rate * x)."""
    wide = full_precision(dtype)
    drawn = _exponential_node(key0, key1, shape, wide)
    return build.convert(build.apply("div", drawn, _number(rate, wide)), dtype)


@operation("geometric")
def GEOMETRIC(key0: Node, key1: Node, p: Node, shape: Shape, dtype: DType) -> Node:
    """Trials until the first success, at least 1: ceil(log(u) / log(1 - p))."""
    wide = full_precision(dtype) if dtype.is_floating_point else dt.float64
    u = build.apply("neg", _exponential_node(key0, key1, shape, wide))
    fails = build.apply("log1p", build.apply("neg", _number(p, wide)))
    trials = build.apply("ceil", build.apply("div", u, fails))
    return build.convert(build.apply("maximum", trials, build.constant(1, wide)), dtype)


@operation("cauchy")
def CAUCHY(key0: Node, key1: Node, median: Node, sigma: Node, shape: Shape, dtype: DType) -> Node:
    """median + sigma * tan(pi * (u - 1/2))."""
    wide = full_precision(dtype)
    u = _open_uniform(key0, key1, shape, wide, 2)
    angle = build.apply("sub", u, build.constant(0.5, wide))
    angle = build.apply("mul", angle, build.constant(math.pi, wide))
    scaled = build.apply("mul", build.apply("tan", angle), _number(sigma, wide))
    return build.convert(build.apply("add", scaled, _number(median, wide)), dtype)


@operation("log_normal")
def LOG_NORMAL(key0: Node, key1: Node, mean: Node, std: Node, shape: Shape, dtype: DType) -> Node:
    """exp(mean + std * z)."""
    wide = full_precision(dtype)
    scaled = build.apply("mul", normal_node(key0, key1, shape, dtype), _number(std, wide))
    shifted = build.apply("add", scaled, _number(mean, wide))
    return build.convert(build.apply("exp", shifted), dtype)


@operation("multinomial")
def MULTINOMIAL(key0: Node, key1: Node, weights: Node, count: int, replacement: bool) -> Node:
    """Indices along the last dim, drawn with probabilities proportional to the weights.

    With replacement: how many partial sums a uniform part of the total exceeds. Without: the
    largest weights / e with e exponential, which is drawing one after the other.
    Source: Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006.
    """
    w = build.convert(weights, dt.float64)
    last = len(w.shape) - 1
    n = w.shape[last]
    if not replacement:
        e = _exponential_node(key0, key1, w.shape, dt.float64)
        order = build.argsort(build.apply("div", w, e), last, True)
        zeros, ones = (0,) * len(w.shape), (1,) * len(w.shape)
        return build.slice_(order, zeros, (*w.shape[:last], count), ones)
    sums = build.scan(w, last, "sum")
    total = build.reduce("max", sums, (last,))
    u = uniform_node(key0, key1, (*w.shape[:last], count), dt.float64)
    part = build.reshape(build.apply("mul", u, total), (*w.shape[:last], count, 1))
    below = build.apply("le", build.reshape(sums, (*w.shape[:last], 1, n)), part)
    found = build.reduce("sum", build.convert(below, dt.int64), (last + 1,))
    found = build.squeeze(found, (last + 1,))
    return build.apply("minimum", found, build.constant(n - 1, dt.int64))


def next_key(generator: Generator | None = None) -> tuple[Any, Any]:
    """The key words of the next draw, to be given to an operation as numbers."""
    return (default_generator if generator is None else generator).next_key()


# -- new tensors --------------------------------------------------------------------------------
def _float_dtype(name: str, dtype: Any, otherwise: DType | None = None) -> DType:
    found = check_dtype(name, dtype, otherwise)
    if not found.is_floating_point:
        raise NotImplementedError(
            f"{name}: not implemented for {found.name!r}; required: a floating-point dtype; "
            "try randint or .to(dtype) of the result"
        )
    return found


def _maker(name: str, op: Operation, doc: str) -> Callable[..., Tensor]:
    def function(
        *size: Any, generator: Generator | None = None, out: Tensor | None = None,
        dtype: DType | None = None, layout: Any = None, device: Any = None,
        requires_grad: bool = False, pin_memory: bool = False, **named: Any,
    ) -> Tensor:  # fmt: skip
        check_device(name, device)
        check_layout(name, layout)
        if named:
            if list(named) != ["size"]:
                raise TypeError(f"{name}() got an unexpected keyword argument {list(named)[0]!r}")
            size = (named["size"],)
        shape = size_of(name, size)
        dtype = _float_dtype(name, dtype, None if out is None else out.dtype)
        key0, key1 = next_key(generator)
        return finish(name, apply(op, (key0, key1), (shape, dtype)), requires_grad, out)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


rand = _maker(
    "rand",
    RAND,
    """Uniformly distributed numbers in [0, 1); `size` is several ints or one sequence.

    >>> import flambeau
    >>> flambeau.rand(2, 3).shape
    flambeau.Size([2, 3])
    """,
)
randn = _maker(
    "randn",
    RANDN,
    """Normally distributed numbers with mean 0 and standard deviation 1.

    >>> import flambeau
    >>> flambeau.randn(3, dtype=flambeau.float64).dtype
    flambeau.float64
    """,
)


def _like(name: str, maker: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def function(
        input: Tensor, *, generator: Generator | None = None, dtype: DType | None = None,
        layout: Any = None, device: Any = None, requires_grad: bool = False,
        memory_format: Any = None,
    ) -> Tensor:  # fmt: skip
        return maker(
            input._shape, generator=generator, dtype=dtype or input.dtype, layout=layout,
            device=device, requires_grad=requires_grad,
        )  # fmt: skip

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{maker.__name__}` with input's shape and dtype."
    return function


rand_like, randn_like = _like("rand_like", rand), _like("randn_like", randn)


def _integers(name: str, low: int, high: int, shape: Shape, dtype: DType,
              generator: Generator | None) -> Tensor:  # fmt: skip
    """Integers in [low, high)."""
    low, high = int(low), int(high)
    if low >= high:
        raise RuntimeError(
            f"{name}: random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    _check_range(name, low, high - 1, dtype)
    keys = next_key(generator)
    span = high - low
    if span < 1 << 32:
        return apply(INTEGERS, (*keys, low, span), (shape, dtype))
    if span & (span - 1) == 0:
        return apply(WORDS, keys, (shape, span.bit_length() - 1, low, dtype))
    if span >= 1 << 63:
        raise RuntimeError(f"{name}: the range {low} to {high} is wider than 2**63")
    return apply(WIDE_INTEGERS, (*keys, low, span), (shape, dtype))


def _check_range(name: str, least: int, most: int, dtype: DType) -> None:
    if dtype is dt.bool_:
        limits = (0, 1)
    elif dtype.category == "int":
        info = np.iinfo(dtype.numpy)
        limits = (int(info.min), int(info.max))
    else:
        return
    for word, value in (("from", least), ("to - 1", most)):
        if not limits[0] <= value <= limits[1]:
            raise RuntimeError(
                f"{name}: {word} is out of bounds for {dtype.name}: given {value}; required: "
                f"{limits[0]} to {limits[1]}"
            )


def randint(
    low: Any, high: Any = None, size: Any = None, *, generator: Generator | None = None,
    out: Tensor | None = None, dtype: DType | None = None, layout: Any = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Uniformly distributed integers in [low, high); randint(high, size) starts at 0.

    >>> import flambeau
    >>> x = flambeau.randint(3, 5, (100,))
    >>> int(x.min()), int(x.max())
    (3, 4)
    """
    check_device("randint", device)
    check_layout("randint", layout)
    if size is None and isinstance(high, (tuple, list)):
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if size is None:
        raise TypeError("randint() missing 1 required argument: 'size'")
    shape = size_of("randint", (size,))
    dtype = check_dtype("randint", dtype, dt.int64 if out is None else out.dtype)
    result = _integers("randint", low, high, shape, dtype, generator)
    return finish("randint", result, requires_grad, out)


def randint_like(
    input: Tensor, low: int, high: int | None = None, *, generator: Generator | None = None,
    dtype: DType | None = None, layout: Any = None, device: Any = None,
    requires_grad: bool = False, memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """Integers in [low, high) in a tensor of input's shape and dtype."""
    if high is None:
        low, high = 0, low
    found = randint(low, high, input._shape, generator=generator, dtype=dtype or input.dtype,
                    device=device)  # fmt: skip
    return finish("randint_like", found, requires_grad)


def randperm(
    n: int, *, generator: Generator | None = None, out: Tensor | None = None,
    dtype: DType | None = None, layout: Any = None, device: Any = None,
    requires_grad: bool = False, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """The integers 0 ... n - 1 in random order.

    >>> import flambeau
    >>> sorted(flambeau.randperm(4).tolist())
    [0, 1, 2, 3]
    """
    check_device("randperm", device)
    check_layout("randperm", layout)
    if n < 0:
        raise RuntimeError(
            f"randperm: Trying to create tensor with negative dimension {n}: [{n}]"
        )
    dtype = check_dtype("randperm", dtype, dt.int64 if out is None else out.dtype)
    result = apply(PERMUTATION, next_key(generator), (int(n), dtype))
    return finish("randperm", result, requires_grad, out)


# -- distributions with parameters --------------------------------------------------------------
def _without_history(x: Any) -> Any:
    return x.detach() if isinstance(x, Tensor) else float(x)


def _check_std(name: str, std: Any) -> None:
    if not isinstance(std, Tensor) and not std >= 0:
        raise RuntimeError(f"{name}: normal expects std >= 0.0, but found std {std}")


def normal(
    mean: Any = 0.0, std: Any = 1.0, size: Any = None, *, generator: Generator | None = None,
    dtype: DType | None = None, out: Tensor | None = None, device: Any = None, layout: Any = None,
    requires_grad: bool = False, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """Normally distributed numbers; mean and std are numbers (then with a size) or tensors."""
    check_device("normal", device)
    _check_std("normal", std)
    tensors = [x for x in (mean, std) if isinstance(x, Tensor)]
    if size is not None:
        shape = size_of("normal", (size,))
    elif tensors:
        shape = np.broadcast_shapes(*[x._shape for x in tensors])
    else:
        raise TypeError("normal() with numbers needs a size; try normal(mean, std, size=(2, 3))")
    otherwise = tensors[0].dtype if tensors else None
    dtype = _float_dtype("normal", dtype, otherwise if out is None else out.dtype)
    inputs = (*next_key(generator), _without_history(mean), _without_history(std))
    return finish("normal", apply(NORMAL, inputs, (shape, dtype)), requires_grad, out)


def bernoulli(
    input: Tensor, p: float | None = None, *, generator: Generator | None = None,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """1 with probability input (or p), else 0, in input's shape and dtype.

    >>> import flambeau
    >>> flambeau.bernoulli(flambeau.tensor([0.0, 1.0]))
    tensor([0., 1.])
    """
    if p is None:
        if not input.dtype.is_floating_point:
            raise RuntimeError(
                f"bernoulli: expected probabilities tensor to have floating type, got "
                f"{input.dtype.name}; try .float()"
            )
        probability: Any = input.detach()  # type: ignore[attr-defined]
        _check_probabilities("bernoulli", probability)
    else:
        probability = _probability("bernoulli", p)
    result = apply(BERNOULLI, (*next_key(generator), probability), (input._shape, input.dtype))
    return result if out is None else into(out, result, "bernoulli")


def _check_probabilities(name: str, p: Tensor) -> None:
    if is_capturing():  # values are not looked at then
        return
    values = held_array(p)
    if values.size and not bool(((values >= 0) & (values <= 1)).all()):
        raise RuntimeError(
            f"{name}: Expected p_in >= 0 && p_in <= 1 to be true, but got false: probabilities "
            f"from {values.min()} to {values.max()}; required: 0 to 1; try sigmoid"
        )


def _probability(name: str, p: Any) -> float:
    p = float(p)
    if not 0 <= p <= 1:
        raise RuntimeError(f"{name}: {name}_ expects p to be in [0, 1], but got p={p}")
    return p


def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *,
    generator: Generator | None = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Indices drawn with probabilities proportional to input's rows.

    input: (n) or (rows, n), not negative; result: (num_samples) or (rows, num_samples), int64.

    >>> import flambeau
    >>> flambeau.multinomial(flambeau.tensor([0.0, 1.0, 0.0]), 2, replacement=True)
    tensor([1, 1])
    """
    if len(input._shape) not in (1, 2):
        raise RuntimeError(
            f"multinomial: prob_dist must be 1 or 2 dim, given {len(input._shape)} dims"
        )
    if not input.dtype.is_floating_point:
        raise RuntimeError(
            "multinomial: multinomial only supports floating-point dtypes for input, got: "
            f"{input.dtype.name}; try .float()"
        )
    if num_samples <= 0:
        raise RuntimeError(f"multinomial: cannot sample n_sample <= 0 samples, given {num_samples}")
    if not replacement and num_samples > input._shape[-1]:
        raise RuntimeError(
            f"multinomial: cannot sample n_sample > prob_dist.size(-1) samples without "
            f"replacement, given {num_samples} of {input._shape[-1]}"
        )
    if not is_capturing():
        _check_weights(held_array(input), num_samples, replacement)
    weights = input.detach()  # type: ignore[attr-defined]
    inputs = (*next_key(generator), weights)
    result = apply(MULTINOMIAL, inputs, (int(num_samples), bool(replacement)))
    return result if out is None else into(out, result, "multinomial")


def _check_weights(weights: np.ndarray, count: int, replacement: bool) -> None:
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise RuntimeError(
            "multinomial: probability tensor contains either `inf`, `nan` or element < 0"
        )
    if weights.size and not (weights.sum(-1) > 0).all():
        raise RuntimeError(
            "multinomial: invalid multinomial distribution (sum of probabilities <= 0)"
        )


def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Poisson distributed numbers with input's elements as rates.

    Computed by NumPy at once; the numbers depend on the generator's next key.
    """
    rates = held_array(input)
    if rates.size and not (rates >= 0).all():
        raise RuntimeError("poisson: invalid Poisson rate, expected rate to be non-negative")
    low, high = next_key(generator)
    source = np.random.Generator(np.random.Philox(key=int(low) | int(high) << 32))
    return from_array(*_of(source.poisson(rates), input.dtype))


def _of(array: np.ndarray, dtype: DType) -> tuple[np.ndarray, DType]:
    from flambeau.tensor.literal import array_of

    return array_of(array.astype(np.float64), dtype)


# -- in place -----------------------------------------------------------------------------------
def _need_float(name: str, x: Tensor) -> DType:
    dtype = x.dtype
    if not dtype.is_floating_point:
        raise NotImplementedError(
            f"{name}: not implemented for {dtype.name!r}; required: a floating-point tensor; "
            "try random_"
        )
    return dtype


def _write(x: Tensor, op: Operation, inputs: tuple, name: str, generator: Any) -> Tensor:
    result = apply(op, (*next_key(generator), *inputs), (x._shape, x.dtype))
    return adopt(x, result, name)


def uniform_(
    self: Tensor, from_: float = 0.0, to: float = 1.0, *, generator: Generator | None = None,
    **named: float,
) -> Tensor:  # fmt: skip
    """Fill with uniformly distributed numbers in [from, to)."""
    low = float(named.pop("from", from_))
    if named:
        raise TypeError(f"uniform_() got an unexpected keyword argument {next(iter(named))!r}")
    _need_float("uniform_", self)
    if not low <= to:
        raise RuntimeError(
            f"uniform_: uniform_ expects to return a [from, to) range, but found from={low:g} > "
            f"to={to:g}"
        )
    return _write(self, UNIFORM, (low, float(to)), "uniform_", generator)


def normal_(
    self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with normally distributed numbers."""
    _need_float("normal_", self)
    _check_std("normal_", std)
    return _write(self, NORMAL, (float(mean), float(std)), "normal_", generator)


def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Fill with ones with probability p (a number or a tensor), else zeros."""
    if isinstance(p, Tensor):
        _check_probabilities("bernoulli_", p)
        p = p.detach()  # type: ignore[attr-defined]
    else:
        p = _probability("bernoulli", p)
    return _write(self, BERNOULLI, (p,), "bernoulli_", generator)


def random_(
    self: Tensor, from_: int | None = None, to: int | None = None, *,
    generator: Generator | None = None, **named: int,
) -> Tensor:  # fmt: skip
    """Fill with integers in [from, to); up to the largest the dtype holds without bounds."""
    low = named.pop("from", from_)
    if named:
        raise TypeError(f"random_() got an unexpected keyword argument {next(iter(named))!r}")
    dtype = self.dtype
    if to is None and low is not None and "from" not in named:
        low, to = 0, low
    if to is None:
        if dtype.is_floating_point:  # up to where every integer is exact
            to = (1 << {dt.float16: 11, dt.bfloat16: 8, dt.float32: 24}.get(dtype, 53)) + 1
        elif dtype is dt.bool_:
            to = 2
        else:
            to = int(np.iinfo(dtype.numpy).max) + (1 if dtype is not dt.uint64 else 0)
    found = _integers("random_", low or 0, to, self._shape, dtype, generator)
    return adopt(self, found, "random_")


def exponential_(self: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with numbers of density lambd * exp(-lambd * x)."""
    _need_float("exponential_", self)
    if not lambd > 0:
        raise RuntimeError(
            f"exponential_: exponential_ expects lambda > 0.0, but found lambda={lambd:g}"
        )
    return _write(self, EXPONENTIAL, (float(lambd),), "exponential_", generator)


def geometric_(self: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Fill with the number of trials until one that has probability p succeeds."""
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_: geometric_ expects p to be in (0, 1), but got p={p:g}")
    return _write(self, GEOMETRIC, (float(p),), "geometric_", generator)


def cauchy_(
    self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with Cauchy distributed numbers."""
    _need_float("cauchy_", self)
    if not sigma > 0:
        raise RuntimeError(f"cauchy_: cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    return _write(self, CAUCHY, (float(median), float(sigma)), "cauchy_", generator)


def log_normal_(
    self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with exp of normally distributed numbers."""
    _need_float("log_normal_", self)
    if not std > 0:
        raise RuntimeError(f"log_normal_: log_normal_ expects std > 0.0, but found std={std:g}")
    return _write(self, LOG_NORMAL, (float(mean), float(std)), "log_normal_", generator)


# -- the default generator ----------------------------------------------------------------------
def manual_seed(seed: Any) -> Generator:
    """Start the default generator's stream of `seed`; returns the generator.

    >>> import flambeau
    >>> a = flambeau.manual_seed(0) and flambeau.rand(2)
    >>> b = flambeau.manual_seed(0) and flambeau.rand(2)
    >>> flambeau.equal(a, b)
    True
    """
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seed the default generator from the operating system; returns the seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the default generator's stream."""
    return default_generator.initial_seed()


def _get_state(self: Generator) -> Tensor:
    """The state as a uint8 tensor, for `set_state`."""
    words_ = np.array(self.position(), np.uint64)
    return from_array(words_.view(np.uint8), dt.uint8)


def _set_state(self: Generator, new_state: Tensor) -> Generator:
    """Continue where a state was taken with `get_state`."""
    if not isinstance(new_state, Tensor) or new_state.dtype is not dt.uint8:
        raise TypeError("set_state: expected a flambeau.ByteTensor, as get_state returns it")
    if new_state._shape != (16,):
        raise RuntimeError(
            f"set_state: RNG state is wrong size: given {list(new_state._shape)}; required: [16]"
        )
    seed_, draws = np.ascontiguousarray(read(new_state)).view(np.uint64).tolist()
    self.set_position(seed_, draws)
    return self


Generator.get_state = _get_state  # type: ignore[attr-defined]
Generator.set_state = _set_state  # type: ignore[attr-defined]


def get_rng_state() -> Tensor:
    """The default generator's state."""
    return _get_state(default_generator)


def set_rng_state(new_state: Tensor) -> None:
    """Continue the default generator where `get_rng_state` was called."""
    _set_state(default_generator, new_state)


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, **options: Any) -> Iterator[None]:
    """What is drawn inside the block does not change what is drawn after it."""
    before = default_generator.position()
    try:
        yield
    finally:
        if enabled:
            default_generator.set_position(*before)


IN_PLACE: dict[str, Callable[..., Tensor]] = {
    "uniform_": uniform_, "normal_": normal_, "bernoulli_": bernoulli_, "random_": random_,
    "exponential_": exponential_, "geometric_": geometric_, "cauchy_": cauchy_,
    "log_normal_": log_normal_,
}  # fmt: skip

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "rand": rand, "randn": randn, "rand_like": rand_like, "randn_like": randn_like,
    "randint": randint, "randint_like": randint_like, "randperm": randperm, "normal": normal,
    "poisson": poisson, "manual_seed": manual_seed, "seed": seed, "initial_seed": initial_seed,
    "get_rng_state": get_rng_state, "set_rng_state": set_rng_state,
}  # fmt: skip
