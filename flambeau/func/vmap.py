"""`vmap`: a function of one example as a function of a batch of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flambeau.core.errors import message
from flambeau.core.shape import normalize_dim
from flambeau.func.lifting import Trace, stand_in, tracing
from flambeau.tensor.joining import cat
from flambeau.tensor.shaping import movedim, narrow
from flambeau.tensor.tensor import Tensor
from flambeau.utils._pytree import TreeSpec, tree_flatten, tree_unflatten

__all__ = ["vmap"]

RANDOMNESS = ("error", "same", "different")


def vmap(
    func: Callable[..., Any], in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:  # fmt: skip
    """`func` over a dim of its tensor arguments (in_dims; None: the same for all examples).

    in_dims and out_dims are one number, or a tree like the arguments' or results'. randomness:
    "error", "same" or "different" numbers for the examples. chunk_size: at most so many examples at
    a time. The function is called once; what it does to one example must not depend on values.

    >>> import flambeau
    >>> from flambeau.func import vmap
    >>> vmap(flambeau.dot)(flambeau.ones(2, 3), flambeau.arange(6.0).reshape(2, 3))
    tensor([ 3., 12.])
    """
    if randomness not in RANDOMNESS:
        raise RuntimeError(
            message("vmap", f"randomness {randomness!r}", f"one of {', '.join(RANDOMNESS)}")
        )
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(message("vmap", f"chunk_size {chunk_size}", "chunk_size > 0"))

    @functools.wraps(func)
    def mapped(*args: Any, **kwargs: Any) -> Any:
        arguments, spec = tree_flatten(args)
        dims = _dims_for(in_dims, args, spec)
        named, named_spec = tree_flatten(kwargs)  # keyword arguments are mapped over dim 0
        dims += [0 if isinstance(x, Tensor) else None for x in named]
        leaves = [*arguments, *named]
        size = _size(leaves, dims)
        wholes = [
            x if d is None else movedim(x, normalize_dim("vmap", d, len(x._shape)), 0)
            for x, d in zip(leaves, dims, strict=True)
        ]

        def call(examples: list[Any]) -> Any:
            parts = examples[: len(arguments)], examples[len(arguments) :]
            keywords = tree_unflatten(parts[1], named_spec)
            return func(*tree_unflatten(parts[0], spec), **keywords)

        step = chunk_size or size
        chunks = [
            _run(call, [x if d is None or step == size else narrow(x, 0, at, min(step, size - at))
                        for x, d in zip(wholes, dims, strict=True)],
                 dims, min(step, size - at), randomness)
            for at in range(0, size, step)
        ]  # fmt: skip
        results, out_spec = _joined(chunks)
        places = _spread(out_dims, out_spec, "out_dims")
        moved = [_moved(r, d) for r, d in zip(results, places, strict=True)]
        return tree_unflatten(moved, out_spec)

    return mapped


def _run(
    call: Callable[[list[Any]], Any], leaves: list[Any], dims: list[Any], size: int, randomness: str
) -> tuple[list[Tensor], TreeSpec]:
    """One chunk: the batched results (examples along dim 0) and their structure."""
    pairs: list[tuple[Tensor, Tensor]] = []
    with tracing() as recorded:
        examples = []
        for x, d in zip(leaves, dims, strict=True):
            if d is None:
                examples.append(x)
            else:
                pairs.append((stand_in(x), x))
                examples.append(pairs[-1][0])
        trace = Trace(pairs, size, randomness, recorded)
        outputs, spec = tree_flatten(call(examples))
    for y in outputs:
        if not isinstance(y, Tensor):
            raise ValueError(
                message("vmap", f"a function that returned {type(y).__name__}",
                        "must only return Tensors", "flambeau.tensor(...) of it")
            )  # fmt: skip
    for stand, whole in pairs:
        if stand._storage.version:
            raise RuntimeError(
                message("vmap", f"a function that writes into its argument of shape "
                        f"{list(whole._shape)} in place", "a function without such writes",
                        "x = x + y instead of x += y, or clone() first")
            )  # fmt: skip
    return trace.lift(outputs), spec


def _joined(chunks: list[tuple[list[Tensor], TreeSpec]]) -> tuple[list[Tensor], TreeSpec]:
    if len(chunks) == 1:
        return chunks[0]
    columns = zip(*[results for results, _ in chunks], strict=True)
    return [cat(list(column), 0) for column in columns], chunks[0][1]


# -- dims ---------------------------------------------------------------------------------------
def _dims_for(in_dims: Any, args: tuple, spec: TreeSpec) -> list[Any]:
    """For each leaf of the arguments its mapped dim, or None."""
    if not args:
        raise ValueError("vmap: given no inputs; required: at least one tensor argument")
    leaves = tree_flatten(args)[0]
    found = _spread(in_dims, spec, "in_dims")
    for x, d in zip(leaves, found, strict=True):
        if d is not None and not isinstance(x, Tensor):
            if type(in_dims) is int:
                continue
            raise ValueError(
                message("vmap", f"in_dim {d} for an argument of type {type(x).__name__}",
                        "a Tensor where in_dims is not None", "None in its place")
            )  # fmt: skip
    return [d if isinstance(x, Tensor) else None for x, d in zip(leaves, found, strict=True)]


def _spread(dims: Any, spec: TreeSpec, name: str) -> list[Any]:
    """`dims`, one or a tree that is at most as deep as `spec`, for each leaf of it."""
    if dims is None or isinstance(dims, int):
        return [dims] * spec.num_leaves
    if spec.is_leaf():
        if isinstance(dims, (tuple, list)) and len(dims) == 1:
            return _spread(dims[0], spec, name)
        raise ValueError(message("vmap", f"{name} {dims!r} for one tensor", "an int or None"))
    children = list(dims.values()) if isinstance(dims, dict) else list(dims)
    if len(children) != len(spec.children):
        raise ValueError(
            message("vmap", f"{name} {dims!r} for {len(spec.children)} items",
                    f"{name} of the same structure as what it is for")
        )  # fmt: skip
    return [d for part, s in zip(children, spec.children, strict=True)
            for d in _spread(part, s, name)]  # fmt: skip


def _size(leaves: list[Any], dims: list[Any]) -> int:
    sizes = set()
    for x, d in zip(leaves, dims, strict=True):
        if d is not None:
            if not x._shape:
                raise ValueError(
                    message("vmap", "a tensor without dims", f"a dim {d} to map over",
                            "None in its place of in_dims")
                )  # fmt: skip
            sizes.add(x._shape[normalize_dim("vmap", d, len(x._shape))])
    if not sizes:
        raise ValueError("vmap: given no tensor to map over; required: at least one with a dim")
    if len(sizes) > 1:
        raise ValueError(
            message("vmap", f"sizes {sorted(sizes)} of the mapped dims",
                    "Expected all tensors to have the same size in the mapped dimension")
        )  # fmt: skip
    return sizes.pop()  # type: ignore[no-any-return]


def _moved(x: Tensor, dim: Any) -> Tensor:
    """A result with its examples along `dim`; the first example alone for None."""
    if dim is None:
        return x[0]  # type: ignore[index, no-any-return]
    return movedim(x, 0, dim) if dim != 0 else x
