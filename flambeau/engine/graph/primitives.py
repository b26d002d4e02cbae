"""PRIMITIVES: what a graph can be made of, one row each.

An *operation* (tensor/) checks, promotes and composes; a *primitive* is what the compiler
knows. A row gives the name, the kind, the number of sources, the attribute names, and the
rule that computes the type of the result from the sources' types and the attributes.
Sources of elementwise primitives have one dtype and one shape: building inserts `convert`
and `expand`. Reductions keep the reduced dims with size 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flambeau.core import dtype as dt
from flambeau.core.types import TensorType, tensor_type
from flambeau.engine.graph.routines import ROUTINES

__all__ = ["EXPENSIVE", "PRIMITIVES", "REAL_ONLY", "Primitive"]

Infer = Callable[..., TensorType]


@dataclass(frozen=True)
class Primitive:
    """One row of PRIMITIVES. `arity` -1 means any number of sources."""

    name: str
    kind: str  # leaf, elementwise, movement, reduce, contraction, indexing, scan, sort, routine
    arity: int
    attributes: tuple[str, ...]
    infer: Infer


# -- type rules: (source types, attributes) -> type ---------------------------------------------
def _same(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return t[0]


def _bool(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(dt.bool_, t[0].shape)


def _second(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return t[1]


def _real(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(t[0].dtype.to_real(), t[0].shape)


def _complex(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(t[0].dtype.to_complex(), t[0].shape)


def _declared(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    """Leaves: attributes are (..., type)."""
    return a[-1]


def _as_dtype(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(a[0], t[0].shape)


def _as_shape(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(t[0].dtype, a[0])


def _permuted(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(t[0].dtype, tuple(t[0].shape[d] for d in a[0]))


def _sliced(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(t[0].dtype, a[1])


def _padded(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    low, high, interior, _ = a
    sizes = zip(t[0].shape, low, high, interior, strict=True)
    shape = tuple(max(0, lo + hi + n + max(n - 1, 0) * k) for n, lo, hi, k in sizes)
    return tensor_type(t[0].dtype, shape)


def _joined(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    (dim,) = a
    shape = list(t[0].shape)
    shape[dim] = sum(x.shape[dim] for x in t)
    return tensor_type(t[0].dtype, tuple(shape))


def _kept(shape: tuple[int, ...], dims: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(1 if i in dims else n for i, n in enumerate(shape))


def _reduced(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(t[0].dtype, _kept(t[0].shape, a[0]))


def _reduced_index(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(dt.int64, _kept(t[0].shape, a[0]))


def _dot(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(t[0].dtype, (t[0].shape[0], t[0].shape[1], t[1].shape[2]))


def _csr_dot(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    pointers, _, _, x = t
    return tensor_type(x.dtype, (pointers.shape[0] - 1, x.shape[1]))


def _csr_sampled(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(t[2].dtype, t[1].shape)


def _conv(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    strides, low, high, lhs_dilation, rhs_dilation, _ = a
    x, w = t
    sizes = []
    for i in range(len(strides)):
        n = x.shape[i + 2]
        n = (
            (n + max(n - 1, 0) * (lhs_dilation[i] - 1) + low[i] + high[i])
            if n
            else low[i] + high[i]
        )
        k = (w.shape[i + 2] - 1) * rhs_dilation[i] + 1
        sizes.append(max(0, (n - k) // strides[i] + 1))
    return tensor_type(x.dtype, (x.shape[0], w.shape[0], *sizes))


def _take(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    (dim,) = a
    x, index = t
    return tensor_type(x.dtype, x.shape[:dim] + index.shape + x.shape[dim + 1 :])


def _gathered(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(t[0].dtype, t[1].shape)


def _indices(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(dt.int64, t[0].shape)


def _output(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    name, options, output = a
    return ROUTINES[name].infer(options, *t)[output]


def _bits(t: tuple[TensorType, ...], a: tuple) -> TensorType:
    return tensor_type(dt.uint32, a[0])


def _rows() -> list[Primitive]:
    rows = [
        # leaves; the last attribute is the type
        Primitive("parameter", "leaf", 0, ("index", "type"), _declared),  # a buffer
        Primitive("scalar", "leaf", 0, ("index", "type"), _declared),  # a number given at run time
        Primitive("constant", "leaf", 0, ("value", "type"), _declared),  # a number known now
        Primitive("iota", "leaf", 0, ("dim", "type"), _declared),  # element = its index along dim
        # counter-based random bits: key words are two uint32 scalars, the counter is the
        # element's linear index (Threefry-2x32-20, Salmon et al., SC 2011; first output word)
        Primitive("random_bits", "leaf", 2, ("shape",), _bits),
        # elementwise
        Primitive("where", "elementwise", 3, (), _second),
        Primitive("complex", "elementwise", 2, (), _complex),  # of its real and imaginary part
        Primitive("convert", "elementwise", 1, ("dtype",), _as_dtype),  # as C does; to bool: != 0
        Primitive("bitcast", "elementwise", 1, ("dtype",), _as_dtype),  # same itemsize
        # movement: no arithmetic, only which element is where
        Primitive("reshape", "movement", 1, ("shape",), _as_shape),
        Primitive("permute", "movement", 1, ("dims",), _permuted),
        Primitive("expand", "movement", 1, ("shape",), _as_shape),  # same rank, 1 -> n
        Primitive("slice", "movement", 1, ("starts", "sizes", "steps"), _sliced),  # steps: also < 0
        Primitive("as_strided", "movement", 1, ("shape", "strides", "offset"), _as_shape),
        # pad with a constant; negative low/high cut; `interior` zeros between neighbours
        Primitive("pad", "movement", 1, ("low", "high", "interior", "value"), _padded),
        Primitive("cat", "movement", -1, ("dim",), _joined),
        Primitive("copy", "movement", 1, (), _same),  # a value of its own: never looked through
        # contraction
        Primitive("dot", "contraction", 2, (), _dot),  # (b, m, k) x (b, k, n) -> (b, m, n)
        # (n, c, *spatial) x (o, c/groups, *kernel); dilating the left side makes both gradients
        # convolutions again
        Primitive("conv", "contraction", 2,
                  ("strides", "low", "high", "lhs_dilation", "rhs_dilation", "groups"), _conv),
        # a sparse matrix given by its row pointers, columns and values (CSR), times x; and the
        # dot products of rows of x and y, x[row] . y[column], at the entries of such a matrix
        Primitive("csr_dot", "contraction", 4, (), _csr_dot),
        Primitive("csr_sampled", "contraction", 4, (), _csr_sampled),
        # indexing; indices are int64 and not negative, checked before (eager) or in the kernel
        Primitive("take", "indexing", 2, ("dim",), _take),  # x[..., index, ...]: index of any shape
        Primitive("gather", "indexing", 2, ("dim",), _gathered),  # torch.gather
        # torch.scatter on (base, index, source); mode "set", "add", "mul", "max", "min"
        Primitive("scatter", "indexing", 3, ("dim", "mode"), _same),
        # base[..., index, ...] = or += source; index 1-d along dim; source.shape[dim] == len(index)
        Primitive("put", "indexing", 3, ("dim", "mode"), _same),
        # base with the region that the layout (over base's flat elements) reaches replaced
        Primitive("update", "indexing", 2, ("shape", "strides", "offset"), _same),
        Primitive("scan", "scan", 1, ("dim", "mode"), _same),  # mode "sum", "prod", "max", "min"
        Primitive("argsort", "sort", 1, ("dim", "descending"), _indices),  # always stable
        # one output of a row of ROUTINES: linear algebra and the like, never compiled
        Primitive("routine", "routine", -1, ("name", "options", "output"), _output),
    ]  # fmt: skip
    unary = (
        "neg sign floor ceil round trunc sqrt rsqrt reciprocal exp expm1 log log1p log2 "
        "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc erfinv lgamma "
        "digamma not"  # `not`: logical on bool, bitwise on integers
    )
    rows += [Primitive(n, "elementwise", 1, (), _same) for n in unary.split()]
    rows += [Primitive(n, "elementwise", 1, (), _real) for n in ("abs", "real", "imag")]
    binary = (
        "add sub mul div pow maximum minimum atan2 fmod remainder floor_div "
        "and or xor shift_left shift_right"
    )
    rows += [Primitive(n, "elementwise", 2, (), _same) for n in binary.split()]
    rows += [Primitive(n, "elementwise", 2, (), _bool) for n in "eq ne lt le gt ge".split()]
    # reductions over `dims`, which stay with size 1; max and min propagate NaN; on bool, max is any
    rows += [Primitive(n, "reduce", 1, ("dims",), _reduced) for n in "sum prod max min".split()]
    # argmax/argmin over one dim: the first of equal elements; NaN counts as largest/smallest
    rows += [Primitive(n, "reduce", 1, ("dims",), _reduced_index) for n in ("argmax", "argmin")]
    return rows


PRIMITIVES: dict[str, Primitive] = {row.name: row for row in _rows()}

# Without a meaning for complex numbers, which have no order; and rounding, and those that no
# library has.
REAL_ONLY = frozenset(
    "lt le gt ge maximum minimum max min argmax argmin argsort floor ceil round trunc floor_div "
    "remainder fmod atan2 erf erfc erfinv lgamma digamma shift_left shift_right and or xor".split()
)

# Worth storing rather than computing twice: more than a few cycles an element.
EXPENSIVE = frozenset(
    "exp expm1 log log1p log2 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf erfc "
    "erfinv lgamma digamma pow atan2 fmod remainder div floor_div sqrt rsqrt random_bits".split()
)
