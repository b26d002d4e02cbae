"""Batch: a graph on one example becomes the graph on a batch of them, along a new first dim.

One rule a primitive, in BATCHING. What depends on no example stays as it is, and is broadcast
only where it meets what does. Source: Frostig, Johnson, Leary, "Compiling machine learning
programs via high-level tracing", SysML 2018 (JAX's vmap).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from flambeau.engine.graph import build
from flambeau.engine.graph.node import Node, topological
from flambeau.engine.graph.primitives import PRIMITIVES
from flambeau.engine.graph.routines import ROUTINES

__all__ = ["BATCHING", "batch"]


@dataclass(frozen=True)
class Batch:
    """How many examples, and what becomes of random numbers: "error", "same" for all examples or
    "different"."""

    size: int
    randomness: str


def batch(
    roots: Sequence[Node], examples: dict[Node, Node], size: int, randomness: str
) -> list[Node]:
    """The roots for `size` examples each; `examples` maps a parameter to the parameter that holds
    a batch of it. RuntimeError for random numbers under randomness "error"."""
    context = Batch(size, randomness)
    done: dict[Node, Node] = dict(examples)
    for node in topological(roots):
        if node in done:
            continue
        sources = tuple(done.get(s, s) for s in node.sources)
        is_batched = tuple(s in done for s in node.sources)
        if node.primitive == "random_bits" and randomness != "same":
            done[node] = _random_bits(context, node)
        elif any(is_batched):
            made = BATCHING[node.primitive](context, node, sources, is_batched)
            assert made.shape == (size, *node.shape), (node, made)
            done[node] = made
    return [done[r] if r in done else _repeated(r, size) for r in roots]


def _repeated(x: Node, size: int) -> Node:
    """The same for every example."""
    return build.expand(build.reshape(x, (1, *x.shape)), (size, *x.shape))


def _all_batched(context: Batch, sources: tuple, is_batched: tuple) -> tuple[Node, ...]:
    return tuple(
        s if b else _repeated(s, context.size) for s, b in zip(sources, is_batched, strict=True)
    )


Rule = Callable[[Batch, Node, tuple[Node, ...], tuple[bool, ...]], Node]


# -- rules --------------------------------------------------------------------------------------
def _elementwise(context: Batch, node: Node, sources: tuple, is_batched: tuple) -> Node:
    return build.make(node.primitive, _all_batched(context, sources, is_batched), node.attributes)


def _with(shift: Callable[..., tuple]) -> Rule:
    """All sources batched; shift(node, size) gives the attributes."""

    def rule(context: Batch, node: Node, sources: tuple, is_batched: tuple) -> Node:
        wide = _all_batched(context, sources, is_batched)
        return build.make(node.primitive, wide, shift(node, context.size))

    return rule


def _later(dims: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(d + 1 for d in dims)


def _shift_dim(node: Node, size: int) -> tuple:
    """Attributes (dim, ...)."""
    return (node.attributes[0] + 1, *node.attributes[1:])


def _pad(node: Node, size: int) -> tuple:
    low, high, interior, value = node.attributes
    return (0, *low), (0, *high), (0, *interior), value


def _strided(node: Node, size: int) -> tuple:
    """The examples lie one after the other in memory."""
    shape, strides, offset = node.attributes
    return (size, *shape), (node.sources[0].type.numel, *strides), offset


def _slice(node: Node, size: int) -> tuple:
    starts, sizes, steps = node.attributes
    return (0, *starts), (size, *sizes), (1, *steps)


def _dot(context: Batch, node: Node, sources: tuple, is_batched: tuple) -> Node:
    """A matrix that all examples share meets them in one product."""
    (a, b), size = sources, context.size
    n, m, k = node.sources[0].shape
    p = node.sources[1].shape[2]
    if n == 1 and not is_batched[1]:
        flat = build.dot(build.reshape(a, (1, size * m, k)), b)
        return build.reshape(flat, (size, 1, m, p))
    if n == 1 and not is_batched[0]:
        side = build.reshape(build.permute(b, (1, 2, 0, 3)), (1, k, size * p))
        product = build.reshape(build.dot(a, side), (1, m, size, p))
        return build.permute(product, (2, 0, 1, 3))
    a, b = _all_batched(context, sources, is_batched)
    flat = build.dot(build.reshape(a, (size * n, m, k)), build.reshape(b, (size * n, k, p)))
    return build.reshape(flat, (size, n, m, p))


def _csr(context: Batch, node: Node, sources: tuple, is_batched: tuple) -> Node:
    """The examples' sparse matrices become blocks on the diagonal of one matrix; where they share
    it, their dense matrices stand side by side."""
    size = context.size
    is_product = node.primitive == "csr_dot"
    if is_product and is_batched == (False, False, False, True):
        x = sources[3]
        _, k, n = x.shape
        side = build.reshape(build.permute(x, (1, 0, 2)), (k, size * n))
        product = build.make("csr_dot", (*sources[:3], side), ())
        return build.permute(build.reshape(product, (node.shape[0], size, n)), (1, 0, 2))
    pointers, columns, *others = _all_batched(context, sources, is_batched)
    entries, dtype = columns.shape[1], columns.dtype
    rows, height = pointers.shape[1] - 1, others[1].shape[1]

    def moved(indices: Node, step: int) -> Node:
        """Each example's indices, `step` further on than those of the one before."""
        number = build.iota(indices.shape, 0, dtype)
        shift = build.apply("mul", number, build.full(indices.shape, step, dtype))
        return build.reshape(build.apply("add", indices, shift), (indices.type.numel,))

    starts = build.slice_(pointers, (0, 0), (size, rows), (1, 1))
    pointers = build.cat((moved(starts, entries), build.full((1,), size * entries, dtype)), 0)
    flat = [build.reshape(s, (size * s.shape[1], *s.shape[2:])) for s in others]
    result = build.make(node.primitive, (pointers, moved(columns, height), *flat), ())
    return build.reshape(result, (size, *node.shape))


def _conv(context: Batch, node: Node, sources: tuple, is_batched: tuple) -> Node:
    """Examples become images where they share the kernel, else groups of channels."""
    (x, w), size = sources, context.size
    *windows, groups = node.attributes
    n, c = node.sources[0].shape[:2]
    o = node.sources[1].shape[0]
    if not is_batched[1]:
        many = build.reshape(x, (size * n, *x.shape[2:]))
        result = build.make("conv", (many, w), node.attributes)
        return build.reshape(result, (size, *node.shape))
    x, w = _all_batched(context, sources, is_batched)
    side = build.permute(x, (1, 0, *range(2, len(x.shape))))
    side = build.reshape(side, (n, size * c, *x.shape[3:]))
    kernels = build.reshape(w, (size * o, *w.shape[2:]))
    result = build.make("conv", (side, kernels), (*windows, size * groups))
    result = build.reshape(result, (n, size, *node.shape[1:]))
    return build.permute(result, (1, 0, *range(2, len(result.shape))))


def _take(context: Batch, node: Node, sources: tuple, is_batched: tuple) -> Node:
    (x, index), (dim,), size = sources, node.attributes, context.size
    if not is_batched[1]:
        return build.take(x, index, dim + 1)
    if not is_batched[0]:
        found = build.take(x, index, dim)  # the examples are the first of the index's dims
        order = (dim, *(d for d in range(len(found.shape)) if d != dim))
        return build.permute(found, order)
    count = prod(index.shape[1:])
    before, after = node.sources[0].shape[:dim], node.sources[0].shape[dim + 1 :]
    thin = (size, *(1 for _ in before), count, *(1 for _ in after))
    wide = build.expand(build.reshape(index, thin), (size, *before, count, *after))
    return build.reshape(build.gather(x, wide, dim + 1), (size, *node.shape))


def _put(context: Batch, node: Node, sources: tuple, is_batched: tuple) -> Node:
    dim, mode = node.attributes
    base, index, source = sources
    base, source = (
        s if b else _repeated(s, context.size)
        for s, b in ((base, is_batched[0]), (source, is_batched[2]))
    )
    if not is_batched[1]:
        return build.put(base, index, source, dim + 1, mode)
    shape = source.shape
    thin = tuple(n if d in (0, dim + 1) else 1 for d, n in enumerate(shape))
    return build.scatter(
        base, build.expand(build.reshape(index, thin), shape), source, dim + 1, mode
    )


def _routine(context: Batch, node: Node, sources: tuple, is_batched: tuple) -> Node:
    name, options, output = node.attributes
    later = ROUTINES[name].batched
    if later is None:
        raise RuntimeError(
            f"vmap: given a function that calls {name}; required: operations that work on batches; "
            "try a loop over the examples"
        )
    wide = _all_batched(context, sources, is_batched)
    return build.make("routine", wide, (name, later(options), output))


def _random_bits(context: Batch, node: Node) -> Node:
    if context.randomness == "error":
        raise RuntimeError(
            "vmap: called random operation while in randomness error mode; given a function that "
            "draws random numbers; try randomness='same' or randomness='different'"
        )
    (shape,) = node.attributes
    first, second = node.sources
    return build.random_bits(first, second, (context.size, *shape))


def _never(context: Batch, node: Node, sources: tuple, is_batched: tuple) -> Node:
    raise AssertionError(f"{node.primitive} has no sources that could be batched")


BATCHING: dict[str, Rule] = {
    **{row.name: _elementwise for row in PRIMITIVES.values() if row.kind == "elementwise"},
    **dict.fromkeys(("parameter", "scalar", "constant", "iota", "random_bits"), _never),
    **{row.name: _with(lambda node, size: (_later(node.attributes[0]),))
       for row in PRIMITIVES.values() if row.kind == "reduce"},
    "reshape": _with(lambda node, size: ((size, *node.attributes[0]),)),
    "expand": _with(lambda node, size: ((size, *node.attributes[0]),)),
    "permute": _with(lambda node, size: ((0, *_later(node.attributes[0])),)),
    "slice": _with(_slice),
    "as_strided": _with(_strided),
    "pad": _with(_pad),
    "cat": _with(_shift_dim),
    "copy": _with(lambda node, size: ()),
    "dot": _dot,
    "conv": _conv,
    "csr_dot": _csr,
    "csr_sampled": _csr,
    "take": _take,
    "gather": _with(_shift_dim),
    "scatter": _with(_shift_dim),
    "put": _put,
    "update": _with(_strided),
    "scan": _with(_shift_dim),
    "argsort": _with(_shift_dim),
    "routine": _routine,
}  # fmt: skip
