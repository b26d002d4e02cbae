"""`Expression`: a node with the arithmetic and the methods that tensors have.

So a formula such as `x * x.sigmoid()` means the same for nodes and for tensors. `where`,
`index_along`, `total`, `mean_of` and `pad_edges` are the functions that have no method of one
spelling for both. Python numbers take the dtype of what they meet.
"""

from __future__ import annotations

from math import prod
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.shape import broadcast_shapes
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node
from flambeau.tensor import elementwise
from flambeau.tensor.apply import apply
from flambeau.tensor.operation import operation

__all__ = ["Expression", "index_along", "maximum", "mean_of", "minimum", "pick", "total", "where"]


class Expression:
    """See the module's text."""

    __slots__ = ("node",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, node: Node) -> None:
        self.node = node

    @property
    def shape(self) -> Shape:
        return self.node.shape

    @property
    def dtype(self) -> DType:
        return self.node.dtype

    # -- arithmetic ---------------------------------------------------------------------------
    def _operand(self, other: Any) -> Node:
        if isinstance(other, Expression):
            return other.node
        return build.constant(other, self.node.dtype)

    def _binary(self, primitive: str, other: Any, swap: bool = False) -> Expression:
        a, b = self.node, self._operand(other)
        return Expression(build.apply(primitive, b, a) if swap else build.apply(primitive, a, b))

    def __add__(self, other: Any) -> Expression:
        return self._binary("add", other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Expression:
        return self._binary("sub", other)

    def __rsub__(self, other: Any) -> Expression:
        return self._binary("sub", other, True)

    def __mul__(self, other: Any) -> Expression:
        return self._binary("mul", other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Expression:
        return self._binary("div", other)

    def __rtruediv__(self, other: Any) -> Expression:
        return self._binary("div", other, True)

    def __pow__(self, other: Any) -> Expression:
        return self._binary("pow", other)

    def __neg__(self) -> Expression:
        return self._unary("neg")

    def __and__(self, other: Expression) -> Expression:
        return self._binary("and", other)

    def __or__(self, other: Expression) -> Expression:
        return self._binary("or", other)

    def __invert__(self) -> Expression:
        return self._unary("not")

    def __gt__(self, other: Any) -> Expression:
        return self._binary("gt", other)

    def __lt__(self, other: Any) -> Expression:
        return self._binary("lt", other)

    def __ge__(self, other: Any) -> Expression:
        return self._binary("ge", other)

    def __le__(self, other: Any) -> Expression:
        return self._binary("le", other)

    def __eq__(self, other: Any) -> Expression:  # type: ignore[override]
        return self._binary("eq", other)

    def __ne__(self, other: Any) -> Expression:  # type: ignore[override]
        return self._binary("ne", other)

    # -- functions of elements ----------------------------------------------------------------
    def _unary(self, primitive: str) -> Expression:
        return Expression(build.apply(primitive, self.node))

    def exp(self) -> Expression:
        return self._unary("exp")

    def expm1(self) -> Expression:
        return self._unary("expm1")

    def log(self) -> Expression:
        return self._unary("log")

    def log1p(self) -> Expression:
        return self._unary("log1p")

    def tanh(self) -> Expression:
        return self._unary("tanh")

    def erf(self) -> Expression:
        return self._unary("erf")

    def sqrt(self) -> Expression:
        return self._unary("sqrt")

    def rsqrt(self) -> Expression:
        return self._unary("rsqrt")

    def abs(self) -> Expression:
        return self._unary("abs")

    def sign(self) -> Expression:
        return self._unary("sign")

    def sigmoid(self) -> Expression:
        return 1.0 / ((-self).exp() + 1.0)

    # -- shape --------------------------------------------------------------------------------
    def reshape(self, shape: Shape) -> Expression:
        return Expression(build.reshape(self.node, tuple(shape)))

    def expand(self, shape: Shape) -> Expression:
        return Expression(build.expand(self.node, tuple(shape)))

    def permute(self, dims: Shape) -> Expression:
        return Expression(build.permute(self.node, dims))

    def to(self, dtype: DType) -> Expression:
        return Expression(build.convert(self.node, dtype))

    def amax(self, dims: Shape, keepdim: bool) -> Expression:
        assert keepdim, "formulas keep reduced dims"
        return Expression(build.reduce("max", self.node, dims))


# -- for nodes and tensors alike ------------------------------------------------------------------
def where(condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, else y; one of them may be a number."""
    if not isinstance(condition, Expression):
        return elementwise.where(condition, x, y)
    like = x if isinstance(x, Expression) else y
    a, b = like._operand(x), like._operand(y)
    shape = broadcast_shapes("where", condition.shape, a.shape, b.shape)
    return Expression(
        build.apply("where", *[build.expand(n, shape) for n in (condition.node, a, b)])
    )


def pick(condition: Any, x: float, y: float, like: Any) -> Any:
    """The number x where the condition holds, else y, in the dtype of `like`."""
    if isinstance(condition, Expression):
        a, b = like._operand(x), like._operand(y)
        return Expression(build.apply("where", condition.node, a, b))
    result = condition.to(like.dtype) * x
    return result + (~condition).to(like.dtype) * y if y else result


def total(x: Any, dims: Shape) -> Any:
    """The sum over dims, which stay with size 1."""
    if isinstance(x, Expression):
        return Expression(build.reduce("sum", x.node, dims))
    return x.sum(dims, True) if dims else x


def mean_of(x: Any, dims: Shape) -> Any:
    """The mean over dims, which stay with size 1; NaN over nothing."""
    count = prod(x.shape[d] for d in dims)
    return total(x, dims) / float(count)


def maximum(x: Any, y: float) -> Any:
    """x, but at least y."""
    return x._binary("maximum", y) if isinstance(x, Expression) else x.clamp(min=y)


def minimum(x: Any, y: float) -> Any:
    """x, but at most y."""
    return x._binary("minimum", y) if isinstance(x, Expression) else x.clamp(max=y)


@operation("index_along")
def INDEX_ALONG(shape: Shape, dim: int) -> Node:
    """Each element's index along a dim."""
    return build.iota(shape, dim, dt.int64)


def index_along(like: Any, shape: Shape, dim: int) -> Any:
    """int64 indices along `dim` in `shape`; a tensor or an Expression as `like` is."""
    if isinstance(like, Expression):
        return Expression(build.iota(tuple(shape), dim, dt.int64))
    return apply(INDEX_ALONG, (), (tuple(shape), dim))
