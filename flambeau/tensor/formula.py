"""`Formula`: several tensors updated together by one formula on their elements.

An optimizer's algorithm is such a formula: it reads a parameter, its gradient and its state and
says what each becomes. It is written with ordinary arithmetic on the names of its variables:

    @formula("momentum", tensors=("param", "grad", "buffer"), numbers=("lr", "mu"))
    def momentum(v: Variables) -> None:
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

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from flambeau.core import dtype as dt
from flambeau.core.dtype import DType
from flambeau.core.errors import message
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

    def __neg__(self) -> Symbol:
        return self._unary("neg")

    def __abs__(self) -> Symbol:
        return self._unary("abs")

    def _unary(self, primitive: str) -> Symbol:
        return Symbol(build.apply(primitive, self.node), self.weak)

    def sqrt(self) -> Symbol:
        return self._unary("sqrt")

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


class Variables:
    """The names a formula reads and assigns; `flag(name)` asks for a flag."""

    def __init__(self, symbols: dict[str, Symbol], flags: dict[str, Any]) -> None:
        self.__dict__.update(symbols)
        self.__dict__["flags"] = flags

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
    """See the module's text. `tensors` are the names of the tensor variables, in order."""

    def __init__(
        self, name: str, function: Callable[[Variables], None], tensors: tuple[str, ...],
        counters: tuple[str, ...], numbers: tuple[str, ...], flags: tuple[str, ...],
    ) -> None:  # fmt: skip
        self.name = name
        self.function = function
        self.tensors = tensors
        self.counters = counters
        self.numbers = numbers
        self.flags = flags
        self.results: dict[tuple, tuple[Result, ...]] = {}

    def update(
        self, tensors: list[Tensor], numbers: tuple, kinds: tuple, flags: tuple, memo: dict
    ) -> None:
        """Give every tensor that the formula assigns its new value.

        `numbers` are floats and Values of `kinds` (float, or a TensorType). `memo` lives for one
        round of updates: counters that were equal before it stay one value after it.
        """
        values = []
        for t in tensors:
            if RECORDERS:
                RECORDERS[0].seen(t._storage)
            values.append(t._storage.value if t._layout is None else value_of(t))
        key = (flags, kinds, *[v.type for v in values])
        results = self.results.get(key) or self._expand(key)
        inputs = (*values, *numbers)
        for result in results:
            chosen = result.pick(inputs)
            if result.is_shared:
                value = _shared(memo, result.template, chosen)
            else:
                value = record(result.template, chosen)
            target = tensors[result.target]
            storage = target._storage
            if target._layout is None and storage.external is None and not RECORDERS:
                storage.value = value
                storage.version += 1
            else:
                write(target, value)

    # -- expansion ----------------------------------------------------------------------------
    def _expand(self, key: tuple) -> tuple[Result, ...]:
        flags, kinds, *types = key
        nodes = [input_node(i, kind) for i, kind in enumerate((*types, *kinds))]
        self._check(types)
        compute = _compute_dtype(types[0].dtype)
        names = (*self.tensors, *self.numbers)
        symbols = {}
        for name, node in zip(names, nodes, strict=True):
            weak = name in self.numbers or name in self.counters
            node = build.reshape(node, ()) if name in self.numbers else node
            symbols[name] = Symbol(build.convert(node, dt.float64 if weak else compute), weak)
        variables = Variables(symbols, dict(zip(self.flags, flags, strict=True)))
        self.function(variables)
        results = []
        for i, name in enumerate(self.tensors):
            assigned = variables.__dict__[name]
            if assigned is not symbols[name]:
                root = build.convert(build.expand(assigned.node, types[i].shape), types[i].dtype)
                template, used = self._template(f"{self.name}_{name}", root)
                results.append(Result(template, used, i, name in self.counters))
        if len(self.results) > 4096:  # a program with ever new shapes must not grow for ever
            self.results.clear()
        found = self.results[key] = tuple(results)
        return found

    def _template(self, name: str, root: Node) -> tuple[Template, list[int]]:
        """A template of the inputs that `root` needs, and their numbers."""
        leaves = [n for n in topological([root]) if n.primitive in ("parameter", "scalar")]
        used = sorted(n.attributes[0] for n in leaves)
        renumbered = {
            n: build.make(n.primitive, (), (used.index(n.attributes[0]), *n.attributes[1:]))
            for n in leaves
        }
        return Template(name, build.substitute(root, renumbered)), used

    def _check(self, types: list) -> None:
        first = types[0]
        if not first.dtype.is_floating_point:
            raise RuntimeError(
                message(self.name, f"a parameter of dtype {first.dtype.name}",
                        "a real floating-point dtype", "to optimize its real and imaginary parts")
            )  # fmt: skip
        for name, type in zip(self.tensors, types, strict=True):
            wanted = () if name in self.counters else first.shape
            if type.shape != wanted:
                raise RuntimeError(
                    message(self.name, f"{name} of shape {list(type.shape)} for a parameter of "
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
    name: str, tensors: tuple[str, ...], numbers: tuple[str, ...], *,
    counters: tuple[str, ...] = (), flags: tuple[str, ...] = (),
) -> Callable[[Callable[[Variables], None]], Formula]:  # fmt: skip
    """Decorator: make the function below it a Formula of these variables.

    `counters` are those of `tensors` that have no dims; `flags` are names of hashable values
    that choose between forms of the formula.
    """

    def make(function: Callable[[Variables], None]) -> Formula:
        return Formula(name, function, tensors, counters, numbers, flags)

    return make
