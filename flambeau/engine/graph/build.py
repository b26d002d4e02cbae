"""The only maker of Nodes: one checked constructor for each primitive that needs one.

Operations call these; the compiler's passes call `make`, which skips what was checked before.
"""

from __future__ import annotations

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.shape import broadcast_shapes
from flambeau.core.types import Shape, TensorType, tensor_type
from flambeau.engine.graph.node import Node, intern, topological
from flambeau.engine.graph.primitives import PRIMITIVES, REAL_ONLY
from flambeau.engine.graph.routines import ROUTINES

__all__ = [
    "apply",
    "argsort",
    "as_strided",
    "bitcast",
    "cat",
    "constant",
    "conv",
    "convert",
    "copy",
    "dot",
    "expand",
    "full",
    "gather",
    "iota",
    "make",
    "pad",
    "parameter",
    "permute",
    "put",
    "random_bits",
    "reduce",
    "reshape",
    "routine",
    "scalar",
    "scan",
    "scatter",
    "slice_",
    "squeeze",
    "substitute",
    "take",
    "update",
]

Number = bool | int | float | complex


def make(primitive: str, sources: tuple[Node, ...], attributes: tuple = ()) -> Node:
    """The node `primitive(*sources)`; the type rule gives its type, nothing is checked."""
    row = PRIMITIVES[primitive]
    return intern(
        primitive, sources, attributes, row.infer(tuple(s.type for s in sources), attributes)
    )


def substitute(root: Node, replacement: dict[Node, Node]) -> Node:
    """`root` with some nodes replaced by others of the same type."""
    done = dict(replacement)
    for node in topological([root]):
        if node not in done:
            sources = tuple(done[s] for s in node.sources)
            same = sources == node.sources
            done[node] = (
                node if same else intern(node.primitive, sources, node.attributes, node.type)
            )
    return done[root]


# -- leaves -------------------------------------------------------------------------------------
def parameter(index: int, type: TensorType) -> Node:
    """The `index`-th buffer given when the graph runs."""
    return make("parameter", (), (index, type))


def scalar(index: int, dtype: DType) -> Node:
    """The `index`-th number given when the graph runs, as a value without dims."""
    return make("scalar", (), (index, tensor_type(dtype, ())))


def constant(value: Number, dtype: DType) -> Node:
    """A number known now, as a value without dims."""
    if dtype.category == "bool":
        value = bool(value)
    elif dtype.category == "int":
        value = int(value)  # type: ignore[arg-type]
    elif dtype.category == "float":
        value = float(value)  # type: ignore[arg-type]
    return make("constant", (), (value, tensor_type(dtype, ())))


def full(shape: Shape, value: Number, dtype: DType) -> Node:
    """`value` in every element of `shape`."""
    return expand(constant(value, dtype), shape)


def iota(shape: Shape, dim: int, dtype: DType = dt.int64) -> Node:
    """Each element's index along `dim`."""
    return make("iota", (), (dim, tensor_type(dtype, shape)))


def random_bits(key0: Node, key1: Node, shape: Shape) -> Node:
    """uint32 random bits; the same (key0, key1) and element index give the same bits."""
    assert key0.dtype is dt.uint32 and key1.dtype is dt.uint32, "keys are uint32"
    return make("random_bits", (key0, key1), (shape,))


# -- elementwise --------------------------------------------------------------------------------
def _check_real(primitive: str, x: Node) -> None:
    if x.dtype.is_complex and primitive in REAL_ONLY:
        raise NotImplementedError(
            message(primitive, f"elements of dtype {x.dtype.name}",
                    "real numbers: it is not implemented for complex ones", ".real or .abs()")
        )  # fmt: skip


def apply(primitive: str, *sources: Node) -> Node:
    """An elementwise primitive; sources of one dtype are broadcast to one shape."""
    _check_real(primitive, sources[-1])
    shape = broadcast_shapes(primitive, *(s.shape for s in sources))
    first = 1 if primitive == "where" else 0
    for s in sources[first:]:
        assert s.dtype is sources[-1].dtype, f"{primitive}: {[x.dtype for x in sources]}"
    return make(primitive, tuple(expand(s, shape) for s in sources))


def convert(x: Node, dtype: DType) -> Node:
    """x with elements of `dtype`; x itself if they are."""
    return x if x.dtype is dtype else make("convert", (x,), (dtype,))


def bitcast(x: Node, dtype: DType) -> Node:
    """x's bits read as `dtype`, which has the same size."""
    assert x.dtype.itemsize == dtype.itemsize, "bitcast keeps the size"
    return x if x.dtype is dtype else make("bitcast", (x,), (dtype,))


# -- movement -----------------------------------------------------------------------------------
def reshape(x: Node, shape: Shape) -> Node:
    return x if x.shape == shape else make("reshape", (x,), (shape,))


def squeeze(x: Node, dims: Shape) -> Node:
    """Without `dims`, which have size 1."""
    return reshape(x, tuple(n for i, n in enumerate(x.shape) if i not in dims))


def permute(x: Node, dims: Shape) -> Node:
    return x if dims == tuple(range(len(dims))) else make("permute", (x,), (dims,))


def expand(x: Node, shape: Shape) -> Node:
    """Broadcast to `shape`; leading dims are added as needed."""
    if x.shape == shape:
        return x
    x = reshape(x, (1,) * (len(shape) - len(x.shape)) + x.shape)
    return x if x.shape == shape else make("expand", (x,), (shape,))


def slice_(x: Node, starts: Shape, sizes: Shape, steps: Shape) -> Node:
    if sizes == x.shape and all(
        (s == 0 and k == 1) or n == 0 for s, k, n in zip(starts, steps, sizes, strict=True)
    ):
        return x
    return make("slice", (x,), (starts, sizes, steps))


def as_strided(x: Node, shape: Shape, strides: Shape, offset: int) -> Node:
    return make("as_strided", (x,), (shape, strides, offset))


def pad(x: Node, low: Shape, high: Shape, value: Number = 0, interior: Shape | None = None) -> Node:
    interior = interior or (0,) * len(low)
    if not any(low) and not any(high) and not any(interior):
        return x
    return make("pad", (x,), (low, high, interior, value))


def cat(sources: tuple[Node, ...], dim: int) -> Node:
    return sources[0] if len(sources) == 1 else make("cat", sources, (dim,))


def copy(x: Node) -> Node:
    """A value of its own, contiguous: materialised whatever x is."""
    return make("copy", (x,))


# -- the rest -----------------------------------------------------------------------------------
def reduce(primitive: str, x: Node, dims: Shape) -> Node:
    """Reduce over `dims` (sorted), which stay with size 1."""
    _check_real(primitive, x)
    if not dims or (
        primitive in ("sum", "prod", "max", "min") and all(x.shape[d] == 1 for d in dims)
    ):
        return x
    return make(primitive, (x,), (dims,))


def dot(a: Node, b: Node) -> Node:
    """(b, m, k) x (b, k, n) -> (b, m, n)."""
    assert a.shape[0] == b.shape[0] and a.shape[2] == b.shape[1], (a.shape, b.shape)
    return make("dot", (a, b))


def conv(
    x: Node, w: Node, strides: Shape, low: Shape, high: Shape, lhs_dilation: Shape,
    rhs_dilation: Shape, groups: int,
) -> Node:  # fmt: skip
    """Cross-correlation; see PRIMITIVES."""
    return make("conv", (x, w), (strides, low, high, lhs_dilation, rhs_dilation, groups))


def take(x: Node, index: Node, dim: int) -> Node:
    return make("take", (x, index), (dim,))


def gather(x: Node, index: Node, dim: int) -> Node:
    return make("gather", (x, index), (dim,))


def scatter(base: Node, index: Node, source: Node, dim: int, mode: str) -> Node:
    return make("scatter", (base, index, source), (dim, mode))


def put(base: Node, index: Node, source: Node, dim: int, mode: str) -> Node:
    return make("put", (base, index, source), (dim, mode))


def update(base: Node, value: Node, shape: Shape, strides: Shape, offset: int) -> Node:
    assert value.shape == shape and value.dtype is base.dtype
    return make("update", (base, value), (shape, strides, offset))


def scan(x: Node, dim: int, mode: str) -> Node:
    _check_real(mode, x)
    return make("scan", (x,), (dim, mode))


def routine(name: str, sources: tuple[Node, ...], options: tuple = ()) -> tuple[Node, ...]:
    """The outputs of the row `name` of ROUTINES."""
    types = ROUTINES[name].infer(options, *(s.type for s in sources))
    return tuple(make("routine", sources, (name, options, i)) for i in range(len(types)))


def argsort(x: Node, dim: int, descending: bool) -> Node:
    _check_real("argsort", x)
    return make("argsort", (x,), (dim, descending))
