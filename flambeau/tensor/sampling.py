"""How random bits become numbers of a distribution, written on nodes.

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

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor.operation import operation
from flambeau.tensor.promotion import full_precision

__all__ = [
    "BERNOULLI",
    "CAUCHY",
    "EXPONENTIAL",
    "GEOMETRIC",
    "INTEGERS",
    "LOG_NORMAL",
    "MULTINOMIAL",
    "NORMAL",
    "PERMUTATION",
    "RAND",
    "RANDN",
    "UNIFORM",
    "WIDE_INTEGERS",
    "WORDS",
    "normal_node",
    "uniform_node",
    "words",
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


def _complex(parts: Node) -> Node:
    """Complex numbers of two parts along dim 0."""
    shape = parts.shape[1:]
    steps = (1,) * len(parts.shape)
    halves = [build.slice_(parts, (i, *(0 for _ in shape)), (1, *shape), steps) for i in (0, 1)]
    return build.apply("complex", *[build.reshape(h, shape) for h in halves])


@operation("rand")
def RAND(key0: Node, key1: Node, shape: Shape, dtype: DType) -> Node:
    """Numbers in [0, 1); complex ones have both parts there."""
    if dtype.is_complex:
        return _complex(uniform_node(key0, key1, (2, *shape), dtype.to_real()))
    return build.convert(uniform_node(key0, key1, shape, dtype), dtype)


@operation("randn")
def RANDN(key0: Node, key1: Node, shape: Shape, dtype: DType) -> Node:
    """Standard normal numbers; of complex ones |z|**2 is 1 on average."""
    if dtype.is_complex:
        z = normal_node(key0, key1, (2, *shape), dtype.to_real())
        return _complex(build.apply("mul", z, build.constant(math.sqrt(0.5), z.dtype)))
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
def WIDE_INTEGERS(
    key0: Node, key1: Node, low: Node, span: Node, shape: Shape, dtype: DType
) -> Node:
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
