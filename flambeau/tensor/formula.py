"""`Formula`: several tensors updated together by one formula on their elements.

An optimizer's algorithm is such a formula: it reads a parameter, its gradient and its state and
says what each becomes. It is written with ordinary arithmetic on the names of its variables:

    @formula("momentum", numbers=("lr", "mu"))
    def momentum(v: Variables) -> None:  # tensors: param, grad, buffer
        v.buffer = v.mu * v.buffer + v.grad
        v.param = v.param - v.lr * v.buffer

and expands once for each combination of types and flags into one template for each variable
that it assigned. Each template takes only the inputs it needs, and what the templates have in
common is merged in the compiled program.

Numbers, and tensors named as counters (without dims, such as a step count), are calculated
with in float64 and rounded when they meet a tensor; float16 and bfloat16 tensors are
calculated with in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from operator import itemgetter
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
from flambeau.core.types import Shape
from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.runtime.capture import RECORDERS
from flambeau.engine.runtime.evaluate import record
from flambeau.engine.runtime.value import Template, Value, input_node
from flambeau.tensor.apply import write
from flambeau.tensor.tensor import Tensor
from flambeau.tensor.view import value_of

__all__ = ["Formula", "Symbol", "Variables", "formula"]


class Symbol:
    """A node with arithmetic. `weak` ones take the dtype of what they meet."""

    __slots__ = ("node", "weak")

    def __init__(self, node: Node, weak: bool) -> None:
        self.node = node
        self.weak = weak

    def _binary(self, primitive: str, other: Any, swap: bool = False) -> Symbol:
        if not isinstance(other, Symbol):
            other = Symbol(build.constant(other, dt.float64), True)
        a, b = (other, self) if swap else (self, other)
        weak = a.weak and b.weak
        dtype = b.node.dtype if a.weak else a.node.dtype
        x, y = build.convert(a.node, dtype), build.convert(b.node, dtype)
        return Symbol(build.apply(primitive, x, y), weak)

    def __add__(self, other: Any) -> Symbol:
        return self._binary("add", other)

    def __radd__(self, other: Any) -> Symbol:
        return self._binary("add", other, True)

    def __sub__(self, other: Any) -> Symbol:
        return self._binary("sub", other)

    def __rsub__(self, other: Any) -> Symbol:
        return self._binary("sub", other, True)

    def __mul__(self, other: Any) -> Symbol:
        return self._binary("mul", other)

    def __rmul__(self, other: Any) -> Symbol:
        return self._binary("mul", other, True)

    def __truediv__(self, other: Any) -> Symbol:
        return self._binary("div", other)

    def __rtruediv__(self, other: Any) -> Symbol:
        return self._binary("div", other, True)

    def __pow__(self, other: Any) -> Symbol:
        return self._binary("pow", other)

    def __rpow__(self, other: Any) -> Symbol:
        return self._binary("pow", other, True)

    def __gt__(self, other: Any) -> Symbol:
        return self._binary("gt", other)

    def __lt__(self, other: Any) -> Symbol:
        return self._binary("lt", other)

    def __ge__(self, other: Any) -> Symbol:
        return self._binary("ge", other)

    def __le__(self, other: Any) -> Symbol:
        return self._binary("le", other)

    def equals(self, other: Any) -> Symbol:
        return self._binary("eq", other)

    def __and__(self, other: Any) -> Symbol:
        return self._binary("and", other)

    def __or__(self, other: Any) -> Symbol:
        return self._binary("or", other)

    def __invert__(self) -> Symbol:
        return self._unary("not")

    def __neg__(self) -> Symbol:
        return self._unary("neg")

    def __abs__(self) -> Symbol:
        return self._unary("abs")

    def _unary(self, primitive: str) -> Symbol:
        return Symbol(build.apply(primitive, self.node), self.weak)

    def call(self, primitive: str, *others: Any) -> Symbol:
        """An elementwise primitive of this and others."""
        return self._binary(primitive, others[0]) if others else self._unary(primitive)

    def sqrt(self) -> Symbol:
        return self._unary("sqrt")

    def rsqrt(self) -> Symbol:
        return self._unary("rsqrt")

    def sign(self) -> Symbol:
        return self._unary("sign")

    def maximum(self, other: Any) -> Symbol:
        return self._binary("maximum", other)

    def minimum(self, other: Any) -> Symbol:
        return self._binary("minimum", other)

    def where(self, x: Any, y: Any) -> Symbol:
        """x where this condition holds, else y."""
        x = x if isinstance(x, Symbol) else Symbol(build.constant(x, dt.float64), True)
        y = y if isinstance(y, Symbol) else Symbol(build.constant(y, dt.float64), True)
        dtype = y.node.dtype if x.weak else x.node.dtype
        a, b = build.convert(x.node, dtype), build.convert(y.node, dtype)
        return Symbol(build.apply("where", self.node, a, b), x.weak and y.weak)

    # -- beyond single elements: for the updates that look at a whole matrix -------------------
    def sum(self, *dims: int) -> Symbol:
        """The sum over `dims`, which stay with size 1; over all of them without."""
        rank = len(self.node.shape)
        found = tuple(sorted(d % rank for d in dims or range(rank)))
        return Symbol(build.reduce("sum", self.node, found), self.weak)

    def mean(self, *dims: int) -> Symbol:
        """The mean over `dims`, which stay with size 1."""
        shape = self.node.shape
        return self.sum(*dims) / max(1, prod(shape[d] for d in dims or range(len(shape))))

    def rms(self) -> Symbol:
        """The root of the mean square of all elements, as a number."""
        node = (self * self).mean().sqrt().node
        return Symbol(build.convert(build.reshape(node, ()), dt.float64), True)

    def rounded(self, dtype: DType) -> Symbol:
        """The nearest values that `dtype` has, to calculate with in full precision."""
        to = dt.float32 if dtype.itemsize < 4 else dtype
        return Symbol(build.convert(build.convert(self.node, dtype), to), self.weak)

    def to(self, dtype: DType) -> Symbol:
        return Symbol(build.convert(self.node, dtype), False)

    def transposed(self) -> Symbol:
        """This matrix with rows and columns swapped."""
        return Symbol(build.permute(self.node, (1, 0)), self.weak)

    def __matmul__(self, other: Symbol) -> Symbol:
        """The product of two matrices of one dtype."""
        a, b = (build.reshape(x.node, (1, *x.node.shape)) for x in (self, other))
        product = build.dot(a, b)
        return Symbol(build.reshape(product, product.shape[1:]), False)


class Variables:
    """The names a formula reads and assigns, and `flags`."""

    def __init__(
        self, symbols: dict[str, Symbol], flags: dict[str, Any], counters: dict[str, DType]
    ) -> None:
        self.__dict__.update(symbols)
        self.__dict__["flags"] = flags
        self.__dict__["_counters"] = counters

    def __setattr__(self, name: str, value: Symbol) -> None:
        dtype = self._counters.get(name)
        if dtype is not None:  # what is read after this is what is stored, as in PyTorch
            stored = build.convert(value.node, dtype)
            value = Symbol(build.convert(stored, dt.float64), True)
        self.__dict__[name] = value

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"formula: no variable {name!r}")


class Result:
    """What one assigned variable becomes: a template, which inputs it takes, and where it goes."""

    __slots__ = ("is_shared", "pick", "target", "template")

    def __init__(self, template: Template, used: list[int], target: int, is_shared: bool) -> None:
        self.template = template
        self.target = target
        self.is_shared = is_shared
        self.pick: Callable[[tuple], tuple] = (
            itemgetter(*used) if len(used) > 1 else lambda inputs: tuple(inputs[i] for i in used)
        )


class Formula:
    """See the module's text."""

    def __init__(
        self, name: str, function: Callable[[Variables], None], numbers: tuple[str, ...],
        counters: tuple[str, ...], flags: tuple[str, ...],
        shapes: Mapping[str, Callable[[Shape], Shape]],
    ) -> None:  # fmt: skip
        self.name = name
        self.function = function
        self.counters = counters
        self.numbers = numbers
        self.flags = flags
        self.shapes = shapes
        self.forms: dict[tuple, Form] = {}
        self.templates: dict[Node, Template] = {}

    def form(self, names: tuple[str, ...], flags: tuple, kinds: tuple) -> Form:
        """The formula for tensors called `names`, these flags, and numbers of `kinds`.

        A kind is float, or the TensorType of a Value.
        """
        key = (names, flags, kinds)
        found = self.forms.get(key)
        if found is None:
            found = self.forms[key] = Form(self, names, flags, kinds)
        return found

    def template(self, name: str, root: Node) -> tuple[Template, list[int]]:
        """A template of the inputs that `root` needs, and their numbers."""
        leaves = [n for n in topological([root]) if n.primitive in ("parameter", "scalar")]
        used = sorted(n.attributes[0] for n in leaves)
        renumbered = {
            n: build.make(n.primitive, (), (used.index(n.attributes[0]), *n.attributes[1:]))
            for n in leaves
        }
        alone = build.substitute(root, renumbered)
        # what does not depend on the parameter's shape is the same template for all of them
        template = self.templates.get(alone)
        if template is None:
            template = self.templates[alone] = Template(name, alone)
        return template, used


class Form:
    """A formula with its choices made; what is left are the tensors' types."""

    def __init__(
        self, formula: Formula, names: tuple[str, ...], flags: tuple, kinds: tuple
    ) -> None:
        self.formula = formula
        self.names = names
        self.flags = flags
        self.kinds = kinds
        self.results: dict[tuple, tuple[Result, ...]] = {}

    def update(self, tensors: list[Tensor], numbers: tuple, memo: dict) -> None:
        """Give every tensor that the formula assigns its new value.

        `memo` lives for one round of updates: counters that were equal before it stay one value
        after it.
        """
        recorders = RECORDERS
        if recorders:
            for t in tensors:
                recorders[0].seen(t._storage)
        values = [t._storage.value if t._layout is None else value_of(t) for t in tensors]
        key = tuple([v.type for v in values])
        results = self.results.get(key) or self._expand(key)
        inputs = (*values, *numbers)
        made = [
            _shared(memo, r.template, r.pick(inputs))
            if r.is_shared
            else record(r.template, r.pick(inputs))
            for r in results
        ]
        for r, value in zip(results, made):  # noqa: B905 - strict costs time
            target = tensors[r.target]
            storage = target._storage
            if target._layout is None and storage.external is None and not recorders:
                storage.value = value
                storage.version += 1
            else:
                write(target, value)

    # -- expansion ----------------------------------------------------------------------------
    def _expand(self, types: tuple) -> tuple[Result, ...]:
        formula = self.formula
        self._check(types)
        symbols = self._symbols(types)
        counters = {
            n: t.dtype for n, t in zip(self.names, types, strict=True) if n in formula.counters
        }
        flags = dict(zip(formula.flags, self.flags, strict=True))
        variables = Variables(symbols, flags, counters)
        formula.function(variables)
        results = []
        for i, name in enumerate(self.names):
            assigned = variables.__dict__[name]
            if assigned is not symbols[name]:
                root = build.convert(build.expand(assigned.node, types[i].shape), types[i].dtype)
                template, used = formula.template(f"{formula.name}_{name}", root)
                results.append(Result(template, used, i, name in formula.counters))
        if len(self.results) > 4096:  # a program with ever new shapes must not grow for ever
            self.results.clear()
            formula.templates.clear()
        found = self.results[types] = tuple(results)
        return found

    def _symbols(self, types: tuple) -> dict[str, Symbol]:
        """The variables before the update; inputs are the tensors, then the numbers."""
        formula = self.formula
        nodes = [input_node(i, kind) for i, kind in enumerate((*types, *self.kinds))]
        compute = _compute_dtype(types[0].dtype)
        symbols = {}
        for name, node in zip((*self.names, *formula.numbers), nodes, strict=True):
            if name in formula.numbers:
                symbols[name] = Symbol(build.convert(build.reshape(node, ()), dt.float64), True)
            elif name in formula.counters:
                symbols[name] = Symbol(build.convert(node, dt.float64), True)
            else:
                symbols[name] = Symbol(build.convert(node, compute), False)
        return symbols

    def _check(self, types: tuple) -> None:
        name, first = self.formula.name, types[0]
        if not first.dtype.is_floating_point:
            raise RuntimeError(
                message(name, f"a parameter of dtype {first.dtype.name}",
                        "a real floating-point dtype", "to optimize its real and imaginary parts")
            )  # fmt: skip
        for variable, type in zip(self.names, types, strict=True):
            rule = self.formula.shapes.get(variable)
            wanted = () if variable in self.formula.counters else first.shape
            wanted = wanted if rule is None else rule(first.shape)
            if type.shape != wanted:
                raise RuntimeError(
                    message(name, f"{variable} of shape {list(type.shape)} for a parameter of "
                            f"shape {list(first.shape)}", f"shape {list(wanted)}")
                )  # fmt: skip


def _compute_dtype(dtype: DType) -> DType:
    return dt.float32 if dtype.itemsize < 4 else dtype


def _shared(memo: dict, template: Template, inputs: tuple) -> Value:
    """The result on equal inputs of this round, or a new one.

    Values are compared by buffer where they have one: capture gives each cell a Value of its own.
    """
    key = (
        template.id,
        *[(x.buffer or x) if type(x) is Value else x for x in inputs],
    )
    found = memo.get(key)
    if found is None:
        found = memo[key] = record(template, inputs)
    return found


def formula(
    name: str, numbers: tuple[str, ...], *, counters: tuple[str, ...] = (),
    flags: tuple[str, ...] = (), shapes: Mapping[str, Callable[[Shape], Shape]] | None = None,
) -> Callable[[Callable[[Variables], None]], Formula]:  # fmt: skip
    """Decorator: make the function below it a Formula.

    `counters` are names of tensors that have no dims; `flags` are names of hashable values that
    choose between forms of the formula (`v.flags[name]`); `shapes` says for those tensors that
    have another shape than the first one which it is.
    """

    def make(function: Callable[[Variables], None]) -> Formula:
        return Formula(name, function, numbers, counters, flags, shapes or {})

    return make
