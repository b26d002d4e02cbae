"""Split: complex values become pairs of real ones, so that kernels know real numbers only.

A complex buffer holds its numbers as neighbours (real, imaginary): it is read as a real tensor
with a last dim of 2, and written as one. What has no row here is left to the interpreter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flambeau.core import dtype as dt
from flambeau.core.errors import NotCompiled
from flambeau.core.types import tensor_type
from flambeau.engine.graph import build
from flambeau.engine.graph.labels import follow
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.graph.primitives import PRIMITIVES

__all__ = ["split_complex"]

Pair = tuple[Node, Node]


def split_complex(roots: Sequence[Node]) -> list[Node]:
    """The same memory contents without complex values. NotCompiled names what has no row.

    A complex root of shape (...) becomes a real one of shape (..., 2).
    """
    if not any(n.dtype.is_complex for n in topological(roots)):
        return list(roots)
    reals: dict[Node, Node] = {}
    pairs: dict[Node, Pair] = {}
    for node in topological(roots):
        follow(node)
        if node.dtype.is_complex:
            pairs[node] = _pair(node, reals, pairs)
        elif any(s.dtype.is_complex for s in node.sources):
            if node.primitive == "routine":
                reals[node] = _routine(node, reals, pairs)
                continue
            rule = TO_REAL.get(node.primitive)
            if rule is None:
                raise NotCompiled(f"{node.primitive} of {node.sources[0].dtype.name}")
            reals[node] = rule(node, *[pairs[s] for s in node.sources])
        else:
            sources = tuple(reals[s] for s in node.sources)
            same = sources == node.sources
            reals[node] = node if same else build.make(node.primitive, sources, node.attributes)
    return [_joined(pairs[r]) if r.dtype.is_complex else reals[r] for r in roots]


def _joined(pair: Pair) -> Node:
    """Real and imaginary parts as neighbours in memory."""
    wide = [build.reshape(part, (*part.shape, 1)) for part in pair]
    return build.cat((wide[0], wide[1]), len(wide[0].shape) - 1)


def _pair(node: Node, reals: dict[Node, Node], pairs: dict[Node, Pair]) -> Pair:
    if node.primitive == "parameter":
        return _read(node)
    if node.primitive == "constant":
        value, real = complex(node.attributes[0]), node.dtype.to_real()
        return build.constant(value.real, real), build.constant(value.imag, real)
    if node.primitive == "convert":
        return _converted(node, reals, pairs)
    if node.primitive == "complex":
        return reals[node.sources[0]], reals[node.sources[1]]
    if node.primitive == "routine":
        return _parts_of(_routine(node, reals, pairs))
    if node.primitive in PART_BY_PART:
        return _part_by_part(node, reals, pairs)
    rule = TO_COMPLEX.get(node.primitive)
    if rule is None:
        raise NotCompiled(f"{node.primitive} on {node.dtype.name}")
    return rule(node, *[pairs[s] if s in pairs else reals[s] for s in node.sources])


def _read(node: Node) -> Pair:
    index, type = node.attributes
    return _parts_of(build.parameter(index, tensor_type(type.dtype.to_real(), (*type.shape, 2))))


def _parts_of(both: Node) -> Pair:
    shape = both.shape[:-1]
    starts, steps = (0,) * len(shape), (1,) * len(both.shape)
    parts = [build.slice_(both, (*starts, i), (*shape, 1), steps) for i in (0, 1)]
    return build.reshape(parts[0], shape), build.reshape(parts[1], shape)


def _routine(node: Node, reals: dict[Node, Node], pairs: dict[Node, Pair]) -> Node:
    """The same output of the same routine, called by way of `on_parts`."""
    name, options, output = node.attributes
    sources = tuple(_joined(pairs[s]) if s in pairs else reals[s] for s in node.sources)
    is_complex = tuple(s in pairs for s in node.sources)
    return build.make("routine", sources, ("on_parts", (name, options, is_complex), output))


def _converted(node: Node, reals: dict[Node, Node], pairs: dict[Node, Pair]) -> Pair:
    (x,) = node.sources
    real = node.dtype.to_real()
    if x.dtype.is_complex:
        re, im = pairs[x]
        return build.convert(re, real), build.convert(im, real)
    re = build.convert(reals[x], real)
    return re, build.full(re.shape, 0, real)


# linear in their values, with real factors: the same for both parts. Sources that are not
# complex (indices, conditions) are the same for both.
PART_BY_PART = frozenset(
    "add sub neg where reshape permute expand slice as_strided cat copy pad sum take gather "
    "scatter put update scan".split()
)
# of these only the modes that are linear
_MODES = {"scatter": ("set", "add"), "put": ("set", "add"), "scan": ("sum",)}


def _part_by_part(node: Node, reals: dict[Node, Node], pairs: dict[Node, Pair]) -> Pair:
    modes = _MODES.get(node.primitive)
    if modes and node.attributes[-1] not in modes:
        raise NotCompiled(f"{node.primitive} {node.attributes[-1]} on {node.dtype.name}")
    parts = []
    for i in (0, 1):
        sources = tuple(pairs[s][i] if s in pairs else reals[s] for s in node.sources)
        attributes = node.attributes
        if node.primitive == "pad":
            value = complex(attributes[3])
            attributes = (*attributes[:3], (value.real, value.imag)[i])
        parts.append(build.make(node.primitive, sources, attributes))
    return parts[0], parts[1]


# -- arithmetic on parts ------------------------------------------------------------------------
def _apply(name: str) -> Callable[..., Node]:
    return lambda *sources: build.apply(name, *sources)


_add, _sub, _mul, _div, _neg, _abs, _sqrt, _exp, _log = map(
    _apply, "add sub mul div neg abs sqrt exp log".split()
)
_sin, _cos, _sinh, _cosh, _atan2, _max, _min, _where, _eq, _and, _or, _ge = map(
    _apply, "sin cos sinh cosh atan2 maximum minimum where eq and or ge".split()
)


def _number(x: Node, value: float) -> Node:
    return build.constant(value, x.dtype)


def _product(a: Pair, b: Pair) -> Pair:
    re = _sub(_mul(a[0], b[0]), _mul(a[1], b[1]))
    return re, _add(_mul(a[0], b[1]), _mul(a[1], b[0]))


def _square(a: Pair) -> Pair:
    cross = _mul(a[0], a[1])
    return _mul(_sub(a[0], a[1]), _add(a[0], a[1])), _add(cross, cross)


def _quotient(a: Pair, b: Pair) -> Pair:
    """The divisor is scaled by its larger part, so that its square cannot overflow."""
    scale = _max(_abs(b[0]), _abs(b[1]))
    re, im = _div(b[0], scale), _div(b[1], scale)
    square = _mul(_add(_mul(re, re), _mul(im, im)), scale)
    top = _product(a, (re, _neg(im)))
    return _div(top[0], square), _div(top[1], square)


def _magnitude(x: Pair) -> Node:
    """hypot: the larger part is taken out, so that squares cannot overflow."""
    a, b = _abs(x[0]), _abs(x[1])
    big, small = _max(a, b), _min(a, b)
    # an infinite part, or two zeros, leave no ratio
    plain = _or(_eq(big, _number(big, 0)), _eq(big, _number(big, float("inf"))))
    ratio = _div(small, _where(plain, _number(big, 1), big))
    length = _mul(big, _sqrt(_add(_mul(ratio, ratio), _number(ratio, 1))))
    # an infinite part outweighs a NaN
    return _where(
        _or(_is_infinite(a), _is_infinite(b)), _number(big, _INF), _where(plain, big, length)
    )


def _square_root(x: Pair) -> Pair:
    """The root with positive real part; t is the larger of its two parts, found without
    cancellation."""
    re, im = x
    size = _magnitude(x)
    half = _mul(_add(_abs(re), size), _number(re, 0.5))
    t = _sqrt(_where(_is_infinite(size), size, half))
    plain = _or(_eq(t, _number(t, 0)), _is_infinite(im))
    other = _where(plain, _abs(im), _div(_abs(im), _where(plain, _number(t, 1), _add(t, t))))
    right = _ge(re, _number(re, 0))
    negative = build.apply("lt", _sign_source(im), _number(im, 0))
    imaginary = _where(right, other, t)
    return _where(right, t, other), _where(negative, _neg(imaginary), imaginary)


def _sign_source(x: Node) -> Node:
    """Negative exactly where x has its sign bit set, zeros included."""
    return _where(_eq(x, _number(x, 0)), _div(_number(x, 1), x), x)


_INF = float("inf")


def _is_infinite(x: Node) -> Node:
    return _eq(_abs(x), _number(x, _INF))


def _is_wild(x: Node) -> Node:
    """Infinite or NaN."""
    return _eq(build.apply("lt", _abs(x), _number(x, _INF)), build.constant(False, dt.bool_))


# Where a part is infinite or NaN, or the imaginary part 0, the products of exp, sinh and cosh would
# be NaN where there is a limit: what holds there is that of C99, annex G.6.
def _exponential(x: Pair) -> Pair:
    re, im = x
    size = _exp(re)
    is_limit = _and(_is_infinite(re), _is_wild(im))  # 0, or infinite in no direction
    none = _and(is_limit, _eq(size, _number(size, 0)))
    real = _where(is_limit, size, _mul(size, _cos(im)))
    straight = _or(none, _eq(im, _number(im, 0)))
    return real, _where(straight, _where(none, size, im), _mul(size, _sin(im)))


def _hyperbolic(x: Pair, own: Callable[..., Node], other: Callable[..., Node]) -> Pair:
    """own(re) cos(im) + i other(re) sin(im), for sinh and cosh."""
    re, im = x
    wild = _is_wild(im)
    a, b = own(re), other(re)
    real, imaginary = _mul(a, _cos(im)), _mul(b, _sin(im))
    real = _where(_and(_is_infinite(re), wild), a, real)
    imaginary = _where(_and(_eq(im, _number(im, 0)), _is_wild(re)), im, imaginary)
    at_zero = _and(_eq(re, _number(re, 0)), wild)  # sinh(0) is 0, whatever it is multiplied by
    if own is _sinh:
        return _where(at_zero, re, real), imaginary
    return real, _where(at_zero, re, imaginary)


def _sine_hyperbolic(x: Pair) -> Pair:
    return _hyperbolic(x, _sinh, _cosh)


def _cosine_hyperbolic(x: Pair) -> Pair:
    return _hyperbolic(x, _cosh, _sinh)


def _sine(x: Pair) -> Pair:
    """-i sinh(i x)"""
    re, im = _sine_hyperbolic((_neg(x[1]), x[0]))
    return im, _neg(re)


def _logarithm(x: Pair) -> Pair:
    return _log(_magnitude(x)), _atan2(x[1], x[0])


def _logarithm_of_sum(x: Pair) -> Pair:
    """log(1 + x), precise for small x: log |1 + x| is half of log1p(2 re + |x|**2)."""
    re, im = x
    shifted = _add(re, _number(re, 1))
    is_small = build.apply("lt", _max(_abs(re), _abs(im)), _number(re, 0.25))
    square = _add(_mul(re, _add(re, _number(re, 2))), _mul(im, im))
    near = _mul(build.apply("log1p", _where(is_small, square, _number(re, 0))), _number(re, 0.5))
    return _where(is_small, near, _log(_magnitude((shifted, im)))), _atan2(im, shifted)


def _power(a: Pair, b: Pair) -> Pair:
    """exp(b log a), and 0 ** b is 0, but 1 for b = 0."""
    re, im = _exponential(_product(b, _logarithm(a)))
    zero = _and(_eq(a[0], _number(a[0], 0)), _eq(a[1], _number(a[1], 0)))
    none = _and(_eq(b[0], _number(b[0], 0)), _eq(b[1], _number(b[1], 0)))
    nothing, one = _number(re, 0), _number(re, 1)
    re, im = _where(zero, nothing, re), _where(zero, nothing, im)
    return _where(none, one, re), _where(none, nothing, im)


def _unit(x: Pair) -> Pair:
    """x / |x|, and 0 at 0."""
    size = _magnitude(x)
    zero = _eq(size, _number(size, 0))
    safe = _where(zero, _number(size, 1), size)
    return _div(x[0], safe), _div(x[1], safe)


def _contraction(node: Node, a: Pair, b: Pair) -> Pair:
    """dot and conv: four real ones."""

    def part(x: Node, y: Node) -> Node:
        return build.make(node.primitive, (x, y), node.attributes)

    re = _sub(part(a[0], b[0]), part(a[1], b[1]))
    return re, _add(part(a[0], b[1]), part(a[1], b[0]))


def _csr(node: Node, pointers: Node, columns: Node, a: Pair, b: Pair) -> Pair:
    """A product with a sparse matrix: bilinear in its values and the dense matrix."""

    def part(x: Node, y: Node) -> Node:
        return build.make(node.primitive, (pointers, columns, x, y), ())

    re = _sub(part(a[0], b[0]), part(a[1], b[1]))
    return re, _add(part(a[0], b[1]), part(a[1], b[0]))


# complex results of complex sources
TO_COMPLEX: dict[str, Callable[..., Pair]] = {
    "mul": lambda node, a, b: _square(a) if node.sources[0] is node.sources[1] else _product(a, b),
    "div": lambda node, a, b: _quotient(a, b),
    "reciprocal": lambda node, a: _quotient((_number(a[0], 1), _number(a[0], 0)), a),
    "sqrt": lambda node, a: _square_root(a),
    "exp": lambda node, a: _exponential(a),
    "log": lambda node, a: _logarithm(a),
    "log1p": lambda node, a: _logarithm_of_sum(a),
    "pow": lambda node, a, b: _power(a, b),
    "sign": lambda node, a: _unit(a),
    "sin": lambda node, a: _sine(a),
    "cos": lambda node, a: _cosine_hyperbolic((_neg(a[1]), a[0])),
    "sinh": lambda node, a: _sine_hyperbolic(a),
    "cosh": lambda node, a: _cosine_hyperbolic(a),
    "dot": _contraction,
    "conv": _contraction,
    "csr_dot": _csr,
    "csr_sampled": _csr,
}

# real results of complex sources
TO_REAL: dict[str, Callable[..., Node]] = {
    "real": lambda node, a: a[0],
    "imag": lambda node, a: a[1],
    "abs": lambda node, a: _magnitude(a),
    "eq": lambda node, a, b: _and(_eq(a[0], b[0]), _eq(a[1], b[1])),
    "ne": lambda node, a, b: _or(build.apply("ne", a[0], b[0]), build.apply("ne", a[1], b[1])),
    "convert": lambda node, a: _narrowed(node, a),
}


def _narrowed(node: Node, a: Pair) -> Node:
    """To a real dtype: the real part; to bool: whether either part is not zero."""
    if node.dtype.category == "bool":
        return _or(build.convert(a[0], node.dtype), build.convert(a[1], node.dtype))
    return build.convert(a[0], node.dtype)


assert set(TO_COMPLEX) | set(TO_REAL) | PART_BY_PART <= set(PRIMITIVES)
